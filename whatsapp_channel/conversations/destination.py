"""Which customers a user may write to from a ticket; every feature that sends a message asks here (ADR 0055)."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel.conversations import conversation
from whatsapp_channel.conversations.conversation_rows import ConversationRow
from whatsapp_channel.doctypes import CONVERSATION
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.helpdesk.permissions import ticket_as_stored


def of_ticket(ticket: Document) -> dict[str, ConversationRow]:
	"""The customers whom the current user may reply to in a ticket, its own customer first. `ticket` is the stored document.

	Each comes with the conversation for the reply: one that the user may read, in this ticket or in one that it was merged
	or split from. From a ticket that it was split from only the ticket's own customer counts, because agents and portal users
	can set the field for the split, whereas only this app sets the ticket's own customer.
	"""
	own = ticket.get("whatsapp_customer")
	before = [thread for thread in _before(ticket) if thread.customer == own]
	found: dict[str, ConversationRow] = {}
	for thread in sorted((*_here(ticket), *before), key=lambda thread: thread.customer != own):
		found.setdefault(thread.customer, thread)
	return found


def require_message(message: "frappe._dict") -> None:
	"""Raises frappe.PermissionError unless the current user may resend a message: that needs write permission for the ticket
	that shows it and read permission for its conversation."""
	place = message.communication and tickets.ticket_of(message.communication)
	ticket = ticket_as_stored(place, "write")
	if message.conversation not in {thread.name for thread in (*_here(ticket), *_before(ticket))}:
		refuse()


def refuse() -> None:
	"""Raises frappe.PermissionError for a ticket whose conversation the user may not read."""
	frappe.throw(
		_(
			"You may not read the WhatsApp conversation that this ticket came from. Ask somebody of that ticket's team to answer."
		),
		frappe.PermissionError,
	)


def _here(ticket: Document) -> list[ConversationRow]:
	return _readable(tickets.with_merged(ticket.name))


def _before(ticket: Document) -> list[ConversationRow]:
	return _readable(tickets.split_from(ticket))


def _readable(names: Iterable[str]) -> list[ConversationRow]:
	"""The conversations in these tickets that the current user may read, newest first."""
	return [
		thread
		for thread in conversation.in_tickets(list(names))
		if frappe.has_permission(CONVERSATION, "read", thread.name)
	]
