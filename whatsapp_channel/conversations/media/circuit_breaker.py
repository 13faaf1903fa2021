"""Whether Meta's file servers answer: when they do not, nobody waits for files."""

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
	"""What this process knows of the servers for one account's files. Times in seconds.

	After a failure no file is asked for during a pause, which doubles; then one is, and given less time. So a dead
	server costs a job a minute once and some seconds now and then, whatever the number of files.
	"""

	failures: int = 0
	pause_ends: float = 0.0

	_known: ClassVar[dict[tuple[str, str, str], "CircuitBreaker"]] = {}

	@classmethod
	def of(cls, account: str) -> "CircuitBreaker":
		"""The servers as seen by this account at the address that counts now."""
		address, _version = settings.api()
		return cls._known.setdefault((frappe.local.site, account, address), cls())

	def seconds(self) -> float:
		"""How long the next file may take; 0 during a pause."""
		if not self.failures:
			return FILE_SECONDS
		return PROBE_SECONDS if time.monotonic() >= self.pause_ends else 0.0

	def note(self, *, failed: bool) -> None:
		"""A file has been asked for: the servers failed, or they answered, whatever they said."""
		self.failures = self.failures + 1 if failed else 0
		pause = min(FIRST_PAUSE * 2 ** (self.failures - 1), LONGEST_PAUSE) if failed else 0.0
		self.pause_ends = time.monotonic() + pause
