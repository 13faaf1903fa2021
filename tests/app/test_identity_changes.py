"""People who change their number or user id keep their history, in whatever order the news of it arrives."""

from itertools import permutations
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk
from tests.app.people import (
	CUSTOMER,
	START,
	arrive,
	changed_number,
	changed_user_id,
	only,
	people,
	person,
	system,
	text,
	timeline,
)
from whatsapp_channel.conversations.customers import addresses

DAY = 24 * 3600
A, B, C = "16505551234", "12195555358", "13105550123"
U1, U2, U3 = "US.1", "US.2", "US.3"

# News and texts as they happened, what is known at the end. Every order of arrival must end so.
HISTORIES: dict[str, tuple[tuple[dict, ...], set[Any]]] = {
	"one change": (
		(text(A, 1), changed_number(A, B, 10), text(B, 20)),
		{person(B, None, A, texts=2)},
	),
	"one change, told twice": (
		(text(A, 1), changed_number(A, B, 10), changed_number(A, B, 10)),
		{person(B, None, A, texts=1)},
	),
	"two changes": (
		(text(A, 1), changed_number(A, B, 10), changed_number(B, C, 20), text(C, 30)),
		{person(C, None, A, B, texts=2)},
	),
	"there and back": (
		(text(A, 1), changed_number(A, B, 10), changed_number(B, A, 20)),
		{person(A, None, A, B, texts=1)},
	),
	"with user ids": (
		(
			text(f"{A} {U1}", 1),
			changed_number(A, B, 10, user_id=U2, previous_user_id=U1),
			text(f"{B} {U2}", 20),
			text(U2, 30),
		),
		{person(B, U2, A, U1, texts=3)},
	),
	"with user ids that nobody told": (
		(text(f"{A} {U1}", 1), changed_number(A, B, 10), text(f"{B} {U2}", 20)),
		{person(B, U2, A, U1, texts=2)},
	),
	"of the user id alone": (
		(text(U1, 1), changed_user_id(U1, U2, 10), text(U2, 20)),
		{person(None, U2, U1, texts=2)},
	),
	"of the user id twice": (
		(text(U1, 1), changed_user_id(U1, U2, 10), changed_user_id(U2, U3, 20), text(U3, 30)),
		{person(None, U3, U1, U2, texts=2)},
	),
	"of the user id of one with a number": (
		(text(f"{A} {U1}", 1), changed_user_id(U1, U2, 10), text(f"{A} {U2}", 20)),
		{person(A, U2, U1, texts=2)},
	),
}


def orders() -> list[Any]:
	"""Each history in each order."""
	cases = []
	for name, (events, expected) in HISTORIES.items():
		for index, order in enumerate(permutations(events)):
			cases.append(pytest.param(order, expected, id=f"{name}, order {index}"))
	return cases


@pytest.mark.parametrize(("events", "expected"), orders())
def test_changes_end_the_same_in_whatever_order_the_news_arrives(
	desk: Desk, events: tuple[dict, ...], expected: set[Any]
) -> None:
	arrive(desk, *events)
	assert people() == expected


def row_of(**wanted: str) -> "frappe._dict":
	frappe.db.commit()
	return frappe.db.get_value(CUSTOMER, wanted, "*", as_dict=True)


def notes(ticket: str) -> list[str]:
	frappe.db.commit()
	return frappe.get_all("HD Ticket Comment", {"reference_ticket": ticket}, pluck="content")


def close(ticket: str) -> None:
	document = frappe.get_doc("HD Ticket", ticket)
	document.status = "Closed"
	document.save()
	frappe.db.commit()


def test_a_change_of_number_is_told_once_and_the_ticket_follows(desk: Desk) -> None:
	news = changed_number(A, B, 10)
	arrive(desk, text(A, 1), news, news, {**news, "id": "wamid.told.again"})
	row = only()
	(line,) = timeline(row.name)
	assert line == f"Maria's number changed from +{A} to +{B}."
	assert len(notes(desk.ticket())) == 1
	assert f"+{B}" in notes(desk.ticket())[0]
	assert (row.phone, row.profile_name) == (f"+{B}", "Maria")
	ticket = frappe.db.get_value("HD Ticket", desk.ticket(), ["raised_by", "status_category"])
	assert ticket == (f"{B}@whatsapp.invalid", "Open")
	assert frappe.db.exists("Email Unsubscribe", {"email": f"{B}@whatsapp.invalid", "global_unsubscribe": 1})
	numbers = frappe.get_all("Contact Phone", {"parent": row.contact}, ["phone", "is_primary_mobile_no"])
	assert {(each.phone, each.is_primary_mobile_no) for each in numbers} == {(f"+{A}", 0), (f"+{B}", 1)}


@pytest.mark.parametrize("name", ["Maria", ""], ids=["a name", "called by the number"])
def test_numbers_in_notes_are_shortened_where_agents_may_not_see_them(desk: Desk, name: str) -> None:
	frappe.db.set_single_value("WhatsApp Channel Settings", "mask_numbers", 1)
	frappe.db.commit()
	arrive(desk, text(A, 1), changed_number(A, B, 10), name=name)
	for told in (*notes(desk.ticket()), *timeline(only().name)):
		assert A not in told
		assert B not in told
		assert B[-4:] in told


def test_a_change_of_number_leaves_a_closed_ticket_closed_and_opens_no_window(desk: Desk) -> None:
	arrive(desk, text(A, 1))
	close(desk.ticket())
	before = frappe.db.get_value("WhatsApp Conversation", {}, ["state", "window_ends", "last_inbound"])
	arrive(desk, changed_number(A, B, 10))
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "status_category") == "Resolved"
	assert notes(desk.ticket()) == []
	assert (
		frappe.db.get_value("WhatsApp Conversation", {}, ["state", "window_ends", "last_inbound"]) == before
	)


def test_replies_go_to_the_new_number(desk: Desk) -> None:
	desk.sandbox.customer(B, "Maria", user_id="")
	arrive(desk, text(A, 1), changed_number(A, B, 10))
	desk.reply(desk.ticket(), "<p>still there?</p>")
	desk.settle()
	assert desk.on_phone(B) == ["still there?"]


def test_the_address_of_a_page_opened_before_is_known_as_the_customers(desk: Desk) -> None:
	arrive(desk, text(A, 1), text(U1, 2))
	gone = row_of(bsuid=U1).name
	arrive(desk, text(f"{A} {U1}", 3), changed_number(A, B, 10))
	known = addresses.former_addresses(only().name)
	assert known == {f"{A}@whatsapp.invalid", f"{gone}@whatsapp.invalid"}
	arrive(desk, text(A, 20), name="Bob")
	assert addresses.former_addresses(row_of(wa_id=B).name) == {f"{gone}@whatsapp.invalid"}


def test_a_number_given_to_somebody_else_is_another_person(desk: Desk) -> None:
	arrive(desk, text(A, 1), changed_number(A, B, 10))
	maria = only()
	arrive(desk, text(A, 20, "I am Bob"), name="Bob")
	bob = row_of(wa_id=A)
	assert bob.name != maria.name
	assert bob.contact != maria.contact
	assert (bob.profile_name, row_of(wa_id=B).profile_name) == ("Bob", "Maria")
	assert len(desk.tickets()) == 2
	arrive(desk, text(A, 5, "late words of Maria"), text(A, 30, "Bob again"))
	texts = {
		name: frappe.get_all(
			MESSAGE, {"customer": name, "message_type": "text"}, pluck="text", order_by="message_timestamp"
		)
		for name in (maria.name, bob.name)
	}
	assert texts == {
		maria.name: [f"{A} at 1", "late words of Maria"],
		bob.name: ["I am Bob", "Bob again"],
	}


def test_a_quote_of_the_former_owners_message_does_not_lead_into_his_ticket(desk: Desk) -> None:
	first = text(A, 1)
	arrive(desk, first, changed_number(A, B, 10))
	arrive(desk, text(A, 20, "who are you?", context={"from": "15550100200", "id": first["id"]}), name="Bob")
	old, new = desk.tickets()
	assert "who are you?" in desk.conversation_of(new)[-1]
	assert all("who are you?" not in content for content in desk.conversation_of(old))


TAKEN = {
	"who wrote lately: one person with two numbers": (-DAY, True),
	"who was silent for 44 days": (-44 * DAY, True),
	"who was silent for 45 days: a number given out again": (-45 * DAY, False),
	"who wrote since the change only": (20, True),
}


@pytest.mark.parametrize(("wrote", "joined"), TAKEN.values(), ids=TAKEN.keys())
def test_a_new_number_that_was_known(desk: Desk, wrote: int, joined: bool) -> None:
	at = 10
	arrive(desk, text(A, 1))
	arrive(desk, text(B, wrote if wrote > 0 else at + wrote), name="Bob")
	arrive(desk, changed_number(A, B, at))
	if joined:
		assert people() == {person(B, None, A, texts=2)}
	else:
		assert people() == {person(B, None, A, texts=1), person(None, None, B, texts=1)}
		assert row_of(wa_id=B).profile_name == "Maria"


def test_a_new_number_of_somebody_with_another_user_id_is_not_joined(desk: Desk) -> None:
	arrive(desk, text(f"{A} {U1}", 1), text(f"{B} {U3}", 2))
	arrive(desk, changed_number(A, B, 10, user_id=U2, previous_user_id=U1))
	assert people() == {person(B, U2, A, U1, texts=1), person(None, U3, B, texts=1)}


def test_whoever_used_the_new_number_with_another_user_id_is_not_joined(desk: Desk) -> None:
	arrive(desk, text(f"{A} {U1}", 1), text(f"{B} {U3}", 2))
	arrive(desk, changed_number(A, B, 10))
	assert people() == {person(B, None, A, U1, texts=1), person(None, U3, B, texts=1)}


# What was sent before, the news, and who is there whenever and however often it is told.
SILENT = text(B, -60 * DAY, "I am Bob")
TOLD = {
	"numbers alone": (
		(SILENT, text(A, 1)),
		lambda at: changed_number(A, B, at),
		{person(B, None, A, texts=1), person(None, None, B, texts=1)},
	),
	"four user ids": (
		(text(f"{B} US.7", -2), text(f"{A} {U1}", 1)),
		lambda at: changed_number(A, B, at, user_id=U2, previous_user_id=U1),
		{person(B, U2, A, U1, texts=1), person(None, "US.7", B, texts=1)},
	),
}


@pytest.mark.parametrize("later", [-1, 0, 1], ids=["a second earlier", "at the same time", "a second later"])
@pytest.mark.parametrize(("before", "news", "expected"), TOLD.values(), ids=TOLD.keys())
def test_a_taken_number_told_again_joins_nobody(
	desk: Desk, before: tuple[dict, ...], news: Any, expected: set[Any], later: int
) -> None:
	arrive(desk, *before)
	arrive(desk, news(10), news(10 + later))
	assert people() == expected


@pytest.mark.parametrize("later", [-1, 0], ids=["a second earlier", "at the same time"])
def test_a_taken_number_told_again_after_the_next_change_joins_nobody(desk: Desk, later: int) -> None:
	arrive(desk, SILENT, text(A, 1), changed_number(A, B, 10), changed_number(B, C, 20))
	arrive(desk, changed_number(A, B, 10 + later))
	assert people() == {person(C, None, A, B, texts=1), person(None, None, B, texts=1)}


LOCKED_FIRST = {
	"a message brings the number": ((text(U1, 1), text(f"{A} {U1}", 2)), 1),
	"news of a change": ((text(A, 1), changed_number(A, B, 10)), 1),
	"news that takes another's number": ((SILENT, text(A, 1), changed_number(A, B, 10)), 2),
	"a join": ((text(A, 1), text(U1, 2), text(f"{A} {U1}", 3)), 2),
}


@pytest.mark.parametrize(("messages", "conversations"), LOCKED_FIRST.values(), ids=LOCKED_FIRST.keys())
def test_conversations_are_locked_before_tickets_as_a_reply_does(
	desk: Desk, monkeypatch: pytest.MonkeyPatch, messages: tuple[dict, ...], conversations: int
) -> None:
	*before, last = messages
	arrive(desk, *before)
	steps: list[tuple[str, int]] = []
	original = frappe.db.sql

	def ask(query: str, values: Any = (), *more: Any, **named: Any) -> Any:
		if "`tabWhatsApp Conversation`" in query and "for update" in query:
			steps.append(("lock", len(values[0])))
		elif "update `tabHD Ticket`" in query:
			steps.append(("ticket", 0))
		return original(query, values, *more, **named)

	monkeypatch.setattr(frappe.local.db, "sql", ask)
	arrive(desk, last)
	assert steps[0] == ("lock", conversations)
	assert ("ticket", 0) in steps


OTHER_NEWS = {
	"another security code": (
		{"type": "customer_identity_changed", "body": "User identity changed"},
		"security code",
	),
	"something new at Meta": ({"type": "user_moved_to_mars", "body": "Gone to Mars"}, "Gone to Mars"),
	"hostile text": ({"type": "x", "body": "<script>alert(1)</script>"}, "&lt;script&gt;"),
}


@pytest.mark.parametrize(("body", "expected"), OTHER_NEWS.values(), ids=OTHER_NEWS.keys())
def test_other_news_stand_in_the_timeline_once(desk: Desk, body: dict, expected: str) -> None:
	news = system(A, 10, **body)
	arrive(desk, text(A, 1), news, {**news, "id": "wamid.told.again"})
	(line,) = timeline(only().name)
	assert expected in line
	assert frappe.db.count(MESSAGE, {"message_type": "system"}) == 2


def preference(desk: Desk, value: str, at: int, **more: Any) -> None:
	entry = {
		"wa_id": A,
		"category": "marketing_messages",
		"value": value,
		"timestamp": START + at,
		"detail": "?",
		**more,
	}
	payload = desk.envelope({"contacts": [{"wa_id": A}], "user_preferences": [entry]})
	payload["entry"][0]["changes"][0]["field"] = "user_preferences"
	assert desk.post(payload).status_code == 200
	desk.settle()


WISHES = {
	"stop": ([("stop", 10)], 10),
	"stop, resume": ([("stop", 10), ("resume", 20)], None),
	"resume came first": ([("resume", 20), ("stop", 10)], None),
	"stop came first": ([("stop", 20), ("resume", 10)], 20),
	"stop, resume, stop": ([("stop", 10), ("resume", 20), ("stop", 30)], 30),
	"stop twice": ([("stop", 10), ("stop", 10)], 10),
}


@pytest.mark.parametrize(("wishes", "stopped"), WISHES.values(), ids=WISHES.keys())
@pytest.mark.parametrize("known", [True, False], ids=["a customer", "nobody yet"])
def test_the_newest_wish_about_marketing_counts(
	desk: Desk, wishes: list[tuple[str, int]], stopped: int | None, known: bool
) -> None:
	from whatsapp_channel.clock import to_utc

	if known:
		arrive(desk, text(A, 1))
	for value, at in wishes:
		preference(desk, value, at)
	moment = to_utc(only().marketing_stopped_on)
	assert (int(moment.timestamp()) - START if moment else None) == stopped
	assert len(timeline(only().name)) <= len(set(wishes))


def test_a_wish_holds_after_a_join(desk: Desk) -> None:
	arrive(desk, text(U1, 1))
	preference(desk, "stop", 10)
	arrive(desk, text(f"{A} {U1}", 20))
	assert only().marketing_stopped_on


def test_an_unknown_wish_is_kept_for_the_record(desk: Desk) -> None:
	preference(desk, "maybe", 10)
	frappe.db.commit()
	(item,) = frappe.get_all("WhatsApp Delivery Item", fields=["state", "error"])
	assert item.state == "Dropped"
	assert "maybe" in item.error
