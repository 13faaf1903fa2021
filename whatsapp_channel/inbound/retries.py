"""Retries of kept items: when they are due, when their channel is activated, and when an administrator asks."""

import time
from datetime import timedelta

import frappe

from whatsapp_channel import jobs, rows
from whatsapp_channel.clock import due_at, site_now, utc_now
from whatsapp_channel.cloud_api.errors import Retry
from whatsapp_channel.cloud_api.webhook_parser import Item, ItemKind
from whatsapp_channel.database import in_transaction, new_transaction, save_now, set_value
from whatsapp_channel.doctypes import CHANNEL, ITEM
from whatsapp_channel.inbound import gaps, lines, order
from whatsapp_channel.inbound.dispatch import attempt, values_after_failure
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.inbound.item_rows import ItemRow
from whatsapp_channel.inbound.media import fetching
from whatsapp_channel.logs import report
from whatsapp_channel.rules.messaging.retry import MOST_ATTEMPTS
from whatsapp_channel.sentences import Explained, Sentence, _, verbatim
from whatsapp_channel.timeouts import OutOfTime

# Short at first: messages whose file has arrived are such items, and most crashes have nothing to do with them.
AFTER_FIRST_CRASH = timedelta(seconds=10)
AFTER_A_CRASH = timedelta(minutes=5)
# So many items of one sender are tried in a turn.
BATCH = 10


def due(limit: int) -> list[str]:
	"""Names of the items that are due for another try, oldest first."""
	return frappe.get_all(
		ITEM,
		{"state": ItemState.PENDING, "next_attempt": ["<=", site_now()]},
		pluck="name",
		order_by="sequence, name",
		limit=limit,
	)


def retry_due(until: float) -> int:
	"""Tries due items once more, some of each sender in turns; returns how many it tried.

	Begins no second one after `until`, in seconds of time.monotonic. Those of a sender whom another worker has are left
	to that one.
	"""
	done = 0
	for number, sender in _senders():
		if done and time.monotonic() >= until:
			break
		with lines.held(lines.of_sender(number, sender)) as mine:
			for name in _due_of(number, sender) if mine else ():
				if done and time.monotonic() >= until:
					break
				done += 1
				_retry_or_report(name)
	return done


def _senders() -> list[tuple[str | None, str | None]]:
	"""Number and sender of items that are due, as `lines.waiting` has the lines of deliveries."""
	new_transaction()  # a fresh snapshot
	found = frappe.db.sql(
		f"""select number, sender from (
			select number, sender, min(sequence) as since, row_number() over (
				partition by number order by min(sequence)) as turn
			from `tab{ITEM}` where state = %s and next_attempt <= %s group by number, sender) senders_with_work
		order by turn, since limit {lines.LOOKED_UP}""",
		(ItemState.PENDING, site_now()),
	)
	return jobs.apart([(number, sender) for number, sender in found])


def _due_of(number: str | None, sender: str | None) -> list[str]:
	new_transaction()  # the last who worked on this sender may just have let go of them
	return frappe.db.sql(
		f"""select name from `tab{ITEM}` where number <=> %s and sender <=> %s and state = %s and next_attempt <= %s
		order by sequence, name limit {BATCH}""",
		(number, sender, ItemState.PENDING, site_now()),
		pluck=True,
	)


def _retry_or_report(name: str) -> None:
	try:
		retry(name)
	except OutOfTime:
		raise
	except Exception:
		# Counted and put off already. The others must not wait for it.
		frappe.db.rollback()
		report("WhatsApp: an item could not be tried again")


def retry_in_line(name: str, wait: float) -> bool:
	"""One more try as soon as nobody else works on its sender; False when that takes longer than `wait` seconds."""
	found = frappe.db.get_value(ITEM, name, ["number", "sender"])
	if not found:
		return True
	with jobs.at_work() as room, lines.held(lines.of_sender(*found), wait) as mine:
		if not (room and mine):
			return False
		new_transaction()  # who had them before may have tried it
		retry(name)
		return True


def retry(name: str) -> None:
	"""Tries a pending item again."""
	row = rows.one(ItemRow, name)
	if not row or row.state != ItemState.PENDING:
		return
	# Counted and rescheduled before the try: an item that kills the worker must not come first in every drain.
	later = due_at(utc_now() + (AFTER_A_CRASH if row.attempts else AFTER_FIRST_CRASH))
	set_value(ITEM, name, {"attempts": row.attempts + 1, "next_attempt": later})
	save_now()
	item, error = _attempt_stored(row)
	in_transaction(lambda: _settle(row, item, error))


def _attempt_stored(row: ItemRow) -> tuple[Item | None, ItemError | None]:
	if row.attempts >= MOST_ATTEMPTS[Retry.BACKOFF]:
		# After the last attempt it would have become Failed, so the worker was killed during that.
		text = _("The worker was killed while it processed this item. See the server's log, then reprocess.")
		return None, ItemError(Sentence(text), ItemState.FAILED)
	try:
		item = Item.from_json(row.payload)
	except ValueError as error:
		said = error.sentence if isinstance(error, Explained) else verbatim(str(error))
		return None, ItemError(said, ItemState.FAILED)
	return item, attempt(item, row)


def _settle(row: ItemRow, item: Item | None, error: ItemError | None) -> None:
	if error:
		values = values_after_failure(error, attempts=row.attempts + 1, first_kept=row.creation)
	else:
		values = {"state": ItemState.PROCESSED, "error": None, "next_attempt": None}
	set_value(ITEM, row.name, values)
	if values.get("file_since"):
		frappe.db.after_commit.add(lambda: fetching.wake(row.sender))
	if not order.holds_back(values["state"], values.get("attempts", 0)):
		order.wake_next(row.number, row.sender)
	if values["state"] == ItemState.DROPPED and item and item.kind is ItemKind.STATUS and item.status:
		gaps.note_unknown(row.number, item.status.id, gaps.STATUS, item.status.timestamp)


def release(number: str) -> bool:
	"""Makes the items due that waited for this number's channel, oldest first (ADR 0012)."""
	frappe.db.sql(
		f"""update `tab{ITEM}` set state = '{ItemState.PENDING}', attempts = 0, next_attempt = %s
		where number = %s and state in ('{ItemState.HELD}', '{ItemState.UNROUTABLE}')""",
		(site_now(), number),
	)
	return bool(frappe.db._cursor.rowcount)


def release_overlooked() -> None:
	"""Releases items that were held at the very moment in which their channel was activated."""
	numbers = frappe.db.sql(
		f"""select channel.number from `tab{CHANNEL}` channel where channel.enabled = 1 and exists (
			select 1 from `tab{ITEM}` item
			where item.number = channel.number and item.state in ('{ItemState.HELD}', '{ItemState.UNROUTABLE}'))""",
		pluck=True,
	)
	for number in numbers:
		release(number)
	save_now()  # before the drain queries due items


def reopen(name: str) -> bool:
	"""Makes an item due again with a fresh count of attempts, in the order of its sender; False if it was processed. The
	caller commits."""
	frappe.db.sql(
		f"""update `tab{ITEM}` set state = '{ItemState.PENDING}', attempts = 0, next_attempt = %s
		where name = %s and state != '{ItemState.PROCESSED}'""",
		(site_now(), name),
	)
	return bool(frappe.db._cursor.rowcount)
