"""The trial of an account that Meta has not verified (Z7, Z36, Z38)."""

from __future__ import annotations

from datetime import datetime, timedelta

from whatsapp_channel.rules.accounts.channel_status import Trial

LENGTH = timedelta(days=30)
"""30 times 24 hours: day 31 begins when they are over (Z7)."""
DAY = timedelta(days=1)
NOTICE = timedelta(days=7)
"""How long before its end the administrators are told (7 times 24 hours)."""
GUIDE = "Guide"
"""The policy under which there is a trial; under *Meta's Present Limits* and *Off* there is none."""


def state(
	policy: str, started: datetime | None, now: datetime, *, verified: bool, checks_passed: bool
) -> Trial:
	"""The state of the trial at `now` (both aware UTC). `checks_passed`: Meta's checks after the verification."""
	if policy != GUIDE:
		return Trial.NONE
	if verified:
		return Trial.NONE if checks_passed else Trial.EXPANDED
	if started is None:
		return Trial.NONE
	return Trial.ENDED if now >= started + LENGTH else Trial.RUNNING


def days_left(started: datetime, now: datetime) -> int:
	"""The remaining days, rounded up; 0 if it is over."""
	left = started + LENGTH - now
	return max(0, -(-left // DAY))


def ends_soon(started: datetime, now: datetime) -> bool:
	"""Whether it is time for the notice."""
	return now >= started + LENGTH - NOTICE
