"""Between the site's time zone, in which Frappe stores times, and UTC, in which the rules compare them."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from frappe.utils import get_datetime, get_system_timezone


def utc_now() -> datetime:
	"""The present moment, aware, in UTC. The only clock of the app: rules get their time from here."""
	return datetime.now(timezone.utc)


def sequence(moment: datetime | None = None) -> int:
	"""What rows are put in the order of their arrival by: microseconds since 1970 in UTC, of now unless given.

	Not `creation`: the site's time goes back an hour in autumn.
	"""
	return int((moment or utc_now()).timestamp() * 1_000_000)


def to_site(moment: datetime) -> datetime:
	"""A naive time of the site's zone, as Frappe stores it."""
	return moment.astimezone(_zone()).replace(tzinfo=None)


def to_utc(stored: datetime | str | None) -> datetime | None:
	"""An aware UTC time of what Frappe stored; None stays None."""
	if not stored:
		return None
	return get_datetime(stored).replace(tzinfo=_zone()).astimezone(timezone.utc)


def site_now() -> datetime:
	"""The present moment as Frappe stores it."""
	return to_site(utc_now())


def due_at(moment: datetime) -> datetime:
	"""A moment to come (UTC) as rows keep it that are due once site_now() has reached it: never too early.

	Where clocks go back in between, the site's time of that moment may be past already; what waits then comes up to an
	hour late instead of at once, again and again.
	"""
	now = utc_now()
	return max(to_site(moment), to_site(now) + (moment - now))


def age(stored: datetime) -> timedelta:
	"""How long ago something was that Frappe stored.

	Of the two moments that share a time in the hour in which clocks go back it is the later one that is not to come.
	"""
	now = utc_now()
	earlier = to_utc(stored)
	later = stored.replace(tzinfo=_zone(), fold=1).astimezone(timezone.utc)
	return now - (later if earlier <= later <= now else earlier)


def _zone() -> ZoneInfo:
	return ZoneInfo(get_system_timezone())
