"""One inbound message: from the item to the ticket, exactly once, in the order of its customer."""

from typing import Any

import frappe
from frappe import _

from whatsapp_channel import database
from whatsapp_channel.clock import to_site
from whatsapp_channel.cloud_api.webhook import InboundMessage, Item
from whatsapp_channel.conversations import communications, conversation, session, traces
from whatsapp_channel.conversations.customers import customer
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.inbound import gaps, identity, media
from whatsapp_channel.inbound.problems import ItemProblem
from whatsapp_channel.inbound.routing import Route, route
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules.text import readable


def file(item: Item) -> None:
	"""Files one message: customer, conversation, session, message row, Communication.

	Raises ItemProblem when it belongs to no active channel, and while its file is fetched. A message that is there already is left alone.
	"""
	message = item.message
	if not (message.sender_wa_id or message.sender_user_id):
		raise ItemProblem(_("The message names no sender. It is kept here and cannot be filed."), "Failed")
	if exists(message.id):
		return
	way = route(item.phone_number_id)
	if message.type == "system":
		identity.apply_system(way.account, message)
	quiet = traces.is_quiet(message)
	name = _customer(way, item)
	files = [] if quiet else media.fetched(way.account, name, item)

	def work(owner: str) -> None:
		if not exists(message.id):
			(_file_quiet if quiet else _file_locked)(item, way, owner, files)
			_note_gap(item)

	customer.under_lock(name, lambda: _customer(way, item), work)


def _customer(way: Route, item: Item) -> str:
	return customer.find_or_create(way.account, item.message, item.contact)


def exists(wamid: str) -> bool:
	"""Whether a message with this id is stored (design decision 3: a unique index decides, this only saves work)."""
	return bool(frappe.db.sql(f"select 1 from `tab{MESSAGE}` where wamid_key = %s", (wamid_key(wamid),)))


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
		direction="Incoming",
		at=message.timestamp,
	)
	stored = _insert(item, way, name, thread.conversation, session=counted, media=files)
	traces.catch_up(stored, wamid_key(message.id))
	if thread.new_ticket:
		words = readable.plain(message.content, _)
		ticket = tickets.create(row, way.channel, words)
		conversation.put_in_ticket(thread.conversation, ticket)
		communications.file_waiting(thread.conversation, ticket, row)
	elif thread.ticket:
		communications.file(stored, thread.conversation, thread.ticket, row)


def _insert(item: Item, way: Route, customer_name: str, conversation_name: str | None, **more: Any) -> str:
	message: InboundMessage = item.message
	return insert_row(
		{
			"direction": "Incoming",
			"status": "Received",
			"customer": customer_name,
			"channel": way.channel,
			"conversation": conversation_name,
			**columns(message, item.raw),
			**more,
		}
	)


def columns(message: InboundMessage, raw: Any) -> dict[str, Any]:
	"""What a message row says of the message itself, whoever sent it."""
	quoted = message.quoted_wamid
	return {
		"message_type": message.type[:140],
		"message_timestamp": to_site(message.timestamp),
		"text": message.text,
		"wamid": message.id,
		"wamid_key": wamid_key(message.id),
		"quoted_wamid": quoted,
		"quoted_key": wamid_key(quoted) if quoted else None,
		"payload": frappe.as_json(dict(raw)),
	}


def insert_row(values: dict[str, Any]) -> str:
	"""Inserts a message row with its files; returns its name."""
	return database.insert_row(MESSAGE, values)


def _note_gap(item: Item) -> None:
	"""Something refers to a message that nobody here has seen."""
	quoted = item.message.quoted_wamid
	if quoted and not exists(quoted):
		gaps.note_unknown(item.phone_number_id, quoted, item.message.type, item.message.timestamp)
