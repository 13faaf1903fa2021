"""Further tries of kept items: by themselves, on activation of a channel, and when an administrator asks."""

import time
from datetime import timedelta

import frappe

from whatsapp_channel import rows
from whatsapp_channel.clock import due_at, site_now, utc_now
from whatsapp_channel.cloud_api.errors import Retry
from whatsapp_channel.cloud_api.webhook_parser import Item, ItemKind
from whatsapp_channel.database import in_transaction, save_now, set_value
from whatsapp_channel.doctypes import CHANNEL, ITEM
from whatsapp_channel.inbound import gaps, order
from whatsapp_channel.inbound.dispatch import attempt, values_after_failure
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.inbound.item_rows import ItemRow
from whatsapp_channel.inbound.media import fetching
from whatsapp_channel.logs import report
from whatsapp_channel.rules.messaging.retry import MOST_ATTEMPTS
from whatsapp_channel.sentences import Explained, Sentence, _, verbatim
from whatsapp_channel.timeouts import OutOfTime

# At first little: a message whose file has come is such an item, and most crashes have nothing to do with it.
AFTER_FIRST_CRASH = timedelta(seconds=10)
AFTER_A_CRASH = timedelta(minutes=5)
# As many are looked up at once.
BATCH = 10


def due(limit: int) -> list[str]:
	"""Names of the items whose next try is due, oldest first."""
	return frappe.get_all(
		ITEM,
		{"state": ItemState.PENDING, "next_attempt": ["<=", site_now()]},
		pluck="name",
		order_by="sequence, name",
		limit=limit,
	)


def retry_due(until: float) -> int:
	"""Tries a batch of due items once more; returns how many it tried.

	Begins none after `until`, in seconds of time.monotonic.
	"""
	done = 0
	for name in due(BATCH):
		if time.monotonic() >= until:
			break
		done += 1
		try:
			retry(name)
		except OutOfTime:
			raise
		except Exception:
			# Counted and put off already. The others must not wait for it.
			frappe.db.rollback()
			report("WhatsApp: an item could not be tried again")
	return done


def retry(name: str) -> None:
	"""One more try of a pending item."""
	row = rows.one(ItemRow, name)
	if not row or row.state != ItemState.PENDING:
		return
	# Counted, and put off, before the try: an item that kills the worker must not be the first of every drain.
	later = due_at(utc_now() + (AFTER_A_CRASH if row.attempts else AFTER_FIRST_CRASH))
	set_value(ITEM, name, {"attempts": row.attempts + 1, "next_attempt": later})
	save_now()
	item, error = _attempt_stored(row)
	in_transaction(lambda: _settle(row, item, error))


def _attempt_stored(row: ItemRow) -> tuple[Item | None, ItemError | None]:
	if row.attempts >= MOST_ATTEMPTS[Retry.BACKOFF]:
		# After the last attempt it would have become Failed: it was broken off.
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
	if values["state"] not in order.WAITING:
		order.wake_next(row.number, row.sender)
	if values["state"] == ItemState.DROPPED and item and item.kind is ItemKind.STATUS and item.status:
		gaps.note_unknown(row.number, item.status.id, gaps.STATUS, item.status.timestamp)


def release(number: str) -> bool:
	"""Lets the items run that waited for this number's channel, the oldest first (design decision 12)."""
	frappe.db.sql(
		f"""update `tab{ITEM}` set state = '{ItemState.PENDING}', attempts = 0, next_attempt = %s
		where number = %s and state in ('{ItemState.HELD}', '{ItemState.UNROUTABLE}')""",
		(site_now(), number),
	)
	return bool(frappe.db._cursor.rowcount)


def release_overlooked() -> None:
	"""Releases what was kept as held in the very moment in which its channel was activated."""
	numbers = frappe.db.sql(
		f"""select channel.number from `tab{CHANNEL}` channel where channel.enabled = 1 and exists (
			select 1 from `tab{ITEM}` item
			where item.number = channel.number and item.state in ('{ItemState.HELD}', '{ItemState.UNROUTABLE}'))""",
		pluck=True,
	)
	for number in numbers:
		release(number)
	save_now()  # before the drain looks for what is due


def reopen(name: str) -> bool:
	"""Has an item tried again from its first attempt on, in the order of its sender; False when there is nothing to
	try. The caller commits."""
	frappe.db.sql(
		f"""update `tab{ITEM}` set state = '{ItemState.PENDING}', attempts = 0, next_attempt = %s
		where name = %s and state != '{ItemState.PROCESSED}'""",
		(site_now(), name),
	)
	return bool(frappe.db._cursor.rowcount)
