"""Shows messages that a colleague wrote in the WhatsApp Business app in the customer's ticket."""

from datetime import datetime

import frappe
from frappe import _

from whatsapp_channel import rows
from whatsapp_channel.clock import to_utc
from whatsapp_channel.cloud_api.payload import load
from whatsapp_channel.cloud_api.webhook_objects import read_message
from whatsapp_channel.conversations import communications
from whatsapp_channel.conversations.conversation_rows import CustomerRow, MessageRow
from whatsapp_channel.conversations.media import attachments
from whatsapp_channel.database import set_value
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.helpdesk import first_response, tickets
from whatsapp_channel.rules.messaging.coexistence import Answer, answer, app_address
from whatsapp_channel.rules.messaging.origin import Origin
from whatsapp_channel.rules.messaging.session_rules import Direction
from whatsapp_channel.rules.text import message_html


def file(message: str, ticket: str, customer: CustomerRow, *, closed: bool = False) -> str:
	"""Shows one message of the app in a ticket; returns its Communication. The caller holds the customer's lock.

	Helpdesk counts it as an agent's reply: the first response is the time at which it was written, however late it arrived
	here. A message from before the customer's first is only context and does not count. If the customer has written since,
	the ticket keeps waiting for a reply. In a closed ticket the message is shown and nothing else changes.
	"""
	row = rows.one(MessageRow, message)
	at = to_utc(row.message_timestamp)
	meaning = Answer.CONTEXT if closed else answer(at, _asked(row.conversation))
	values = _values(ticket, customer, row)
	if meaning is Answer.LATEST:
		first_response.date(ticket, at)
		communication = _insert(ticket, values)
	else:
		communication = _insert_quietly(ticket, values)
	place = {"ticket": ticket, "communication": communication}
	set_value(MESSAGE, message, place, update_modified=False)
	if row.message_type in communications.WITH_FILES:
		attachments.attach(message, communication, ticket)
	communications.render(communication)
	if meaning is Answer.EARLIER:
		first_response.date(ticket, at, save=True)
	return communication


def waiting(conversation: str) -> list[MessageRow]:
	"""The app's messages that are in no ticket yet, in the order in which they were written.

	Reactions, edits and deletions by a colleague are left out: they are not messages of their own.
	"""
	unseen = {
		"conversation": conversation,
		"origin": Origin.BUSINESS_APP,
		"communication": ["is", "not set"],
		"accepted_on": ["is", "set"],
	}
	return rows.many(MessageRow, unseen, "message_timestamp, creation")


def _asked(conversation: str) -> list[datetime]:
	"""The times of the customer's first and last message in a conversation."""
	found = frappe.db.sql(
		f"""select min(message_timestamp), max(message_timestamp) from `tab{MESSAGE}`
		where conversation = %s and direction = '{Direction.INCOMING}' and session is not null""",
		(conversation,),
	)[0]
	return [to_utc(moment) for moment in found if moment]


def _values(ticket: str, customer: CustomerRow, row: MessageRow) -> dict:
	message = read_message(load(row.payload))
	files = attachments.files_of([row.name]).get(row.name, ())
	view = message_html.View(content=message.content, files=tuple(files), forwarded=message.forwarded)
	return {
		"sent_or_received": "Sent",
		"email_status": "Open",
		"subject": f"Re: {tickets.subject_of(ticket)}",
		"content": message_html.to_html([view], _),
		"sender": app_address(customer.name),
		"sender_full_name": _("Business App"),
		"recipients": tickets.address_of(customer),
		"delivery_status": "Sent",
		"communication_date": row.message_timestamp,
	}


def _insert(ticket: str, values: dict) -> str:
	name = tickets.add_entry(ticket, **values)
	# Frappe sets the user of the job here, and Helpdesk shows that user rather than the sender.
	set_value("Communication", name, "user", None, update_modified=False)
	return name


def _insert_quietly(ticket: str, values: dict) -> str:
	"""Inserts it without a ticket first: Helpdesk changes the ticket when a Communication is inserted in it."""
	name = _insert(ticket, {**values, **tickets.OF_NO_TICKET})
	tickets.put_in(name, ticket)
	return name
