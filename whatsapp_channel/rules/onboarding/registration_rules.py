"""How often a number may be registered: Meta allows ten registrations and deregistrations in a rolling 72 hours and
blocks the number for 72 hours after the eleventh (its page on registration, error 133016)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

LIMIT = 10
SPAN = timedelta(hours=72)
CALL_TIMEOUT = timedelta(seconds=60)
"""How long a call without an outcome counts as running: longer than the client waits for Meta."""


class Outcome(str, Enum):
	"""The result of an attempt."""

	RUNNING = "running"
	DONE = "done"
	REFUSED = "refused"
	BLOCKED = "blocked"
	"""Meta said that the limit is reached, whatever we counted."""


@dataclass(frozen=True, slots=True)
class Attempt:
	"""An attempt to change the registration of a number; `at` in UTC."""

	at: datetime
	outcome: Outcome = Outcome.RUNNING

	def as_dict(self) -> dict[str, str]:
		"""For JSON."""
		return {"at": self.at.isoformat(), "outcome": self.outcome.value}

	@classmethod
	def from_dict(cls, stored: Mapping[str, Any]) -> Attempt:
		"""The reverse of `as_dict`."""
		return cls(datetime.fromisoformat(stored["at"]), Outcome(stored["outcome"]))


def recent(attempts: Iterable[Attempt], now: datetime) -> tuple[Attempt, ...]:
	"""The attempts that Meta still counts, oldest first. One exactly 72 hours old no longer counts."""
	return tuple(sorted((each for each in attempts if now - each.at < SPAN), key=lambda each: each.at))


def possible_at(attempts: Iterable[Attempt], now: datetime) -> datetime | None:
	"""When another attempt is allowed; None: now."""
	counted = recent(attempts, now)
	blocks = [each.at + SPAN for each in counted if each.outcome is Outcome.BLOCKED]
	if len(counted) >= LIMIT:
		blocks.append(counted[-LIMIT].at + SPAN)
	return max(blocks, default=None)


def is_running(attempts: Iterable[Attempt], now: datetime) -> bool:
	"""Whether an attempt is running at this moment."""
	return any(each.outcome is Outcome.RUNNING and now - each.at < CALL_TIMEOUT for each in attempts)


def done_lately(attempts: Iterable[Attempt], now: datetime) -> bool:
	"""Whether the number was registered only a moment ago, so that another user may still see the old state."""
	return any(each.outcome is Outcome.DONE and now - each.at < CALL_TIMEOUT for each in attempts)
