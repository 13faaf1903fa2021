"""A circuit breaker for Meta's file servers: while they do not answer, no job waits for files."""

import time
from dataclasses import dataclass
from typing import ClassVar

import frappe

from whatsapp_channel import settings

FILE_SECONDS = 60.0
PROBE_SECONDS = 10.0
FIRST_PAUSE = 30.0
LONGEST_PAUSE = 600.0


@dataclass(slots=True)
class CircuitBreaker:
	"""The state of the servers for one account's files, as this process knows it. Times in seconds.

	After a failure no file is requested during a pause, which doubles with each failure; then one is tried with a shorter
	time limit. So a dead server costs a job one minute once, and a few seconds now and then, however many files wait.
	"""

	failures: int = 0
	pause_ends: float = 0.0

	_known: ClassVar[dict[tuple[str, str, str], "CircuitBreaker"]] = {}

	@classmethod
	def of(cls, account: str) -> "CircuitBreaker":
		"""The circuit breaker of this account for the current API address."""
		address, _version = settings.api()
		return cls._known.setdefault((frappe.local.site, account, address), cls())

	def seconds(self) -> float:
		"""How long the next file may take; 0 during a pause."""
		if not self.failures:
			return FILE_SECONDS
		return PROBE_SECONDS if time.monotonic() >= self.pause_ends else 0.0

	def note(self, *, failed: bool) -> None:
		"""Records a request: the servers failed, or they answered, even if with an error."""
		self.failures = self.failures + 1 if failed else 0
		pause = min(FIRST_PAUSE * 2 ** (self.failures - 1), LONGEST_PAUSE) if failed else 0.0
		self.pause_ends = time.monotonic() + pause
