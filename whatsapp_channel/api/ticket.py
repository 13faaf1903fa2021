"""WhatsApp on the ticket page. For agents only; each call checks the permission for the ticket."""

from datetime import datetime
from typing import Any

import frappe
from frappe import _

from whatsapp_channel import jobs, logs, rows
from whatsapp_channel.accounts import silence
from whatsapp_channel.clock import to_site, utc_now
from whatsapp_channel.cloud_api.content import Media
from whatsapp_channel.conversations import destination
from whatsapp_channel.conversations.conversation_rows import ConversationRow, CustomerRow, OutgoingRow
from whatsapp_channel.conversations.media import attachments
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.helpdesk.permissions import display_name, shown_number, ticket_for_agent
from whatsapp_channel.outbound import gate, held, outbox, reply, resend
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.origin import Origin
from whatsapp_channel.rules.messaging.sending import Obstacle, Verdict
from whatsapp_channel.rules.messaging.session_rules import Direction
from whatsapp_channel.rules.text import message_html
from whatsapp_channel.translate import to_user

UNDELIVERED = (MessageStatus.FAILED, MessageStatus.UNCONFIRMED, MessageStatus.HELD)
# Their parts are decided about together.
WHOLE = (MessageStatus.FAILED, MessageStatus.HELD)


@frappe.whitelist()
@logs.request
def state(ticket: str) -> dict[str, Any]:
	"""The window, queued and undelivered messages and missing files of a ticket, with translated labels.

	An agent who may reply to no customer of the ticket gets the state of a ticket without WhatsApp. Raises
	frappe.PermissionError for anyone but an agent who may read the ticket, and frappe.DoesNotExistError.
	"""
	jobs.stand_in_for_scheduler()
	threads = destination.of_ticket(ticket_for_agent(ticket))
	if not threads:
		return {"whatsapp": False}
	thread = next(iter(threads.values()))
	now = utc_now()
	verdict = gate.verdict(thread.customer, thread.channel, now)
	target = tickets.merge_target(ticket)
	return {
		"whatsapp": True,
		"window_open": verdict.window_open,
		"window_ends": str(to_site(verdict.window_ends)) if verdict.window_ends else None,
		"label": _("WhatsApp · reply in ticket {0}").format(target) if target else _label(verdict, now),
		"theme": _theme(verdict),
		"lines": [*_where(target), *_lines(verdict, thread)],
		"waiting": _count_waiting(thread.customer),
		"undelivered": _undelivered(ticket),
		"missing_files": _missing_files(ticket),
		"labels": {
			"missing_file": _("Missing file"),
			"fetch_again": _("Fetch again"),
			"not_delivered": _("Not delivered"),
			"send_again": _("Send again"),
			"check": _("Check"),
			"held": _("Not sent yet"),
			"send_anyway": _("Send anyway"),
			"discard": _("Discard"),
		},
	}


@frappe.whitelist(methods=["POST"])
@logs.request
def send_again(message: str) -> dict[str, str]:
	"""Queues an undelivered message again, as a new attempt with a new reference.

	Raises frappe.ValidationError when it is not undelivered (any more) or the window has closed.
	"""
	_message_for_agent(message)
	resend.send_again(message)
	return {"text": _("The message is on its way again.")}


@frappe.whitelist(methods=["POST"])
@logs.request
def send_anyway(message: str) -> dict[str, str]:
	"""Sends a reply that waited so long that it was held, with all its parts.

	Raises frappe.PermissionError for anyone but an agent who may reply to this customer in the ticket,
	frappe.ValidationError when somebody has decided already, or the window has closed.
	"""
	_message_for_agent(message)
	held.send_anyway(message)
	return {"text": _("The message is on its way again.")}


@frappe.whitelist(methods=["POST"])
@logs.request
def discard(message: str) -> dict[str, str]:
	"""Decides that a held reply is never sent. Raises what `send_anyway` raises, but for the window."""
	_message_for_agent(message)
	held.discard(message)
	return {"text": _("The message is discarded and is not sent.")}


@frappe.whitelist(methods=["POST"])
@logs.request
def check(message: str) -> dict[str, str]:
	"""Looks up whether WhatsApp has confirmed a message meanwhile; returns the current state in words."""
	_message_for_agent(message)
	return {"text": resend.check(message)}


def _message_for_agent(message: str) -> None:
	communication = frappe.db.get_value(MESSAGE, message, "communication")
	ticket = tickets.ticket_of(communication) if communication else None
	if not ticket:
		frappe.throw(_("This message is in no ticket."), frappe.DoesNotExistError)
	ticket_for_agent(ticket)


SWITCHED_OFF = (Obstacle.NO_CHANNEL, Obstacle.DEACTIVATED)


def _label(verdict: Verdict, now: datetime) -> str:
	if verdict.obstacle in SWITCHED_OFF:
		return _("WhatsApp · deactivated")
	if verdict.obstacle is Obstacle.META:
		return _("WhatsApp · cannot send")
	if verdict.waits_because:
		return _("WhatsApp · needs attention")
	if not (verdict.window_open and verdict.window_ends):
		return _("WhatsApp · window closed")
	minutes = int((verdict.window_ends - now).total_seconds() // 60)
	left = _("{0} h left").format(minutes // 60) if minutes >= 60 else _("{0} min left").format(minutes)
	return f"WhatsApp · {left}"


def _theme(verdict: Verdict) -> str:
	if verdict.obstacle in (*SWITCHED_OFF, Obstacle.META) or verdict.waits_because:
		return "red"
	return "green" if verdict.window_open else "orange"


def _where(target: str | None) -> list[str]:
	return [reply.merged_into(target)] if target else []


def _lines(verdict: Verdict, thread: ConversationRow) -> list[str]:
	"""The text of the dialog behind the label, one sentence per line."""
	customer = rows.one(CustomerRow, thread.customer) or CustomerRow("?", "?", profile_name="?")
	phone = shown_number(customer.phone)
	name = display_name(customer, frappe.session.user)
	who = f"{name} ({phone})" if phone else name
	lines = [_("Customer: {0}").format(who), _("Channel: {0}").format(thread.channel)]
	if verdict.reason:
		lines.append(_("Replies are refused: {0}").format(to_user(verdict.reason)))
	elif verdict.waits_because:
		lines.append(
			_("Replies wait until an administrator has looked at it: {0}").format(verdict.waits_because)
		)
	elif silence.concerns(thread.channel):
		lines.append(
			_("WhatsApp does not answer at this moment. Replies wait, and go out by themselves when it does.")
		)
	ends = verdict.window_ends
	until = frappe.utils.format_datetime(to_site(ends)) if ends else _("never opened")
	if verdict.window_open:
		lines.append(_("Free replies are possible until {0}.").format(until))
	else:
		lines.append(
			_("Free replies were possible until: {0}. They are again when the customer writes.").format(until)
		)
	if waiting := _count_waiting(thread.customer):
		lines.append(_("Messages on their way: {0}").format(waiting))
	return lines


def _count_waiting(customer: str) -> int:
	waiting = {"customer": customer, "direction": Direction.OUTGOING, "status": ["in", list(outbox.WAITING)]}
	return frappe.db.count(MESSAGE, waiting)


def _undelivered(ticket: str) -> list[dict[str, Any]]:
	"""Found by their Communications, which a split moves to another ticket, not by the ticket in which they were written."""
	communications = tickets.communications(ticket, sent_or_received="Sent")
	if not communications:
		return []
	undelivered = {
		"communication": ["in", communications],
		"status": ["in", list(UNDELIVERED)],
		"sent_again": 0,
		"origin": Origin.CLOUD_API,
	}
	replies: dict[tuple[str, str], list] = {}
	for row in rows.many(OutgoingRow, undelivered, "sequence, part"):
		# The parts of one reply fail together and are resent together.
		key = (row.status, row.communication if row.status in WHOLE else row.name)
		replies.setdefault(key, []).append(row)
	return [_as_undelivered(parts) for parts in replies.values()]


def _as_undelivered(parts: list[OutgoingRow]) -> dict[str, Any]:
	first = parts[0]
	return {
		"name": first.name,
		"text": "\n".join(part.text for part in parts),
		"reason": first.error,
		"status": first.status,
		"can_check": first.status == MessageStatus.UNCONFIRMED,
		"held": first.status == MessageStatus.HELD,
	}


def _missing_files(ticket: str) -> list[dict[str, str]]:
	"""Missing files of the ticket's messages that WhatsApp may still have, one entry per message."""
	communications = tickets.communications(ticket)
	shown = {"communication": ["in", communications or [""]]}
	written = dict(frappe.get_all(MESSAGE, shown, ["name", "message_timestamp"], as_list=True))
	found = {}
	for row in attachments.failed_in(list(written)):
		label = (
			f"{message_html.plain(Media(row.kind), _)} · {frappe.utils.format_datetime(written[row.parent])}"
		)
		until = frappe.utils.format_datetime(row.available_until)
		lines = [row.error, _("WhatsApp keeps the file until {0}.").format(until)]
		found.setdefault(row.parent, {"name": row.parent, "label": label, "reason": "\n".join(lines)})
	return list(found.values())
