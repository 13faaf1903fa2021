"""Downloads the file of a new message in a job of its own, while the message waits as a kept item.

No drain waits for a file, so other messages are not delayed. The item's row has the time since when it waits, its customer,
the number of workers that started, and the result. Each step is committed, so another worker can continue after a crash.
"""

import json
import time
from datetime import timedelta
from typing import Any
from zlib import crc32

import frappe
from frappe.utils import get_datetime

from whatsapp_channel import jobs, logs, rows
from whatsapp_channel.clock import age, site_now, utc_now
from whatsapp_channel.cloud_api.content import Edit, Form, Media
from whatsapp_channel.cloud_api.webhook_objects import InboundMessage
from whatsapp_channel.cloud_api.webhook_parser import Item
from whatsapp_channel.conversations.media.circuit_breaker import CircuitBreaker
from whatsapp_channel.conversations.media.file_request import FileRequest
from whatsapp_channel.conversations.media.store import give_up, is_server_failure, obtain, put_off
from whatsapp_channel.database import (
	in_transaction,
	lock_row,
	named_lock,
	new_transaction,
	save_now,
	set_value,
)
from whatsapp_channel.doctypes import CUSTOMER, ITEM, MESSAGE
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.inbound.item_rows import ItemRow
from whatsapp_channel.inbound.media import refetch
from whatsapp_channel.keys import item_key, wamid_key
from whatsapp_channel.sentences import Sentence, _
from whatsapp_channel.timeouts import OutOfTime

FILE_WAIT = timedelta(seconds=60)
"""A message waits no longer for its file; then it is filed without, and the file follows."""
MOST_KILLS = 3
"""A file at which so many workers died is given up."""
LANES = 4
"""So many files are fetched at once, if there are so many workers; those of one sender one after the other."""
TURN_SECONDS = 2
"""Then the job goes to the end of its queue: with one worker, replies and texts continue between two files."""
# Only pending items: items in other states wait for something else.
WAITING = f"state = '{ItemState.PENDING}' and file_since is not null and file_row is null"
KEPT = (ItemState.PENDING, ItemState.HELD, ItemState.UNROUTABLE)


def media_of(message: InboundMessage) -> tuple[Media, ...]:
	"""The media objects of a message: a form may have several, most messages have none."""
	content = message.content.content if isinstance(message.content, Edit) else message.content
	if isinstance(content, Form):
		return content.files
	return (content,) if isinstance(content, Media) else ()


def fetched(account: str, customer: str, item: Item) -> list[dict[str, Any]]:
	"""The rows of the child table `media` for a message that is to be filed.

	Raises ItemError while the message has to wait for its files. Must be called before any lock.
	"""
	wanted = _wanted(account, customer, item)
	if not wanted:
		return []
	row = rows.first(ItemRow, {"item_key": item_key(item)})
	if row and row.file_row:
		return _results(row.file_row)
	since = (row and row.file_since) or site_now()
	left = FILE_WAIT - age(since)
	# Meta repeats a message that was given up here: it has a row already, so it cannot wait in a second one.
	if left <= timedelta() or (row and row.state not in KEPT):
		return [put_off(each, _later()) for each in wanted]
	text, columns = _("Waits for its file."), {"file_since": since, "file_customer": customer}
	raise ItemError(Sentence(text), ItemState.PENDING, retry_at=utc_now() + left, columns=columns)


def _later() -> Sentence:
	return Sentence(
		_("WhatsApp's file servers are slow, or many files are on their way. It is fetched later by itself.")
	)


def _results(stored: str) -> list[dict[str, Any]]:
	"""The result of each download. Items of older versions hold one alone. For one release."""
	found = json.loads(stored)
	several = found if isinstance(found, list) else [found]
	return [{**values, "available_until": get_datetime(values["available_until"])} for values in several]


def _wanted(account: str, customer: str, item: Item) -> list[FileRequest]:
	message = item.message
	return [
		FileRequest(
			account=account,
			customer=customer,
			number=item.phone_number_id,
			message=message.id,
			kind=media.kind,
			at=message.timestamp,
			media_id=media.id,
			url=media.url,
			mime_type=media.mime_type,
			sha256=media.sha256,
			filename=media.filename,
		)
		for media in media_of(message)
	]


def lane_of(sender: str | None) -> int:
	"""The download lane of a sender: always the same one, so that slow files delay only one lane."""
	return crc32((sender or "").encode()) % LANES


def wake(sender: str | None) -> None:
	"""Queues the download of the files for which messages of this sender wait."""
	jobs.wake_files(lane_of(sender))


def lanes_with_work() -> list[int]:
	"""The lanes in which messages wait for files."""
	return sorted({lane_of(sender) for _name, sender in _waiting()})


def _waiting() -> list[tuple[str, str | None]]:
	new_transaction()  # a new snapshot
	return frappe.db.sql(f"select name, sender from `tab{ITEM}` where {WAITING} order by sequence, name")


@logs.job
def work(lane: int) -> None:
	"""The job: downloads the files for which messages of this lane wait, until nothing is left or its time is over.

	It may be started any number of times: a second job waits a moment and exits, like a second drain.
	"""
	jobs.act_as_site()
	with named_lock(jobs.lane_name(lane), wait=2) as mine:
		if not mine:
			return
		until, done = time.monotonic() + TURN_SECONDS, set()
		while time.monotonic() < until:
			jobs.clear_wake_flag(jobs.lane_name(lane))
			waiting = (name for name, sender in _waiting() if lane_of(sender) == lane and name not in done)
			if not (name := next(waiting, None)):
				return
			done.add(name)
			_fetch_or_report(name)
		jobs.clear_wake_flag(jobs.lane_name(lane))
	jobs.wake_files(lane)


def _fetch_or_report(name: str) -> None:
	"""Downloads a file; after an unexpected error its message is filed without it."""
	try:
		_fetch(name)
	except OutOfTime:
		raise
	except Exception:
		frappe.db.rollback()
		logs.report("WhatsApp: a file could not be fetched")
		save_now()  # the error log


def _fetch(name: str) -> None:
	row = rows.one(ItemRow, name)
	if not row:
		return
	# Counted before the download: a file that kills its worker must not kill one after the other.
	set_value(ITEM, name, "file_tries", row.file_tries + 1, update_modified=False)
	save_now()  # it must outlive this process
	item = Item.from_json(row.payload)
	account = frappe.db.get_value(CUSTOMER, row.file_customer, "account")
	if not account:
		_ask_again(name)
		return
	results = [_in_time(row, wanted) for wanted in _wanted(account, row.file_customer, item)]
	if not _settle(row, results):
		_too_late(item, results)
		_ask_again(name)
	jobs.wake_drain()


def _in_time(row: ItemRow, wanted: FileRequest) -> dict[str, Any]:
	"""Downloads one of the files; the files of a form for which no time is left follow after the message."""
	if age(row.file_since) > FILE_WAIT / 2:
		return put_off(wanted, _later())
	return _obtained(wanted, row.file_tries)


def _ask_again(name: str) -> None:
	"""Makes a still waiting item due: its customer was merged, and is found again when the message is filed."""
	query = f"update `tab{ITEM}` set file_since = null, next_attempt = %s where name = %s and {WAITING}"
	in_transaction(lambda: frappe.db.sql(query, (site_now(), name)))
	jobs.wake_drain()


def _obtained(wanted: FileRequest, kills: int) -> dict[str, Any]:
	if kills >= MOST_KILLS:
		return give_up(
			wanted,
			Sentence(
				_(
					"The server was stopped each time it worked on this file, which was not stored. Ask the customer for it in another form."
				)
			),
		)
	breaker = CircuitBreaker.of(wanted.account)
	seconds = breaker.seconds()
	if not seconds:
		return put_off(
			wanted, Sentence(_("WhatsApp's file servers do not answer. The file is fetched later by itself."))
		)
	values, error = obtain(wanted, seconds)
	breaker.note(failed=is_server_failure(error))
	return values


def _settle(row: ItemRow, results: list[dict[str, Any]]) -> bool:
	"""Stores the results in the waiting item; False if the item no longer waits: it was filed or erased, or its customer was
	merged into another one, to whom the file does not belong yet."""

	def work() -> bool:
		if not lock_row(CUSTOMER, row.file_customer):
			return False
		frappe.db.sql(
			f"""update `tab{ITEM}` set file_row = %s, next_attempt = case when state = '{ItemState.PENDING}' then %s else
			next_attempt end where name = %s and state in %s and file_row is null""",
			(frappe.as_json(results), site_now(), row.name, KEPT),
		)
		return bool(frappe.db._cursor.rowcount)

	return in_transaction(work)


def _too_late(item: Item, results: list[dict[str, Any]]) -> None:
	"""The message was filed without its files: adds them now, or deletes what no message needs."""
	filed = frappe.db.get_value(MESSAGE, {"wamid_key": wamid_key(item.phone_number_id, item.message.id)})
	if filed:
		refetch.fetch_again(filed)
	for values in results:
		in_transaction(lambda values=values: refetch.discard(values))
