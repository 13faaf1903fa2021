"""One item of a delivery: processed, or kept with the reason why not and when it is tried again."""

from collections.abc import Callable
from datetime import datetime, timedelta

import frappe

from whatsapp_channel.clock import age, due_at, sequence, site_now, utc_now
from whatsapp_channel.cloud_api.errors import Retry
from whatsapp_channel.cloud_api.webhook_parser import Item, ItemKind, problem_with_time
from whatsapp_channel.conversations import messages
from whatsapp_channel.database import insert_unless_there, save_now
from whatsapp_channel.doctypes import ITEM
from whatsapp_channel.inbound import account_webhooks, identity_changes, message, order, statuses
from whatsapp_channel.inbound.coexistence import address_book, echoes, history
from whatsapp_channel.inbound.item_errors import ItemProblem, ItemState
from whatsapp_channel.inbound.item_rows import ItemRow
from whatsapp_channel.inbound.media import fetching
from whatsapp_channel.keys import item_key
from whatsapp_channel.logs import report
from whatsapp_channel.rules.messaging.retry import next_attempt
from whatsapp_channel.sentences import Sentence, _, sentence, verbatim
from whatsapp_channel.timeouts import OutOfTime
from whatsapp_channel.translate import to_all

FIRST_RETRY_SECONDS = 10
# A clock is corrected within a day, or somebody has to look.
CLOCK_PATIENCE = timedelta(hours=24)
CLOCK_TOLERANCE = timedelta(hours=1)


def process(delivery: str, item: Item) -> None:
	"""Processes one item; whatever goes wrong is kept as a row of its own and never raised."""
	problem = attempt(item)
	if problem:
		keep(delivery, item, problem)


def process_again(delivery: str, item: Item) -> None:
	"""The same after a crash: what is kept already is left to its own tries."""
	if not frappe.db.exists(ITEM, {"item_key": item_key(item, delivery)}):
		process(delivery, item)


def is_ignored(item: Item) -> bool:
	"""Whether an item is only counted: messages in groups have no customer whom an agent could answer."""
	return bool(item.kind is ItemKind.MESSAGE and item.message and item.message.group_id)


def attempt(item: Item, row: ItemRow | None = None) -> ItemProblem | None:
	"""Tries once; returns why it could not be processed, None when it was. `row`: its own, when it is kept already."""
	try:
		_check(item)
		order.check(item, row)
		if not is_ignored(item):
			HANDLERS[item.kind](item)
	except ItemProblem as problem:
		frappe.db.rollback()
		return problem
	except OutOfTime:
		raise
	except Exception as error:
		frappe.db.rollback()
		return _unexpected(error)
	return None


def _check(item: Item) -> None:
	if item.problem:
		raise ItemProblem(item.problem, ItemState.FAILED)
	ahead = item.message and problem_with_time(item.message.timestamp, utc_now())
	if not ahead:
		return
	right_at = item.message.timestamp - CLOCK_TOLERANCE
	if right_at - utc_now() > CLOCK_PATIENCE:
		raise ItemProblem(ahead, ItemState.FAILED)
	raise ItemProblem(ahead, ItemState.PENDING, retry_at=right_at)


def _report_error(item: Item) -> None:
	"""Meta tells of a trouble of its own or of the account; nobody's message is lost with it."""
	error = item.error
	if explained := history.declined(error):
		raise ItemProblem(explained, ItemState.DROPPED)
	words = ": ".join(dict.fromkeys(filter(None, (error.title, error.message))))
	if error.details and error.details not in words:
		words = f"{words}. {error.details}" if words else error.details
	text = sentence(_("Meta reports: {0} (code {1})."), words.rstrip(".") or "?", error.code or "?")
	raise ItemProblem(text, ItemState.DROPPED)


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


def _unexpected(error: Exception) -> ItemProblem:
	report("WhatsApp: an item could not be processed")
	text = frappe.utils.strip_html(str(error)) or type(error).__name__
	return ItemProblem(verbatim(text[:500]), ItemState.PENDING)


def give_up(delivery: str, item: Item) -> None:
	"""An item during which the worker was killed again and again becomes a dead letter, and the others go on."""
	text = _(
		"The worker was killed each time it processed this item. Look for its memory limit and restarts in the server's log, then reprocess."
	)
	if not (item.message and messages.exists(item.message.id)):
		keep(delivery, item, ItemProblem(Sentence(text), ItemState.FAILED))


def keep(delivery: str, item: Item, problem: ItemProblem) -> None:
	"""Stores an item with its problem and commits. Meta repeats itself in other batches: kept is kept."""
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
		**outcome(problem, attempts=1, born=now),
	}
	insert_unless_there(ITEM, row)
	save_now()  # one transaction per item (design decision 2)
	if row.get("file_since"):
		fetching.wake(row["sender"])


def outcome(problem: ItemProblem, *, attempts: int, born: datetime) -> dict:
	"""State, error and next try of an item after a failed attempt. `born`: since when it is kept (site's time)."""
	state, following = problem.state, None
	if state == ItemState.PENDING and problem.retry_at:
		attempts, following = attempts - 1, due_at(problem.retry_at)
	elif state == ItemState.PENDING:
		moment = next_attempt(Retry.BACKOFF, attempts, FIRST_RETRY_SECONDS, utc_now())
		if problem.patience and age(born) > problem.patience:
			state = ItemState.DROPPED
		elif moment is None:
			state = ItemState.FAILED
		else:
			following = due_at(moment)
	found = {
		"state": state,
		"error": to_all(problem.sentence),
		"attempts": attempts,
		"next_attempt": following,
	}
	return {**found, **problem.columns}
