"""How background work is woken: once, never lost, and without a job per message (design decision 1)."""

from collections.abc import Callable

import frappe

from whatsapp_channel import logs
from whatsapp_channel.logs import logger
from whatsapp_channel.timeouts import OutOfTime

FLAG_SECONDS = 60
# Of a usual bench's workers one leaves this queue alone: it is there for messages that come and go.
FILES = "long"
FAILED_FETCHES = "files:failed"
JOB_SECONDS = 900


def wake_drain() -> None:
	"""Has the stored deliveries worked off soon."""
	_wake("drain", "whatsapp_channel.inbound.drain.drain")


def wake_sender(customer: str, channel: str) -> None:
	"""Has the queued messages of one customer in one channel sent soon."""
	method = "whatsapp_channel.outbound.send.send_queued"
	_wake(queue_name(customer, channel), method, customer=customer, channel=channel)


def queue_name(customer: str, channel: str) -> str:
	"""What the lock and the wake flag of a queue are called."""
	return f"send:{customer}:{channel}"


def wake_files(lane: int) -> None:
	"""Has the files fetched that messages of this lane wait for."""
	_wake(lane_name(lane), "whatsapp_channel.inbound.media.fetching.work", queue=FILES, lane=lane)


def wake_failed_fetches() -> None:
	"""Has missing files fetched again."""
	_wake(FAILED_FETCHES, "whatsapp_channel.inbound.media.refetch.fetch_failed", queue=FILES)


def lane_name(lane: int) -> str:
	"""What the lock and the wake flag of a lane are called."""
	return f"files:{lane}"


def wake_sender_after_commit(customer: str, channel: str) -> None:
	"""The same once the present transaction is committed: a job must never look for rows that are not there yet."""
	frappe.db.after_commit.add(lambda: wake_sender(customer, channel))


def act_as_site() -> None:
	"""Background work is the Administrator's and in the site's language: a job has no user whose language it could take,
	and what it writes is read by the people of the site."""
	frappe.set_user("Administrator")
	frappe.local.lang = frappe.db.get_single_value("System Settings", "language") or "en"


def clear_wake_flag(name: str) -> None:
	"""Clears the flag of a woken job. Call it before looking for work, so that later work wakes the job again."""
	_quietly(lambda: frappe.cache.delete(_flag(name)))


def _wake(name: str, method: str, queue: str = "short", **arguments: str | int) -> None:
	def enqueue_once() -> None:
		if frappe.cache.set(_flag(name), 1, nx=True, ex=FLAG_SECONDS):
			frappe.enqueue(method, queue=queue, timeout=JOB_SECONDS, **arguments)

	_quietly(enqueue_once)


def _flag(name: str) -> str:
	return frappe.cache.make_key(f"whatsapp_channel:wake:{name}")


def _quietly(work: Callable[[], object]) -> None:
	"""The row is stored and the sweep finds it: an unreachable Redis must not turn a stored message into an error."""
	try:
		work()
	except OutOfTime:
		raise
	except Exception:
		logger().warning("Could not reach the job queue", exc_info=True)


@logs.job
def sweep() -> None:
	"""What `schedule.sweep` was called: jobs that were queued before the update still call it. For one release."""
	frappe.get_attr("whatsapp_channel.schedule.sweep")()
