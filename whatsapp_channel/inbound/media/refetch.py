"""The files of messages that are filed: shown in their ticket, fetched again when something went wrong."""

import time
from datetime import timedelta
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
from whatsapp_channel.doctypes import CUSTOMER, MEDIA, MESSAGE
from whatsapp_channel.helpdesk import files, tickets
from whatsapp_channel.rules.messaging.origin import Origin
from whatsapp_channel.translate import to_user

# Of one file, by who waits for it: an agent in front of the page, nobody.
AGENT_SECONDS = 60.0
SWEEP_SECONDS = 180.0
SWEEP_BEGINS_NONE_AFTER = 60.0
FIRST_PAUSE = timedelta(minutes=1)


def fetch_again(message: str, seconds: float = AGENT_SECONDS) -> str:
	"""Tries the missing files of a message once more; returns what became of it, translated."""
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
	new_transaction()  # another fetch may just have ended
	return rows.many(MediaRow, {"parent": message, "parenttype": MESSAGE, "state": FileState.FAILED}, "idx")


def _again(row: MediaRow, seconds: float) -> tuple[str, str]:
	"""One more try of one file; returns its state and the reason if it is still missing."""
	if not row.available_until or row.available_until <= site_now():
		values = {"state": expired().state, "error": to_user(expired().sentence)}
	else:
		wanted = _wanted(row)
		# The try counts before it is made: a file that kills its worker must not be the first of every sweep.
		change_row(MEDIA, row.name, {})
		save_now()  # it must outlive this process
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
		message=message.wamid,
		kind=row.kind,
		at=to_utc(message.message_timestamp),
		media_id=row.media_id,
		mime_type=row.mime_type,
		sha256=row.sha256,
		filename=row.file_name,
	)


def _settle(row: MediaRow, values: dict[str, Any]) -> bool:
	"""Writes the outcome and shows it, under the lock of the customer, who may be joined with another meanwhile.

	False when nobody waits for the file any more: then it is not kept.
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
	"""Deletes a file that came too late, unless a message has it: it hangs on a customer who may be gone, where nobody would find it again."""
	name = values.get("file")
	if name and not frappe.db.exists(MEDIA, {"file": name}):
		files.remove(name, values["file_url"], [], [], all_rows=False)


def _show(message: str, communication: str) -> None:
	if ticket := tickets.ticket_of(communication):
		attach(message, communication, ticket)
	communications.render(communication)
	frappe.db.after_commit.add(files.forget_shown)


@logs.job
def fetch_failed() -> None:
	"""The job: tries missing files again, each after twice the time, while Meta has them.

	Files of an imported history are left to who wants to see them.
	"""
	jobs.act_as_site()
	jobs.clear_wake_flag(jobs.FAILED_FETCHES)
	begun = time.monotonic()
	for row in _due():
		fetch_again(row.parent, SWEEP_SECONDS)
		if time.monotonic() - begun > SWEEP_BEGINS_NONE_AFTER or not CircuitBreaker.of(row.account).seconds():
			return


def has_failed() -> bool:
	"""Whether the time for another try of a missing file has come."""
	return bool(_due())


def _due() -> list["frappe._dict"]:
	"""Longest untouched first. The pause is the age that a row had at its last try, so that it doubles each time; a row
	whose time is over is looked at once more, to say so."""
	save_now()
	failed = frappe.db.sql(
		f"""select media.name, media.parent, media.creation, media.modified, media.available_until, customer.account
		from `tab{MEDIA}` media inner join `tab{MESSAGE}` message on message.name = media.parent
		inner join `tab{CUSTOMER}` customer on customer.name = message.customer
		where media.state = %s and coalesce(message.origin, '') != '{Origin.HISTORY}' order by media.modified limit 500""",
		(FileState.FAILED,),
		as_dict=True,
	)
	now = site_now()
	return [
		row
		for row in failed
		if now - row.modified >= max(FIRST_PAUSE, row.modified - row.creation)
		or (row.available_until and row.available_until <= now)
	]
