"""What the ticket page lists, with the names of WhatsApp customers in place of their synthetic addresses.

Helpdesk names a sender by the User of their address, and a WhatsApp customer has none. Only the shape of the answer that we
know is touched. If Helpdesk gives the method another name, the page shows addresses again and nothing else is lost. Frappe
keeps one override for each method, so another app that overrides this one wins or loses against ours.
"""

from typing import Any

import frappe

from whatsapp_channel import logs
from whatsapp_channel.rules.customers.address import is_synthetic


@frappe.whitelist()
@logs.request
def get_ticket_activities(ticket: str) -> dict[str, Any]:
	"""Helpdesk's own result, with customers' names.

	Raises frappe.PermissionError without read permission for the ticket, which Helpdesk did not check before 1.20.
	"""
	# Imported here because this module is loaded before Helpdesk's modules.
	from helpdesk.helpdesk.doctype.hd_ticket import api

	frappe.has_permission("HD Ticket", "read", ticket, throw=True)
	activities = api.get_ticket_activities(ticket)
	for communication in activities.get("communications") or []:
		_name_sender(communication)
	return activities


def _name_sender(communication: dict[str, Any]) -> None:
	"""Sets the sender's name if the data has the expected shape: a newer Helpdesk's page must not fail because of it."""
	sender, user = communication.get("sender"), communication.get("user")
	if not sender or not is_synthetic(sender) or not isinstance(user, dict):
		return
	name = frappe.db.get_value("Communication", communication.get("name"), "sender_full_name")
	if name and name != sender:
		user["name"] = f"{name} · WhatsApp"
