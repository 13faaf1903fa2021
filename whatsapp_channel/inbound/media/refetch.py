"""Downloads missing files of filed messages again, and shows them in their tickets."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import frappe
from frappe import _

from whatsapp_channel import jobs, logs, rows
from whatsapp_channel.clock import site_now, to_utc
from whatsapp_channel.conversations import communications, messages
from whatsapp_channel.conversations.conversation_rows import MediaRow, MessageRow
from whatsapp_channel.conversations.media.attachments import attach
from whatsapp_channel.conversations.media.circuit_breaker import CircuitBreaker
from whatsapp_channel.conversations.media.file_errors import expired
from whatsapp_channel.conversations.media.file_request import FileRequest, FileState
from whatsapp_channel.conversations.media.store import is_server_failure, obtain
from whatsapp_channel.database import (
	change_row,
	named_lock,
	new_transaction,
	save_now,
	set_value,
)
from whatsapp_channel.doctypes import CHANNEL, CUSTOMER, MEDIA, MESSAGE
from whatsapp_channel.helpdesk import files, tickets
from whatsapp_channel.helpdesk.copies import copies_of
from whatsapp_channel.rules.messaging.origin import Origin
from whatsapp_channel.translate import to_user

# The time limit for one file: while an agent waits on the page, or in the background.
AGENT_SECONDS = 60.0
SWEEP_SECONDS = 180.0
SWEEP_BEGINS_NONE_AFTER = 60.0
FIRST_PAUSE = timedelta(minutes=1)


def fetch_again(message: str, seconds: float = AGENT_SECONDS) -> str:
	"""Downloads the missing files of a message again; returns the result, translated."""
	with named_lock(f"media:{message}", wait=1) as mine:
		if not mine:
			return _("This file is being fetched at this moment.")
		outcomes = [_again(row, seconds) for row in _missing(message)]
	if not outcomes:
		return _("There is nothing to fetch for this message.")
	return (
		_("The file has been fetched.")
		if all(state == FileState.STORED for state, _text in outcomes)
		else outcomes[0][1]
	)


def _missing(message: str) -> list[MediaRow]:
	new_transaction()  # to see the result of a download that has just ended
	return rows.many(MediaRow, {"parent": message, "parenttype": MESSAGE, "state": FileState.FAILED}, "idx")


def _again(row: MediaRow, seconds: float) -> tuple[str, str]:
	"""Tries one file again; returns its state, and the reason if it is still missing."""
	if not row.available_until or row.available_until <= site_now():
		values = {"state": expired().state, "error": to_user(expired().sentence)}
	else:
		wanted = _wanted(row)
		# Counted before the try: a file that kills its worker must not come first in every sweep.
		change_row(MEDIA, row.name, {})
		save_now()  # the count must survive a crash
		values, error = obtain(wanted, seconds)
		values["available_until"] = row.available_until
		CircuitBreaker.of(wanted.account).note(failed=is_server_failure(error))
	if not _settle(row, values):
		return FileState.REMOVED, _(
			"This message was erased, or its file removed, while the file was being fetched."
		)
	return values["state"], values["error"]


def _wanted(row: MediaRow) -> FileRequest:
	message = rows.one(MessageRow, row.parent)
	return FileRequest(
		account=frappe.db.get_value(CUSTOMER, message.customer, "account"),
		customer=message.customer,
		number=frappe.db.get_value(CHANNEL, message.channel, "number"),
		message=message.wamid,
		kind=row.kind,
		at=to_utc(message.message_timestamp),
		media_id=row.media_id,
		mime_type=row.mime_type,
		sha256=row.sha256,
		filename=row.file_name,
	)


def _settle(row: MediaRow, values: dict[str, Any]) -> bool:
	"""Stores the result and shows it, under the lock of the customer, who may have been merged meanwhile.

	False if the file is no longer needed: then it is not kept.
	"""
	return messages.under_lock(MessageRow, row.parent, partial(_settle_locked, row, values))


def _settle_locked(row: MediaRow, values: dict[str, Any], message: MessageRow | None) -> bool:
	if frappe.db.get_value(MEDIA, row.name, "state") != FileState.FAILED:
		discard(values)
		return False
	set_value(MEDIA, row.name, values)
	if message and message.communication:
		_show(row.parent, message.communication)
	return True


def discard(values: dict[str, Any]) -> None:
	"""Deletes a file that came too late, unless a message uses it. It is attached to a customer who may no longer exist, where
	nobody would find it."""
	name = values.get("file")
	if name and not frappe.db.exists(MEDIA, {"file": name}):
		files.remove(name, values["file_url"], [], [], all_rows=False)


def _show(message: str, communication: str) -> None:
	if ticket := tickets.ticket_of(communication):
		attach(message, communication, ticket, copies_of([communication]).get(communication, ()))
	communications.render(communication)
	frappe.db.after_commit.add(files.forget_shown)


@logs.job
def fetch_failed() -> None:
	"""The job: tries missing files again while Meta has them, each time after twice the pause.

	Files of imported history are downloaded only on demand.
	"""
	jobs.act_as_site()
	jobs.clear_wake_flag(jobs.FAILED_FETCHES)
	begun = time.monotonic()
	for row in _due():
		fetch_again(row.parent, SWEEP_SECONDS)
		if time.monotonic() - begun > SWEEP_BEGINS_NONE_AFTER or not CircuitBreaker.of(row.account).seconds():
			return


def has_failed() -> bool:
	"""Whether a missing file is due for another try."""
	return bool(_due())


@dataclass(frozen=True, slots=True)
class _Missing:
	"""A missing file of the message `parent`, with its customer's account; times are the site's."""

	parent: str
	creation: datetime
	modified: datetime
	available_until: datetime | None
	account: str


def _due() -> list[_Missing]:
	"""The missing files that are due, least recently tried first. The pause equals the row's age at its last try, so it
	doubles each time; a row that Meta no longer has is tried once more, to mark it as expired."""
	save_now()
	failed = frappe.db.sql(
		f"""select media.parent, media.creation, media.modified, media.available_until, customer.account
		from `tab{MEDIA}` media inner join `tab{MESSAGE}` message on message.name = media.parent
		inner join `tab{CUSTOMER}` customer on customer.name = message.customer
		where media.state = %s and coalesce(message.origin, '') != '{Origin.HISTORY}' order by media.modified limit 500""",
		(FileState.FAILED,),
	)
	now = site_now()
	return [
		row
		for row in (_Missing(*each) for each in failed)
		if now - row.modified >= max(FIRST_PAUSE, row.modified - row.creation)
		or (row.available_until and row.available_until <= now)
	]
