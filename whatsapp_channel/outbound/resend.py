"""*Send again* and *Check*, for a message that was not delivered, or may not have been (ADR 0006)."""

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import rows
from whatsapp_channel.clock import utc_now
from whatsapp_channel.conversations import conversation, delivery_status, destination
from whatsapp_channel.conversations.conversation_rows import OutgoingRow
from whatsapp_channel.database import lock_row, new_transaction, set_value
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.helpdesk import first_response
from whatsapp_channel.jobs import wake_sender_after_commit
from whatsapp_channel.outbound import gate, outbox
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.origin import Origin


def send_again(name: str) -> list[str]:
	"""Queues an undelivered message and the failed later parts as new messages; returns the new rows.

	They are new rows with new references, so that a late status of the first attempt is not taken for one of the second.
	Raises frappe.PermissionError if the user may not reply to this customer in the ticket, frappe.ValidationError if the
	message is no longer undelivered, gate.WindowClosed outside the window.
	"""
	new_transaction()  # the lock must be the first statement of its transaction
	lock_row(MESSAGE, name)
	message = frappe.get_doc(MESSAGE, name)
	destination.require_message(message)
	if message.status not in (MessageStatus.FAILED, MessageStatus.UNCONFIRMED) or message.sent_again:
		frappe.throw(_("This message is no longer waiting to be sent again. Reload the ticket."))
	if message.origin != Origin.CLOUD_API:
		frappe.throw(
			_(
				"A colleague sent this message in the WhatsApp Business app. Repeat it there, or write a reply."
			)
		)
	now = utc_now()
	gate.require(message.customer, message.channel, now)
	conversation.note_outbound(message.conversation, now, frappe.session.user)
	message.customer = conversation.customer_of(message.conversation)  # as in reply.send
	new = [row for part in _with_failed_parts(message) for row in _again(message, part, now)]
	delivery_status.show(message.communication)
	delivery_status.refresh(message.communication)
	first_response.give(message.communication)
	wake_sender_after_commit(message.customer, message.channel)
	return new


def _with_failed_parts(message: Document) -> list[OutgoingRow]:
	"""The message and the later parts of its reply that failed: they make sense only together and in order."""
	if message.status != MessageStatus.FAILED:
		return [rows.one(OutgoingRow, message.name)]
	failed = {"communication": message.communication, "status": MessageStatus.FAILED, "sent_again": 0}
	return rows.many(OutgoingRow, failed, "sequence, part")


def _again(message: Document, part: OutgoingRow, now: datetime) -> list[str]:
	set_value(MESSAGE, part.name, "sent_again", 1)
	return outbox.add(
		customer=message.customer,
		channel=message.channel,
		conversation=message.conversation,
		ticket=message.ticket,
		communication=message.communication,
		contents=[outbox.content_of(part)],
		at=now,
	)


def check(name: str) -> str:
	"""Describes the current status of a message. Meta reports by webhook only, it cannot be queried."""
	row = rows.one(OutgoingRow, name)
	if row.status == MessageStatus.UNCONFIRMED:
		return _("Still no confirmation from WhatsApp. Ask the customer, or send the message again.")
	return _("Status: {0}").format(_(row.status))
