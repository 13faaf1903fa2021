"""Items that cannot be filed at once: what waits, in which order, and what is given up."""

import json
from datetime import timedelta
from typing import Any

import frappe
import pytest

from tests.app.crashing import Crasher
from tests.app.desk import Desk, text_message, utc
from tests.app.waiting import ANA, ITEM, MARIA, arrives, filed, form, kept, make_due, set_enabled, states
from whatsapp_channel import jobs
from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.webhook_parser import ItemKind
from whatsapp_channel.inbound import dispatch, drain, retries, sorting, units

# -- order ---------------------------------------------------------------------------------------------------


def test_later_messages_of_the_same_sender_wait_and_others_do_not(desk: Desk, trouble: set[str]) -> None:
	trouble.add("one")
	for text in ("one", "two", "three"):
		arrives(desk, text)
	arrives(desk, "from Ana", sender=ANA)
	desk.settle()
	assert filed() == ["from Ana"]
	assert [(row.sender, row.state, row.attempts) for row in kept()] == [
		(MARIA, "Pending", 1),
		(MARIA, "Pending", 0),
		(MARIA, "Pending", 0),
	]
	assert "Waits behind an earlier message" in kept()[1].error


def test_they_follow_in_order_as_soon_as_the_first_is_filed(desk: Desk, trouble: set[str]) -> None:
	trouble.add("one")
	for text in ("one", "two", "three"):
		arrives(desk, text)
	desk.settle()
	trouble.clear()
	frappe.db.set_value(ITEM, kept()[0].name, "next_attempt", site_now())
	frappe.db.commit()
	desk.settle()
	assert filed() == ["one", "two", "three"]
	assert states() == ["Processed"] * 3


def test_retrying_stops_at_the_first_that_fails_again(desk: Desk, trouble: set[str]) -> None:
	trouble.update({"one", "two"})
	for text in ("one", "two", "three"):
		arrives(desk, text)
	desk.settle()
	trouble.remove("one")
	make_due()
	desk.settle()
	assert filed() == ["one"]
	assert [(row.state, row.attempts) for row in kept()] == [("Processed", 2), ("Pending", 1), ("Pending", 0)]


def test_a_message_that_arrives_while_the_others_wait_comes_after_them(desk: Desk, trouble: set[str]) -> None:
	trouble.add("one")
	arrives(desk, "one")
	desk.settle()
	trouble.clear()
	make_due()
	arrives(desk, "two")
	desk.settle()
	assert filed() == ["one", "two"]


def test_a_dead_letter_lets_the_others_go_on(desk: Desk, trouble: set[str]) -> None:
	trouble.add("one")
	arrives(desk, "one")
	arrives(desk, "two")
	desk.settle()
	frappe.db.set_value(ITEM, kept()[0].name, {"attempts": 9, "next_attempt": site_now()})
	frappe.db.commit()
	desk.settle()
	assert states() == ["Failed", "Processed"]
	assert filed() == ["two"]


SAME_PERSON = {
	"number, then both": ({}, {"from_user_id": "BR.1"}, False),
	"user id, then both": ({"from": None, "from_user_id": "BR.1"}, {"from_user_id": "BR.1"}, False),
	"both, then user id of a known customer": (
		{"from_user_id": "BR.1"},
		{"from": None, "from_user_id": "BR.1"},
		True,
	),
}


@pytest.mark.parametrize(("first", "second", "known"), SAME_PERSON.values(), ids=SAME_PERSON.keys())
def test_either_id_of_a_person_is_waited_for(
	desk: Desk, trouble: set[str], first: dict, second: dict, known: bool
) -> None:
	if known:
		arrives(desk, "before", from_user_id="BR.1")
		desk.settle()
	trouble.add("one")
	arrives(desk, "one", **first)
	arrives(desk, "two", **second)
	desk.settle()
	assert [row.attempts for row in kept()] == [1, 0]
	trouble.clear()
	make_due()
	desk.settle()
	assert filed()[-2:] == ["one", "two"]


def test_statuses_do_not_wait(desk: Desk, trouble: set[str]) -> None:
	desk.writes("Hello")
	row = desk.reply(desk.ticket())
	desk.settle()
	trouble.add("one")
	arrives(desk, "one")
	desk.post(desk.status(desk.message(row).wamid, "delivered"))
	desk.settle()
	assert desk.message(row).status == "Delivered"


def test_what_was_held_comes_before_what_is_newer_with_its_own_times(desk: Desk) -> None:
	set_enabled(desk, 0)
	old = [str(int(utc(hours=hours).timestamp())) for hours in (30, 29)]
	arrives(desk, "one", timestamp=old[0])
	arrives(desk, "two", timestamp=old[1])
	desk.settle()
	assert states() == ["Held", "Held"]
	assert "deactivated" in kept()[0].error
	arrives(desk, "three")
	set_enabled(desk, 1)
	desk.settle()
	assert filed() == ["one", "two", "three"]
	assert sorted(frappe.get_all("WhatsApp Session", pluck="inbound_count")) == [1, 2]


def test_an_item_held_in_the_moment_of_activation_is_released(desk: Desk) -> None:
	set_enabled(desk, 0)
	arrives(desk, "one")
	desk.settle()
	frappe.db.set_value("WhatsApp Channel", desk.channel, "enabled", 1)
	frappe.db.commit()
	desk.settle()
	drain.drain()
	desk.settle()
	assert filed() == ["one"]


def test_a_message_that_meta_repeats_in_another_batch_is_kept_once(desk: Desk, trouble: set[str]) -> None:
	trouble.add("one")
	arrives(desk, "one")
	desk.settle()
	message = text_message("one", wamid="wamid.one")
	desk.post(desk.payload(message, text_message("other", wamid="wamid.other", sender=ANA)))
	desk.settle()
	assert states() == ["Pending"]
	assert filed() == ["other"]


# -- a body that kills the worker -------------------------------------------------------------------------------


def test_only_the_item_that_kills_the_worker_becomes_a_dead_letter(desk: Desk, crasher: Crasher) -> None:
	texts = [f"text {index}" for index in range(5)]
	desk.post(
		desk.payload(*(text_message(text, wamid=text, sender=f"551191000000{text[-1]}") for text in texts))
	)
	kills = 0
	while crasher.drain(kill_at_message="text 2"):
		kills += 1
		assert kills <= 10
	assert kills == 1 + drain.MOST_KILLS
	assert filed() == ["text 0", "text 1", "text 3", "text 4"]
	(item,) = kept()
	assert (item.state, json.loads(item.payload)["raw"]["id"]) == ("Failed", "text 2")
	assert "killed" in item.error
	assert frappe.get_all("WhatsApp Delivery", pluck="state") == ["Processed"]
	form(item.name).reprocess()
	desk.settle()
	assert filed()[-1] == "text 2"


def test_kills_that_have_nothing_to_do_with_an_item_cost_nothing(desk: Desk, crasher: Crasher) -> None:
	texts = [f"text {index}" for index in range(8)]
	desk.post(desk.payload(*(text_message(text, wamid=text) for text in texts)))
	for text in texts:
		assert crasher.drain(kill_at_message=text)
	desk.settle()
	assert filed() == texts
	assert kept() == []


def test_an_item_that_kills_the_worker_in_its_own_tries_is_given_up(desk: Desk, trouble: set[str]) -> None:
	trouble.add("one")
	arrives(desk, "one")
	desk.settle()
	frappe.db.set_value(ITEM, kept()[0].name, {"attempts": 10, "next_attempt": site_now()})
	frappe.db.commit()
	desk.settle()
	assert states() == ["Failed"]
	assert "killed" in kept()[0].error


def test_a_delivery_that_takes_too_long_goes_on_where_it_stopped(desk: Desk) -> None:
	desk.post(desk.payload(*(text_message(f"text {index}", wamid=f"wamid.{index}") for index in range(3))))
	frappe.db.commit()
	(name,) = frappe.get_all("WhatsApp Delivery", pluck="name")
	drain.process_delivery(name, until=0)
	assert frappe.db.get_value("WhatsApp Delivery", name, ["state", "position"]) == (
		"Received",
		"0/0/messages/0",
	)
	desk.settle()
	assert filed() == ["text 0", "text 1", "text 2"]
	assert frappe.db.get_value("WhatsApp Delivery", name, ["state", "position"]) == ("Processed", None)


# -- the clock --------------------------------------------------------------------------------------------------

AHEAD = {
	"an hour": (0.99, None, 0),
	"two hours": (2, "Pending", 1),
	"a day and a half": (36, "Failed", None),
}


@pytest.mark.parametrize(("hours", "state", "wait"), AHEAD.values(), ids=AHEAD.keys())
def test_a_message_from_the_future(desk: Desk, hours: float, state: str | None, wait: float | None) -> None:
	arrives(desk, "early", timestamp=str(int(utc(hours=-hours).timestamp())))
	desk.settle()
	assert states() == ([state] if state else [])
	if not state:
		return
	assert "clock" in kept()[0].error
	if wait:
		assert abs(kept()[0].next_attempt - site_now() - timedelta(hours=wait)) < timedelta(minutes=1)


def test_a_message_from_the_future_is_waited_for_by_nobody_and_filed_in_its_time(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	arrives(desk, "early", timestamp=str(int(utc(hours=-2).timestamp())))
	arrives(desk, "now")
	desk.settle()
	assert filed() == ["now"]
	later = dispatch.utc_now() + timedelta(hours=2)
	monkeypatch.setattr(dispatch, "utc_now", lambda: later)
	make_due()
	desk.settle()
	assert filed() == ["now", "early"]


# -- the time of a drain ----------------------------------------------------------------------------------------


class Work:
	"""Filing a message takes a minute by the clock that drains look at."""

	def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
		self.now = 0.0
		self.meanwhile = lambda: None
		original = dispatch.HANDLERS[ItemKind.MESSAGE]

		def file(item: Any) -> None:
			self.now += 60
			self.meanwhile()
			original(item)

		monkeypatch.setitem(dispatch.HANDLERS, ItemKind.MESSAGE, file)
		monkeypatch.setattr(drain, "BUDGET_SECONDS", 1.5)
		monkeypatch.setattr(jobs, "others_wait", lambda: True)
		for module in (drain, retries, sorting, units):
			monkeypatch.setattr(module, "time", self)

	def monotonic(self) -> float:
		return self.now


def test_released_items_keep_no_drain_longer_than_its_time(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	set_enabled(desk, 0)
	for index in range(8):
		arrives(desk, f"held {index}", sender=f"55119123456{index:02d}")
	drain.drain()
	set_enabled(desk, 1)
	work = Work(monkeypatch)
	drain.drain()
	assert work.now <= drain.BUDGET_SECONDS + 60
	assert 0 < len(filed()) < 8
	desk.settle()
	assert len(filed()) == 8


def test_items_are_tried_while_deliveries_keep_coming(
	desk: Desk, trouble: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
	trouble.add("failed")
	arrives(desk, "failed")
	desk.settle()
	make_due()
	trouble.clear()
	for index in range(8):
		arrives(desk, f"new {index}", sender=f"55119123456{index:02d}")
	work = Work(monkeypatch)
	drain.drain()
	assert work.now >= drain.BUDGET_SECONDS
	assert "failed" in filed()
	assert len(filed()) < 9


def test_a_drain_whose_time_is_over_leaves_one_job_waiting_whoever_was_woken_meanwhile(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	for index in range(8):
		arrives(desk, f"new {index}", sender=f"55119123456{index:02d}")
	work = Work(monkeypatch)
	woken: list[float] = []
	monkeypatch.setattr(jobs, "_sweep_if_overdue", lambda: None)
	monkeypatch.setattr(frappe, "enqueue", lambda *_arguments, **_more: woken.append(work.now))
	work.meanwhile = jobs.wake_drain
	for begun in range(1, 9):
		drain.drain()
		assert (len(filed()), len(woken)) == (begun, begun)


# -- what is only counted, dropped or shown ---------------------------------------------------------------------


def test_group_messages_are_counted_and_leave_no_row(desk: Desk, crasher: Crasher) -> None:
	group = text_message("in a group", wamid="wamid.group", group_id="G1")
	desk.post(desk.payload(group, text_message("alone")))
	assert crasher.drain(kill_at_message="wamid.1")
	desk.settle()
	assert frappe.db.get_value("WhatsApp Number", desk.number, "ignored_group_messages") == 1
	assert (filed(), kept()) == (["alone"], [])


def test_what_meta_reports_is_found_with_title_and_details(desk: Desk) -> None:
	error = {
		"code": 130429,
		"title": "Rate limit hit",
		"message": "(#130429) Rate limit hit",
		"error_data": {"details": "Cloud API message throughput has been reached."},
	}
	desk.post(desk.envelope({"errors": [error]}))
	desk.settle()
	(item,) = kept(kind="Error")
	assert item.state == "Dropped"
	for part in ("Rate limit hit", "throughput has been reached", "130429"):
		assert part in item.error


def test_an_unknown_number_is_shown_and_filed_under_no_other(desk: Desk) -> None:
	desk.post(desk.payload(text_message("for nobody"), number="999"))
	desk.settle()
	(item,) = kept()
	assert (item.state, item.number, item.sender) == ("Unroutable", "999", MARIA)
	assert "999" in item.error
	assert filed() == []


def test_waiting_costs_no_query_beyond_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	asked: list[str] = []
	original = frappe.db.sql

	def ask(query: str, *more: Any, **named: Any) -> Any:
		asked.append(query)
		return original(query, *more, **named)

	monkeypatch.setattr(frappe.local.db, "sql", ask)
	desk.writes("Hello")
	monkeypatch.undo()
	assert len([query for query in asked if ITEM in query and "sender in" in query]) == 1


def test_due_items_are_tried_oldest_first(desk: Desk, trouble: set[str]) -> None:
	trouble.update({"one", "two"})
	arrives(desk, "one")
	arrives(desk, "two", sender=ANA)
	desk.settle()
	make_due()
	assert retries.due(10) == [row.name for row in kept()]
