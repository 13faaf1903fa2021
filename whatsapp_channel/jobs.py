"""Queues background jobs: one job for many wake-ups, and none is lost (ADR 0001).

The scheduler's sweep finds the work whose wake-up was lost. If the scheduler does not run, the wake-up of another job queues
the sweep.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

import frappe
from frappe.utils import cint
from frappe.utils.background_jobs import get_queue

from whatsapp_channel import logs
from whatsapp_channel.clock import site_now
from whatsapp_channel.database import named_lock, set_value, single_value
from whatsapp_channel.logs import logger
from whatsapp_channel.timeouts import OutOfTime

T = TypeVar("T")

FLAG_SECONDS = 60
# On a usual bench one of the workers does not serve this queue, so it stays free for messages. Files are fetched in it.
LONG = "long"
# Where work on a backlog goes on: each time in another queue, so that jobs waiting there come first, in whatever order a
# worker takes its queues.
IN_TURNS = ("short", "default", "short", "default", "short", "default", LONG, LONG)
TURN_SECONDS = 2
# The queue of long jobs may stand still for long, and one job of ours there is enough. It has a flag of its own, so that
# new messages queue the drain elsewhere meanwhile.
BEHIND_LONG_JOBS = "drain:behind"
BEHIND_SECONDS = 3600
FAILED_FETCHES = "files:failed"
JOB_SECONDS = 900
# At most so many drains work at once. Taking every place keeps them all away.
PLACES = ("drain", *(f"drain:{place}" for place in range(1, 32)))
# The distance between the first choices of two neighbouring places.
STRIDE = 13
SCHEDULED = "Scheduled Job Type"
OURS = "whatsapp_channel.%"
# The scheduler runs the sweep each minute. After twice that time something else queues it.
SWEPT_SECONDS = 120
# The clocks of several machines may differ that much.
AHEAD = timedelta(minutes=1)


def wake_drain() -> None:
	"""Queues the drain job."""
	_wake("drain", "whatsapp_channel.inbound.drain.drain")


def wake_another_drain() -> None:
	"""Queues a drain job beside the one that calls this; not while it is the turn of long jobs."""
	_quietly(lambda: _drain_in(_queue_for_now(), behind_long_jobs=False))


def go_on_draining() -> None:
	"""Queues the drain job behind the jobs that wait already."""
	_quietly(lambda: _drain_in(_queue_for_now(), behind_long_jobs=True))


def others_wait() -> bool:
	"""Whether a job waits that is not one of our drains; True as well when Redis does not say."""
	try:
		waiting = sum(get_queue(queue).count for queue in dict.fromkeys(IN_TURNS))
		ours = sum(bool(frappe.cache.get(_flag(name))) for name in ("drain", BEHIND_LONG_JOBS))
	except OutOfTime:
		raise
	except Exception:
		logger().warning("Could not reach the job queue", exc_info=True)
		return True
	return waiting > ours


def _drain_in(queue: str, *, behind_long_jobs: bool) -> None:
	method = "whatsapp_channel.inbound.drain.drain"
	if queue != LONG:
		_wake("drain", method, queue=queue)
	elif behind_long_jobs:
		_wake(BEHIND_LONG_JOBS, method, queue=queue, flag_seconds=BEHIND_SECONDS, flag=BEHIND_LONG_JOBS)


def _queue_for_now() -> str:
	queue = IN_TURNS[int(time.time() / TURN_SECONDS) % len(IN_TURNS)]
	return queue if queue != LONG or get_queue(LONG).count else "short"


def wake_sender(customer: str, channel: str) -> None:
	"""Queues the sender job of one customer in one channel."""
	method = "whatsapp_channel.outbound.send.send_queued"
	# In front of all others: a customer waits for it, and it is short.
	_wake(queue_name(customer, channel), method, at_front=True, customer=customer, channel=channel)


def queue_name(customer: str, channel: str) -> str:
	"""The name of the lock and the wake flag of a customer's outbox queue."""
	return f"send:{customer}:{channel}"


def wake_files(lane: int) -> None:
	"""Queues the download job of a lane."""
	_wake(lane_name(lane), "whatsapp_channel.inbound.media.fetching.work", queue=LONG, lane=lane)


def wake_failed_fetches() -> None:
	"""Queues the job that downloads missing files again."""
	_wake(FAILED_FETCHES, "whatsapp_channel.inbound.media.refetch.fetch_failed", queue=LONG)


def wake_copies_after_commit(ticket: str) -> None:
	"""Has the copies that a merge has made of a ticket's Communications brought up to date once it is committed."""
	name, method = copies_name(ticket), "whatsapp_channel.helpdesk.copies.refresh"
	frappe.db.after_commit.add(lambda: _wake(name, method, ticket=ticket))


def copies_name(ticket: str) -> str:
	"""What the wake flag of that is called."""
	return f"copies:{ticket}"


def stand_in_for_scheduler() -> None:
	"""Queues the sweep if it has not run for two minutes."""
	_quietly(_sweep_if_overdue)


def note_sweep() -> None:
	"""Records that a sweep runs now."""
	_quietly(lambda: frappe.cache.set(_flag("sweep"), 1, ex=SWEPT_SECONDS))


def _sweep_if_overdue() -> None:
	if frappe.cache.set(_flag("sweep"), 1, nx=True, ex=SWEPT_SECONDS):
		frappe.enqueue("whatsapp_channel.schedule.stand_in", queue="short", timeout=JOB_SECONDS)


def held_back(methods: str = "%", now: datetime | None = None) -> dict[str, datetime]:
	"""Scheduled jobs whose last run is in the future; their names with that time. Frappe does not run them before it.

	This happens after a change of the site's time zone (a new site has Asia/Kolkata until its set-up) and when clocks go
	back. `methods` is a pattern for LIKE, `now` in the site's time zone. For a job that never ran, its creation counts.
	"""
	counts_from = "ifnull(last_execution, creation)"
	found = frappe.db.sql(
		f"""select name, {counts_from} from `tab{SCHEDULED}`
		where stopped = 0 and method like %s and {counts_from} > %s""",
		(methods, (now or site_now()) + AHEAD),
	)
	return {name: frappe.utils.get_datetime(moment) for name, moment in found}


def begin_now(methods: str = "%", now: datetime | None = None) -> int:
	"""Sets the last run of such jobs to now, so that Frappe runs them by their schedule again; returns their number."""
	now = now or site_now()
	names = list(held_back(methods, now))
	if names:
		set_value(SCHEDULED, {"name": ["in", names]}, "last_execution", now, update_modified=False)
	return len(names)


def lane_name(lane: int) -> str:
	"""The name of the lock and the wake flag of a lane."""
	return f"files:{lane}"


def wake_sender_after_commit(customer: str, channel: str) -> None:
	"""Queues the sender job once the current transaction is committed, because the job must see its rows."""
	frappe.db.after_commit.add(lambda: wake_sender(customer, channel))


def act_as_site() -> None:
	"""Sets the user to Administrator and the language to the site's: a job has no user, and what it writes is for everybody."""
	frappe.set_user("Administrator")
	frappe.local.lang = single_value("System Settings", "language") or "en"


@contextmanager
def at_work() -> Iterator[bool]:
	"""Takes one of the places for drains; yields whether there was one."""
	for index, place in enumerate(PLACES):
		with named_lock(place) as mine:
			if mine:
				frappe.local.flags.whatsapp_channel_place = index
				yield True
				return
	yield False


def apart(found: Sequence[T]) -> list[T]:
	"""The same in a different order for each place, so that workers who query at the same moment start with different ones."""
	if not found:
		return []
	start = STRIDE * cint(frappe.local.flags.whatsapp_channel_place) % len(found)
	return [*found[start:], *found[:start]]


def clear_wake_flag(name: str) -> None:
	"""Clears the wake flag of a job. Call it before querying for work, so that later work queues the job again."""
	_quietly(lambda: frappe.cache.delete(_flag(name)))


def _wake(
	name: str, method: str, queue: str = "short", flag_seconds: int = FLAG_SECONDS, **arguments: str | int
) -> None:
	def enqueue_once() -> None:
		if frappe.cache.set(_flag(name), 1, nx=True, ex=flag_seconds):
			frappe.enqueue(method, queue=queue, timeout=JOB_SECONDS, **arguments)
			_sweep_if_overdue()

	_quietly(enqueue_once)


def _flag(name: str) -> str:
	return frappe.cache.make_key(f"whatsapp_channel:wake:{name}")


def _quietly(work: Callable[[], object]) -> None:
	"""Logs errors instead of raising: the row is stored and the sweep will find it, so a failing Redis must not fail it."""
	try:
		work()
	except OutOfTime:
		raise
	except Exception:
		logger().warning("Could not reach the job queue", exc_info=True)


@logs.job
def sweep() -> None:
	"""The old path of `schedule.sweep`, for jobs that were queued before the update. For one release."""
	frappe.get_attr("whatsapp_channel.schedule.sweep")()
