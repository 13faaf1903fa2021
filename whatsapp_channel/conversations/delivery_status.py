"""The delivery status of outgoing messages. Only this module changes it (ADR 0005)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
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
	values = {"status": MessageStatus.ACCEPTED, "error": None, "error_code": 0, "meta_error": None}
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


def fail(
	name: str, reason: str, *, code: int | None, words: str | None = None, at: datetime | None = None
) -> None:
	"""The message will not arrive: shows the reason to the agents, once, and fails the parts behind it as well.

	`words`: what Meta said, for administrators; `at` in the site's time.
	"""
	values = {
		"status": MessageStatus.FAILED,
		"error": reason,
		"error_code": code or 0,
		"meta_error": words,
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
	_tell(message, _('WhatsApp message "{0}" was not delivered. {1}'), reason)


def correct(name: str, reason: str, *, code: int | None, words: str | None) -> None:
	"""Meta has told more about a failure. Agents hear of it where the reason is another than the one they know."""
	message = rows.one(StatusRow, name)
	known = frappe.db.get_value(MESSAGE, name, "error")
	values = {"meta_error": words}
	is_another = (code or 0) != (message.error_code or 0)
	if is_another:
		values |= {"error": reason, "error_code": code or 0}
	if not change(name, values, only_from=(MessageStatus.FAILED,)) or not is_another:
		return
	for part in _failed_with(message, known):
		change(part, {"error": reason}, only_from=(MessageStatus.FAILED,))
	_tell(message, _('WhatsApp now says why the message "{0}" was not delivered. {1}'), reason)


def _failed_with(message: StatusRow, reason: str | None) -> list[str]:
	"""The later parts of a reply that failed because of this one."""
	if not (message.communication and reason):
		return []
	rest = {"communication": message.communication, "status": MessageStatus.FAILED, "error": reason}
	return frappe.get_all(MESSAGE, {**rest, "attempts": 0, "sent_again": 0}, pluck="name")


def arrive_after_all(name: str) -> None:
	"""Meta has taken back that a message failed: agents must not act on what they were told."""
	message = rows.one(StatusRow, name)
	if not message.communication:
		return
	first_response.restore(message.communication)
	text = _('WhatsApp message "{0}" arrived after all: what was said about its failure no longer holds. {1}')
	_tell(message, text, " ".join(_what_follows(message)))


def _what_follows(message: StatusRow) -> Iterator[str]:
	if frappe.db.get_value(MESSAGE, message.name, "sent_again"):
		yield _("It was sent again meanwhile, so the customer may have it twice.")
	behind = {"communication": message.communication, "status": MessageStatus.FAILED, "sent_again": 0}
	if frappe.db.exists(MESSAGE, behind):
		yield _("Other parts of this reply were not sent: send them again, or write to the customer anew.")


def _tell(message: StatusRow, text: str, more: str) -> None:
	"""An internal remark about a message in the ticket in which agents see it; `text` with places for its beginning and
	for `more`."""
	ticket = tickets.ticket_of(message.communication) if message.communication else None
	if ticket:
		start = (frappe.db.get_value(MESSAGE, message.name, "text") or "")[:80]
		tickets.note(ticket, text.format(start, more).strip())


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


# Agents have to see that such a reply did not go out.
NOT_SENT = frozenset({MessageStatus.FAILED, MessageStatus.HELD, MessageStatus.DISCARDED})


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
	if NOT_SENT & set(states):
		return Badge.ERROR
	if {MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNCONFIRMED} & set(states):
		return Badge.SENDING
	if states and set(states) <= {MessageStatus.READ, MessageStatus.PLAYED}:
		return Badge.READ
	return Badge.SENT
