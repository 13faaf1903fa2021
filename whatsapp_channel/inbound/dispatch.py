"""Processes one item of a delivery by the handler of its kind, or keeps it with the error and the time of the next try."""

from collections.abc import Callable
from datetime import datetime, timedelta

import frappe

from whatsapp_channel.clock import age, due_at, sequence, site_now, utc_now
from whatsapp_channel.cloud_api.errors import Retry, is_listed, rule_for
from whatsapp_channel.cloud_api.webhook_parser import Item, ItemKind, problem_with_time
from whatsapp_channel.conversations import messages
from whatsapp_channel.database import insert_unless_there, save_now
from whatsapp_channel.doctypes import ITEM
from whatsapp_channel.inbound import account_webhooks, identity_changes, message, order, statuses
from whatsapp_channel.inbound.coexistence import address_book, echoes, history
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.inbound.item_rows import ItemRow
from whatsapp_channel.inbound.media import fetching
from whatsapp_channel.keys import item_key
from whatsapp_channel.logs import report
from whatsapp_channel.rules.messaging.retry import next_attempt
from whatsapp_channel.sentences import Sentence, _, sentence, verbatim
from whatsapp_channel.timeouts import OutOfTime
from whatsapp_channel.translate import to_all

FIRST_RETRY_SECONDS = 10
# A wrong clock is corrected within a day, or an administrator has to look.
LONGEST_CLOCK_WAIT = timedelta(hours=24)
CLOCK_TOLERANCE = timedelta(hours=1)


def process(delivery: str, item: Item) -> None:
	"""Processes one item. Never raises: an item that fails is kept in a row of its own."""
	if error := attempt(item):
		keep(delivery, item, error)


def process_again(delivery: str, item: Item) -> None:
	"""The same after a crash: an item that is kept already is left to its own retries."""
	if not frappe.db.exists(ITEM, {"item_key": item_key(item, delivery)}):
		process(delivery, item)


def is_ignored(item: Item) -> bool:
	"""Whether an item is only counted: a message in a group has a sender, but a reply would go to a person who wrote to the
	group.

	The number's row has the count, which is written in the transaction that completes the delivery. A row for each would fill
	the administrator's list of items; the messages themselves are in the delivery until that is cleared.
	"""
	return bool(item.kind is ItemKind.MESSAGE and item.message and item.message.group_id)


def attempt(item: Item, row: ItemRow | None = None) -> ItemError | None:
	"""Tries to process an item once; returns the error, or None. `row`: the item's row if it is kept already."""
	try:
		_check(item)
		order.check(item, row)
		if not is_ignored(item):
			HANDLERS[item.kind](item)
	except ItemError as error:
		frappe.db.rollback()
		return error
	except OutOfTime:
		raise
	except Exception as error:
		frappe.db.rollback()
		return _unexpected(error)
	return None


def _check(item: Item) -> None:
	if item.problem:
		raise ItemError(item.problem, ItemState.FAILED)
	ahead = item.message and problem_with_time(item.message.timestamp, utc_now())
	if not ahead:
		return
	right_at = item.message.timestamp - CLOCK_TOLERANCE
	if right_at - utc_now() > LONGEST_CLOCK_WAIT:
		raise ItemError(ahead, ItemState.FAILED)
	raise ItemError(ahead, ItemState.PENDING, retry_at=right_at)


def _report_error(item: Item) -> None:
	"""Reports an error that Meta sent about itself or the account. No message is lost by it."""
	error = item.error
	if explained := history.declined(error):
		raise ItemError(explained, ItemState.DROPPED)
	words = ": ".join(dict.fromkeys(filter(None, (error.title, error.message))))
	if error.details and error.details not in words:
		words = f"{words}. {error.details}" if words else error.details
	text = sentence(_("Meta reports: {0} (code {1})."), words.rstrip(".") or "?", error.code or "?")
	if is_listed(error.code):
		text = sentence("{0} {1}", text, rule_for(error.code).for_admin)
	raise ItemError(text, ItemState.DROPPED)


def _file_other(item: Item) -> None:
	if item.field == address_book.FIELD:
		address_book.file(item)
	else:
		account_webhooks.file(item)


HANDLERS: dict[ItemKind, Callable[[Item], None]] = {
	ItemKind.MESSAGE: message.file,
	ItemKind.STATUS: statuses.apply,
	ItemKind.ECHO: echoes.file,
	ItemKind.HISTORY: history.file,
	ItemKind.PREFERENCE: identity_changes.apply_preference,
	ItemKind.ERROR: _report_error,
	ItemKind.OTHER: _file_other,
}


def _unexpected(error: Exception) -> ItemError:
	report("WhatsApp: an item could not be processed")
	text = frappe.utils.strip_html(str(error)) or type(error).__name__
	return ItemError(verbatim(text[:500]), ItemState.PENDING)


def give_up(delivery: str, item: Item) -> None:
	"""Keeps an item that repeatedly killed the worker as a dead letter, so that the others can be processed."""
	text = _(
		"The worker was killed each time it processed this item. Look for its memory limit and restarts in the server's log, then reprocess."
	)
	if not (item.message and messages.exists(item.phone_number_id, item.message.id)):
		keep(delivery, item, ItemError(Sentence(text), ItemState.FAILED))


def keep(delivery: str, item: Item, error: ItemError) -> None:
	"""Stores an item with its error and commits. An item that Meta repeats in another delivery is stored once."""
	now = site_now()
	key = item_key(item, delivery)
	row = {
		"name": key[:20],
		"item_key": key,
		"sequence": sequence(),
		"delivery": delivery,
		"position": item.position[:140],
		"kind": item.kind.value,
		"number": (item.phone_number_id or "")[:140] or None,
		"sender": (order.sender_of(item) or "")[:255] or None,
		"payload": item.to_json(),
		**values_after_failure(error, attempts=1, first_kept=now),
	}
	insert_unless_there(ITEM, row)
	save_now()  # one transaction per item (ADR 0002)
	if row.get("file_since"):
		fetching.wake(row["sender"])


def values_after_failure(error: ItemError, *, attempts: int, first_kept: datetime) -> dict:
	"""State, error and next try of an item after a failed attempt. `first_kept`: when its row was inserted (site's time)."""
	state, following = error.state, None
	if state == ItemState.PENDING and error.retry_at:
		attempts, following = attempts - 1, due_at(error.retry_at)
	elif state == ItemState.PENDING:
		moment = next_attempt(Retry.BACKOFF, attempts, FIRST_RETRY_SECONDS, utc_now())
		if error.drop_after and age(first_kept) > error.drop_after:
			state = ItemState.DROPPED
		elif moment is None:
			state = ItemState.FAILED
		else:
			following = due_at(moment)
	found = {
		"state": state,
		"error": to_all(error.sentence),
		"attempts": attempts,
		"next_attempt": following,
	}
	return {**found, **error.columns}
