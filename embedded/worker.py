"""Runs the queued jobs of an embedded site."""

import contextvars
import pickle
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from embedded.boot import Site, load_stand_in, opened_site

load_stand_in()

import frappe  # noqa: E402 (it is the stand-in from here on)
from frappe._embedded.shared import store  # noqa: E402
from frappe.utils.background_jobs import execute_job  # noqa: E402

T = TypeVar("T")

IDLE_SECONDS = 0.2
# The order in which a bench's worker takes jobs when it is started without queue names.
_CLAIM = """update jobs set state = 'started' where id = (select id from jobs where state = 'queued'
order by case queue when 'short' then 0 when 'long' then 2 else 1 end, position, id limit 1) returning id, body"""


def apart(site: Site, work: Callable[[], T]) -> T:
	"""Run a function on a separate connection; this thread's connection is not touched."""

	def connected() -> T:
		site.connect()
		try:
			return work()
		finally:
			site.disconnect()

	return contextvars.Context().run(connected)


def run_pending(site: Site | None = None, limit: int = 10_000) -> int:
	"""Run the queued jobs and the jobs that these queue; returns how many ran, failed ones included."""
	if getattr(frappe.local, "db", None) and frappe.local.db._conn.raw.in_transaction:
		raise RuntimeError("Commit before running jobs: they have connections of their own")
	site = site or opened_site()
	count = 0
	while count < limit and apart(site, _run_next):
		count += 1
	return count


def _run_next() -> bool:
	row = store().execute(_CLAIM).fetchone()
	if not row:
		return False
	job: dict[str, Any] = pickle.loads(row[1])  # noqa: S301 (written by frappe.enqueue of the same site)
	try:
		execute_job(job["method"], job["kwargs"], job["user"])
	except Exception:
		# execute_job left an Error Log row; a failed job never stops the queue.
		frappe.logger("worker").exception("Job %s failed", job["method"])
	store().execute("delete from jobs where id = ?", [row[0]])
	return True


def run_now(site: Site, method: str, **kwargs: Any) -> None:
	"""Run one function as a separate job, as Administrator; its exceptions are passed on."""
	apart(site, lambda: execute_job(method, kwargs, "Administrator"))


class Worker:
	"""A thread that runs queued jobs until it is stopped."""

	def __init__(self, site: Site) -> None:
		self.site = site
		self._stop = threading.Event()
		# Set whenever the queue is empty.
		self.idle = threading.Event()
		self._thread = threading.Thread(target=self._work, daemon=True, name="worker")

	def start(self) -> "Worker":
		"""Start the thread."""
		self._thread.start()
		return self

	def stop(self) -> None:
		"""Finish the current job and stop."""
		self._stop.set()
		self._thread.join()

	def _work(self) -> None:
		while not self._stop.is_set():
			if not run_pending(self.site, limit=1):
				self.idle.set()
				self._stop.wait(IDLE_SECONDS)
