"""The drain job: processes stored deliveries, alternating with items that are due for another try."""

import math
import time
from collections import Counter
from collections.abc import Sequence

import frappe
from frappe import _
from frappe.utils import cint

from whatsapp_channel import jobs, logs
from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.webhook_parser import Item, ItemKind, read_delivery
from whatsapp_channel.database import in_transaction, named_lock, new_transaction, save_now, set_value
from whatsapp_channel.doctypes import DELIVERY, NUMBER
from whatsapp_channel.inbound import dispatch, gaps, retries, statuses
from whatsapp_channel.inbound.coexistence import history
from whatsapp_channel.inbound.delivery import DeliveryState
from whatsapp_channel.logs import report
from whatsapp_channel.timeouts import OutOfTime
from whatsapp_channel.translate import to_user

FIELDS = ["state", "body", "attempts", "position", "position_attempts"]
BATCH = 50
# After so many killed workers at the same item, the item is given up.
MOST_KILLS = 5
# Well below the job's time limit, so that it never interrupts an item: the next job does the rest.
BUDGET_SECONDS = 300
# After this time the other kind of work gets its turn, even with a long backlog or many slow items.
TURN_SECONDS = 30
CHUNK = 100
_TOGETHER = {ItemKind.STATUS: statuses.apply_all, ItemKind.HISTORY: history.file_all}


@logs.job
def drain() -> None:
	"""Processes everything that is stored or due, until nothing is left. It may be started any number of times.

	A second drain waits a moment and exits: the first one clears the wake flag before its last query, so it sees whatever was
	stored before the second one started.
	"""
	jobs.act_as_site()
	with named_lock("drain", wait=2) as mine:
		if not mine:
			return
		until = time.monotonic() + BUDGET_SECONDS
		while time.monotonic() < until:
			jobs.clear_wake_flag("drain")
			retries.release_overlooked()
			if not process_received(until) + retries.retry_due(_turn(until)):
				gaps.withdraw_found()
				return
		# A job that was queued meanwhile found the lock taken and exited.
		jobs.clear_wake_flag("drain")
	jobs.wake_drain()


def _turn(until: float) -> float:
	return min(until, time.monotonic() + TURN_SECONDS)


def has_work() -> bool:
	"""Whether there is work for a drain."""
	received = frappe.db.exists(DELIVERY, {"state": DeliveryState.RECEIVED})
	return bool(received) or bool(retries.due(limit=1))


def process_received(until: float) -> int:
	"""Processes deliveries in order of arrival, for one turn; returns how many.

	Starts nothing after `until`, in seconds of time.monotonic.
	"""
	turn_ends = _turn(until)
	done = 0
	while names := _received():
		for name in names:
			if time.monotonic() >= turn_ends:
				return done
			process_delivery(name, until)
			done += 1
	return done


def _received() -> list[str]:
	new_transaction()  # otherwise deliveries stored meanwhile stay invisible in the old snapshot
	return frappe.get_all(
		DELIVERY, {"state": DeliveryState.RECEIVED}, pluck="name", order_by="sequence, name", limit=BATCH
	)


def process_delivery(name: str, until: float = math.inf) -> None:
	"""Processes each item by itself (ADR 0002). After a crash the delivery is repeated: items are idempotent."""
	row = frappe.db.get_value(DELIVERY, name, FIELDS, as_dict=True)
	if not row or row.state != DeliveryState.RECEIVED:
		return
	if row.attempts >= MOST_KILLS and not row.position:
		_finish(
			name,
			DeliveryState.FAILED,
			error=_("The worker was killed each time it read this body. See the server's log."),
		)
		return
	# Counted before the work, so that a body that kills the worker is not tried forever.
	set_value(DELIVERY, name, "attempts", row.attempts + 1)
	save_now()
	delivery = read_delivery(row.body)
	work = _first_time if not row.attempts else _after_a_crash
	if work(name, delivery.items, row, until):
		error = to_user(delivery.problem) if delivery.problem else None
		_finish(
			name,
			DeliveryState.FAILED if error else DeliveryState.PROCESSED,
			error=error,
			items=delivery.items,
		)


def _first_time(name: str, sequence: Sequence[Item], _row: "frappe._dict", until: float) -> bool:
	"""Processes a delivery without storing its position, which would cost as much as a status. False if time ran out."""
	for group in _groups(sequence):
		if time.monotonic() >= until:
			_note_position(name, group[0], 0)
			return False
		if group[0].kind in _TOGETHER:
			_process_together(name, group)
		else:
			dispatch.process(name, group[0])
	return True


def _after_a_crash(name: str, sequence: Sequence[Item], row: "frappe._dict", until: float) -> bool:
	"""Processes one item after the other and stores the position before each: only an item that repeatedly kills the worker
	is given up, and any progress resets the count. False if time ran out."""
	for item in _from_position(sequence, row.position):
		again = item.position[:140] == row.position
		if time.monotonic() >= until:
			_note_position(name, item, 0)
			return False
		kills = row.position_attempts if again else 0
		if kills >= MOST_KILLS:
			dispatch.give_up(name, item)
			continue
		_note_position(name, item, kills + 1)
		dispatch.process_again(name, item)
	return True


def _from_position(sequence: Sequence[Item], position: str | None) -> Sequence[Item]:
	"""The items from this position on; all of them if this version of the parser does not know the position."""
	places = [item.position[:140] for item in sequence]
	return sequence[places.index(position) :] if position in places else sequence


def _note_position(name: str, item: Item, kills: int) -> None:
	values = {"position": item.position[:140], "position_attempts": kills}
	set_value(DELIVERY, name, values)
	save_now()  # the position must survive a crash


def _groups(sequence: Sequence[Item]) -> list[list[Item]]:
	"""Groups consecutive readable statuses, or history items, into chunks; all others are alone. Keeps the order."""
	groups: list[list[Item]] = []
	for item in sequence:
		kind = _together(item)
		if groups and kind and kind is _together(groups[-1][0]) and len(groups[-1]) < CHUNK:
			groups[-1].append(item)
		else:
			groups.append([item])
	return groups


def _together(item: Item) -> ItemKind | None:
	"""The kind of an item that is processed in groups; None for other and unreadable items."""
	readable = item.status or item.message
	return item.kind if item.kind in _TOGETHER and readable and not item.problem else None


def _process_together(delivery: str, group: list[Item]) -> None:
	"""Processes a group in one transaction; if that fails, each item by itself, so that only the bad one fails."""
	unsettled = group
	if len(group) > 1:
		try:
			unsettled = _TOGETHER[group[0].kind](group)
		except OutOfTime:
			raise
		except Exception:
			frappe.db.rollback()
			report("WhatsApp: items could not be processed together")
	for item in unsettled:
		dispatch.process(delivery, item)


def _finish(name: str, state: str, *, error: str | None, items: Sequence[Item] = ()) -> None:
	"""Marks the delivery as done. Ignored items are counted in the same transaction, so that a crash counts nothing twice."""
	values = {
		"state": state,
		"error": error,
		"items": len(items),
		"processed_at": site_now(),
		"position": None,
		"position_attempts": 0,
	}

	def work() -> None:
		set_value(DELIVERY, name, values)
		_count_ignored(items)

	in_transaction(work)


def _count_ignored(sequence: Sequence[Item]) -> None:
	for number, count in Counter(
		item.phone_number_id for item in sequence if dispatch.is_ignored(item)
	).items():
		frappe.db.sql(
			f"""update `tab{NUMBER}` set ignored_group_messages = ignored_group_messages + %s
			where name = %s""",
			(cint(count), number),
		)
