"""Step 4: creates the channel of a number and department (Z32 to Z35)."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import rows
from whatsapp_channel.accounts.account_rows import ChannelStatusRow, NumberRow
from whatsapp_channel.database import in_transaction
from whatsapp_channel.doctypes import CHANNEL, NUMBER, SETTINGS
from whatsapp_channel.helpdesk import teams
from whatsapp_channel.rules.onboarding import number_choice, qr
from whatsapp_channel.rules.onboarding.number_choice import State


def create_channel(
	number: str,
	channel_name: str,
	department: str,
	icon: str = "",
	trial_policy: str = "",
	credit_policy: str = "",
) -> str:
	"""Creates a channel for a working number and a department; returns the channel.

	Raises frappe.ValidationError like the controller of WhatsApp Channel, and for a number that cannot be used yet.
	"""
	_check_number(number)
	values = {"channel_name": channel_name, "number": number, "department": department, "icon": icon}

	def work() -> str:
		# The lock comes first, so that later reads see what other requests committed.
		teams.lock()
		_change_policies(trial_policy, credit_policy)
		return frappe.get_doc({"doctype": CHANNEL, **values}).insert().name

	return in_transaction(work)


def _check_number(number: str) -> None:
	"""Checks that the number can be used. One that was entered by hand counts as registered until Meta says otherwise."""
	row = rows.one(NumberRow, number)
	if not row:
		return  # the controller raises
	at_meta = State(status=row.meta_status, on_business_app=bool(row.on_business_app))
	if number_choice.can_work(at_meta, row.verification, registered_before=True):
		return
	if number_choice.is_verified(at_meta, row.verification) is False:
		frappe.throw(_("The number is not verified yet. Verify it first, then create its channel."))
	frappe.throw(_("The number is not registered yet. Register it first, then create its channel."))


def set_policies(trial: str, credit: str) -> None:
	"""Sets the policies for the trial and for used-up credits; "" leaves a policy unchanged."""
	in_transaction(lambda: _change_policies(trial, credit))


def _change_policies(trial: str, credit: str) -> None:
	settings: Document = frappe.get_doc(SETTINGS)
	wanted = {"trial_policy": trial, "credit_policy": credit}
	changes = {field: value for field, value in wanted.items() if value and settings.get(field) != value}
	if changes:
		settings.update(changes)
		settings.save()


def departments() -> list[dict[str, str]]:
	"""The departments to choose from, each with a warning if its tickets cannot be assigned, else ""."""
	empty = teams.without_members()
	return [{"name": name, "missing": _missing(name) if name in empty else ""} for name in teams.names()]


def _missing(department: str) -> str:
	return f"{teams.nobody_in(department)} {teams.add_members(department)}"


def channel_view(name: str) -> dict[str, Any]:
	"""A channel for the page, with the link that opens a chat and its QR code as SVG (Z35)."""
	stored = rows.one(ChannelStatusRow, name)
	department = stored.department
	missing = _missing(department) if department in teams.without_members() else ""
	link = qr.chat_link(frappe.db.get_value(NUMBER, stored.number, "number"))
	return {
		**{field: getattr(stored, field) for field in ("name", "number", "icon", "department", "status")},
		"enabled": bool(stored.enabled),
		"reason": stored.status_reason,
		"next_step": stored.status_next_step,
		"department_missing": missing,
		"wa_link": link,
		"qr_svg": qr.svg(link),
	}
