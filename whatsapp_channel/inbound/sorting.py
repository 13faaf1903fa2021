"""Puts what was received into lines: the first look at a delivery, in the order of arrival (ADR 0066).

A delivery of one line is worked off as it is. One of several is divided: each line gets a row with its own items.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar

import frappe

from whatsapp_channel import rows
from whatsapp_channel.cloud_api.webhook_parser import Item, read_delivery
from whatsapp_channel.database import (
	in_transaction,
	insert_unless_there,
	named_lock,
	new_transaction,
	save_now,
)
from whatsapp_channel.doctypes import DELIVERY
from whatsapp_channel.inbound import units
from whatsapp_channel.inbound.delivery import DeliveryState
from whatsapp_channel.inbound.lines import Place, place_of
from whatsapp_channel.rows import Row

BATCH = 50
# Bodies that are in memory at once; one alone may be larger.
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Unsorted(Row):
	"""A delivery that nobody has looked into, or that killed the worker who did."""

	DOCTYPE: ClassVar[str] = DELIVERY
	name: str
	sequence: int
	attempts: int
	position: str | None
	body: str

	@property
	def is_deadly(self) -> bool:
		"""Whether it killed every worker who read it."""
		return self.attempts >= units.MOST_KILLS and not self.position


def sort_received(until: float) -> int:
	"""Sorts what is new; returns how many deliveries. Begins no second batch after `until`, in seconds of time.monotonic.

	Does nothing while another worker sorts.
	"""
	done = 0
	while _names():
		with named_lock("sort") as mine:
			names = _names() if mine else []
			if names:
				sort(names)
				done += len(names)
		if not names or time.monotonic() >= until:
			break
	return done


def _names() -> list[str]:
	"""The next that can be sorted together; one that has killed a worker comes alone."""
	new_transaction()  # a fresh snapshot, or deliveries stored meanwhile stay invisible
	found = frappe.db.sql(
		f"""select name, attempts, length(body) from `tab{DELIVERY}` where state = %s and line is null
		order by sequence, name limit {BATCH}""",
		(DeliveryState.RECEIVED,),
	)
	names: list[str] = []
	size = 0
	for name, attempts, length in found:
		size += length or 0
		if names and (attempts or size > MOST_BYTES):
			break
		names.append(name)
		if attempts:
			break
	return names


def sort(names: Sequence[str]) -> None:
	"""Puts deliveries into lines and commits; a body that cannot be read, or kills every worker, becomes Failed."""
	found = rows.where(
		Unsorted, "name in %s and state = %s and line is null", (tuple(names), DeliveryState.RECEIVED)
	)
	for each in found:
		if each.is_deadly:
			units.give_up(each.name)
	if readable := [each for each in found if not each.is_deadly]:
		# Counted before the work, so that a body that kills the worker is not tried for ever.
		count = f"update `tab{DELIVERY}` set attempts = attempts + 1 where name in %s"
		frappe.db.sql(count, (tuple(each.name for each in readable),))
		save_now()
		in_transaction(lambda: _sort(sorted(readable, key=lambda each: (each.sequence, each.name))))


def _sort(found: Sequence[Unsorted]) -> None:
	places: dict[str, Place] = {}
	links: dict[str, str] = {}
	for each in found:
		delivery = read_delivery(each.body)
		if delivery.problem or not delivery.items:
			units.close(each.name, delivery)
			continue
		parts = _parts(delivery.items, links)
		if len(parts) == 1:
			places[each.name] = next(iter(parts))
		else:
			_divide(each, parts)
			units.close(each.name, delivery)
	if places:
		_write(places)


def _parts(items: Sequence[Item], links: dict[str, str]) -> dict[Place, list[Item]]:
	"""The items of each line, in the order of their first ones."""
	lines: dict[str, list[Item]] = {}
	others: dict[str, str | None] = {}
	for item in items:
		place = place_of(item, links)
		lines.setdefault(place.line, []).append(item)
		others[place.line] = others.get(place.line) or place.other
		if place.other:
			links[place.other] = place.line
	return {Place(line, others[line]): of_line for line, of_line in lines.items()}


def _divide(delivery: Unsorted, parts: Mapping[Place, Sequence[Item]]) -> None:
	for index, (place, items) in enumerate(parts.items()):
		row = {
			"name": sha256(f"{delivery.name}:{place.line}".encode()).hexdigest(),
			"state": DeliveryState.RECEIVED,
			# In the order of the delivery, should one wait for another.
			"sequence": delivery.sequence + index,
			"part_of": delivery.name,
			"line": place.line,
			"other_line": place.other,
			"body": json.dumps({"items": [json.loads(item.to_json()) for item in items]}),
		}
		insert_unless_there(DELIVERY, row)


def _write(places: Mapping[str, Place]) -> None:
	"""One statement for all, as sorting is what no two workers do at once."""
	lines = " ".join(["when %s then %s"] * len(places))
	given = [value for name, place in places.items() for value in (name, place.line)]
	others = [value for name, place in places.items() for value in (name, place.other)]
	frappe.db.sql(
		f"""update `tab{DELIVERY}` set attempts = 0, line = case name {lines} end, other_line = case name {lines} end
		where name in %s""",
		(*given, *others, tuple(places)),
	)
