"""Files of messages of the past: noted, and fetched only when somebody wants one.

Meta copies no files with the history. It sends the media ids afterwards, for the last 14 days and thousands at once,
and keeps each for some days only. To download all of them would hold up the customers who write now, fill the disk and
collect what nobody asked for; so a row says what there is and until when, and one click fetches it.
"""

import frappe
from frappe import _

from whatsapp_channel.clock import to_site, utc_now
from whatsapp_channel.cloud_api.content import Media
from whatsapp_channel.cloud_api.webhook_parser import Item
from whatsapp_channel.conversations import messages
from whatsapp_channel.conversations.conversation_rows import MessageRow
from whatsapp_channel.conversations.media.file_request import FileState
from whatsapp_channel.database import insert_unless_there, set_value
from whatsapp_channel.doctypes import MEDIA, MESSAGE
from whatsapp_channel.rules.files.file_check import KEPT_BY_META
from whatsapp_channel.rules.messaging.origin import Origin


def note(name: str, media: Media) -> None:
	"""Notes the file of a stored message. Part of the caller's transaction; a second time changes nothing."""
	offered = bool(media.id)
	insert_unless_there(
		MEDIA,
		{
			"name": f"{name[:18]}-0",
			"parent": name,
			"parenttype": MESSAGE,
			"parentfield": "media",
			"idx": 1,
			"kind": media.kind,
			"state": FileState.FAILED if offered else FileState.EXPIRED,
			"file_name": media.filename,
			"mime_type": media.mime_type,
			"media_id": media.id,
			"sha256": media.sha256,
			"error": _offered() if offered else _not_copied(),
			"available_until": to_site(utc_now() + KEPT_BY_META) if offered else None,
		},
	)


def complete(row: MessageRow, item: Item) -> None:
	"""Adds the file to a stored message that came without one. Only to a message of the past: of any other the file
	has been fetched already."""
	if row.origin != Origin.HISTORY or not item.message.content.id:
		return

	def work(present: MessageRow | None) -> None:
		if not present or frappe.db.exists(MEDIA, {"parent": row.name, "media_id": ["is", "set"]}):
			return
		frappe.db.delete(MEDIA, {"parent": row.name, "parenttype": MESSAGE})
		note(row.name, item.message.content)
		set_value(MESSAGE, row.name, _described(present, item), update_modified=False)

	messages.under_lock(MessageRow, row.name, work)


def _described(row: MessageRow, item: Item) -> dict:
	"""What the placeholder did not tell: kind, caption, and the object as Meta sends it."""
	found = messages.columns(item.message, item.raw)
	values = {"message_type": found["message_type"], "payload": found["payload"]}
	return values if row.edited_on else {**values, "text": found["text"]}


def _offered() -> str:
	return _("Part of the copied history and not downloaded. WhatsApp offers the file for some days only.")


def _not_copied() -> str:
	return _("WhatsApp does not copy this file with the history.")
