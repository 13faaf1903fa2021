"""`frappe.utils`: times of the site's zone, numbers, text, addresses."""

import datetime
import html
import re
from collections.abc import Iterable
from email.utils import getaddresses, parseaddr
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import frappe
from frappe._embedded.missing import missing_in
from frappe.utils.html_utils import sanitize_html as sanitize_html

__getattr__ = missing_in(__name__)
DATE_FORMAT = "%Y-%m-%d"
DATETIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
_EMAIL = re.compile(
	r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
	r"@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?",
	re.I,
)


def get_system_timezone() -> str:
	"""The site's zone; Frappe's own default when none is set."""
	return frappe.db.get_single_value("System Settings", "time_zone") or "Asia/Kolkata"


get_time_zone = get_system_timezone


def now_datetime() -> datetime.datetime:
	"""The present moment in the site's zone, naive."""
	return datetime.datetime.now(ZoneInfo(get_system_timezone())).replace(tzinfo=None)


def now() -> str:
	"""The present moment as Frappe stores it, with six decimals."""
	return now_datetime().strftime(DATETIME_FORMAT)


def nowdate() -> str:
	"""Today in the site's zone."""
	return now_datetime().strftime(DATE_FORMAT)


today = nowdate


def get_datetime(value: Any = None) -> Any:
	"""A datetime of a datetime, date or ISO text; the present moment for nothing."""
	if value is None:
		return now_datetime()
	if isinstance(value, datetime.datetime) or value == "":
		return value or None
	if isinstance(value, datetime.date):
		return datetime.datetime.combine(value, datetime.time())
	return datetime.datetime.fromisoformat(str(value))


def getdate(value: Any = None) -> Any:
	"""A date of a date, datetime or ISO text; today for nothing."""
	moment = get_datetime(value or None)
	return moment.date() if moment else None


def add_to_date(
	date: Any = None,
	years: int = 0,
	months: int = 0,
	weeks: int = 0,
	days: float = 0,
	hours: float = 0,
	minutes: float = 0,
	seconds: float = 0,
	as_string: bool = False,
	as_datetime: bool = False,
) -> Any:
	"""Move a time; a date stays a date unless `as_datetime` or parts of a day are added."""
	is_text = isinstance(date, str)
	moment = get_datetime(date)
	count = moment.year * 12 + moment.month - 1 + years * 12 + months
	last = (datetime.date((count + 1) // 12, (count + 1) % 12 + 1, 1) - datetime.timedelta(days=1)).day
	moment = moment.replace(year=count // 12, month=count % 12 + 1, day=min(moment.day, last))
	moment += datetime.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
	with_time = as_datetime or isinstance(date, datetime.datetime) or hours or minutes or seconds
	with_time = with_time or date is None or (is_text and len(str(date)) > len("2000-01-01"))
	if as_string or is_text:
		return moment.strftime(DATETIME_FORMAT if with_time else DATE_FORMAT)
	return moment if with_time else moment.date()


def add_days(date: Any, days: float) -> Any:
	"""Move a time by days."""
	return add_to_date(date, days=days)


def time_diff(string_ed_date: Any, string_st_date: Any) -> datetime.timedelta:
	"""From the second time to the first."""
	return get_datetime(string_ed_date) - get_datetime(string_st_date)


def time_diff_in_seconds(string_ed_date: Any, string_st_date: Any) -> float:
	"""Seconds from the second time to the first."""
	return time_diff(string_ed_date, string_st_date).total_seconds()


def convert_utc_to_timezone(moment: datetime.datetime, time_zone: str) -> datetime.datetime:
	"""An aware time of the zone; a naive one is taken for UTC."""
	return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)).astimezone(
		ZoneInfo(time_zone)
	)


def convert_utc_to_system_timezone(moment: datetime.datetime) -> datetime.datetime:
	"""An aware time of the site's zone."""
	return convert_utc_to_timezone(moment, get_system_timezone())


def format_datetime(value: Any, format_string: str | None = None) -> str:
	"""Day, month, year and time; the embedded host knows one format only."""
	return get_datetime(value).strftime("%d-%m-%Y %H:%M:%S") if value else ""


def pretty_date(value: Any) -> str:
	"""How long ago, in words."""
	seconds = time_diff_in_seconds(now_datetime(), value)
	for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
		if seconds >= size:
			count = int(seconds // size)
			return f"{count} {unit}{'s' if count > 1 else ''} ago"
	return "just now"


def cint(value: Any, default: int = 0) -> int:
	"""An integer of anything, 0 when it is none."""
	try:
		return int(float(value))
	except (TypeError, ValueError):
		return default


def flt(value: Any, precision: int | None = None) -> float:
	"""A float of anything, 0.0 when it is none."""
	try:
		number = float(str(value).replace(",", ""))
	except ValueError:
		return 0.0
	return round(number, precision) if precision is not None else number


def cstr(value: Any, encoding: str = "utf-8") -> str:
	"""Text of anything, '' for None."""
	if isinstance(value, bytes):
		return value.decode(encoding)
	return "" if value is None else str(value)


def sbool(value: Any) -> Any:
	"""True or False for "true", "1", "false", "0"; anything else as it is."""
	return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower(), value)


def escape_html(text: Any) -> Any:
	"""Text that a browser shows as it is."""
	return html.escape(text).replace("&#x27;", "&apos;") if isinstance(text, str) else text


def strip_html(text: str) -> str:
	"""Text without tags."""
	return re.sub(r"<[^>]*>", "", text)


def split_emails(txt: str | None) -> list[str]:
	"""The addresses of a list separated by commas or lines."""
	parts = re.split(r""",(?=(?:[^"]|"[^"]*")*$)""", cstr(txt).replace("\n", ","))
	return [part.strip() for part in parts if part.strip()]


def parse_addr(email_string: str) -> tuple[str | None, str]:
	"""Name and address of "Name <a@b>"."""
	name, address = parseaddr(email_string)
	return name or address, address


def validate_email_address(email_str: str, throw: bool = False) -> str:
	"""The valid addresses of a list; raises InvalidEmailAddressError for another one when told to."""
	found = []
	for _name, address in getaddresses([email_str or ""]):
		if _EMAIL.fullmatch(address or ""):
			found.append(address.lower())
		elif throw:
			frappe.throw(
				f"{escape_html(email_str)} is not a valid Email Address",
				frappe.InvalidEmailAddressError,
				title="Invalid Email",
			)
	return ", ".join(found)


def get_url(uri: str | None = None, full_address: bool = False) -> str:
	"""The URL of the site, or of a path on it."""
	base = frappe.conf.get("host_name") or (frappe.request.host_url if frappe.request else None)
	base = (base or f"http://{frappe.local.site}").rstrip("/")
	if uri and uri.startswith("http"):
		return uri
	return f"{base}/{uri.lstrip('/')}" if uri else base


def get_url_to_form(doctype: str, name: str) -> str:
	"""The address of a document in the desk."""
	return get_url(f"/app/{frappe.scrub(doctype).replace('_', '-')}/{quote(str(name))}")


def get_link_to_form(doctype: str, name: str, label: str | None = None) -> str:
	"""A link to a document in the desk."""
	return f'<a href="{get_url_to_form(doctype, name)}">{label or name}</a>'


def random_string(length: int) -> str:
	"""Random letters and digits."""
	return frappe.generate_hash(length=length)


def comma_and(some_list: Any, add_quotes: bool = True) -> Any:
	"""'a', 'b' and 'c'."""
	if not isinstance(some_list, Iterable) or isinstance(some_list, str):
		return some_list
	words = [f"'{each}'" if add_quotes else str(each) for each in some_list]
	return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def get_user_info_for_avatar(user_id: str) -> dict[str, Any]:
	"""Name and picture of a user; an unknown one is shown as the address."""
	name = frappe.db.get_value("User", user_id, "full_name") if user_id else None
	return {"email": user_id, "image": "", "name": name or user_id}


def get_hook_method(hook_name: str, fallback: Any = None) -> Any:
	"""The function with which an app replaces one of Frappe's, or `fallback`."""
	named = frappe.get_hooks(hook_name)
	return frappe.get_attr(named[0]) if named else fallback


def call_hook_method(hook: str, *args: Any, **kwargs: Any) -> Any:
	"""Calls the functions that apps register for a hook until one returns a result that is not empty."""
	out = None
	for method in frappe.get_hooks(hook):
		out = out or frappe.get_attr(method)(*args, **kwargs)
	return out
