"""Works off what the webhook stored: deliveries, and in turns with them the items that wait for another try.

As many of these jobs work at once as there are workers; lines decide who does what (ADR 0066).
"""

import math
import time

import frappe

from whatsapp_channel import jobs, logs
from whatsapp_channel.database import new_transaction
from whatsapp_channel.doctypes import DELIVERY
from whatsapp_channel.inbound import gaps, lines, retries, sorting, units
from whatsapp_channel.inbound.delivery import DeliveryState
from whatsapp_channel.inbound.units import MOST_KILLS

__all__ = ["MOST_KILLS", "drain", "has_work", "process_delivery", "process_received"]

# Then jobs of others have their turn. While none waits the job goes on, because a new one takes a second to start.
BUDGET_SECONDS = 1.5
MOST_SECONDS = 60
# However many wait of either kind: so long for kept items at once, so long at least for deliveries, so long for one line.
ITEMS_SECONDS = 0.5
DELIVERIES_SECONDS = 0.25
LINE_SECONDS = 0.5
LINE_UNITS = 10
# Who comes late does one thing all the same: on a slow machine too, work goes on.
LEAST_SECONDS = 0.01


@logs.job
def drain(flag: str = "drain") -> None:
	"""Works off what is stored and due, until nothing is left for this worker or its turn is over. Any number may run.

	`flag`: the wake flag under which this job was queued.
	The wake flag is cleared before the first look, so whatever is stored later wakes another. What others work on at
	the moment is left to them: they look again after letting go.
	"""
	jobs.act_as_site()
	with jobs.at_work() as mine:
		if not mine:
			return
		jobs.clear_wake_flag(flag)
		ends = time.monotonic() + BUDGET_SECONDS
		retries.release_overlooked()
		if not _work(ends):
			gaps.withdraw_found()
			return
	jobs.go_on_draining()


def _work(ends: float) -> bool:
	"""Whether something may be left when the time is over."""
	latest = ends + MOST_SECONDS
	while True:
		tried = retries.retry_due(min(ends, time.monotonic() + ITEMS_SECONDS))
		until = max(ends, time.monotonic() + DELIVERIES_SECONDS)
		if not process_received(until) + tried:
			return False
		if (now := time.monotonic()) >= ends:
			if now >= latest or jobs.others_wait():
				return True
			ends = now + BUDGET_SECONDS


def has_work() -> bool:
	"""Whether a drain would find something."""
	received = frappe.db.exists(DELIVERY, {"state": DeliveryState.RECEIVED})
	return bool(received) or bool(retries.due(limit=1))


def process_received(until: float) -> int:
	"""Works off deliveries, a few of each line in turns; returns how many it sorted or worked off.

	Begins little after `until`, in seconds of time.monotonic, but something where anything waits: 0 says that nothing does
	that others have not taken.
	"""
	now = time.monotonic()
	done = sorting.sort_received(now + (until - now) / 2)
	found = lines.waiting()
	if len(found) > 1:
		jobs.wake_another_drain()
	served = 0
	for line in found:
		if served and time.monotonic() >= until:
			break
		if taken := _serve(line, until):
			served += taken
		elif served:
			break  # others have been here since: a fresh look costs less than their leavings
	return done + served


def _serve(line: str, until: float) -> int:
	"""A turn for a line; how many of its units were begun."""
	with lines.held(line) as mine:
		if not mine:
			return 0
		together = lines.is_of_statuses(line)
		found = units.next_in(line, units.CHUNK if together else LINE_UNITS)
		now = time.monotonic()
		ends = max(now + LEAST_SECONDS, min(until, now + LINE_SECONDS))
		if found and together:
			return units.work_off_statuses(found, ends)
		begun = 0
		while begun < len(found) and time.monotonic() < ends:
			units.work_off(found[begun], ends)
			begun += 1
		return begun


def process_delivery(name: str, until: float = math.inf) -> None:
	"""Works off one delivery, whatever else waits in its lines and whoever works on them."""
	sorting.sort([name])
	new_transaction()
	for unit in units.of_delivery(name):
		units.work_off(unit, until)
