"""Protects our columns on HD Ticket: only this app may write them, however a ticket is saved (ADR 0055).

Agents and portal users may write their tickets, and Frappe's `set_value`, `insert`, `save`, REST, import and bulk edit
accept every field. Their values for our columns are replaced by the stored ones.
"""

from typing import Any

import frappe
from frappe.model.document import Document

from whatsapp_channel import logs
from whatsapp_channel.conversations import destination
from whatsapp_channel.helpdesk.setup import TICKET_FIELDS
from whatsapp_channel.helpdesk.tickets import FLAG, Origin

FIELDS = tuple(field["fieldname"] for field in TICKET_FIELDS)


@logs.request
def keep(ticket: Document, method: str | None = None) -> None:
	"""Runs with every insert and save of a ticket."""
	# While the app is being installed or removed, its hooks may exist without its columns.
	if all(ticket.meta.has_field(field) for field in FIELDS):
		ticket.update(_for_new(ticket) if ticket.is_new() else _stored(str(ticket.name)))


def _stored(name: str) -> dict[str, Any]:
	return frappe.db.get_value("HD Ticket", name, FIELDS, as_dict=True) or dict.fromkeys(FIELDS)


def _for_new(ticket: Document) -> dict[str, Any]:
	"""The values of a new ticket. One that this app creates names its customer. Otherwise only a split has one: Helpdesk
	inserts a copy of a ticket, and the user must be allowed to read its conversation."""
	origin = ticket.flags.get(FLAG)
	if isinstance(origin, Origin):
		return {"whatsapp_customer": origin.customer, "whatsapp_channel": origin.channel}
	source = ticket.get("ticket_split_from")
	if not isinstance(source, str | int) or not frappe.db.exists("HD Ticket", str(source)):
		return dict.fromkeys(FIELDS)
	document = frappe.get_doc("HD Ticket", str(source))
	own = document.get("whatsapp_customer")
	return {
		field: document.get(field) if own in destination.of_ticket(document) else None for field in FIELDS
	}
