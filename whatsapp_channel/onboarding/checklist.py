"""The prerequisites of Z19 and the documents of Z37, from Meta's last data about an account."""

from typing import Any

import frappe
from frappe import _

from whatsapp_channel.doctypes import NUMBER
from whatsapp_channel.onboarding.number_node import is_registered
from whatsapp_channel.rules.onboarding.checklist_rules import Entry, Facts, entries
from whatsapp_channel.translate import to_user


def view(account: "frappe._dict | None") -> list[dict[str, Any]]:
	"""The lines for the page: key, label, state, detail, url."""
	return [_shown(entry) for entry in entries(_facts(account))]


def _shown(entry: Entry) -> dict[str, Any]:
	return {
		"key": entry.key,
		"label": _(entry.label),
		"state": entry.state,
		"detail": to_user(entry.detail),
		"url": entry.url,
	}


def _facts(account: "frappe._dict | None") -> Facts:
	if not account:
		return Facts()
	rows = frappe.get_all(NUMBER, {"account": account.name}, ["name", "meta_status"])
	return Facts(
		has_account=True,
		business_id=account.business_id,
		verification=account.business_verification,
		review=account.account_review,
		payment_method=account.payment_method,
		numbers=len(rows),
		registered=sum(is_registered(row.name) for row in rows),
		unread=sum(not row.meta_status for row in rows),
	)
