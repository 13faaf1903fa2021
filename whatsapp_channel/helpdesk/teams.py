"""Departments are Helpdesk's teams (Z32); the only place that counts and names them."""

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import logs
from whatsapp_channel.doctypes import CHANNEL

TEAM = "HD Team"


def names() -> list[str]:
	"""Every department, in the order of the alphabet."""
	return frappe.get_all(TEAM, pluck="name", order_by="name")


def count() -> int:
	"""How many departments there are, which is how many channels there may be."""
	return frappe.db.count(TEAM)


def without_members() -> set[str]:
	"""The departments to whose members Helpdesk could assign nothing, because there are none."""
	found = frappe.db.sql(
		f"""select team.name from `tab{TEAM}` team where not exists (
			select 1 from `tabHD Team Member` member
			where member.parent = team.name and member.parenttype = '{TEAM}' and member.user > '')"""
	)
	return {row[0] for row in found}


def nobody_in(team: str) -> str:
	"""What it means that a department has no members, in the user's language."""
	return _("The department {0} has no members: its tickets are not assigned to anybody.").format(team)


def add_members(team: str) -> str:
	"""The way out, in the user's language."""
	return _(
		"Open the team {0} in Helpdesk and add agents to it. Until then agents find these tickets in the list, without an "
		"assignee."
	).format(team)


def lock() -> int:
	"""Locks every department until the transaction ends and counts them as they are now, whatever was read before.

	Whoever is to add a channel comes here first, so that two administrators do it one after the other: a count before an
	insert would let both through. Departments and not channels are locked because there is always at least one, and one
	that is just being deleted is seen too.
	"""
	return len(frappe.db.sql(f"select name from `tab{TEAM}` for update"))


@logs.request
def warn_before_deletion(team: Document, method: str | None = None) -> None:
	"""A deleted department disables no channel; it is said that there are now more channels than departments.

	One that a channel hands its messages to cannot be deleted: Frappe sees to that.
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
