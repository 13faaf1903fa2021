"""Conversations that have no ticket yet."""

import frappe
from frappe import _

from whatsapp_channel import logs, rows
from whatsapp_channel.conversations import conversation as conversations
from whatsapp_channel.conversations import unfiled_messages
from whatsapp_channel.conversations.conversation_rows import CustomerRow
from whatsapp_channel.database import lock_row, new_transaction
from whatsapp_channel.doctypes import CONVERSATION, CUSTOMER
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.helpdesk.permissions import require_agent
from whatsapp_channel.inbound.coexistence import history


@frappe.whitelist(methods=["POST"])
@logs.request
def convert_to_ticket(conversation: str) -> str:
	"""Creates a ticket for a conversation and files its messages there (Z2); returns the ticket.

	Raises frappe.PermissionError without read permission for the conversation, frappe.ValidationError if it has a ticket.
	"""
	require_agent()
	document = frappe.get_doc(CONVERSATION, conversation)
	document.check_permission("read")
	new_transaction()  # the lock must be the first statement of its transaction
	lock_row(CUSTOMER, document.customer)
	if ticket := frappe.db.get_value(CONVERSATION, conversation, "ticket"):
		frappe.throw(_("This conversation is in ticket {0} already.").format(ticket))
	if history.is_of_the_past(conversation):
		frappe.throw(
			_("These messages were copied from the WhatsApp Business app, and are for reading only.")
		)
	customer = rows.one(CustomerRow, document.customer)
	ticket = tickets.create(customer, document.channel, unfiled_messages.first_words(conversation))
	conversations.put_in_ticket(conversation, ticket)
	unfiled_messages.file_waiting(conversation, ticket, customer)
	return ticket
