from __future__ import annotations

from datetime import datetime, timezone


def utc(moment: datetime) -> datetime:
	"""The same moment in UTC.

	Python adds hours to the wall clock of a local zone and compares two moments of one zone by their wall clocks, so
	24 h over a change to summer time would be 23 or 25. All arithmetic of the rules goes through here.

	Raises ValueError for a time without a time zone, which is ambiguous.
	"""
	if moment.tzinfo is None or moment.utcoffset() is None:
		raise ValueError(f"The moment {moment.isoformat()} has no time zone: pass it in UTC.")
	return moment.astimezone(timezone.utc)
