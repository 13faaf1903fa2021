"""Conversations that have no ticket yet."""

import frappe
from frappe import _

from whatsapp_channel.database import lock_row
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.helpdesk.permissions import require_agent


@frappe.whitelist(methods=["POST"])
def convert_to_ticket(conversation: str) -> str:
	"""Opens a ticket for a conversation and files its messages there (Z2); returns the ticket.

	Raises frappe.PermissionError for who may not read the conversation, frappe.ValidationError when it has a ticket.
	"""
	require_agent()
	document = frappe.get_doc("WhatsApp Conversation", conversation)
	document.check_permission("read")
	frappe.db.commit()  # nosemgrep: the lock must be the first statement of its transaction
	lock_row("WhatsApp Customer", document.customer)
	if ticket := frappe.db.get_value("WhatsApp Conversation", conversation, "ticket"):
		frappe.throw(_("This conversation is in ticket {0} already.").format(ticket))
	fields = ["name", "wa_id", "profile_name", "contact"]
	customer = frappe.db.get_value("WhatsApp Customer", document.customer, fields, as_dict=True)
	first = frappe.get_all(
		"WhatsApp Session Message",
		{"conversation": conversation, "direction": "Incoming"},
		pluck="text",
		order_by="message_timestamp, creation",
		limit=1,
	)
	ticket = tickets.create(customer, document.channel, first[0] if first else None)
	tickets.file_conversation(conversation, ticket, customer)
	return ticket
