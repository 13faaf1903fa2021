"""An agent's reply: checked, recorded in the ticket and queued, all in the ticket's own transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel.accounts import status
from whatsapp_channel.clock import to_site, utc_now
from whatsapp_channel.conversations import conversation, destination
from whatsapp_channel.conversations.customers.addresses import addresses_of
from whatsapp_channel.doctypes import CHANNEL, CUSTOMER
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.helpdesk.permissions import called
from whatsapp_channel.jobs import wake_sender_after_commit
from whatsapp_channel.outbound import outbox
from whatsapp_channel.rules.messaging import window
from whatsapp_channel.rules.text.message_text import from_html, has_media


class WindowClosed(frappe.ValidationError):
	"""Free-form replies are only allowed for 24 hours after the customer's last message (Z15)."""


def send(ticket: Document, html: str, addresses: Iterable[str], attachments: list[str]) -> str:
	"""Replies to the customer of a ticket as it is stored; returns the Communication. `addresses`: of all three
	recipient fields.

	Checks everything before anything is written (design decision 9). Raises WindowClosed, or
	frappe.ValidationError with what to do: wrong address, deactivated channel, nothing to send, attachments.
	"""
	threads = destination.of_ticket(ticket)
	customer = _destination(ticket, threads, addresses)
	body = _body(ticket, html, attachments)
	thread = threads[customer.name]
	usable_channel(thread.channel)
	now = utc_now()
	check_window(customer, thread.channel, now)
	# The conversation before the ticket, as inbound does: the other way round the two would lock each other out.
	conversation.note_outbound(thread.name, now, frappe.session.user)
	# Two rows of one person may have been joined since: with the conversation locked, its customer is the one to stay.
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
		text=body,
		at=now,
	)
	wake_sender_after_commit(owner, thread.channel)
	return communication


def _destination(ticket: Document, customers: Iterable[str], addresses: Iterable[str]) -> "frappe._dict":
	"""The customer a reply goes to: always a row of ours, never a number typed by someone (design decision 8).

	After a merge a ticket may speak with several customers; the recipient says which.
	"""
	fields = ["name", "account", "wa_id", "bsuid", "phone", "profile_name"]
	rows = [frappe.db.get_value(CUSTOMER, name, fields, as_dict=True) for name in customers]
	if not rows:
		_refuse(ticket)
	wanted = {address.lower() for address in addresses}
	for customer in rows:
		if wanted <= addresses_of(customer):
			return customer
	expected = " / ".join(tickets.address_of(customer) for customer in rows)
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
	"""What is not the agent's own words: the signature, and earlier messages that an older Helpdesk quotes unmarked."""
	signature = frappe.db.get_value("User", frappe.session.user, "email_signature")
	if "<blockquote" not in html:
		return {"signature": signature}
	return {"signature": signature, "earlier": tickets.communications(ticket.name, "content")}


def usable_channel(name: str | None) -> None:
	"""Raises frappe.ValidationError when it is gone or deactivated, or when Meta lets nothing out of it (Z36)."""
	channel = name and frappe.db.get_value(CHANNEL, name, ["name", "enabled"], as_dict=True)
	if not channel:
		frappe.throw(_("The WhatsApp Channel of this ticket no longer exists."))
	if not channel.enabled:
		frappe.throw(
			_("Channel {0} is deactivated and sends nothing. An administrator can activate it again.").format(
				channel.name
			)
		)
	status.refuse_reply(channel.name)


def check_window(customer: "frappe._dict", channel: str, now: datetime) -> None:
	"""Raises WindowClosed, with the reason and the next step, when no free-form reply is allowed at `now` (UTC)."""
	ends = conversation.window_ends(customer.name, channel)
	if window.is_open(ends, now):
		return
	since = frappe.utils.format_datetime(to_site(ends)) if ends else _("never opened")
	frappe.throw(
		_(
			"WhatsApp allows free replies for 24 hours after the customer's last message. For {0} that time ended: {1}. "
			"Wait until the customer writes again, or use another way to reach them."
		).format(called(customer), since),
		WindowClosed,
		title=_("Reply window closed"),
	)
