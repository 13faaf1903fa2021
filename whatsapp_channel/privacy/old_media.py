"""Deletes customers' files after the retention time."""

from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import cint

from whatsapp_channel import jobs, logs, rows
from whatsapp_channel.clock import site_now
from whatsapp_channel.conversations import communications, messages
from whatsapp_channel.conversations.conversation_rows import MediaRow, MessageRow
from whatsapp_channel.conversations.media.file_request import FileState
from whatsapp_channel.database import new_transaction, save_now, set_value, single_value
from whatsapp_channel.doctypes import MEDIA, MESSAGE, SETTINGS
from whatsapp_channel.helpdesk import files, tickets
from whatsapp_channel.helpdesk.copies import with_copies
from whatsapp_channel.logs import report
from whatsapp_channel.timeouts import OutOfTime

BATCH = 100


@logs.job
def redact_old_media() -> None:
	"""Daily job: deletes files of messages that are older than the setting, and shows the reason in the ticket.

	Each message has its own transaction; after an interruption the rest follows the next day.
	"""
	days = cint(single_value(SETTINGS, "media_retention_days"))
	if days <= 0:
		return
	jobs.act_as_site()
	stuck = 0
	while old := _old(days, stuck):
		stuck += sum(not _redact(message, days) for message in old)
		files.forget_shown()


def _old(days: int, skip: int) -> list[str]:
	"""Messages with older files, oldest first, after skipping those that failed."""
	new_transaction()  # a new snapshot for each batch
	found = frappe.get_all(
		MEDIA,
		{
			"parenttype": MESSAGE,
			"state": ["in", [FileState.STORED, FileState.FAILED]],
			"creation": ["<", site_now() - timedelta(days=days)],
		},
		pluck="parent",
		order_by="creation, name",
		limit_start=skip,
		limit=BATCH,
	)
	return list(dict.fromkeys(found))


def _redact(message: str, days: int) -> bool:
	"""Deletes the files of a message; returns whether it worked, because one that fails must not stop the others."""
	try:
		messages.under_lock(MessageRow, message, lambda row: _redact_locked(message, row, days))
	except OutOfTime:
		raise
	except Exception:
		report("WhatsApp: old files could not be deleted")
		save_now()  # the error log
		return False
	return True


def _redact_locked(message: str, stored: MessageRow | None, days: int) -> None:
	communication = stored.communication if stored else None
	gone = {
		"state": FileState.REMOVED,
		"error": _("Removed after {0} days.").format(days),
		"file": None,
		"file_url": None,
		"file_name": None,
		"sha256": None,
		"media_id": None,
	}
	for row in rows.many(MediaRow, {"parent": message, "parenttype": MESSAGE}):
		if row.file:
			_remove_file(row, communication)
		set_value(MEDIA, row.name, gone)
	if communication:
		communications.render(communication)


def _remove_file(row: MediaRow, communication: str | None) -> None:
	"""Deletes a file with its copies in merged tickets, unless a newer message uses the same content."""
	kept = {"file_url": row.file_url, "name": ["!=", row.name], "state": FileState.STORED}
	ticket = tickets.ticket_of(communication) if communication else None
	around = tickets.with_merged(ticket) if ticket else []
	shown = [name for each in around for name in tickets.communications(each)]
	shown += with_copies(communication) if communication else []
	files.remove(
		row.file, row.file_url, shown, around, all_rows=not (row.file_url and frappe.db.exists(MEDIA, kept))
	)
