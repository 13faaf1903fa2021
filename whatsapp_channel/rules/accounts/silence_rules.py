"""When Meta counts as silent, and how long nobody asks it then: a circuit breaker for what an account sends."""

from __future__ import annotations

from datetime import timedelta

# Time-outs in a row. One may be a moment's trouble, and each keeps a worker busy for as long as a request may take.
TIMEOUTS_UNTIL_SILENT = 3
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)


def is_silent(timeouts: int) -> bool:
	"""Whether so many time-outs without an answer between them are enough."""
	return timeouts >= TIMEOUTS_UNTIL_SILENT


def pause(silent_for: timedelta) -> timedelta:
	"""How long to wait for the next try when Meta has been silent for so long: each pause is about twice the last one."""
	return min(max(silent_for, FIRST_PAUSE), LONGEST_PAUSE)
