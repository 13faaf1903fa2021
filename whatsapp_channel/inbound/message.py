"""One inbound message: from the item to the ticket, exactly once, in the order of its customer."""

from typing import Any

from whatsapp_channel.cloud_api.webhook import InboundMessage, Item
from whatsapp_channel.conversations import communications, conversation, filing, messages, session, traces
from whatsapp_channel.conversations.customers import customer
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.inbound import gaps, identity
from whatsapp_channel.inbound.media import fetching
from whatsapp_channel.inbound.problems import ItemProblem, ItemState
from whatsapp_channel.inbound.routing import Route, route
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.session import Direction
from whatsapp_channel.rules.text import readable
from whatsapp_channel.words import Sentence, _


def file(item: Item) -> None:
	"""Files one message: customer, conversation, session, message row, Communication.

	Raises ItemProblem when it belongs to no active channel, and while its file is fetched. A message that is there already is left alone.
	"""
	message = item.message
	if not (message.sender_wa_id or message.sender_user_id):
		raise ItemProblem(
			Sentence(_("The message names no sender. It is kept here and cannot be filed.")), ItemState.FAILED
		)
	if messages.exists(message.id):
		return
	way = route(item.phone_number_id)
	if message.type == "system":
		identity.apply_system(way.account, message)
	quiet = traces.is_quiet(message)
	name = _customer(way, item)
	files = [] if quiet else fetching.fetched(way.account, name, item)

	def work(owner: str) -> None:
		if not messages.exists(message.id):
			(_file_quiet if quiet else _file_locked)(item, way, owner, files)
			_note_gap(item)

	customer.under_lock(name, lambda: _customer(way, item), work)


def _customer(way: Route, item: Item) -> str:
	return customer.find_or_create(way.account, item.message, item.contact)


def _file_quiet(item: Item, way: Route, name: str, _files: list[dict[str, Any]]) -> None:
	latest = conversation.current(name, way.channel)
	_insert(item, way, name, latest.name if latest else None)
	if item.message.quoted_wamid and item.message.type in traces.EVENTS:
		traces.about(name, wamid_key(item.message.quoted_wamid))


def _file_locked(item: Item, way: Route, name: str, files: list[dict[str, Any]]) -> None:
	message = item.message
	row = customer.refresh(name, message, item.contact)
	quoted = wamid_key(message.quoted_wamid) if message.quoted_wamid else None
	thread = conversation.thread_for(name, way.channel, message.timestamp, quoted)
	conversation.note_inbound(thread, message.timestamp)
	counted = session.record(
		customer=name,
		number=way.number,
		conversation=thread.conversation,
		direction=Direction.INCOMING,
		at=message.timestamp,
	)
	stored = _insert(item, way, name, thread.conversation, session=counted, media=files)
	traces.catch_up(stored, wamid_key(message.id))
	if thread.new_ticket:
		words = readable.plain(message.content, _)
		ticket = tickets.create(row, way.channel, words)
		conversation.put_in_ticket(thread.conversation, ticket)
		filing.file_waiting(thread.conversation, ticket, row)
	elif thread.ticket:
		communications.file(stored, thread.conversation, thread.ticket, row)


def _insert(item: Item, way: Route, customer_name: str, conversation_name: str | None, **more: Any) -> str:
	message: InboundMessage = item.message
	return messages.insert_row(
		{
			"direction": Direction.INCOMING,
			"status": MessageStatus.RECEIVED,
			"customer": customer_name,
			"channel": way.channel,
			"conversation": conversation_name,
			**messages.columns(message, item.raw),
			**more,
		}
	)


def _note_gap(item: Item) -> None:
	"""Something refers to a message that nobody here has seen."""
	quoted = item.message.quoted_wamid
	if quoted and not messages.exists(quoted):
		gaps.note_unknown(item.phone_number_id, quoted, item.message.type, item.message.timestamp)
