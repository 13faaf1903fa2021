"""Traces (reactions, edits and deletions): stored as messages of their own, shown at the message that they refer to.

They open neither a ticket nor the window (ADR 0031), because they need no reply.
"""

import frappe
from frappe import _

from whatsapp_channel import rows
from whatsapp_channel.clock import to_site, to_utc
from whatsapp_channel.cloud_api.content import Unsupported
from whatsapp_channel.cloud_api.webhook_objects import InboundMessage
from whatsapp_channel.conversations import communications
from whatsapp_channel.conversations.conversation_rows import MessageRow
from whatsapp_channel.database import plain_values, set_value
from whatsapp_channel.doctypes import CONVERSATION, MESSAGE
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.rules.messaging.session_rules import Direction
from whatsapp_channel.rules.messaging.trace_rules import Event, Traces, UnseenChange, fold, unseen

EVENTS = frozenset({"reaction", "edit", "revoke"})
# Events about a message or an account, and opening the chat, are not messages of the customer.
QUIET_TYPES = EVENTS | {"system", "request_welcome"}
# Of the types that the Cloud API does not support, these refer to an earlier message too (Meta: unsupported.type).
QUIET_UNSUPPORTED = frozenset({"edit", "reaction", "revoke", "keep_in_chat", "pin", "poll_update"})


def is_quiet(message: InboundMessage) -> bool:
	"""Whether a message opens neither ticket nor window."""
	content = message.content
	if isinstance(content, Unsupported):
		return content.kind in QUIET_UNSUPPORTED
	return message.type in QUIET_TYPES


def unseen_change(message: InboundMessage, direction: str) -> UnseenChange | None:
	"""An edit or a deletion of which Meta tells that it happened, and no more."""
	kind = message.content.kind if isinstance(message.content, Unsupported) else None
	return unseen(kind, outgoing=direction == Direction.OUTGOING) if kind else None


def note_unseen(
	change: UnseenChange, customer: str, conversation: str | None, quoted_key: str | None
) -> None:
	"""Leaves a remark where agents see the changed message, or where its conversation is handled: they answer a text that
	no longer stands. Opens nothing, and leaves nothing where there is no ticket.
	"""
	about = rows.first(MessageRow, {"wamid_key": quoted_key, "customer": customer}) if quoted_key else None
	place = tickets.ticket_of(about.communication) if about and about.communication else None
	if not place and conversation:
		state = tickets.state(frappe.db.get_value(CONVERSATION, conversation, "ticket"))
		place = state.name if state else None
	if not place:
		return
	words = (about.text or "")[:80] if about else ""
	tickets.note(place, _(change.named).format(words) if words else _(change.unnamed))


def apply_event(customer: str, quoted_key: str) -> None:
	"""Applies a stored trace to the message that it refers to, if that is known. Idempotent.

	The caller holds the customer's lock.
	"""
	found = rows.first(MessageRow, {"wamid_key": quoted_key, "customer": customer})
	if found:
		_apply(found, quoted_key)


def apply_pending(name: str, wamid_key: str) -> None:
	"""Applies the traces that arrived before this message. The caller holds the customer's lock."""
	if _events_of(wamid_key):
		_apply(rows.one(MessageRow, name), wamid_key)


def _events_of(wamid_key: str) -> list[MessageRow]:
	return rows.where(
		MessageRow,
		"quoted_key = %s and message_type in %s order by message_timestamp, creation",
		(wamid_key, tuple(EVENTS)),
	)


def _apply(message: MessageRow, wamid_key: str) -> None:
	events = [
		Event(row.message_type, to_utc(row.message_timestamp), row.text, row.direction)
		for row in _events_of(wamid_key)
		if row.customer == message.customer and _may(row, message)
	]
	traces = fold(events)
	values = plain_values(MESSAGE, _values(message, traces))
	if all((getattr(message, field) or None) == (value or None) for field, value in values.items()):
		return
	set_value(MESSAGE, message.name, values)
	if message.communication:
		communications.render(message.communication)
		if any(getattr(message, field) != values.get(field) for field in ("revoked_on", "edited_on")):
			_tell_merged(message, traces)


def _may(event: MessageRow, message: MessageRow) -> bool:
	"""Whether the trace's author may do this: both sides can react, only the author of a message can edit or delete it."""
	return event.message_type == "reaction" or event.direction == message.direction


def _values(message: MessageRow, traces: Traces) -> dict:
	values = {
		"reaction": traces.reaction,
		"revoked_on": to_site(traces.revoked_at) if traces.revoked_at else None,
		"edited_on": to_site(traces.edited_at) if traces.edited_at else None,
	}
	if traces.text is not None:
		original = message.original_text if message.edited_on else communications.own_words(message)
		values |= {"text": traces.text, "original_text": original}
	return values


def _tell_merged(message: MessageRow, traces: Traces) -> None:
	"""Adds a note to the target of a merge: it has a copy of the message, and the original is no longer read."""
	target = tickets.merged_into(message.communication)
	if not target:
		return
	start = (message.original_text or message.text or "")[:80]
	if traces.revoked_at:
		tickets.note(target, _('The WhatsApp message "{0}" was deleted by its sender.').format(start))
	elif traces.text is not None:
		words = _('The WhatsApp message "{0}" was edited by its sender. It now says: {1}')
		tickets.note(target, words.format(start, traces.text))
