"""Imports messages from before the number was connected (Meta: coexistence, webhook `history`).

A delivery may contain thousands of messages, so each takes one statement, and they go into one ended conversation per
customer and channel. They create no ticket, session, window or Communication.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe

from whatsapp_channel import rows
from whatsapp_channel.clock import to_site, utc_now
from whatsapp_channel.cloud_api.content import ErrorObject, Media
from whatsapp_channel.cloud_api.payload import object_of
from whatsapp_channel.cloud_api.webhook_parser import Item, problem_with_time
from whatsapp_channel.conversations import messages, traces
from whatsapp_channel.conversations.conversation_rows import ConversationRow, MessageRow
from whatsapp_channel.conversations.customers import customer
from whatsapp_channel.conversations.customers.identities import Ids
from whatsapp_channel.database import insert_unless_there, set_value
from whatsapp_channel.doctypes import CONVERSATION, MESSAGE
from whatsapp_channel.inbound.coexistence import history_media
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.inbound.routing import Route, route
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules.messaging.coexistence import is_of, past_status
from whatsapp_channel.rules.messaging.conversation_state import ConversationState
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.origin import Origin
from whatsapp_channel.rules.messaging.session_rules import Direction
from whatsapp_channel.sentences import Sentence, _
from whatsapp_channel.translate import to_user

DECLINED = 2593109


@dataclass(frozen=True, slots=True)
class PastMessage:
	"""An imported message; `key` is the key of its wamid."""

	item: Item
	key: str
	outgoing: bool

	@property
	def at(self) -> datetime:
		"""When it was written, in UTC."""
		return self.item.message.timestamp

	@property
	def event_on(self) -> str | None:
		"""The key of the message that this one edits, deletes or reacts to, if any."""
		found = self.item.message
		if not found.quoted_wamid or found.type not in traces.EVENTS:
			return None
		return wamid_key(self.item.phone_number_id, found.quoted_wamid)


def file(item: Item) -> None:
	"""Files one imported message. Raises ItemError without an active channel or a customer.

	A message that exists already, for example because it arrived live, is left alone, except that a missing file is added.
	"""
	_check(item)
	way = route(item.phone_number_id)
	_file_thread(way, item.peer, [_past(item)])


def file_all(items: Sequence[Item]) -> list[Item]:
	"""Files a group of messages, those of one customer in one transaction. Returns the items that have to be processed one by
	one, which then report their error. After any other error the group or its items may be processed again."""
	alone: list[Item] = []
	threads: dict[tuple[str | None, str], list[Item]] = {}
	for item in items:
		if _is_plain(item):
			threads.setdefault((item.phone_number_id, item.peer), []).append(item)
		else:
			alone.append(item)
	for (number, peer), thread in threads.items():
		try:
			way = route(number)
		except ItemError:
			alone.extend(thread)
			continue
		_file_thread(way, peer, [_past(item) for item in thread])
	return alone


def _is_plain(item: Item) -> bool:
	found = item.message
	if item.problem or not found or not item.peer or found.group_id:
		return False
	return not problem_with_time(found.timestamp, utc_now())


def declined(error: ErrorObject) -> Sentence | None:
	"""What an administrator can do if the business declined to share its history; None for other errors."""
	if error.code != DECLINED:
		return None
	return Sentence(
		_(
			"Earlier messages are not copied: sharing them was declined in the WhatsApp Business app. New messages arrive as usual. To share the history after all, disconnect the number in the app and connect it again."
		)
	)


def _check(item: Item) -> None:
	if item.message.group_id:
		raise ItemError(Sentence(_("Messages in WhatsApp groups are not handled.")), ItemState.DROPPED)
	if not item.peer:
		raise ItemError(
			Sentence(_("This past message names no customer. It is kept here and cannot be filed.")),
			ItemState.FAILED,
		)


def _past(item: Item) -> PastMessage:
	"""The imported message. Any sender other than the thread's customer is the business, in whatever spelling."""
	sender = item.message.sender_wa_id
	outgoing = (bool(sender) and not is_of(sender, item.peer)) or _context(item).get("from_me") is True
	return PastMessage(item, wamid_key(item.phone_number_id, item.message.id), outgoing)


def _context(item: Item) -> Mapping[str, Any]:
	return object_of(item.raw, "history_context")


def _file_thread(way: Route, peer: str, thread: Sequence[PastMessage]) -> None:
	"""Files messages of one customer, in a transaction if any are new."""
	known = _known([past.key for past in thread])
	for past in thread:
		if past.key in known and isinstance(past.item.message.content, Media):
			history_media.complete(known[past.key], past.item)
	fresh = list({past.key: past for past in thread if past.key not in known}.values())
	if not fresh:
		return

	def owner() -> str:
		return _customer(way, peer, fresh[0].item)

	customer.under_lock(owner(), owner, lambda name: _file_past(name, way, fresh))


def _known(keys: Sequence[str]) -> dict[str, MessageRow]:
	return {row.wamid_key: row for row in rows.many(MessageRow, {"wamid_key": ["in", list(keys)]})}


def _customer(way: Route, peer: str, item: Item) -> str:
	"""The customer of the chat, whoever wrote this message."""
	found, card = item.message, item.contact
	user_id = found.sender_user_id if found.sender_wa_id == peer else found.recipient_user_id
	own_card = card if card and card.wa_id == peer else None
	return customer.for_ids(way.account, Ids(peer, user_id), found.timestamp, own_card)


def _file_past(name: str, way: Route, fresh: Sequence[PastMessage]) -> None:
	conversation = _conversation(name, way.channel, fresh)
	_show_traces(name, [past for past in fresh if _insert(past, name, way.channel, conversation)])


def _conversation(name: str, channel: str, fresh: Sequence[PastMessage]) -> str:
	"""The customer's conversation for imported messages, created or extended to the times of these messages."""
	first, last = to_site(min(past.at for past in fresh)), to_site(max(past.at for past in fresh))
	found = rows.where(
		ConversationRow,
		f"""customer = %s and channel = %s and state = '{ConversationState.ENDED}' and window_ends is null and exists (
		select 1 from `tab{MESSAGE}` message
		where message.conversation = `tab{CONVERSATION}`.name and message.origin = %s) limit 1""",
		(name, channel, Origin.HISTORY),
	)
	if not found:
		place = {"doctype": CONVERSATION, "customer": name, "channel": channel}
		values = {**place, "state": ConversationState.ENDED, "opened_at": first, "ended_at": last}
		return frappe.get_doc(values).insert(ignore_permissions=True).name
	row = found[0]
	if first < row.opened_at or last > row.ended_at:
		values = {"opened_at": min(first, row.opened_at), "ended_at": max(last, row.ended_at)}
		set_value(CONVERSATION, row.name, values, update_modified=False)
	return row.name


def is_of_the_past(conversation: str) -> bool:
	"""Whether a conversation has imported messages: it is read-only, and never continued or linked to a ticket."""
	return bool(frappe.db.exists(MESSAGE, {"conversation": conversation, "origin": Origin.HISTORY}))


def _insert(past: PastMessage, name: str, channel: str, conversation: str) -> bool:
	"""Inserts the row; False if the message has just arrived live, by the unique key of its id.

	It uses SQL, because thousands of Documents would cost more than the work itself.
	"""
	found = past.item.message
	status = past_status(_context(past.item).get("status"), outgoing=past.outgoing)
	row = {
		"name": past.key[:20],
		"direction": Direction.OUTGOING if past.outgoing else Direction.INCOMING,
		"origin": Origin.HISTORY,
		"status": status.value,
		"error": _not_delivered() if status is MessageStatus.FAILED else None,
		"customer": name,
		"channel": channel,
		"conversation": conversation,
		**messages.columns(past.item.phone_number_id, found, past.item.raw),
	}
	if not insert_unless_there(MESSAGE, row):
		return False
	if isinstance(found.content, Media):
		history_media.note(row["name"], found.content)
	return True


def _not_delivered() -> str:
	return to_user(_("The WhatsApp Business app could not deliver this message."))


def _show_traces(name: str, fresh: Sequence[PastMessage]) -> None:
	"""Applies traces among these messages, and traces that arrived before their message."""
	for key in dict.fromkeys(past.event_on for past in fresh if past.event_on):
		traces.apply_event(name, key)
	plain = {past.key for past in fresh if not past.event_on}
	for key in _with_events(plain):
		traces.apply_pending(key[:20], key)


def _with_events(keys: Iterable[str]) -> list[str]:
	about = {"quoted_key": ["in", sorted(keys)], "message_type": ["in", sorted(traces.EVENTS)]}
	return frappe.get_all(MESSAGE, about, pluck="quoted_key", distinct=True, order_by=None)
