"""What Meta reports of messages that were sent: one by one or in batches, in any order, as often as it likes."""

import json
import time
from collections import Counter
from collections.abc import Callable
from itertools import permutations
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk
from whatsapp_channel.clock import site_now, to_utc
from whatsapp_channel.cloud_api.webhook_parser import read_delivery
from whatsapp_channel.conversations import delivery_status
from whatsapp_channel.database import insert_row
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.inbound.statuses import apply_all
from whatsapp_channel.keys import wamid_key

ITEM = "WhatsApp Delivery Item"
NOW = int(time.time()) - 600
# Current status, and what sent, delivered, read, played and failed make of it.
TABLE = """
current      sent       delivered  read  played  failed
Queued       Sent       Delivered  Read  Played  Failed
Sending      Sent       Delivered  Read  Played  Failed
Unconfirmed  Sent       Delivered  Read  Played  Failed
Accepted     Sent       Delivered  Read  Played  Failed
Sent         Sent       Delivered  Read  Played  Failed
Delivered    Delivered  Delivered  Read  Played  Delivered
Read         Read       Read       Read  Played  Read
Played       Played     Played     Played  Played  Played
Failed       Failed     Delivered  Read  Played  Failed
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]


@pytest.fixture
def sent(desk: Desk) -> Callable[..., str]:
	"""Makes a message of ours in the ticket of a customer who wrote; returns its name, which is also its wamid."""
	desk.writes("Where is my order?")
	ticket = frappe.get_doc("HD Ticket", desk.ticket())
	fields = ["customer", "channel", "conversation", "session"]
	common = frappe.db.get_value(MESSAGE, {"direction": "Incoming"}, fields, as_dict=True)

	def make(state: str = "Accepted", *, communication: str | None = None, **more: Any) -> str:
		shown = communication or tickets.record_reply(
			ticket, "<p>It is on its way.</p>", ticket.raised_by, delivery_status="Sending"
		)
		counted = None if state in ("Queued", "Sending", "Unconfirmed") else common.session
		values = {**common, "session": counted, "ticket": ticket.name, "communication": shown, **more}
		name = insert_row(
			MESSAGE,
			{
				"direction": "Outgoing",
				"message_type": "text",
				"status": state,
				"text": "It is on its way.",
				"message_timestamp": site_now(),
				"next_attempt": "2099-01-01 00:00:00",
				"last_attempt": site_now(),
				**values,
			},
		)
		frappe.db.set_value(MESSAGE, name, {"wamid": name, "wamid_key": wamid_key(desk.number, name)})
		frappe.db.commit()
		return name

	return make


def report(wamid: str, word: str, at: int = NOW, **more: Any) -> dict[str, Any]:
	"""One entry of `statuses`."""
	failed = {"errors": [{"code": 131026, "title": "Undeliverable"}]} if word == "failed" else {}
	return {"id": wamid, "status": word, "timestamp": str(at), "recipient_id": "1555", **failed, **more}


def deliver(desk: Desk, *batches: list[dict[str, Any]]) -> None:
	"""One delivery per batch, all of them worked off."""
	for number, batch in enumerate(batches):
		payload = desk.envelope({"statuses": batch})
		payload["entry"][0]["time"] = number
		assert desk.post(payload).status_code == 200
	desk.settle()
	frappe.db.commit()


def value(name: str, field: str = "status") -> Any:
	return frappe.db.get_value(MESSAGE, name, field)


def badge(name: str) -> str:
	return frappe.db.get_value("Communication", value(name, "communication"), "delivery_status")


def notes(desk: Desk) -> list[str]:
	return frappe.get_all("HD Ticket Comment", {"reference_ticket": desk.ticket()}, pluck="content")


@pytest.mark.parametrize("together", [True, False], ids=["in one delivery", "each in its own"])
@pytest.mark.parametrize(
	("current", "expected"), [(row[0], row[1:]) for row in ROWS], ids=[r[0] for r in ROWS]
)
def test_every_report_on_every_status(
	desk: Desk, sent: Callable[..., str], current: str, expected: list[str], together: bool
) -> None:
	names = [sent(current) for _word in HEAD[1:]]
	reports = [report(name, word) for name, word in zip(names, HEAD[1:], strict=True)]
	deliver(desk, *([reports] if together else [[each] for each in reports]))
	assert [value(name) for name in names] == expected
	shown = {"Sent": "Sent", "Delivered": "Sent", "Read": "Read", "Played": "Read", "Failed": "Error"}
	changed = [name for name, state in zip(names, expected, strict=True) if state != current]
	assert [badge(name) for name in changed] == [shown[state] for state in expected if state != current]
	assert not frappe.db.count(ITEM)


ORDERS = [order for count in (2, 3) for order in permutations(["sent", "delivered", "read"], count)]


@pytest.mark.parametrize("order", ORDERS, ids=[" ".join(order) for order in ORDERS])
def test_one_batch_in_any_order_with_repetitions(
	desk: Desk, sent: Callable[..., str], order: tuple[str, ...]
) -> None:
	name = sent()
	times = {"sent": NOW, "delivered": NOW + 1, "read": NOW + 2}
	deliver(desk, [report(name, word, times[word]) for word in (*order, *order)])
	assert value(name) == max(order, key=times.get).capitalize()
	stored = {word: value(name, f"{word}_on") for word in times}
	assert {word: to_utc(at).timestamp() for word, at in stored.items() if at} == {
		word: times[word] for word in order
	}


FAILURES = {
	"failed alone": (["failed"], "Failed", 1),
	"failed twice": (["failed", "failed"], "Failed", 1),
	"sent, then failed": (["sent", "failed"], "Failed", 1),
	"failed, then sent": (["failed", "sent"], "Failed", 1),
	"failed, then delivered: it arrived": (["failed", "delivered"], "Delivered", 0),
	"delivered, then failed": (["delivered", "failed"], "Delivered", 0),
}


@pytest.mark.parametrize(("words", "expected", "told"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_is_told_once_and_only_if_it_lasts(
	desk: Desk, sent: Callable[..., str], words: list[str], expected: str, told: int
) -> None:
	name = sent()
	deliver(desk, [report(name, word, NOW + place) for place, word in enumerate(words)])
	assert value(name) == expected
	assert len(notes(desk)) == told
	assert bool(value(name, "error")) == bool(told)
	assert value(name, "error_code") == (131026 if told else 0)


def test_a_failure_fails_the_parts_behind_it(desk: Desk, sent: Callable[..., str]) -> None:
	first, other = sent(), sent()
	behind = sent("Queued", communication=value(first, "communication"), part=1)
	deliver(desk, [report(other, "sent"), report(first, "failed")])
	assert [value(name) for name in (first, behind, other)] == ["Failed", "Failed", "Sent"]


REGULAR = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"}
FREE = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
PRICES = {
	"with the first status": ([{"pricing": REGULAR}], ("marketing", "regular", "PMP", 1)),
	"only with a later one": ([{}, {"pricing": FREE}], ("service", "free_customer_service", "PMP", 0)),
	"twice: the first counts": (
		[{"pricing": REGULAR}, {"pricing": FREE}],
		("marketing", "regular", "PMP", 1),
	),
	"without billable, paid": (
		[{"pricing": {"type": "regular", "category": "utility"}}],
		("utility", "regular", None, 1),
	),
	"without billable, free": (
		[{"pricing": {"type": "free_entry_point", "category": "service"}}],
		("service", "free_entry_point", None, 0),
	),
	"per conversation, of 2023": (
		[{"pricing": {"billable": True, "pricing_model": "CBP", "category": "business_initiated"}}],
		("business_initiated", None, "CBP", 1),
	),
	"of a wrong type": (
		[{"pricing": {"category": 7, "type": ["x"], "billable": "no"}}],
		(None, None, None, 0),
	),
	"none": ([{}], (None, None, None, 0)),
}


@pytest.mark.parametrize("together", [True, False], ids=["in one delivery", "each in its own"])
@pytest.mark.parametrize(("extras", "expected"), PRICES.values(), ids=PRICES.keys())
def test_the_price_is_recorded_once(
	desk: Desk, sent: Callable[..., str], extras: list[dict], expected: tuple, together: bool
) -> None:
	name = sent()
	words = ["sent", "delivered"]
	reports = [report(name, word, **more) for word, more in zip(words, extras, strict=False)]
	deliver(desk, *([reports] if together else [[each] for each in reports]))
	fields = ["price_category", "price_type", "price_model", "billable"]
	assert value(name, fields) == expected


def test_the_conversation_of_meta_and_no_longer_window(desk: Desk, sent: Callable[..., str]) -> None:
	name = sent()
	before = frappe.db.get_value("WhatsApp Conversation", value(name, "conversation"), "window_ends")
	ends = NOW + 7 * 24 * 3600
	opened = {"id": "c-1", "expiration_timestamp": str(ends), "origin": {"type": "referral_conversion"}}
	deliver(
		desk, [report(name, "sent", conversation=opened), report(name, "read", conversation={"id": "c-2"})]
	)
	assert value(name, "meta_conversation") == "c-1"
	window = frappe.db.get_value("WhatsApp Conversation", value(name, "conversation"), "window_ends")
	assert window == before


GROUPS = {
	"recipient_type": {"recipient_type": "group"},
	"group_id": {"group_id": "120363040468224422"},
}


@pytest.mark.parametrize("more", GROUPS.values(), ids=GROUPS.keys())
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "among others"])
def test_groups_are_left_out(desk: Desk, sent: Callable[..., str], more: dict, alone: bool) -> None:
	name = sent()
	others = [] if alone else [report(name, "read")]
	deliver(desk, [report("wamid.of-a-group", "delivered", **more), *others])
	assert value(name) == ("Accepted" if alone else "Read")
	assert not frappe.db.count(ITEM)


@pytest.mark.parametrize("origin", ["Business App", "History"])
@pytest.mark.parametrize("together", [True, False], ids=["with others", "alone"])
def test_what_colleagues_sent_from_a_phone_moves_without_a_session(
	desk: Desk, sent: Callable[..., str], origin: str, together: bool
) -> None:
	own, counted = sent(origin=origin, session=None), sent()
	deliver(desk, [report(own, "delivered"), *([report(counted, "sent")] if together else [])])
	assert (value(own), value(own, "session")) == ("Delivered", None)
	assert frappe.get_all("WhatsApp Session", pluck="outbound_count") == [0]


def test_what_is_not_counted_yet_is_counted_once(desk: Desk, sent: Callable[..., str]) -> None:
	name = sent("Sending", wamid=None)
	deliver(desk, [report(name, "read"), report(name, "sent"), report(name, "delivered")])
	assert value(name) == "Read"
	assert frappe.get_all("WhatsApp Session", pluck="outbound_count") == [1]


def test_a_lost_id_comes_back_by_our_reference(desk: Desk, sent: Callable[..., str]) -> None:
	name, other = sent("Sending", client_reference="our-reference"), sent()
	frappe.db.set_value(MESSAGE, name, {"wamid": None, "wamid_key": None})
	frappe.db.commit()
	told = {"biz_opaque_callback_data": "our-reference"}
	deliver(desk, [report("wamid.new", "failed", **told), report(other, "sent")])
	assert (value(name), value(name, "wamid"), value(other)) == ("Failed", "wamid.new", "Sent")
	deliver(desk, [report("wamid.new", "delivered"), report(other, "read")])
	assert (value(name), value(other)) == ("Delivered", "Read")


BAD = {
	"a message that nobody knows": (report("wamid.nobody", "read"), "Pending", "No message of ours"),
	"a status that nobody knows": ({"status": "deleted"}, "Dropped", "Unknown status"),
	"a broken one": ({"status": 7}, "Failed", "status"),
}


@pytest.mark.parametrize(("bad", "state", "words"), BAD.values(), ids=BAD.keys())
def test_a_bad_one_costs_only_itself(
	desk: Desk, sent: Callable[..., str], bad: dict, state: str, words: str
) -> None:
	first, second, third = sent(), sent(), sent()
	middle = {**report(second, "sent"), **bad}
	deliver(desk, [report(first, "sent"), middle, report(third, "read")])
	assert [value(name) for name in (first, second, third)] == ["Sent", "Accepted", "Read"]
	(item,) = frappe.get_all(ITEM, fields=["state", "error", "payload"])
	assert item.state == state
	assert words in item.error
	assert json.loads(item.payload)["raw"]["id"] == middle["id"]


def test_one_that_cannot_be_stored_costs_only_itself(
	desk: Desk, sent: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
	first, second, third = sent(), sent(), sent()
	original = delivery_status.fail

	def fail(name: str, *arguments: Any, **more: Any) -> None:
		original(name, *arguments, **more)
		raise frappe.ValidationError("no note can be written")

	monkeypatch.setattr(delivery_status, "fail", fail)
	deliver(desk, [report(first, "sent"), report(second, "failed"), report(third, "read")])
	assert [value(name) for name in (first, second, third)] == ["Sent", "Accepted", "Read"]
	assert frappe.get_all(ITEM, pluck="state") == ["Pending"]
	monkeypatch.undo()
	frappe.db.set_value(ITEM, {"state": "Pending"}, "next_attempt", site_now())
	frappe.db.commit()
	desk.settle()
	assert value(second) == "Failed"


def test_a_chunk_tells_each_ticket_once(
	desk: Desk, sent: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
	told: Counter[str] = Counter()
	monkeypatch.setattr(tickets, "publish_update", lambda ticket: told.update([ticket]))
	names = [sent() for _ in range(10)]
	deliver(desk, [report(name, "read") for name in names])
	assert told == {desk.ticket(): 1}
	assert {badge(name) for name in names} == {"Read"}


def test_the_badge_of_a_reply_in_parts_waits_for_the_last(desk: Desk, sent: Callable[..., str]) -> None:
	first = sent()
	second = sent(communication=value(first, "communication"), part=1)
	deliver(desk, [report(first, "read"), report(second, "delivered")])
	assert badge(first) == "Sent"
	deliver(desk, [report(second, "read")])
	assert badge(first) == "Read"


def test_a_merged_ticket_is_told_where_it_went(
	desk: Desk, sent: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
	name = sent()
	target = frappe.get_doc(
		{"doctype": "HD Ticket", "subject": "Target", "raised_by": "a@example.com"}
	).insert()
	values = {"is_merged": 1, "merged_with": target.name}
	frappe.db.set_value("HD Ticket", desk.ticket(), values)
	frappe.db.commit()
	told: list[str] = []
	monkeypatch.setattr(tickets, "publish_update", told.append)
	deliver(desk, [report(name, "read"), report(sent(), "sent")])
	assert set(told) == {str(target.name)}


def test_a_larger_chunk_takes_no_more_statements(
	desk: Desk, sent: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
	database = type(frappe.local.db)
	original = database.sql
	counts = []
	for size in (5, 50):
		statuses = [report(sent(), "read") for _ in range(size)]
		items = read_delivery(json.dumps(desk.envelope({"statuses": statuses}))).items
		queries: list[str] = []

		def sql(self: Any, query: Any, *given: Any, into: list[str] = queries, **more: Any) -> Any:
			into.append(str(query))
			return original(self, query, *given, **more)

		monkeypatch.setattr(database, "sql", sql)
		assert apply_all(items) == []
		monkeypatch.undo()
		counts.append(len(queries))
		assert {value(each["id"]) for each in statuses} == {"Read"}
	assert counts[0] == counts[1] < 15
