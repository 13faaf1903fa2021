"""Converts between the site's time zone, in which Frappe stores times, and UTC, in which the rules compare them."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from frappe.utils import get_datetime, get_system_timezone


def utc_now() -> datetime:
	"""The current time, aware, in UTC. This is the app's only clock: rules get the time as an argument."""
	return datetime.now(timezone.utc)


def sequence(moment: datetime | None = None) -> int:
	"""The sort key for order of arrival: microseconds since 1970 in UTC, of `moment` or now.

	`creation` would not do: the site's time goes back an hour in autumn.
	"""
	return int((moment or utc_now()).timestamp() * 1_000_000)


def to_site(moment: datetime) -> datetime:
	"""The moment as a naive time in the site's zone, as Frappe stores it."""
	return moment.astimezone(_zone()).replace(tzinfo=None)


def to_utc(stored: datetime | str | None) -> datetime | None:
	"""A time that Frappe stored, as aware UTC; None stays None."""
	if not stored:
		return None
	return get_datetime(stored).replace(tzinfo=_zone()).astimezone(timezone.utc)


def site_now() -> datetime:
	"""The current time as Frappe stores it."""
	return to_site(utc_now())


def now_in(zone: str) -> datetime:
	"""The present time as Frappe stores it on a site with this time zone."""
	return utc_now().astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def due_at(moment: datetime) -> datetime:
	"""A future moment (UTC) as stored in rows that are due once site_now() has reached it; never too early.

	If clocks go back in between, the site's time of that moment may already be past. Then the row becomes due up to an hour
	late, instead of at once and over and over.
	"""
	now = utc_now()
	return max(to_site(moment), to_site(now) + (moment - now))


def age(stored: datetime) -> timedelta:
	"""How long ago a time was that Frappe stored.

	In the hour in which clocks go back a stored time means two moments: the later one that is not in the future is taken.
	"""
	now = utc_now()
	earlier = to_utc(stored)
	later = stored.replace(tzinfo=_zone(), fold=1).astimezone(timezone.utc)
	return now - (later if earlier <= later <= now else earlier)


def _zone() -> ZoneInfo:
	return ZoneInfo(get_system_timezone())
