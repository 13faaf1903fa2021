"""The Communications in which agents read WhatsApp messages.

The content of an incoming Communication is rendered from its message rows: whatever changes a row later, such as an edit,
a reaction or a file that was downloaded late, renders it again (ADR 0030).
"""

from collections.abc import Sequence
from dataclasses import replace

import frappe
from frappe import _
from frappe.utils import format_datetime

from whatsapp_channel import rows
from whatsapp_channel.cloud_api.content import Content, Media, Text
from whatsapp_channel.cloud_api.payload import InvalidPayload, load
from whatsapp_channel.cloud_api.webhook_objects import InboundMessage, read_message
from whatsapp_channel.conversations.conversation_rows import CustomerRow, MessageRow
from whatsapp_channel.conversations.media import album, attachments
from whatsapp_channel.database import change_row, set_value
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.helpdesk import copies, tickets
from whatsapp_channel.helpdesk.permissions import display_name
from whatsapp_channel.rules.messaging.origin import Origin
from whatsapp_channel.rules.messaging.session_rules import Direction
from whatsapp_channel.rules.text import message_html

# Types of messages that may come with files: a form holds what was picked in it.
WITH_FILES = frozenset({"image", "video", "audio", "voice", "document", "sticker", "interactive"})


def file(message: str, conversation: str, ticket: str, customer: CustomerRow) -> str:
	"""Shows one message in a ticket; returns its Communication, which photos that were sent together share."""
	row = rows.one(MessageRow, message)
	has_files = row.message_type in WITH_FILES
	shared = album.open_album(row, conversation, ticket)
	communication = shared or _insert(ticket, customer, row)
	change_row(MESSAGE, message, {"ticket": ticket, "communication": communication})
	if has_files:
		attachments.attach(message, communication, ticket)
	if shared:
		render(shared)
	return communication


def summary(row: MessageRow) -> str:
	"""A message in one line of plain text."""
	return message_html.plain(_content(row, _read(row)), _)


def own_words(row: MessageRow) -> str | None:
	"""What the sender wrote in a message that nobody has edited yet. A file without a caption has its name for words,
	which nobody wrote."""
	message = _read(row)
	content = message.content if message else None
	return content.caption if isinstance(content, Media) else row.text


def render(communication: str) -> None:
	"""Brings a Communication up to date with its message rows, and the copies that merges have made of it.

	It uses db.set_value, because saving a Communication would reopen its ticket.
	"""
	shown = rows.many(MessageRow, {"communication": communication}, "message_timestamp, creation")
	if not shown:
		return
	if shown[0].direction == Direction.INCOMING or shown[0].origin == Origin.BUSINESS_APP:
		content = _html(shown)
	else:
		own = message_html.without_trace(frappe.db.get_value("Communication", communication, "content") or "")
		sent = _views([row for row in shown if not row.sent_again])
		content = own + "".join(message_html.trace_html(view, _) for view in sent)
	places = copies.with_copies(communication)
	set_value("Communication", {"name": ["in", places]}, "content", content, update_modified=False)
	for ticket in dict.fromkeys(map(tickets.ticket_of, places)):
		if ticket:
			tickets.publish_update(ticket)


def _insert(ticket: str, customer: CustomerRow, row: MessageRow) -> str:
	return tickets.add_entry(
		ticket,
		sent_or_received="Received",
		subject=tickets.subject_of(ticket),
		sender=tickets.address_of(customer),
		sender_full_name=display_name(customer),
		content=_html([row]),
		communication_date=row.message_timestamp,
	)


def _html(shown: Sequence[MessageRow]) -> str:
	return message_html.to_html(_views(shown), _)


def _views(shown: Sequence[MessageRow]) -> list[message_html.View]:
	with_files = [row.name for row in shown if row.message_type in WITH_FILES]
	files = attachments.files_of(with_files) if with_files else {}
	return [_view(row, tuple(files.get(row.name, ()))) for row in shown]


def _view(row: MessageRow, files: tuple[message_html.FileView, ...]) -> message_html.View:
	message = _read(row)
	view = message_html.View(
		content=_content(row, message),
		files=files,
		quote=_quote(row),
		edited=_when(row.edited_on),
		original=row.original_text,
		revoked=_when(row.revoked_on),
		reaction=row.reaction,
	)
	if not message:
		return view
	return replace(
		view,
		referral=message.referral,
		product=message.product,
		forwarded=message.forwarded,
		errors=message.errors,
	)


def _read(row: MessageRow) -> InboundMessage | None:
	"""The message as received; None for our own, and if its payload was deleted."""
	try:
		return read_message(load(row.payload)) if row.payload else None
	except (InvalidPayload, AttributeError):
		return None


def _content(row: MessageRow, message: InboundMessage | None) -> Content:
	"""The current content: an edit replaces the text and nothing else."""
	content = message.content if message else Text(row.text or "")
	if not row.edited_on:
		return content
	if isinstance(content, Media):
		return replace(content, caption=row.text)
	return Text(row.text or "")


def _quote(row: MessageRow) -> message_html.Quote | None:
	if not row.quoted_key:
		return None
	quoted = rows.first(MessageRow, {"wamid_key": row.quoted_key, "customer": row.customer})
	if not quoted:
		return None
	if quoted.direction == Direction.OUTGOING:
		who = _("Our message")
	else:
		who = display_name(rows.one(CustomerRow, row.customer))
	return message_html.Quote(who, summary(quoted))


def _when(moment: object) -> str | None:
	return format_datetime(moment) if moment else None
