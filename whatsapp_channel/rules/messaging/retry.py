"""When a message that Meta refused or did not take is tried again (ADR 0007)."""

from __future__ import annotations

from datetime import datetime, timedelta

from whatsapp_channel.cloud_api.errors import Retry
from whatsapp_channel.rules.utc import utc

# Attempts in all, the first one included.
MOST_ATTEMPTS: dict[Retry, int] = {
	Retry.NEVER: 1,
	# Meta's own errors ("something went wrong"), which mostly pass at once; after that a person has to look.
	Retry.FEW: 3,
	# About four and a half hours with the pauses below, so that a reply is still possible within the 24-hour window.
	Retry.BACKOFF: 10,
	# Each try waits for the whole time that the error names (5 minutes to 72 hours).
	Retry.WAIT: 4,
}

# Seconds to the second attempt where the error names none, the factor from pause to pause, and the longest pause.
# Meta asks for 4^X seconds when it throttles ("pair rate limit"); an hour is the longest that an agent's answer waits.
FIRST_PAUSE: dict[Retry, int] = {Retry.FEW: 5, Retry.BACKOFF: 4, Retry.WAIT: 3600}
GROWTH: dict[Retry, int] = {Retry.FEW: 6, Retry.BACKOFF: 4, Retry.WAIT: 1}
LONGEST_PAUSE = 3600


def next_attempt(retry: Retry, attempts: int, delay_seconds: int | None, now: datetime) -> datetime | None:
	"""When to try again (UTC); None: no further try.

	`attempts` counts those made, at least 1. `delay_seconds` is the pause that the error asks for, the first of growing
	ones (`ErrorRule.delay_seconds`); 0 or None: it asks for none. Raises ValueError for a count below 1, a negative delay
	or a moment without a time zone.
	"""
	if attempts < 1:
		raise ValueError(f"{attempts} attempts were made: the first one comes before a retry.")
	if delay_seconds is not None and delay_seconds < 0:
		raise ValueError(f"A delay of {delay_seconds} seconds lies in the past: use zero or more.")
	if attempts >= MOST_ATTEMPTS[retry]:
		return None
	return utc(now) + timedelta(seconds=_pause(retry, attempts, delay_seconds))


def _pause(retry: Retry, attempts: int, asked: int | None) -> int:
	first = asked or FIRST_PAUSE[retry]
	grown: int = first * GROWTH[retry] ** (attempts - 1)
	# The cap is ours; what the error itself asks for is longer if Meta says so.
	return max(first, min(grown, LONGEST_PAUSE))


def is_stale(queued_at: datetime, ask_after_hours: int, now: datetime) -> bool:
	"""Whether a reply has waited so long that its agent is asked before it goes out: the answer may be wrong by now.

	`ask_after_hours`: 0 or less means that nobody is asked. Raises ValueError for a moment without a time zone.
	"""
	return ask_after_hours > 0 and utc(now) - utc(queued_at) >= timedelta(hours=ask_after_hours)
