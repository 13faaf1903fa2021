"""The activities on the ticket page, with WhatsApp customers' names instead of their synthetic addresses, and with a new key
for each message that has changed.

Helpdesk takes a sender's name from the User of their address, and WhatsApp customers have none. Its page renders a message
once and identifies it by its `creation`, so later changes of badge, files and text would appear after a reload only. Results of an unexpected
shape are left alone. If Helpdesk renames the method, the page shows addresses again and nothing else breaks. Frappe uses
one override for each method, so if another app overrides it too, one of the two has no effect.
"""

from datetime import datetime
from typing import Any
from zlib import crc32

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
		_change_key(communication)
	return activities


def _name_sender(communication: dict[str, Any]) -> None:
	"""Sets the sender's name if the data has the expected shape: a newer Helpdesk's page must not fail because of it."""
	sender, user = communication.get("sender"), communication.get("user")
	if not sender or not is_synthetic(sender) or not isinstance(user, dict):
		return
	name = frappe.db.get_value("Communication", communication.get("name"), "sender_full_name")
	if name and name != sender:
		user["name"] = f"{name} · WhatsApp"


def _change_key(communication: dict[str, Any]) -> None:
	"""Changes the microseconds of `creation`, the key on the page, with what the page shows of the message.

	The page displays and sorts by `communication_date`.
	"""
	made = communication.get("creation")
	people = (communication.get("sender") or "", communication.get("recipients") or "")
	if not isinstance(made, datetime) or not any(is_synthetic(each) for each in people):
		return
	files = [each.get("file_url") for each in communication.get("attachments") or []]
	shown = (made.microsecond, communication.get("delivery_status"), communication.get("content"), files)
	communication["communication_date"] = communication.get("communication_date") or made
	communication["creation"] = made.replace(microsecond=crc32(repr(shown).encode()) % 1_000_000)
