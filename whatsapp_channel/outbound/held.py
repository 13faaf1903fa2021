"""Replies that waited so long that their agent is asked before they go out (ADR 0067).

A channel that is switched off, or an account whose token died, may keep replies in the queue for days. What was a good
answer then may be a wrong one now, or somebody has called the customer meanwhile.
"""

from datetime import datetime, timezone

import frappe
from frappe import _

from whatsapp_channel import rows, settings
from whatsapp_channel.clock import sequence, utc_now
from whatsapp_channel.conversations import conversation, delivery_status, destination
from whatsapp_channel.conversations.conversation_rows import OutgoingRow
from whatsapp_channel.database import lock_row, new_transaction
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.helpdesk import first_response, tickets
from whatsapp_channel.jobs import wake_sender_after_commit
from whatsapp_channel.outbound import gate
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.retry import is_stale

MICROSECOND = 1_000_000


def must_ask(message: OutgoingRow) -> bool:
	"""Whether the agent is asked before this message goes out. Never where no ticket shows it: nobody would see it."""
	if not (message.communication and message.sequence):
		return False
	# By the order of arrival, which is in UTC, and begins anew when the agent says that it goes out.
	queued_at = datetime.fromtimestamp(message.sequence / MICROSECOND, timezone.utc)
	now = utc_now()
	# Most were written just now: what the settings say is looked up for old ones alone.
	return is_stale(queued_at, 1, now) and is_stale(queued_at, settings.ask_after_hours(), now)


def hold(message: OutgoingRow) -> None:
	"""Takes a reply out of the queue, with all its parts that are not sent yet, and asks its agent in the ticket.

	The replies behind it go on. Part of the caller's transaction.
	"""
	hours = settings.ask_after_hours()
	text = _(
		"This reply waited for more than {0} hours and was not sent. Send it now, or discard it."
	).format(hours)
	values = {"status": MessageStatus.HELD, "error": text, "next_attempt": None}
	waiting = {"communication": message.communication, "status": MessageStatus.QUEUED}
	parts = rows.many(OutgoingRow, waiting, "sequence, part")
	held = [delivery_status.change(part.name, values, only_from=(MessageStatus.QUEUED,)) for part in parts]
	if not any(held):
		return
	delivery_status.show(message.communication)
	ticket = tickets.ticket_of(message.communication)
	if ticket:
		words = _(
			'WhatsApp message "{0}" waited for more than {1} hours and was not sent. Choose at the top of this ticket whether to send it now or to discard it.'
		)
		tickets.note(ticket, words.format((message.text or "")[:80], hours))


def send_anyway(name: str) -> None:
	"""Queues a held reply with all its parts again, behind what is in the queue.

	Raises frappe.PermissionError if the user may not reply to this customer in the ticket, frappe.ValidationError if the
	message is not held any more or something is in its way, gate.WindowClosed outside the window.
	"""
	message, parts = _held(name)
	now = utc_now()
	gate.require(message.customer, message.channel, now)
	conversation.note_outbound(message.conversation, now, frappe.session.user)
	values = {"status": MessageStatus.QUEUED, "error": None, "next_attempt": None, "sequence": sequence()}
	for part in parts:
		delivery_status.change(part.name, values, only_from=(MessageStatus.HELD,))
	delivery_status.show(message.communication)
	wake_sender_after_commit(conversation.customer_of(message.conversation), message.channel)


def discard(name: str) -> None:
	"""Decides that a held reply, with all its parts, is never sent. Raises what `send_anyway` raises, but for the gate."""
	message, parts = _held(name)
	who = frappe.db.get_value("User", frappe.session.user, "full_name") or frappe.session.user
	text = _("{0} decided not to send this reply.").format(who)
	values = {"status": MessageStatus.DISCARDED, "error": text}
	for part in parts:
		delivery_status.change(part.name, values, only_from=(MessageStatus.HELD,))
	delivery_status.show(message.communication)
	delivery_status.refresh(message.communication)
	first_response.take_back(message.communication)


def _held(name: str) -> tuple["frappe._dict", list[OutgoingRow]]:
	new_transaction()  # the lock must be the first statement of its transaction
	lock_row(MESSAGE, name)
	message = frappe.get_doc(MESSAGE, name)
	destination.require_message(message)
	if message.status != MessageStatus.HELD:
		frappe.throw(_("Somebody has decided about this reply already. Reload the ticket."))
	held = {"communication": message.communication, "status": MessageStatus.HELD}
	return message, rows.many(OutgoingRow, held, "sequence, part")
