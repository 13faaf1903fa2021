"""One inbound message: from the item to the ticket, exactly once, in the order of its customer."""

import frappe
from frappe import _

from whatsapp_channel.clock import to_site
from whatsapp_channel.cloud_api.webhook import InboundMessage, Item
from whatsapp_channel.database import in_transaction, lock_row
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.inbound import conversation, customer, session
from whatsapp_channel.inbound.problems import ItemProblem
from whatsapp_channel.inbound.routing import Route, route
from whatsapp_channel.keys import wamid_key

TABLE = "WhatsApp Session Message"

# What happens to a message or to an account is no message of the customer: it neither opens the window nor a ticket.
QUIET_TYPES = frozenset({"reaction", "system", "edit", "revoke"})


def file(item: Item) -> None:
	"""Files one message: customer, conversation, session, message row, Communication.

	Raises ItemProblem when it belongs to no active channel. A message that is there already is left alone.
	"""
	message = item.message
	if message.group_id:
		raise ItemProblem(_("Messages in WhatsApp groups are not handled."), "Dropped")
	if not (message.sender_wa_id or message.sender_user_id):
		raise ItemProblem(_("The message names no sender. It is kept here and cannot be filed."), "Failed")
	if exists(message.id):
		return
	way = route(item.phone_number_id)
	name = customer.find_or_create(way.account, message, item.contact)

	def work() -> None:
		lock_row(customer.CUSTOMER, name)
		if not exists(message.id):
			_file_locked(item, way, name)

	in_transaction(work)


def exists(wamid: str) -> bool:
	"""Whether a message with this id is stored (design decision 3: a unique index decides, this only saves work)."""
	return bool(frappe.db.exists(TABLE, {"wamid_key": wamid_key(wamid)}))


def _file_locked(item: Item, way: Route, name: str) -> None:
	message = item.message
	row = customer.refresh(name, message, item.contact)
	if message.type in QUIET_TYPES:
		latest = conversation.current(name, way.channel)
		_insert(item, way, name, latest.name if latest else None)
		return
	thread = conversation.thread_for(name, way.channel, message.timestamp)
	conversation.note_inbound(thread.conversation, message.timestamp)
	counted = session.record(
		customer=name,
		number=way.number,
		conversation=thread.conversation,
		direction="Incoming",
		at=message.timestamp,
	)
	_insert(item, way, name, thread.conversation, session=counted)
	ticket = tickets.create(row, way.channel, message.text) if thread.new_ticket else thread.ticket
	if ticket:
		tickets.file_conversation(thread.conversation, ticket, row)


def _insert(item: Item, way: Route, customer_name: str, conversation_name: str | None, **more: str) -> None:
	message: InboundMessage = item.message
	frappe.get_doc(
		{
			"doctype": TABLE,
			"direction": "Incoming",
			"message_type": message.type[:140],
			"status": "Received",
			"message_timestamp": to_site(message.timestamp),
			"customer": customer_name,
			"channel": way.channel,
			"conversation": conversation_name,
			"text": message.text,
			"wamid": message.id,
			"wamid_key": wamid_key(message.id),
			"quoted_wamid": message.quoted_wamid,
			"payload": frappe.as_json(dict(item.raw)),
			**more,
		}
	).insert(ignore_permissions=True)
