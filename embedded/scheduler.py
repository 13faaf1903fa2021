"""Runs the `scheduler_events` of installed apps."""

import datetime
import logging
import threading
from collections.abc import Iterator

from embedded.boot import Site, load_stand_in
from embedded.worker import apart, run_now

load_stand_in()

import frappe  # noqa: E402 (it is the stand-in from here on)

# "all" runs every four minutes on a bench.
_PATTERNS = {
	"all": "*/4 * * * *",
	"hourly": "0 * * * *",
	"daily": "0 0 * * *",
	"weekly": "0 0 * * 0",
	"monthly": "0 0 1 * *",
}


def run_event(site: Site, name: str) -> int:
	"""Run what apps registered for an event such as "hourly", or for a cron pattern; returns how many ran."""
	events = apart(site, lambda: frappe.get_hooks("scheduler_events", {}))
	methods = [*events.get(name, []), *events.get(f"{name}_long", []), *events.get("cron", {}).get(name, [])]
	for method in methods:
		try:
			run_now(site, method)
		except Exception:
			# The Error Log row is already written; the other events still run, as on a bench.
			logging.getLogger(__name__).exception("%s failed", method)
	return len(methods)


def is_due(pattern: str, moment: datetime.datetime) -> bool:
	"""Whether a cron pattern of five fields matches the minute."""
	weekday = (moment.weekday() + 1) % 7
	parts = (moment.minute, moment.hour, moment.day, moment.month, weekday)
	return all(value in set(_values(field)) for field, value in zip(pattern.split(), parts, strict=True))


def _values(field: str) -> Iterator[int]:
	for part in field.split(","):
		span, _slash, step = part.partition("/")
		first, _dash, last = span.partition("-")
		start, end = (0, 59) if span == "*" else (int(first), int(last or first))
		yield from range(start, end + 1, int(step or 1))


class Ticker:
	"""A thread that runs the due events every minute."""

	def __init__(self, site: Site) -> None:
		self.site = site
		self._stop = threading.Event()
		self._thread = threading.Thread(target=self._work, daemon=True, name="scheduler")

	def start(self) -> "Ticker":
		"""Start the thread."""
		self._thread.start()
		return self

	def stop(self) -> None:
		"""Stop the thread."""
		self._stop.set()
		self._thread.join()

	def _work(self) -> None:
		while not self._stop.wait(60 - datetime.datetime.now().second):
			self.run_due(datetime.datetime.now())

	def run_due(self, moment: datetime.datetime) -> None:
		"""Run the events that are due in this minute."""
		crons = apart(self.site, lambda: list(frappe.get_hooks("scheduler_events", {}).get("cron", {})))
		for name, pattern in [*_PATTERNS.items(), *((each, each) for each in crons)]:
			if is_due(pattern, moment):
				run_event(self.site, name)
