"""An agent's reply: checked, recorded in the ticket and queued, in the request's transaction."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import rows
from whatsapp_channel.clock import utc_now
from whatsapp_channel.cloud_api.outgoing import text
from whatsapp_channel.conversations import conversation, destination
from whatsapp_channel.conversations.conversation_rows import CustomerRow
from whatsapp_channel.conversations.customers.addresses import addresses_of
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.jobs import wake_sender_after_commit
from whatsapp_channel.outbound import gate, outbox
from whatsapp_channel.rules.text.message_text import from_html, has_media, split


def send(ticket: Document, html: str, addresses: Iterable[str], attachments: list[str]) -> str:
	"""Replies to the customer of a ticket, which is the stored document; returns the Communication. `addresses`: those of all
	three recipient fields.

	Checks everything before anything is written (ADR 0009). Raises gate.WindowClosed, or
	frappe.ValidationError with what to do: merged ticket, wrong address, deactivated channel, nothing to send, attachments.
	"""
	_require_unmerged(ticket)
	threads = destination.of_ticket(ticket)
	customer = _destination(ticket, threads, addresses)
	body = _body(ticket, html, attachments)
	thread = threads[customer.name]
	now = utc_now()
	gate.require(customer.name, thread.channel, now)
	# The conversation is locked before the ticket, as in inbound: the opposite order would deadlock.
	conversation.note_outbound(thread.name, now, frappe.session.user)
	# The customer may have been merged meanwhile: with the conversation locked, its customer can no longer change.
	owner = conversation.customer_of(thread.name)
	communication = tickets.record_reply(
		ticket, html, tickets.address_of(customer), delivery_status="Sending"
	)
	outbox.add(
		customer=owner,
		channel=thread.channel,
		conversation=thread.name,
		ticket=str(ticket.name),
		communication=communication,
		contents=[text(part) for part in split(body)],
		at=now,
	)
	wake_sender_after_commit(owner, thread.channel)
	return communication


def _require_unmerged(ticket: Document) -> None:
	"""The page of a ticket may be open from before a merge: nobody who goes on in the target would see the reply."""
	target = tickets.merge_target(ticket.name)
	if target:
		frappe.throw(merged_into(target), title=_("Merged ticket"))


def merged_into(target: str) -> str:
	"""Why nobody replies in a ticket that was merged, and where they do."""
	return _(
		"This ticket was merged into ticket {0}. Reply there: that is where the customer's messages arrive."
	).format(target)


def _destination(ticket: Document, customers: Iterable[str], addresses: Iterable[str]) -> CustomerRow:
	"""The recipient of a reply: always a customer's row, never a number that was typed (ADR 0008).

	After a merge a ticket may have several customers; the recipient address says which one is meant.
	"""
	found = [rows.one(CustomerRow, name) for name in customers]
	if not found:
		_refuse(ticket)
	wanted = {address.lower() for address in addresses}
	for customer in found:
		if wanted <= addresses_of(customer):
			return customer
	expected = " / ".join(tickets.address_of(customer) for customer in found)
	frappe.throw(
		_("A WhatsApp reply goes to the ticket's customer only. Set the recipient to {0}.").format(expected)
	)


def _refuse(ticket: Document) -> None:
	if ticket.get("whatsapp_customer"):
		destination.refuse()
	frappe.throw(
		_("This ticket belongs to no WhatsApp customer. Answer by e-mail, or from the customer's own ticket.")
	)


def _body(ticket: Document, html: str, attachments: list[str]) -> str:
	context = _context(ticket, html)
	if attachments or has_media(html, **context):
		frappe.throw(
			_("Files and pictures cannot be sent on WhatsApp yet. Remove them, or send them by e-mail."),
			title=_("Text only"),
		)
	body = from_html(html, **context)
	if not body.strip():
		frappe.throw(_("There is no text to send."))
	return body


def _context(ticket: Document, html: str) -> dict[str, Any]:
	"""What has to be cut from a reply: the signature, and earlier messages that older Helpdesk versions quote unmarked."""
	signature = frappe.db.get_value("User", frappe.session.user, "email_signature")
	if "<blockquote" not in html:
		return {"signature": signature}
	return {"signature": signature, "earlier": tickets.communications(ticket.name, "content")}
