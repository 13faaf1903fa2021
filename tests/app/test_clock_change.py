"""The hour that a year has twice, and the one that it lacks: nothing is due too early, and the order stays."""

from datetime import datetime, timedelta, timezone
from typing import Any

import frappe
import pytest

from tests.app.desk import Desk
from tests.app.waiting import arrives, filed, kept
from whatsapp_channel import clock
from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api import outgoing
from whatsapp_channel.inbound import dispatch, order, retries
from whatsapp_channel.outbound import outbox
from whatsapp_channel.patches import order_of_arrival

# Ten seconds before clocks go back in New York, from 02:00 to 01:00; and forward, from 02:00 to 03:00.
AUTUMN = datetime(2026, 11, 1, 5, 59, 50, tzinfo=timezone.utc)
SPRING = datetime(2026, 3, 8, 6, 59, 50, tzinfo=timezone.utc)


class Clock:
	"""The time of a site in New York, as a test sets it."""

	def __init__(self, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
		self.now = now
		monkeypatch.setattr(clock, "get_system_timezone", lambda: "America/New_York")
		for module in (clock, dispatch, order, retries):
			monkeypatch.setattr(module, "utc_now", lambda: self.now)


WAITS = [
	pytest.param(start, seconds, id=f"{name}, {seconds} s")
	for name, start in {"autumn": AUTUMN, "spring": SPRING, "summer": AUTUMN - timedelta(days=60)}.items()
	for seconds in (5, 30, 1800, 3600, 7200)
]


@pytest.mark.parametrize(("start", "seconds"), WAITS)
def test_what_waits_is_never_due_too_early(
	site: Any, monkeypatch: pytest.MonkeyPatch, start: datetime, seconds: int
) -> None:
	time = Clock(monkeypatch, start)
	due = clock.due_at(start + timedelta(seconds=seconds))
	for passed in range(0, seconds, 5):
		time.now = start + timedelta(seconds=passed)
		assert site_now() < due
	time.now = start + timedelta(seconds=seconds, hours=1)
	assert site_now() >= due


@pytest.mark.parametrize("start", [AUTUMN, AUTUMN + timedelta(hours=0.5), SPRING], ids=str)
@pytest.mark.parametrize("seconds", [0, 5, 65, 1700])
def test_how_long_ago_something_was(
	site: Any, monkeypatch: pytest.MonkeyPatch, start: datetime, seconds: int
) -> None:
	time = Clock(monkeypatch, start)
	stored = site_now()
	time.now += timedelta(seconds=seconds)
	assert clock.age(stored) == timedelta(seconds=seconds)


def test_no_tries_are_used_up_when_clocks_go_back(
	desk: Desk, trouble: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
	time = Clock(monkeypatch, AUTUMN)
	trouble.add("one")
	for text in ("one", "two"):
		arrives(desk, text, timestamp=str(int(AUTUMN.timestamp())))
	for passed in (0, 5, 11):
		time.now = AUTUMN + timedelta(seconds=passed)
		desk.settle()
		assert [(row.state, row.attempts) for row in kept()] == [("Pending", 1), ("Pending", 0)]
	trouble.clear()
	time.now = AUTUMN + timedelta(hours=2)
	desk.settle()
	assert filed() == ["one", "two"]


def test_messages_that_arrive_while_clocks_go_back_stay_in_order(
	desk: Desk, trouble: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
	time = Clock(monkeypatch, AUTUMN)
	trouble.update({"two", "three"})
	for text in ("one", "two", "three"):
		arrives(desk, text, timestamp=str(int(AUTUMN.timestamp())))
		time.now += timedelta(seconds=20)
		desk.settle()
	trouble.clear()
	time.now = AUTUMN + timedelta(hours=3)
	desk.settle()
	assert filed() == ["one", "two", "three"]


def test_deliveries_that_wait_while_clocks_go_back_stay_in_order(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	time = Clock(monkeypatch, AUTUMN)
	for text in ("one", "two"):
		arrives(desk, text, timestamp=str(int(AUTUMN.timestamp())))
		time.now += timedelta(seconds=20)
	first, second = frappe.get_all("WhatsApp Delivery", order_by="sequence", pluck="creation")
	assert second < first
	desk.settle()
	assert filed() == ["one", "two"]


def test_replies_that_are_written_while_clocks_go_back_stay_in_order(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	desk.writes("Hello")
	time = Clock(monkeypatch, AUTUMN)
	thread, customer, channel = frappe.db.get_value(
		"WhatsApp Conversation", {}, ["name", "customer", "channel"]
	)
	place = {"conversation": thread, "ticket": desk.ticket(), "communication": None}
	for text in ("one", "two"):
		outbox.add(customer=customer, channel=channel, contents=[outgoing.text(text)], at=time.now, **place)
		time.now += timedelta(seconds=20)
	assert outbox.first(customer, channel).text == "one"


def test_what_waited_before_rows_had_an_order_gets_one(desk: Desk) -> None:
	for text in ("one", "two", "three"):
		arrives(desk, text)
	first, second, third = frappe.get_all("WhatsApp Delivery", order_by="sequence", pluck="name")
	moments = {first: "2026-01-01 08:00:00", second: "2026-01-01 08:00:01", third: "2026-01-01 08:00:02"}
	for name, moment in moments.items():
		frappe.db.set_value("WhatsApp Delivery", name, {"sequence": 0, "creation": moment})
	frappe.db.set_value("WhatsApp Delivery", second, "state", "Processed")
	order_of_arrival.execute()
	places = {
		name: frappe.db.get_value("WhatsApp Delivery", name, "sequence") for name in (first, second, third)
	}
	assert 0 < places[first] < places[third]
	assert not places[second]
