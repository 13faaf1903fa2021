"""How new what is known of each topic is, so that an older event never overwrites a newer state.

Meta repeats a webhook for seven days, in any order. What was read from Meta counts as told a little earlier than it was
read: the clocks of two servers differ, and Meta's times have no fractions.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

import frappe

from whatsapp_channel.clock import utc_now
from whatsapp_channel.database import set_value

SLACK = timedelta(minutes=5)
# Topics come from a closed set but for the kinds of alerts, which are Meta's.
MOST = 50


def known(doctype: str, name: str, topic: str) -> datetime | None:
	"""When Meta last told of a topic (aware UTC); None: never."""
	told = _read(doctype, name).get(topic)
	return datetime.fromisoformat(told) if told else None


def remember(doctype: str, name: str, topic: str, at: datetime) -> None:
	"""Meta told of this topic `at` (aware UTC), which is not older than what is known."""
	_write(doctype, name, {**_read(doctype, name), topic: at.isoformat()})


def told_since(doctype: str, name: str, moment: datetime) -> frozenset[str]:
	"""The topics of which Meta told at `moment` (aware UTC) or later, by its whole seconds."""
	since = moment.replace(microsecond=0)
	told = _read(doctype, name).items()
	return frozenset(topic for topic, at in told if datetime.fromisoformat(at) >= since)


def remember_read(doctype: str, name: str, topics: Iterable[str], asked: datetime | None = None) -> None:
	"""What is known of these topics was read from Meta, which was `asked` (aware UTC) just now or then."""
	stored, at = _read(doctype, name), ((asked or utc_now()) - SLACK).isoformat()
	_write(doctype, name, {**stored, **{topic: max(at, stored.get(topic, "")) for topic in topics}})


def _read(doctype: str, name: str) -> dict[str, str]:
	return json.loads(frappe.db.get_value(doctype, name, "event_times") or "{}")


def _write(doctype: str, name: str, told: dict[str, str]) -> None:
	newest = sorted(told.items(), key=lambda each: each[1])[-MOST:]
	set_value(doctype, name, "event_times", json.dumps(dict(newest)), update_modified=False)
