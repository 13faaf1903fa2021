"""Our columns on HD Ticket are written by this app alone, whoever saves a ticket and by whatever way (ADR 0055).

Agents and portal users may write the tickets that they see, and Frappe's `set_value`, `insert`, `save`, REST, import
and bulk edit take every field from them. What they send for ours is replaced by what is stored.
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
	"""Called with every insert and save of a ticket."""
	# While the app is installed or removed, its hooks and its columns are not there at the same time.
	if all(ticket.meta.has_field(field) for field in FIELDS):
		ticket.update(_for_new(ticket) if ticket.is_new() else _stored(str(ticket.name)))


def _stored(name: str) -> dict[str, Any]:
	return frappe.db.get_value("HD Ticket", name, FIELDS, as_dict=True) or dict.fromkeys(FIELDS)


def _for_new(ticket: Document) -> dict[str, Any]:
	"""A ticket that this app opens says itself whose it is. Otherwise only a split leads to a customer: Helpdesk inserts
	a copy of the ticket, whose conversation must be one that the user may read."""
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
