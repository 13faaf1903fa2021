"""What agents read of WhatsApp messages in a ticket.

The content of an incoming Communication is a projection of its message rows: whatever changes a row afterwards, such as
an edit, a reaction or a file fetched late, renders it again (ADR 30).
"""

from collections.abc import Sequence
from dataclasses import replace

import frappe
from frappe import _
from frappe.utils import format_datetime

from whatsapp_channel.cloud_api.content import Content, Media, Text
from whatsapp_channel.cloud_api.inbound import InboundMessage, read_message
from whatsapp_channel.cloud_api.wire import Unreadable, load
from whatsapp_channel.conversations.media import album, views
from whatsapp_channel.database import change_row, row_of, set_value
from whatsapp_channel.doctypes import CUSTOMER, MESSAGE
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.helpdesk.permissions import called
from whatsapp_channel.rules.text import readable

FIELDS = [
	"name",
	"direction",
	"origin",
	"message_type",
	"message_timestamp",
	"customer",
	"text",
	"payload",
	"quoted_key",
	"edited_on",
	"original_text",
	"revoked_on",
	"reaction",
	"sent_again",
]
WITH_FILES = frozenset({"image", "video", "audio", "document", "sticker"})


def file(message: str, conversation: str, ticket: str, customer: "frappe._dict") -> str:
	"""Puts one message into a ticket; returns its Communication, which several photos sent together share."""
	row = row_of(MESSAGE, message, FIELDS)
	has_files = row.message_type in WITH_FILES
	shared = album.open_album(row, conversation, ticket)
	communication = shared or _insert(ticket, customer, row)
	change_row(MESSAGE, message, {"ticket": ticket, "communication": communication})
	if has_files:
		views.attach(message, communication, ticket)
	if shared:
		render(shared)
	return communication


def words_of(row: "frappe._dict") -> str:
	"""What a message says, in one line of plain text."""
	return readable.plain(_content(row, _read(row)), _)


def render(communication: str) -> None:
	"""Brings a Communication up to date with its message rows.

	By db.set_value: saving a Communication again would open its ticket again.
	"""
	rows = _rows({"communication": communication})
	if not rows:
		return
	if rows[0].direction == "Incoming" or rows[0].origin == "Business App":
		content = _html(rows)
	else:
		own = readable.without_trace(frappe.db.get_value("Communication", communication, "content") or "")
		sent = _views([row for row in rows if not row.sent_again])
		content = own + "".join(readable.trace_html(view, _) for view in sent)
	set_value("Communication", communication, "content", content, update_modified=False)
	if ticket := tickets.ticket_of(communication):
		tickets.publish_update(ticket)


def _rows(filters: dict) -> list["frappe._dict"]:
	return frappe.get_all(MESSAGE, filters, FIELDS, order_by="message_timestamp, creation")


def _insert(ticket: str, customer: "frappe._dict", row: "frappe._dict") -> str:
	return tickets.add_entry(
		ticket,
		sent_or_received="Received",
		subject=tickets.subject_of(ticket),
		sender=tickets.address_of(customer),
		sender_full_name=called(customer),
		content=_html([row]),
		communication_date=row.message_timestamp,
	)


def _html(rows: Sequence["frappe._dict"]) -> str:
	return readable.to_html(_views(rows), _)


def _views(rows: Sequence["frappe._dict"]) -> list[readable.View]:
	with_files = [row.name for row in rows if row.message_type in WITH_FILES]
	files = views.files_of(with_files) if with_files else {}
	return [_view(row, tuple(files.get(row.name, ()))) for row in rows]


def _view(row: "frappe._dict", files: tuple[readable.FileView, ...]) -> readable.View:
	message = _read(row)
	view = readable.View(
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


def _read(row: "frappe._dict") -> InboundMessage | None:
	"""The message as it came; None for our own, and for one whose payload is no longer kept."""
	try:
		return read_message(load(row.payload)) if row.payload else None
	except (Unreadable, AttributeError):
		return None


def _content(row: "frappe._dict", message: InboundMessage | None) -> Content:
	"""What it says now: an edit changes the words and leaves the rest."""
	content = message.content if message else Text(row.text or "")
	if not row.edited_on:
		return content
	if isinstance(content, Media):
		return replace(content, caption=row.text)
	return Text(row.text or "")


def _quote(row: "frappe._dict") -> readable.Quote | None:
	if not row.quoted_key:
		return None
	quoted = frappe.get_all(
		MESSAGE, {"wamid_key": row.quoted_key, "customer": row.customer}, FIELDS, limit=1, order_by=None
	)
	if not quoted:
		return None
	if quoted[0].direction == "Outgoing":
		who = _("Our message")
	else:
		fields = ["profile_name", "bsuid"]
		who = called(frappe.db.get_value(CUSTOMER, row.customer, fields, as_dict=True))
	return readable.Quote(who, words_of(quoted[0]))


def _when(moment: object) -> str | None:
	return format_datetime(moment) if moment else None
