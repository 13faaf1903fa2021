"""One item of a delivery: processed, or kept with the reason why not and when it is tried again."""

from datetime import timedelta
from enum import Enum
from hashlib import sha256

import frappe
from frappe import _

from whatsapp_channel.clock import site_now, to_site, utc_now
from whatsapp_channel.cloud_api.errors import Retry
from whatsapp_channel.cloud_api.webhook import Item, ItemKind, problem_with_time
from whatsapp_channel.database import insert_unless_there
from whatsapp_channel.inbound import message
from whatsapp_channel.inbound.problems import ItemProblem
from whatsapp_channel.outbound import status
from whatsapp_channel.rules.retry import next_attempt

ITEM = "WhatsApp Delivery Item"
FIRST_RETRY_SECONDS = 10
AFTER_A_CRASH = timedelta(minutes=5)


class ItemState(str, Enum):
	"""Where an item stands that could not simply be processed."""

	PENDING = "Pending"
	HELD = "Held"
	FAILED = "Failed"
	UNROUTABLE = "Unroutable"
	DROPPED = "Dropped"
	PROCESSED = "Processed"


def process(delivery: str, item: Item) -> None:
	"""Processes one item; whatever goes wrong is kept as a row of its own and never raised."""
	problem = attempt(item)
	if problem:
		_keep(delivery, item, problem)


def attempt(item: Item) -> ItemProblem | None:
	"""Tries once; returns why it could not be processed, None when it was."""
	try:
		_check(item)
		_handle(item)
	except ItemProblem as problem:
		frappe.db.rollback()
		return problem
	except Exception as error:
		frappe.db.rollback()
		return _unexpected(error)
	return None


def _check(item: Item) -> None:
	problem = item.problem
	if not problem and item.message:
		problem = problem_with_time(item.message.timestamp, utc_now())
	if problem:
		raise ItemProblem(problem, ItemState.FAILED.value)


def _handle(item: Item) -> None:
	if item.kind is ItemKind.MESSAGE:
		message.file(item)
	elif item.kind is ItemKind.STATUS:
		status.apply(item)
	elif item.error:
		raise ItemProblem(_("Meta reports: {0}").format(item.error.message), ItemState.DROPPED.value)
	else:
		text = _("Kept for the record. This version does nothing with {0}.").format(item.field)
		raise ItemProblem(text, ItemState.DROPPED.value)


def _unexpected(error: Exception) -> ItemProblem:
	frappe.log_error("WhatsApp: an item could not be processed")
	text = frappe.utils.strip_html(str(error)) or type(error).__name__
	return ItemProblem(text[:500], ItemState.PENDING.value)


def _keep(delivery: str, item: Item, problem: ItemProblem) -> None:
	now = site_now()
	key = sha256(f"{delivery}:{item.position}".encode()).hexdigest()
	row = {
		"name": key[:20],
		"creation": now,
		"modified": now,
		"owner": "Administrator",
		"modified_by": "Administrator",
		"item_key": key,
		"delivery": delivery,
		"position": item.position[:140],
		"kind": item.kind.value,
		"number": (item.phone_number_id or "")[:140] or None,
		"payload": item.to_json(),
		**_outcome(problem, attempts=1, born=now),
	}
	insert_unless_there(ITEM, row)
	frappe.db.commit()  # nosemgrep: one transaction per item (design decision 2)


def _outcome(problem: ItemProblem, *, attempts: int, born: object) -> dict:
	"""State, error and next try of an item after a failed attempt."""
	state, following = problem.state, None
	if state == ItemState.PENDING.value:
		moment = next_attempt(Retry.BACKOFF, attempts, FIRST_RETRY_SECONDS, utc_now())
		if problem.patience and site_now() - born > problem.patience:
			state = ItemState.DROPPED.value
		elif moment is None:
			state = ItemState.FAILED.value
		else:
			following = to_site(moment)
	return {"state": state, "error": str(problem), "attempts": attempts, "next_attempt": following}


def due(limit: int) -> list[str]:
	"""Names of the items whose next try is due, oldest first."""
	return frappe.get_all(
		ITEM,
		{"state": ItemState.PENDING.value, "next_attempt": ["<=", site_now()]},
		pluck="name",
		order_by="creation, name",
		limit=limit,
	)


def retry_due() -> int:
	"""Tries every due item once more; returns how many there were."""
	names = due(limit=100)
	for name in names:
		retry(name)
	return len(names)


def retry(name: str) -> None:
	"""One more try of a kept item."""
	row = frappe.db.get_value(ITEM, name, ["payload", "attempts", "creation"], as_dict=True)
	if not row:
		return
	# Counted, and put off, before the try: an item that kills the worker must not be the first of every drain.
	later = to_site(utc_now() + AFTER_A_CRASH)
	frappe.db.set_value(ITEM, name, {"attempts": row.attempts + 1, "next_attempt": later})
	frappe.db.commit()  # nosemgrep
	problem = _attempt_stored(row.payload)
	if problem:
		values = _outcome(problem, attempts=row.attempts + 1, born=row.creation)
	else:
		values = {"state": ItemState.PROCESSED.value, "error": None, "next_attempt": None}
	frappe.db.set_value(ITEM, name, values)
	frappe.db.commit()  # nosemgrep


def _attempt_stored(payload: str) -> ItemProblem | None:
	try:
		item = Item.from_json(payload)
	except ValueError as error:
		return ItemProblem(str(error), ItemState.FAILED.value)
	return attempt(item)


def release(number: str) -> int:
	"""Lets the items run that waited for this number's channel; returns how many (design decision 12)."""
	waiting = {"number": number, "state": ["in", [ItemState.HELD.value, ItemState.UNROUTABLE.value]]}
	names = frappe.get_all(ITEM, waiting, pluck="name")
	if names:
		frappe.db.set_value(
			ITEM, {"name": ["in", names]}, {"state": ItemState.PENDING.value, "next_attempt": site_now()}
		)
	return len(names)
