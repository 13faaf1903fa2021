"""Echoes: messages that colleagues write in the WhatsApp Business app on the same number.

Source: Meta's webhook reference `smb_message_echoes` and its page on coexistence: such messages are free and do not open or
extend the 24-hour window, so no session counts them.
"""

from datetime import datetime, timedelta

import frappe

from whatsapp_channel import rows
from whatsapp_channel.clock import site_now, to_site, to_utc, utc_now
from whatsapp_channel.cloud_api.webhook_parser import ContactCard, InboundMessage, Item
from whatsapp_channel.conversations import business_app, messages
from whatsapp_channel.conversations.conversation_rows import ConversationRow, CustomerRow
from whatsapp_channel.conversations.customers import customer
from whatsapp_channel.conversations.customers.identities import Ids
from whatsapp_channel.database import set_value
from whatsapp_channel.doctypes import CONVERSATION, MESSAGE
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.inbound import filing
from whatsapp_channel.inbound.filing import Arrival
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.inbound.routing import Route, route
from whatsapp_channel.rules.messaging.conversation_state import ConversationState
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.origin import Origin
from whatsapp_channel.rules.messaging.session_rules import Direction
from whatsapp_channel.sentences import Sentence, _

# How long an echo waits for the id of a message that we are sending to Meta.
ON_ITS_WAY = timedelta(seconds=60)
LOOK_AGAIN = timedelta(seconds=5)


def file(item: Item) -> None:
	"""Files one message of the app: customer, conversation, message row, and a Communication where there is a ticket.

	Opens no ticket, session or window, and never reopens a ticket. Raises ItemError without an active channel, and while its
	file is being downloaded. A message that exists already, including one that we sent, is left alone.
	"""
	echo = item.message
	if echo.group_id:
		raise ItemError(Sentence(_("Messages in WhatsApp groups are not handled.")), ItemState.DROPPED)
	if not (echo.recipient_wa_id or echo.recipient_user_id):
		text = _("The message of the WhatsApp Business app names no recipient. It is kept here.")
		raise ItemError(Sentence(text), ItemState.FAILED)
	if messages.exists(item.phone_number_id, echo.id):
		return
	way = route(item.phone_number_id)
	filing.file(
		item,
		way,
		whose=lambda: _customer(way, item),
		says={
			"direction": Direction.OUTGOING,
			"origin": Origin.BUSINESS_APP,
			"status": MessageStatus.ACCEPTED,
		},
		check=lambda name: _wait_for_our_own(name, echo),
		work=_file,
	)


def _customer(way: Route, item: Item) -> str:
	echo = item.message
	ids = Ids(echo.recipient_wa_id, echo.recipient_user_id)
	return customer.for_ids(way.account, ids, echo.timestamp, _card(item))


def _card(item: Item) -> ContactCard | None:
	"""The recipient's card. The only card of a delivery may be that of the business, so its id is compared."""
	card, echo = item.contact, item.message
	ids = {echo.recipient_wa_id, echo.recipient_user_id} - {None}
	return card if card and {card.wa_id, card.user_id} & ids else None


def _wait_for_our_own(name: str, echo: InboundMessage) -> None:
	"""Raises ItemError, for a short wait, while a message of ours may still get this id: an echo can arrive before Meta's
	response to our request, and the message would be filed twice."""
	sending = {
		"customer": name,
		"direction": Direction.OUTGOING,
		"status": MessageStatus.SENDING,
		"text": echo.text,
		"last_attempt": [">", site_now() - ON_ITS_WAY],
	}
	if echo.text and frappe.db.exists(MESSAGE, sending):
		text = _("Waits until it is known whether this is a reply that is just being sent.")
		raise ItemError(Sentence(text), ItemState.PENDING, retry_at=utc_now() + LOOK_AGAIN)


def _file(found: Arrival, quiet: bool) -> None:
	thread = _running(found.customer, found.way.channel)
	if quiet:  # the colleague reacted, or edited or deleted a message
		found.file_quiet(thread.name if thread else None)
		return
	at = found.item.message.timestamp
	thread = thread or _open(found.customer, found.way.channel, at)
	stored = found.insert(thread.name, media=found.files, accepted_on=to_site(at))
	_note(thread, at)
	found.apply_pending(stored)
	ticket = tickets.state(thread.ticket)
	if ticket:
		customer_row = rows.one(CustomerRow, found.customer)
		business_app.file(stored, ticket.name, customer_row, closed=ticket.is_resolved)


def _running(name: str, channel: str) -> ConversationRow | None:
	"""The customer's newest open conversation."""
	running = {"customer": name, "channel": channel, "state": ["!=", ConversationState.ENDED]}
	return rows.first(ConversationRow, running, "opened_at desc, creation desc")


def _open(name: str, channel: str, at: datetime) -> ConversationRow:
	"""Opens a conversation because the colleague wrote first. The customer's reply creates its ticket, by the policy."""
	values = {
		"doctype": CONVERSATION,
		"customer": name,
		"channel": channel,
		"state": ConversationState.RESPONDED,
		"opened_at": to_site(at),
	}
	return rows.one(ConversationRow, frappe.get_doc(values).insert(ignore_permissions=True).name)


def _note(thread: ConversationRow, at: datetime) -> None:
	"""Marks the conversation as answered, unless the customer has written since."""
	values = {"last_outbound": to_site(max(filter(None, (to_utc(thread.last_outbound), at))))}
	asked = to_utc(thread.last_inbound)
	if not asked or at >= asked:
		values["state"] = ConversationState.RESPONDED
	set_value(CONVERSATION, thread.name, values)
