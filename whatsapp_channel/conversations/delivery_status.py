"""The delivery status of outgoing messages. Only this module changes it (ADR 0005)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import frappe
from frappe import _

from whatsapp_channel import rows
from whatsapp_channel.clock import site_now, to_site
from whatsapp_channel.conversations import conversation, messages, session, traces
from whatsapp_channel.conversations.conversation_rows import StatusRow
from whatsapp_channel.database import plain_values, set_value
from whatsapp_channel.doctypes import CHANNEL, CONVERSATION, MESSAGE
from whatsapp_channel.helpdesk import badges, first_response, tickets
from whatsapp_channel.helpdesk.badges import Badge
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules.messaging import window
from whatsapp_channel.rules.messaging.message_status import MessageStatus, replaceable_by
from whatsapp_channel.rules.messaging.session_rules import Direction


def change(name: str, values: dict[str, Any], *, only_from: Iterable[str]) -> bool:
	"""Changes a message only if its status is one of `only_from`, in one statement; returns whether it did."""
	values = plain_values(MESSAGE, values)
	assignments = ", ".join(f"`{field}` = %s" for field in values)
	allowed = tuple(only_from)
	marks = ", ".join(["%s"] * len(allowed))
	frappe.db.sql(
		f"update `tab{MESSAGE}` set {assignments}, modified = %s where name = %s and status in ({marks})",
		(*values.values(), site_now(), name, *allowed),
	)
	return bool(frappe.db._cursor.rowcount)


def accept(name: str, *, wamid: str, at: datetime) -> None:
	"""Records that Meta accepted the message: counts it in its session and stores its id. Idempotent."""
	messages.under_lock(StatusRow, name, lambda message: _accept(message, wamid, at))


def _accept(message: StatusRow, wamid: str, at: datetime) -> None:
	if not message.session:
		key = wamid_key(frappe.db.get_value(CHANNEL, message.channel, "number"), wamid)
		_count(message, {"wamid": wamid, "wamid_key": key}, at)
		traces.apply_pending(message.name, key)
	values = {"status": MessageStatus.ACCEPTED, "error": None, "error_code": 0}
	change(message.name, values, only_from=_replaceable(MessageStatus.ACCEPTED))
	show(message.communication)


def _count(message: StatusRow, ids: dict[str, str], at: datetime) -> None:
	channel = frappe.db.get_value(CONVERSATION, message.conversation, "channel")
	counted = session.record(
		customer=message.customer,
		number=frappe.db.get_value(CHANNEL, channel, "number"),
		conversation=message.conversation,
		direction=Direction.OUTGOING,
		at=at,
		window_open=window.is_open(conversation.window_ends(message.customer, channel), at),
	)
	values = {"session": counted, "accepted_on": to_site(at)}
	if not message.wamid_key:  # a key without an id means erased; the id contains the number
		values |= ids
	set_value(MESSAGE, message.name, values)


def _replaceable(new: MessageStatus) -> list[str]:
	return list(replaceable_by(new))


def fail(name: str, reason: str, *, code: int | None, at: datetime | None = None) -> None:
	"""Records that the message failed: shows the reason to the agents, once, and fails the later parts of the reply too."""
	values = {
		"status": MessageStatus.FAILED,
		"error": reason,
		"error_code": code or 0,
		"failed_on": at or site_now(),
		"next_attempt": None,
	}
	if not change(name, values, only_from=_replaceable(MessageStatus.FAILED)):
		return
	message = rows.one(StatusRow, name)
	_fail_rest(message, reason)
	show(message.communication)
	if message.communication:
		first_response.take_back(message.communication)
	ticket = tickets.ticket_of(message.communication) if message.communication else None
	if ticket:
		start = (frappe.db.get_value(MESSAGE, name, "text") or "")[:80]
		tickets.note(ticket, _('WhatsApp message "{0}" was not delivered. {1}').format(start, reason))


def _fail_rest(message: StatusRow, reason: str) -> None:
	"""Fails the later parts of a reply, which make no sense without the beginning; *Send again* sends all of them."""
	if not message.communication:
		return
	rest = frappe.get_all(
		MESSAGE, {"communication": message.communication, "status": MessageStatus.QUEUED}, pluck="name"
	)
	for name in rest:
		values = {"status": MessageStatus.FAILED, "error": reason, "failed_on": site_now()}
		change(name, values, only_from=(MessageStatus.QUEUED,))


def show(communication: str | None) -> None:
	"""Shows the status of a reply's messages in the ticket."""
	show_all({communication})


def show_all(communications: Collection[str | None]) -> None:
	"""The same for several replies at once."""
	wanted = tuple(name for name in communications if name)
	if not wanted:
		return
	states: dict[str, list[str]] = {name: [] for name in wanted}
	query = f"select communication, status from `tab{MESSAGE}` where communication in %s and sent_again = 0"
	for communication, status in frappe.db.sql(query, (wanted,)):
		states[communication].append(status)
	badges.show({name: delivery_status(found) for name, found in states.items()})


def refresh(communication: str | None) -> None:
	"""Updates the open page of a message's ticket, for a change that does not change the badge."""
	if ticket := communication and tickets.ticket_of(communication):
		tickets.publish_update(ticket)


def delivery_status(states: Sequence[str]) -> Badge:
	"""Helpdesk's badge for the messages of one reply: that of the least advanced message."""
	if MessageStatus.FAILED in states:
		return Badge.ERROR
	if {MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNCONFIRMED} & set(states):
		return Badge.SENDING
	if states and set(states) <= {MessageStatus.READ, MessageStatus.PLAYED}:
		return Badge.READ
	return Badge.SENT
