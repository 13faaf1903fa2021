"""Departments are Helpdesk's teams (Z32); the only place that counts and names them."""

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel.doctypes import CHANNEL

TEAM = "HD Team"


def names() -> list[str]:
	"""Every department, in the order of the alphabet."""
	return frappe.get_all(TEAM, pluck="name", order_by="name")


def count() -> int:
	"""How many departments there are, which is how many channels there may be."""
	return frappe.db.count(TEAM)


def lock() -> int:
	"""Locks every department until the transaction ends and counts them as they are now, whatever was read before.

	Whoever is to add a channel comes here first, so that two administrators do it one after the other.
	"""
	return len(frappe.db.sql(f"select name from `tab{TEAM}` for update"))


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
