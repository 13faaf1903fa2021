"""Files an inbound message: from the item to the ticket, exactly once, in order per customer."""

import frappe

from whatsapp_channel.cloud_api.webhook_parser import Item
from whatsapp_channel.conversations import communications, conversation, messages, session, unfiled_messages
from whatsapp_channel.conversations.customers import customer
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.inbound import filing, gaps, identity_changes
from whatsapp_channel.inbound.filing import Arrival
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.inbound.routing import route
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.session_rules import Direction
from whatsapp_channel.rules.text import message_html
from whatsapp_channel.sentences import Sentence, _


def file(item: Item) -> None:
	"""Files one message: customer, conversation, session, message row, Communication.

	Raises ItemError without an active channel, and while its file is being downloaded. A message that exists is left alone.
	"""
	message = item.message
	if not (message.sender_wa_id or message.sender_user_id):
		raise ItemError(
			Sentence(_("The message names no sender. It is kept here and cannot be filed.")), ItemState.FAILED
		)
	if messages.exists(item.phone_number_id, message.id):
		return
	way = route(item.phone_number_id)
	if message.type == "system":
		identity_changes.apply_system(way.account, message)
	filing.file(
		item,
		way,
		whose=lambda: customer.find_or_create(way.account, message, item.contact),
		says={"direction": Direction.INCOMING, "status": MessageStatus.RECEIVED},
		check=lambda _name: None,
		work=_file,
	)


def _file(found: Arrival, quiet: bool) -> None:
	if quiet:
		latest = conversation.current(found.customer, found.way.channel)
		found.file_quiet(latest.name if latest else None)
	else:
		_file_locked(found)
	_note_gap(found.item)


def _file_locked(found: Arrival) -> None:
	item, way, name = found.item, found.way, found.customer
	message = item.message
	row = customer.refresh(name, message, item.contact)
	quoted = wamid_key(way.number, message.quoted_wamid) if message.quoted_wamid else None
	thread = conversation.thread_for(name, way.channel, message.timestamp, quoted)
	conversation.note_inbound(thread, message.timestamp)
	counted = session.record(
		customer=name,
		number=way.number,
		conversation=thread.conversation,
		direction=Direction.INCOMING,
		at=message.timestamp,
	)
	stored = found.insert(thread.conversation, session=counted, media=found.files)
	found.apply_pending(stored)
	if thread.new_ticket:
		words = message_html.plain(message.content, frappe._)
		ticket = tickets.create(row, way.channel, words)
		conversation.put_in_ticket(thread.conversation, ticket)
		unfiled_messages.file_waiting(thread.conversation, ticket, row)
	elif thread.ticket:
		communications.file(stored, thread.conversation, thread.ticket, row)


def _note_gap(item: Item) -> None:
	"""Records a sign if the message refers to an unknown one."""
	quoted = item.message.quoted_wamid
	if quoted and not messages.exists(item.phone_number_id, quoted):
		gaps.note_unknown(item.phone_number_id, quoted, item.message.type, item.message.timestamp)
