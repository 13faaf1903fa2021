"""What is worked off as a whole: a delivery whose items stand in one line, or the part of a delivery that does.

A part goes away when it is done; its delivery keeps the body as received.
"""

import json
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import ClassVar

import frappe
from frappe import _
from frappe.utils import cint

from whatsapp_channel import rows
from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.webhook_parser import Delivery, Item, ItemKind, read_delivery
from whatsapp_channel.database import change_row, in_transaction, new_transaction, save_now, set_value
from whatsapp_channel.doctypes import DELIVERY, NUMBER
from whatsapp_channel.inbound import dispatch, statuses
from whatsapp_channel.inbound.coexistence import history
from whatsapp_channel.inbound.delivery import DeliveryState
from whatsapp_channel.logs import report
from whatsapp_channel.rows import Row
from whatsapp_channel.timeouts import OutOfTime
from whatsapp_channel.translate import to_user

# How often a worker may be killed in the same place before that place is given up.
MOST_KILLS = 5
CHUNK = 100
# Of the statuses that are applied together.
MOST_BYTES = 64 * 1024
_TOGETHER = {ItemKind.STATUS: statuses.apply_all, ItemKind.HISTORY: history.file_all}


@dataclass(frozen=True, slots=True)
class Unit(Row):
	"""A row of deliveries as it was when it was read, without its body."""

	DOCTYPE: ClassVar[str] = DELIVERY
	name: str
	sequence: int
	part_of: str | None
	line: str
	other_line: str | None
	attempts: int
	position: str | None
	position_attempts: int

	@property
	def delivery(self) -> str:
		"""The delivery as received, by which kept items are known."""
		return self.part_of or self.name


@dataclass(frozen=True, slots=True)
class Mine:
	"""An item and the delivery that it came in."""

	delivery: str
	item: Item


@dataclass(slots=True)
class _Clock:
	"""Says before each step whether the time is over; `free` lets the first pass."""

	until: float
	free: bool

	def is_over(self) -> bool:
		free, self.free = self.free, False
		return not free and time.monotonic() >= self.until


def next_in(line: str, limit: int) -> list[Unit]:
	"""What comes next in a line, as far as it waits for nothing in another."""
	new_transaction()  # the last who worked on this line may just have let go of it
	columns = ", ".join(f"unit.{column}" for column in Unit.columns())
	waiting = frappe.db.sql(
		f"""select {columns}, {_WAITS} from `tab{DELIVERY}` unit where unit.state = %(state)s and unit.line = %(line)s
		order by unit.sequence, unit.name limit {int(limit)}""",
		{"state": DeliveryState.RECEIVED, "line": line},
	)
	return [Unit(*row[:-1]) for row in takewhile(lambda row: not row[-1], waiting)]


# Whether an earlier one, which is of the same person by another id, is not done yet: one that names this line, one in the
# line that this one names, or one that names the same.
_EARLIER = f"""exists (select 1 from `tab{DELIVERY}` earlier where earlier.state = %(state)s and {{}}
	and earlier.sequence < unit.sequence and earlier.line != unit.line)"""
_WAITS = f"""{_EARLIER.format("earlier.other_line = unit.line")} or (unit.other_line is not null and (
	{_EARLIER.format("earlier.line = unit.other_line")} or {_EARLIER.format("earlier.other_line = unit.other_line")}))"""


def of_delivery(name: str) -> list[Unit]:
	"""What is left of one delivery, in the order of its items."""
	left = "(name = %s or part_of = %s) and state = %s and line is not null order by sequence"
	return rows.where(Unit, left, (name, name, DeliveryState.RECEIVED))


def work_off(unit: Unit, until: float = math.inf) -> None:
	"""Each item by itself (ADR 0002). After a crash it is done again: items are idempotent.

	Begins nothing after `until`, in seconds of time.monotonic, and goes on from there the next time; whoever comes in
	time does something.
	"""
	began = time.monotonic()
	if unit.attempts >= MOST_KILLS and not unit.position:
		give_up(unit.name, unit.line if unit.part_of else None)
		return
	# Counted before the work, so that a body that kills the worker is not tried for ever.
	frappe.db.sql(f"update `tab{DELIVERY}` set attempts = attempts + 1 where name = %s", (unit.name,))
	save_now()
	delivery = _read(unit)
	work = _first_time if not unit.attempts else _after_a_crash
	left = _from_position(delivery.items, unit.position)
	# Reading is not counted, or a long body would be read again for each of its chunks.
	reading = time.monotonic() - began
	if work(unit, left, _Clock(until + reading, free=began < until)):
		finish(unit, delivery)


def _read(unit: Unit) -> Delivery:
	body = frappe.db.sql(f"select body from `tab{DELIVERY}` where name = %s", (unit.name,))
	return _delivery(unit, body[0][0] if body else "{}")


def _delivery(unit: Unit, body: str) -> Delivery:
	if not unit.part_of:
		return read_delivery(body)
	# What erasing has made empty has no items.
	kept = json.loads(body).get("items", [])
	return Delivery(tuple(Item.from_json(json.dumps(each)) for each in kept))


def _first_time(unit: Unit, sequence: Sequence[Item], clock: _Clock) -> bool:
	"""Without a note of every step, which would cost as much as a status. False when time was over."""
	for group in _groups([Mine(unit.delivery, item) for item in sequence]):
		if clock.is_over():
			_put_off(unit, group[0].item)
			return False
		_process(group)
	return True


def _after_a_crash(unit: Unit, sequence: Sequence[Item], clock: _Clock) -> bool:
	"""One item after the other, its place noted before: only an item that kills the worker again and again is given
	up, and any progress begins a new count. False when time was over."""
	for item in sequence:
		if clock.is_over():
			_put_off(unit, item)
			return False
		again = item.position[:140] == unit.position
		kills = unit.position_attempts if again else 0
		if kills >= MOST_KILLS:
			dispatch.give_up(unit.delivery, item)
			continue
		_note_position(unit, item, kills + 1)
		dispatch.process_again(unit.delivery, item)
	return True


def _from_position(sequence: Sequence[Item], position: str | None) -> Sequence[Item]:
	"""What was not done yet; all of it where the position is not known to this version of the parser."""
	places = [item.position[:140] for item in sequence]
	return sequence[places.index(position) :] if position in places else sequence


def _note_position(unit: Unit, item: Item, kills: int) -> None:
	set_value(DELIVERY, unit.name, {"position": item.position[:140], "position_attempts": kills})
	save_now()  # it must outlive this process


def _put_off(unit: Unit, item: Item) -> None:
	"""Time is over, and nobody was killed: the next turn goes on at full speed."""
	set_value(DELIVERY, unit.name, {"position": item.position[:140], "position_attempts": 0, "attempts": 0})
	save_now()  # another may take it at once


def _groups(sequence: Sequence[Mine]) -> list[list[Mine]]:
	"""Runs of readable statuses, or of history, together, in chunks; everything else alone. The order stays."""
	groups: list[list[Mine]] = []
	for mine in sequence:
		kind = _together(mine.item)
		if groups and kind and kind is _together(groups[-1][0].item) and len(groups[-1]) < CHUNK:
			groups[-1].append(mine)
		else:
			groups.append([mine])
	return groups


def _together(item: Item) -> ItemKind | None:
	"""The kind of an item that is quicker done with its like; None for the others and for what cannot be read."""
	readable = item.status or item.message
	return item.kind if item.kind in _TOGETHER and readable and not item.problem else None


def _process(group: Sequence[Mine]) -> None:
	"""All in one transaction; when that fails each by itself, so that a bad one costs only itself."""
	unsettled = [mine.item for mine in group]
	if len(group) > 1:
		try:
			unsettled = _TOGETHER[group[0].item.kind](unsettled)
		except OutOfTime:
			raise
		except Exception:
			frappe.db.rollback()
			report("WhatsApp: items could not be processed together")
	alone = {id(item) for item in unsettled}
	for mine in group:
		if id(mine.item) in alone:
			dispatch.process(mine.delivery, mine.item)


def work_off_statuses(found: Sequence[Unit], until: float) -> int:
	"""The first of these units together, from however many deliveries; returns how many.

	Who was broken off before is done alone, and so is a large one, which may take longer than `until`.
	"""
	if found[0].attempts or found[0].position:
		work_off(found[0], until)
		return 1
	found = list(takewhile(lambda unit: not (unit.attempts or unit.position), found))
	bodies = _bodies([unit.name for unit in found])
	if not bodies:
		work_off(found[0], until)
		return 1
	taken = [unit for unit in found if unit.name in bodies]
	mark = f"update `tab{DELIVERY}` set attempts = 1 where name in %s"
	frappe.db.sql(mark, (tuple(unit.name for unit in taken),))
	save_now()  # whoever dies in here leaves them to be done one by one
	read = [(unit, _delivery(unit, bodies[unit.name])) for unit in taken]
	for group in _groups([Mine(unit.delivery, item) for unit, each in read for item in each.items]):
		_process(group)
	in_transaction(lambda: _finish_all(read))
	return len(taken)


def _bodies(names: Sequence[str]) -> dict[str, str]:
	"""Of the first of these rows, as many as a turn takes; none when the first is too large."""
	lengths = dict(
		frappe.db.sql(f"select name, length(body) from `tab{DELIVERY}` where name in %s", (tuple(names),))
	)
	sizes = accumulate(lengths.get(name) or 0 for name in names)
	first = [name for name, size in zip(names, sizes, strict=True) if size <= MOST_BYTES]
	if not first:
		return {}
	return dict(frappe.db.sql(f"select name, body from `tab{DELIVERY}` where name in %s", (tuple(first),)))


def _finish_all(done: Sequence[tuple[Unit, Delivery]]) -> None:
	counts: dict[int, list[str]] = {}
	for unit, delivery in done:
		if not unit.part_of:
			counts.setdefault(len(delivery.items), []).append(unit.name)
	for count, names in counts.items():
		set_value(DELIVERY, {"name": ["in", names]}, _finished(DeliveryState.PROCESSED, None, count))
	if parts := [unit.name for unit, _delivery in done if unit.part_of]:
		frappe.db.delete(DELIVERY, {"name": ["in", parts]})


def finish(unit: Unit, delivery: Delivery) -> None:
	"""It is done, whatever happens to the next; what is only counted is counted in the same transaction, so that a
	crash counts nothing twice."""

	def work() -> None:
		if unit.part_of:
			frappe.db.delete(DELIVERY, {"name": unit.name})
		else:
			close(unit.name, delivery)
		_count_ignored(delivery.items)

	if any(map(dispatch.is_ignored, delivery.items)):
		in_transaction(work)
	else:
		work()  # nobody else has this row
		save_now()


def close(name: str, delivery: Delivery) -> None:
	"""Processed, or Failed where nothing could be read. Part of the caller's transaction."""
	said = to_user(delivery.problem) if delivery.problem else None
	state = DeliveryState.FAILED if delivery.problem else DeliveryState.PROCESSED
	change_row(DELIVERY, name, _finished(state, said, len(delivery.items)))


def give_up(name: str, line: str | None = None) -> None:
	"""A body that kills every worker becomes Failed; a part keeps its line, as it cannot be sorted again."""
	error = _("The worker was killed each time it read this body. See the server's log.")
	values = {**_finished(DeliveryState.FAILED, error, 0), "line": line}
	in_transaction(lambda: set_value(DELIVERY, name, values))


def _finished(state: str, error: str | None, count: int) -> dict[str, object]:
	return {
		"state": state,
		"error": error,
		"items": count,
		"processed_at": site_now(),
		"position": None,
		"position_attempts": 0,
		# They tell of a person what erasing would not find.
		"line": None,
		"other_line": None,
	}


def _count_ignored(sequence: Sequence[Item]) -> None:
	for number, count in Counter(
		item.phone_number_id for item in sequence if dispatch.is_ignored(item)
	).items():
		frappe.db.sql(
			f"""update `tab{NUMBER}` set ignored_group_messages = ignored_group_messages + %s
			where name = %s""",
			(cint(count), number),
		)
