"""Files of imported messages: recorded, and downloaded only on demand.

Meta's history has no files. Meta sends the media ids afterwards, for the last 14 days and thousands at once, and keeps
each file for some days only. Downloading all of them would delay current messages, fill the disk and collect data that
nobody needs. So a row says which file there is and until when, and one click downloads it.
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
	"""Records the file of a stored message. Part of the caller's transaction. Idempotent."""
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
	"""Records the file of an imported message that came without one. Other messages have their file already."""
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
	"""The columns that the placeholder lacked: type, caption, and Meta's object."""
	found = messages.columns(item.phone_number_id, item.message, item.raw)
	values = {"message_type": found["message_type"], "payload": found["payload"]}
	return values if row.edited_on else {**values, "text": found["text"]}


def _offered() -> str:
	return _("Part of the copied history and not downloaded. WhatsApp offers the file for some days only.")


def _not_copied() -> str:
	return _("WhatsApp does not copy this file with the history.")
