"""Between the site's time zone, in which Frappe stores times, and UTC, in which the rules compare them."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from frappe.utils import get_datetime, get_system_timezone


def utc_now() -> datetime:
	"""The present moment, aware, in UTC. The only clock of the app: rules get their time from here."""
	return datetime.now(timezone.utc)


def to_site(moment: datetime) -> datetime:
	"""A naive time of the site's zone, as Frappe stores it."""
	return moment.astimezone(ZoneInfo(get_system_timezone())).replace(tzinfo=None)


def to_utc(stored: datetime | str | None) -> datetime | None:
	"""An aware UTC time of what Frappe stored; None stays None."""
	if not stored:
		return None
	return get_datetime(stored).replace(tzinfo=ZoneInfo(get_system_timezone())).astimezone(timezone.utc)


def site_now() -> datetime:
	"""The present moment as Frappe stores it."""
	return to_site(utc_now())
