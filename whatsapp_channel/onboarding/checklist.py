"""The prerequisites of Z19 and the documents of Z37, from Meta's last data about an account."""

from typing import Any

from frappe import _

from whatsapp_channel import rows
from whatsapp_channel.accounts.account_rows import AccountRow, NumberRow
from whatsapp_channel.onboarding.number_node import can_send
from whatsapp_channel.rules.onboarding.checklist_rules import Entry, Facts, entries
from whatsapp_channel.translate import to_user


def view(account: AccountRow | None) -> list[dict[str, Any]]:
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


def _facts(account: AccountRow | None) -> Facts:
	if not account:
		return Facts()
	numbers = rows.many(NumberRow, {"account": account.name})
	return Facts(
		has_account=True,
		business_id=account.business_id,
		verification=account.business_verification,
		review=account.account_review,
		payment_method=account.payment_method,
		numbers=len(numbers),
		registered=sum(map(can_send, numbers)),
		unread=sum(not row.meta_status for row in numbers),
	)
