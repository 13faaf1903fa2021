"""Departments, which are Helpdesk's teams (Z32). Only this module lists and counts them."""

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import logs
from whatsapp_channel.doctypes import CHANNEL

TEAM = "HD Team"


def names() -> list[str]:
	"""Every department, sorted by name."""
	return frappe.get_all(TEAM, pluck="name", order_by="name")


def count() -> int:
	"""The number of departments, which is the maximum number of channels."""
	return frappe.db.count(TEAM)


def without_members() -> set[str]:
	"""The departments without members, to which Helpdesk cannot assign tickets."""
	found = frappe.db.sql(
		f"""select team.name from `tab{TEAM}` team where not exists (
			select 1 from `tabHD Team Member` member
			where member.parent = team.name and member.parenttype = '{TEAM}' and member.user > '')"""
	)
	return {row[0] for row in found}


def nobody_in(team: str) -> str:
	"""A warning that a department has no members, in the user's language."""
	return _("The department {0} has no members: its tickets are not assigned to anybody.").format(team)


def add_members(team: str) -> str:
	"""How to fix that, in the user's language."""
	return _(
		"Open the team {0} in Helpdesk and add agents to it. Until then agents find these tickets in the list, without an "
		"assignee."
	).format(team)


def lock() -> int:
	"""Locks every department until the transaction ends and returns their current number, regardless of earlier reads.

	Call it before adding a channel, so that two administrators do so one after the other: with a count before an insert, both
	would succeed. It locks departments and not channels because there is always at least one, and because a deletion in
	progress is seen too.
	"""
	return len(frappe.db.sql(f"select name from `tab{TEAM}` for update"))


@logs.request
def warn_before_deletion(team: Document, method: str | None = None) -> None:
	"""Warns if there are more channels than departments after a department was deleted. No channel is disabled.

	Frappe refuses to delete a department to which a channel links.
	"""
	left, channels = count() - 1, frappe.db.count(CHANNEL)
	if channels > left:
		frappe.msgprint(
			_(
				"There will be {0} WhatsApp Channels and {1} departments. All channels go on working; a new one needs another "
				"department first."
			).format(channels, left),
			title=_("Fewer departments than channels"),
			indicator="orange",
		)
