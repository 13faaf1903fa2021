"""The stored files of messages: attaching them to Communications and tickets, and showing them."""

from collections.abc import Sequence

import frappe
from frappe import _

from whatsapp_channel import rows
from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.content import Content, Media, read_content
from whatsapp_channel.cloud_api.payload import InvalidPayload, load
from whatsapp_channel.conversations.conversation_rows import MediaRow, MessageRow
from whatsapp_channel.conversations.media.file_request import FileState
from whatsapp_channel.database import set_value
from whatsapp_channel.doctypes import MEDIA, MESSAGE
from whatsapp_channel.helpdesk import files
from whatsapp_channel.rules.text.message_html import FileView


def attach(message: str, communication: str, ticket: str, copies: Sequence[str] = ()) -> None:
	"""Puts the stored files of a message into its Communication and ticket, and into the copies that a merge has made of
	the Communication. The caller holds the customer's lock."""
	stored = rows.many(MediaRow, {"parent": message, "parenttype": MESSAGE, "state": FileState.STORED})
	for row in stored:
		if not files.attach(row.file, communication, ticket, copies):
			text = _("The stored file was deleted before it was filed. It is fetched again by itself.")
			set_value(
				MEDIA, row.name, {"state": FileState.FAILED, "error": text, "file": None, "file_url": None}
			)
	if stored and frappe.db.count(MESSAGE, {"communication": communication}) > 1:  # an album, shown before
		frappe.db.after_commit.add(files.forget_shown)


def files_of(messages: list[str]) -> dict[str, list[FileView]]:
	"""The files of each message, for rendering."""
	found: dict[str, list[FileView]] = {}
	if not messages:
		return found
	stored = rows.many(MediaRow, {"parent": ["in", messages], "parenttype": MESSAGE}, "parent, idx")
	told = _told({row.parent for row in stored if row.kind in ("audio", "sticker")})
	for row in stored:
		found.setdefault(row.parent, []).append(_view(row, told.get(row.parent)))
	return found


def _told(messages: set[str]) -> dict[str, Media]:
	"""The media objects of messages: whether one is a voice message or animated is not stored in its media row."""
	if not messages:
		return {}
	told = rows.many(MessageRow, {"name": ["in", list(messages)]})
	found = {row.name: _content(row) for row in told if row.payload}
	return {name: content for name, content in found.items() if isinstance(content, Media)}


def _content(row: MessageRow) -> Content | None:
	try:
		return read_content(load(row.payload), row.message_type)
	except (InvalidPayload, AttributeError):  # redacted, or not an object
		return None


def _view(row: MediaRow, told: Media | None) -> FileView:
	stored = row.state == FileState.STORED
	return FileView(
		name=row.file_name or "",
		url=row.file_url if stored else None,
		kind=row.kind,
		mime_type=row.mime_type,
		note=None if stored else row.error,
		size=row.size if stored else None,
		voice=bool(told and told.voice),
		animated=bool(told and told.animated),
	)


def failed_in(messages: list[str]) -> list[MediaRow]:
	"""The missing files of these messages that Meta may still have."""
	among = {"parent": ["in", messages or [""]], "parenttype": MESSAGE, "state": FileState.FAILED}
	return rows.many(MediaRow, {**among, "available_until": [">", site_now()]}, "creation, parent, idx")


def has_missing(message: str) -> bool:
	"""Whether a file of this message is missing and can still be downloaded."""
	among = {
		"parent": message,
		"parenttype": MESSAGE,
		"state": ["not in", [FileState.STORED, FileState.REMOVED]],
	}
	return bool(frappe.db.exists(MEDIA, among))
