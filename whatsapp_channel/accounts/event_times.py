"""When Meta last reported on each topic, so that an older event never overwrites a newer state.

Meta repeats a webhook for up to seven days, in any order. Data read from the API counts as slightly older than the moment
of reading: the two servers' clocks differ, and Meta's times have whole seconds.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

import frappe

from whatsapp_channel.clock import utc_now
from whatsapp_channel.database import set_value

SLACK = timedelta(minutes=5)
# Topics are a closed set, except for the kinds of alerts, which Meta defines.
MOST = 50


def known(doctype: str, name: str, topic: str) -> datetime | None:
	"""When Meta last reported on a topic (aware UTC); None: never."""
	told = _read(doctype, name).get(topic)
	return datetime.fromisoformat(told) if told else None


def remember(doctype: str, name: str, topic: str, at: datetime) -> None:
	"""Stores that Meta reported on this topic `at` (aware UTC), which is not older than what is stored."""
	_write(doctype, name, {**_read(doctype, name), topic: at.isoformat()})


def told_since(doctype: str, name: str, moment: datetime) -> frozenset[str]:
	"""The topics on which Meta reported at `moment` (aware UTC) or later, compared in whole seconds."""
	since = moment.replace(microsecond=0)
	told = _read(doctype, name).items()
	return frozenset(topic for topic, at in told if datetime.fromisoformat(at) >= since)


def remember_read(doctype: str, name: str, topics: Iterable[str], asked: datetime | None = None) -> None:
	"""Stores that these topics were read from Meta's API at `asked` (aware UTC), by default now."""
	stored, at = _read(doctype, name), ((asked or utc_now()) - SLACK).isoformat()
	_write(doctype, name, {**stored, **{topic: max(at, stored.get(topic, "")) for topic in topics}})


def _read(doctype: str, name: str) -> dict[str, str]:
	return json.loads(frappe.db.get_value(doctype, name, "event_times") or "{}")


def _write(doctype: str, name: str, told: dict[str, str]) -> None:
	newest = sorted(told.items(), key=lambda each: each[1])[-MOST:]
	set_value(doctype, name, "event_times", json.dumps(dict(newest)), update_modified=False)
