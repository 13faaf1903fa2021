"""Who wrote: numbers in their spellings, user ids, both. One person becomes one customer, two never do."""

from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk
from tests.app.people import (
	CUSTOMER,
	arrive,
	only,
	people,
	person,
	text,
	timeline,
)
from whatsapp_channel.conversations.customers import merging

A, B = "16505551234", "12195555358"
U1, U2 = "US.1", "US.2"

SPELLINGS = {
	"Brazil, ninth digit added": ("551187654321", "5511987654321"),
	"Brazil, ninth digit missing": ("5511987654321", "551187654321"),
	"Argentina, 9 added": ("541123456789", "5491123456789"),
	"Argentina, 9 missing": ("5491123456789", "541123456789"),
	"Mexico, 1 added": ("525512345678", "5215512345678"),
	"Mexico, 1 missing": ("5215512345678", "525512345678"),
}


@pytest.mark.parametrize(("first", "second"), SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_customer_is_found_by_every_spelling_and_answered_at_the_last(
	desk: Desk, first: str, second: str
) -> None:
	arrive(desk, text(first, 1), text(second, 2))
	assert people() == {person(second, None, texts=2)}
	desk.sandbox.customer(second, "Maria")
	desk.reply(desk.ticket())
	desk.settle()
	assert [request.body["to"] for request in desk.sandbox.requests if request.method == "POST"] == [
		f"+{second}"
	]


PHONES = {
	"in its plan": ("16505551234", "+16505551234"),
	"Brazil as WhatsApp keeps it": ("551187654321", "+5511987654321"),
	"Mexico as WhatsApp keeps it": ("5215512345678", "+525512345678"),
	"Argentina": ("5491123456789", "+5491123456789"),
	"one of Meta's test numbers": ("15550783881", "+15550783881"),
}


@pytest.mark.parametrize(("wa_id", "phone"), PHONES.values(), ids=PHONES.keys())
def test_the_number_is_stored_as_e164(desk: Desk, wa_id: str, phone: str) -> None:
	arrive(desk, text(wa_id))
	row = only()
	assert (row.wa_id, row.phone) == (wa_id, phone)
	assert row.phone_masked not in ("", None, phone)
	assert frappe.db.get_value("Contact Phone", {"parent": row.contact}, "phone") == phone


# Texts that arrive one after the other, and who is known afterwards.
BOTH_IDS: dict[str, tuple[tuple[str, ...], set[Any]]] = {
	"new, both at once": ((f"{A} {U1}",), {person(A, U1, texts=1)}),
	"known by number": ((A, f"{A} {U1}", U1), {person(A, U1, texts=3)}),
	"known by user id": ((U1, f"{A} {U1}", A), {person(A, U1, texts=3)}),
	"known as two": ((A, U1, f"{A} {U1}", A, U1), {person(A, U1, texts=5)}),
	"known as two, user id first": ((U1, A, f"{A} {U1}"), {person(A, U1, texts=3)}),
	"the number is somebody else's": (
		(f"{A} {U1}", f"{A} {U2}", U2),
		{person(A, U1, texts=1), person(None, U2, texts=2)},
	),
	"the number is somebody else's, both known": (
		(f"{A} {U1}", U2, f"{A} {U2}"),
		{person(A, U1, texts=1), person(None, U2, texts=2)},
	),
	"the user id has another number, the number another owner": (
		(f"{A} {U1}", f"{B} {U2}", f"{B} {U1}"),
		{person(A, U1, texts=2), person(B, U2, texts=1)},
	),
	"the user id has another number, the number an owner without user id": (
		(f"{A} {U1}", B, f"{B} {U1}"),
		{person(A, U1, texts=2), person(B, None, texts=1)},
	),
	"the user id writes from a new number": (
		(f"{A} {U1}", f"{B} {U1}", B, A),
		{person(B, U1, A, texts=3), person(A, None, texts=1)},
	),
	"ids that differ by case alone": (
		("US.ab", "US.AB"),
		{person(None, "US.ab", texts=1), person(None, "US.AB", texts=1)},
	),
	"another spelling joins as well": (
		("551187654321", "BR.1", "5511987654321 BR.1"),
		{person("5511987654321", "BR.1", texts=3)},
	),
}


@pytest.mark.parametrize(("senders", "expected"), BOTH_IDS.values(), ids=BOTH_IDS.keys())
def test_both_ids_in_one_message(desk: Desk, senders: tuple[str, ...], expected: set[Any]) -> None:
	arrive(desk, *(text(sender, at) for at, sender in enumerate(senders)))
	assert people() == expected


def test_ids_of_two_people_are_kept_apart_and_that_is_said_once(desk: Desk) -> None:
	arrive(desk, text(f"{A} {U1}", 1), text(U2, 2), text(f"{A} {U2}", 3), text(f"{A} {U2}", 4))
	second = frappe.db.get_value(CUSTOMER, {"bsuid": U2})
	(line,) = timeline(second)
	assert U2 in line
	assert f"+{A}" in line


def two_rows(desk: Desk) -> tuple[str, str]:
	"""One person, known by number and by user id, with an open ticket as each; returns the rows, older first."""
	arrive(desk, text(A, 1, "by number"), text(U1, 2, "by user id"))
	frappe.db.commit()
	return frappe.db.get_value(CUSTOMER, {"wa_id": A}), frappe.db.get_value(CUSTOMER, {"bsuid": U1})


def test_a_join_moves_everything_that_pointed_at_the_row_that_goes(desk: Desk) -> None:
	primary, duplicate = two_rows(desk)
	file = {"doctype": "File", "file_name": "a.txt", "content": "a", "is_private": 1}
	frappe.get_doc({**file, "attached_to_doctype": CUSTOMER, "attached_to_name": duplicate}).insert()
	frappe.get_doc(CUSTOMER, duplicate).add_comment("Comment", "a friend of the house")
	frappe.db.commit()
	arrive(desk, text(f"{A} {U1}", 3, "by both"))
	assert only().name == primary
	for doctype in ("WhatsApp Conversation", "WhatsApp Session", MESSAGE):
		assert set(frappe.get_all(doctype, pluck="customer")) == {primary}, doctype
	tickets = frappe.get_all(
		"HD Ticket", {"whatsapp_channel": desk.channel}, ["whatsapp_customer", "raised_by"]
	)
	assert {(row.whatsapp_customer, row.raised_by) for row in tickets} == {(primary, f"{A}@whatsapp.invalid")}
	assert frappe.db.count("File", {"attached_to_doctype": CUSTOMER, "attached_to_name": primary}) == 1
	assert "a friend of the house" in timeline(primary)


def test_every_link_to_a_customer_is_moved() -> None:
	from tests.test_imports import APP
	from whatsapp_channel.conversations.customers.merging import LINKS
	from whatsapp_channel.helpdesk.setup import TICKET_FIELDS

	found = set()
	for path in APP.glob("whatsapp_channel/doctype/*/*.json"):
		definition = frappe.parse_json(path.read_text())
		found |= {
			(definition["name"], field["fieldname"])
			for field in definition["fields"]
			if field.get("options") == CUSTOMER
		}
	assert found == set(LINKS)
	assert [field["fieldname"] for field in TICKET_FIELDS if field["options"] == CUSTOMER] == [
		"whatsapp_customer"
	]


def test_after_a_join_agents_know_of_both_tickets_and_the_newest_one_continues(desk: Desk) -> None:
	two_rows(desk)
	arrive(desk, text(f"{A} {U1}", 3, "by both"))
	first, second = desk.tickets()
	assert "by both" in desk.conversation_of(second)[-1]
	for ticket in (first, second):
		(note,) = frappe.get_all("HD Ticket Comment", {"reference_ticket": ticket}, pluck="content")
		assert first in note
		assert second in note
	states = frappe.get_all("WhatsApp Conversation", pluck="state", order_by="opened_at")
	assert states == ["Ended", "Open"]


def test_after_a_join_the_open_ticket_continues_and_not_the_closed_one(desk: Desk) -> None:
	two_rows(desk)
	first, second = desk.tickets()
	document = frappe.get_doc("HD Ticket", second)
	document.status = "Closed"
	document.save()
	frappe.db.commit()
	arrive(desk, text(f"{A} {U1}", 3, "by both"))
	assert "by both" in desk.conversation_of(first)[-1]
	assert frappe.db.get_value("HD Ticket", second, "status_category") == "Resolved"


def test_a_closed_ticket_keeps_its_time_of_change_when_its_customer_is_merged(desk: Desk) -> None:
	two_rows(desk)
	second = desk.tickets()[1]
	document = frappe.get_doc("HD Ticket", second)
	document.status = "Closed"
	document.save()
	long_ago = frappe.utils.add_to_date(None, days=-3)
	frappe.db.set_value("HD Ticket", second, "modified", long_ago, update_modified=False)
	frappe.db.commit()
	before = frappe.db.get_value("HD Ticket", second, "modified")
	merging.merge(frappe.db.get_value(CUSTOMER, {"wa_id": A}), frappe.db.get_value(CUSTOMER, {"bsuid": U1}))
	frappe.db.commit()
	assert frappe.db.get_value("HD Ticket", second, ["modified", "raised_by"]) == (
		before,
		f"{A}@whatsapp.invalid",
	)


def test_replies_that_waited_for_a_duplicate_are_sent_in_their_order(desk: Desk) -> None:
	desk.sandbox.customer(A, "Maria", user_id=U1)
	primary, duplicate = two_rows(desk)
	first, second = desk.tickets()
	for ticket, words in ((second, "one"), (first, "two"), (second, "three")):
		desk.reply(ticket, f"<p>{words}</p>")
	merging.merge(primary, duplicate)
	frappe.db.commit()
	desk.settle()
	assert desk.on_phone(A) == ["one", "two", "three"]


def test_a_sender_that_holds_the_queue_of_a_duplicate_loses_and_doubles_nothing(desk: Desk) -> None:
	from whatsapp_channel.outbound.send import send_queued

	desk.sandbox.customer(A, "Maria", user_id=U1)
	primary, duplicate = two_rows(desk)
	for words in ("one", "two", "three"):
		desk.reply(desk.tickets()[1], f"<p>{words}</p>")
	original = frappe.db.commit
	calls = iter(range(1000))

	def merge_in_the_middle() -> None:
		original()
		# The sender has looked at the queue and claimed its first message, and Meta is being asked.
		if frappe.db.exists(MESSAGE, {"status": "Sending", "customer": duplicate}) and next(calls) == 0:
			frappe.db.commit = original
			merging.merge(primary, duplicate)
			original()

	frappe.db.commit = merge_in_the_middle
	try:
		send_queued(duplicate, desk.channel)
	finally:
		frappe.db.commit = original
	desk.settle()
	assert only().name == primary
	assert desk.on_phone(A) == ["one", "two", "three"]


def test_merging_again_changes_nothing(desk: Desk) -> None:
	primary, duplicate = two_rows(desk)
	merging.merge(primary, duplicate)
	before = (people(), timeline(primary))
	merging.merge(primary, duplicate)
	merging.merge(primary, primary)
	assert (people(), timeline(primary)) == before


CONTACTS = {
	"neither was touched: of the older row": ((), "primary"),
	"the older one has an address": (("primary",), "primary"),
	"the younger one has an address": (("duplicate",), "duplicate"),
	"both have": (("primary", "duplicate"), "primary"),
}


@pytest.mark.parametrize(("curated", "expected"), CONTACTS.values(), ids=CONTACTS.keys())
def test_of_two_contacts_the_one_that_people_worked_with_stays(
	desk: Desk, curated: tuple[str, ...], expected: str
) -> None:
	rows = dict(zip(("primary", "duplicate"), two_rows(desk), strict=True))
	contacts = {which: frappe.db.get_value(CUSTOMER, name, "contact") for which, name in rows.items()}
	for which in curated:
		contact = frappe.get_doc("Contact", contacts[which])
		contact.append("email_ids", {"email_id": f"{which}@example.com", "is_primary": 1})
		contact.save()
	frappe.db.commit()
	arrive(desk, text(f"{A} {U1}", 3))
	assert only().contact == contacts[expected]
	numbers = frappe.get_all("Contact Phone", {"parent": contacts[expected]}, pluck="phone")
	assert numbers == [f"+{A}"]
