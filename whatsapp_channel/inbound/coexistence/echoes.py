"""What colleagues write in the WhatsApp Business app on a phone, beside this channel.

Source: Meta's webhook reference `smb_message_echoes` and its page on coexistence: such messages are free, and neither
open nor prolong the 24-hour window. So there is no session to count them in.
"""

from datetime import datetime, timedelta
from typing import Any

import frappe

from whatsapp_channel import rows
from whatsapp_channel.clock import site_now, to_site, to_utc, utc_now
from whatsapp_channel.cloud_api.webhook import ContactCard, InboundMessage, Item
from whatsapp_channel.conversations import business_app, messages, traces
from whatsapp_channel.conversations.customers import customer
from whatsapp_channel.conversations.customers.owners import Ids
from whatsapp_channel.conversations.rows import ConversationRow, CustomerRow
from whatsapp_channel.database import set_value
from whatsapp_channel.doctypes import CONVERSATION, MESSAGE
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.inbound.media import fetching
from whatsapp_channel.inbound.problems import ItemProblem, ItemState
from whatsapp_channel.inbound.routing import Route, route
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules.messaging.conversation_state import ConversationState
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.origin import Origin
from whatsapp_channel.rules.messaging.session import Direction
from whatsapp_channel.words import Sentence, _

# How long a message of ours may be on its way to Meta before nobody waits any more for its id.
ON_ITS_WAY = timedelta(seconds=60)
LOOK_AGAIN = timedelta(seconds=5)


def file(item: Item) -> None:
	"""Files one message of the app: customer, conversation, message row, and a Communication where there is a ticket.

	Opens no ticket, no session and no window, and never opens a closed ticket again. Raises ItemProblem when it belongs
	to no active channel, and while its file is fetched. A message that is there already, also one that we sent, is left alone.
	"""
	echo = item.message
	if echo.group_id:
		raise ItemProblem(Sentence(_("Messages in WhatsApp groups are not handled.")), ItemState.DROPPED)
	if not (echo.recipient_wa_id or echo.recipient_user_id):
		text = _("The message of the WhatsApp Business app names no recipient. It is kept here.")
		raise ItemProblem(Sentence(text), ItemState.FAILED)
	if messages.exists(echo.id):
		return
	way = route(item.phone_number_id)
	name = _customer(way, item)
	_wait_for_our_own(name, echo)
	quiet = traces.is_quiet(echo)
	files = [] if quiet else fetching.fetched(way.account, name, item)

	def work(owner: str) -> None:
		if not messages.exists(echo.id):
			(_file_quiet if quiet else _file_locked)(item, way, owner, files)

	customer.under_lock(name, lambda: _customer(way, item), work)


def _customer(way: Route, item: Item) -> str:
	echo = item.message
	ids = Ids(echo.recipient_wa_id, echo.recipient_user_id)
	return customer.for_ids(way.account, ids, echo.timestamp, _card(item))


def _card(item: Item) -> ContactCard | None:
	"""The recipient's card; the only one in a delivery may as well be that of the business."""
	card, echo = item.contact, item.message
	ids = {echo.recipient_wa_id, echo.recipient_user_id} - {None}
	return card if card and {card.wa_id, card.user_id} & ids else None


def _wait_for_our_own(name: str, echo: InboundMessage) -> None:
	"""An echo may overtake Meta's answer to our own request, and the message would be filed twice: its id is not
	known yet. Raises ItemProblem for a moment's patience."""
	sending = {
		"customer": name,
		"direction": Direction.OUTGOING,
		"status": MessageStatus.SENDING,
		"text": echo.text,
		"last_attempt": [">", site_now() - ON_ITS_WAY],
	}
	if echo.text and frappe.db.exists(MESSAGE, sending):
		text = _("Waits until it is known whether this is a reply that is just being sent.")
		raise ItemProblem(Sentence(text), ItemState.PENDING, retry_at=utc_now() + LOOK_AGAIN)


def _file_quiet(item: Item, way: Route, name: str, _files: list[dict[str, Any]]) -> None:
	"""The colleague reacted, or changed or deleted a message of his own."""
	latest = _running(name, way.channel)
	_insert(item, way, name, latest.name if latest else None)
	quoted = item.message.quoted_wamid
	if quoted and item.message.type in traces.EVENTS:
		traces.about(name, wamid_key(quoted))


def _file_locked(item: Item, way: Route, name: str, files: list[dict[str, Any]]) -> None:
	echo = item.message
	thread = _running(name, way.channel) or _open(name, way.channel, echo.timestamp)
	stored = _insert(item, way, name, thread.name, media=files, accepted_on=to_site(echo.timestamp))
	_note(thread, echo.timestamp)
	traces.catch_up(stored, wamid_key(echo.id))
	ticket = tickets.state(thread.ticket)
	if ticket:
		business_app.file(stored, ticket.name, rows.one(CustomerRow, name), closed=ticket.is_resolved)


def _running(name: str, channel: str) -> ConversationRow | None:
	"""The customer's newest conversation that has not ended."""
	running = {"customer": name, "channel": channel, "state": ["!=", ConversationState.ENDED]}
	return rows.first(ConversationRow, running, "opened_at desc, creation desc")


def _open(name: str, channel: str, at: datetime) -> ConversationRow:
	"""The colleague wrote first: what the customer answers belongs here, and opens the ticket by the channel's rule."""
	values = {
		"doctype": CONVERSATION,
		"customer": name,
		"channel": channel,
		"state": ConversationState.RESPONDED,
		"opened_at": to_site(at),
	}
	return rows.one(ConversationRow, frappe.get_doc(values).insert(ignore_permissions=True).name)


def _note(thread: ConversationRow, at: datetime) -> None:
	"""Nobody waits for an answer any more, unless the customer has written since."""
	values = {"last_outbound": to_site(max(filter(None, (to_utc(thread.last_outbound), at))))}
	asked = to_utc(thread.last_inbound)
	if not asked or at >= asked:
		values["state"] = ConversationState.RESPONDED
	set_value(CONVERSATION, thread.name, values)


def _insert(item: Item, way: Route, name: str, conversation: str | None, **more: Any) -> str:
	return messages.insert_row(
		{
			"direction": Direction.OUTGOING,
			"origin": Origin.BUSINESS_APP,
			"status": MessageStatus.ACCEPTED,
			"customer": name,
			"channel": way.channel,
			"conversation": conversation,
			**messages.columns(item.message, item.raw),
			**more,
		}
	)
