"""Reactions, edits and deletions show at the message they are about, and open nothing."""

from itertools import permutations
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk, newest, text_message, utc

CUSTOMER = "5511912345678"


def event(kind: str, body: dict, *, wamid: str, ago: float = 0, sender: str = CUSTOMER) -> dict:
	stamp = str(int(utc(seconds=ago).timestamp()))
	return {"from": sender, "id": wamid, "timestamp": stamp, "type": kind, kind: body}


def reaction(emoji: str | None, to: str, **more: Any) -> dict:
	return event("reaction", {"message_id": to, **({"emoji": emoji} if emoji else {})}, **more)


def edit(text: str, of: str, **more: Any) -> dict:
	message = {"type": "text", "text": {"body": text}}
	return event("edit", {"original_message_id": of, "message": message}, **more)


def revoke(of: str, **more: Any) -> dict:
	return event("revoke", {"original_message_id": of}, **more)


def arrive(desk: Desk, *messages: dict) -> None:
	desk.post(desk.payload(*messages))
	desk.settle()


def shown(desk: Desk) -> str:
	"""What agents read of the only message."""
	(content,) = desk.conversation_of(desk.ticket())
	return content


def by_wamid(wamid: str) -> "frappe._dict":
	frappe.db.commit()
	return frappe.get_all(MESSAGE, {"wamid": wamid}, ["*"])[0]


def test_a_reaction_to_a_message(desk: Desk) -> None:
	wamid = desk.writes("Thank you")
	arrive(desk, reaction("🎉", wamid, wamid="wamid.r1"))
	assert "🎉" in shown(desk)
	assert "Thank you" in shown(desk)


def test_a_reaction_that_is_changed_and_taken_back(desk: Desk) -> None:
	wamid = desk.writes("Thank you")
	arrive(
		desk, reaction("🎉", wamid, wamid="wamid.r1", ago=20), reaction("👎", wamid, wamid="wamid.r2", ago=10)
	)
	assert ("🎉" in shown(desk), "👎" in shown(desk)) == (False, True)
	arrive(desk, reaction(None, wamid, wamid="wamid.r3"))
	assert "👎" not in shown(desk)


def test_a_reaction_to_a_reply_keeps_the_reply(desk: Desk) -> None:
	desk.writes("Hello")
	row = desk.reply(desk.ticket(), "<p>Our <b>answer</b></p>")
	desk.settle()
	before = desk.conversation_of(desk.ticket())[-1]
	arrive(desk, reaction("❤️", desk.message(row).wamid, wamid="wamid.r1", ago=5))
	content = desk.conversation_of(desk.ticket())[-1]
	assert "❤️" in content
	assert content.startswith(before)
	arrive(desk, reaction(None, desk.message(row).wamid, wamid="wamid.r2"))
	assert desk.conversation_of(desk.ticket())[-1] == before


def test_an_edit_shows_what_the_message_was(desk: Desk) -> None:
	wamid = desk.writes("at ten", ago=60)
	arrive(desk, edit("at eleven", wamid, wamid="wamid.e1", ago=30))
	assert "at eleven" in shown(desk)
	assert "at ten" in shown(desk)
	row = by_wamid(wamid)
	assert (row.text, row.original_text) == ("at eleven", "at ten")
	arrive(desk, edit("at twelve", wamid, wamid="wamid.e2"))
	row = by_wamid(wamid)
	assert (row.text, row.original_text) == ("at twelve", "at ten")


def test_a_deleted_message_stays_readable_and_says_so(desk: Desk) -> None:
	wamid = desk.writes("a rash word", ago=60)
	arrive(desk, revoke(wamid, wamid="wamid.d1"))
	assert "a rash word" in shown(desk)
	assert by_wamid(wamid).revoked_on
	assert "eleted" in shown(desk)


ORDERS = list(permutations(["message", "edit", "reaction", "revoke"]))


@pytest.mark.parametrize("order", ORDERS, ids=["-".join(order) for order in ORDERS])
def test_any_order_ends_the_same(desk: Desk, order: tuple[str, ...]) -> None:
	text = text_message("first", wamid="wamid.m")
	text["timestamp"] = str(int(utc(seconds=60).timestamp()))
	arriving = {
		"message": text,
		"edit": edit("second", "wamid.m", wamid="wamid.e", ago=40),
		"reaction": reaction("👍", "wamid.m", wamid="wamid.r", ago=30),
		"revoke": revoke("wamid.m", wamid="wamid.d", ago=20),
	}
	for name in order:
		arrive(desk, arriving[name])
		arrive(desk, arriving[name])
	row = by_wamid("wamid.m")
	assert (row.text, row.original_text, row.reaction, bool(row.revoked_on)) == (
		"second",
		"first",
		"👍",
		True,
	)
	assert all(part in shown(desk) for part in ("first", "second", "👍"))
	assert len(desk.tickets()) == 1
	assert frappe.db.count(MESSAGE) == 4


@pytest.mark.parametrize(
	"make",
	[
		lambda w: reaction("👍", w, wamid="q"),
		lambda w: edit("x", w, wamid="q"),
		lambda w: revoke(w, wamid="q"),
	],
	ids=["reaction", "edit", "revoke"],
)
def test_nothing_of_it_opens_a_closed_ticket(desk: Desk, make: Any) -> None:
	wamid = desk.writes("Hello", ago=60)
	ticket = frappe.get_doc("HD Ticket", desk.ticket())
	ticket.status = "Closed"
	ticket.save()
	frappe.db.commit()
	window = frappe.db.get_value("WhatsApp Conversation", newest("WhatsApp Conversation"), "window_ends")
	arrive(desk, make(wamid))
	frappe.db.commit()
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "status") == "Closed"
	assert len(desk.tickets()) == 1
	assert (
		frappe.db.get_value("WhatsApp Conversation", newest("WhatsApp Conversation"), "window_ends") == window
	)


def test_somebody_else_changes_nothing(desk: Desk) -> None:
	wamid = desk.writes("mine")
	before = shown(desk)
	arrive(
		desk,
		edit("theirs", wamid, wamid="wamid.e1", sender="5511987654321"),
		revoke(wamid, wamid="wamid.d1", sender="5511987654321"),
		reaction("👎", wamid, wamid="wamid.r1", sender="5511987654321"),
	)
	assert shown(desk) == before


def test_a_customer_cannot_edit_our_reply(desk: Desk) -> None:
	desk.writes("Hello")
	row = desk.reply(desk.ticket(), "<p>the price is 10</p>")
	desk.settle()
	arrive(desk, edit("the price is 1", desk.message(row).wamid, wamid="wamid.e1"))
	assert desk.message(row).text == "the price is 10"
	assert "price is 1<" not in desk.conversation_of(desk.ticket())[-1]


def test_an_edit_after_a_merge_is_noted_where_agents_read(desk: Desk) -> None:
	from helpdesk.helpdesk.doctype.hd_ticket.api import merge_ticket

	wamid = desk.writes("at ten", ago=60)
	source = desk.ticket()
	desk.writes("another matter", wa_id="5511987654321", name="Ana")
	target = next(name for name in desk.tickets() if name != source)
	merge_ticket(source, target)
	frappe.db.commit()
	arrive(desk, edit("at eleven", wamid, wamid="wamid.e1"))
	notes = frappe.get_all("HD Ticket Comment", {"reference_ticket": target}, pluck="content")
	assert any("at ten" in note and "at eleven" in note for note in notes)
	arrive(desk, reaction("👍", wamid, wamid="wamid.r1"))
	assert frappe.get_all("HD Ticket Comment", {"reference_ticket": target}, pluck="content") == notes


def test_a_reaction_to_the_second_part_of_a_long_reply(desk: Desk) -> None:
	desk.writes("Hello")
	desk.reply(desk.ticket(), f"<p>{'long ' * 1200}</p>")
	desk.settle()
	parts = frappe.get_all(MESSAGE, {"direction": "Outgoing"}, ["wamid"], order_by="part")
	assert len(parts) == 2
	arrive(desk, reaction("❤️", parts[1].wamid, wamid="wamid.r1"))
	assert "❤️" in desk.conversation_of(desk.ticket())[-1]


def test_a_reaction_that_is_here_before_the_id_of_our_message(desk: Desk) -> None:
	desk.writes("Hello")
	row = desk.reply(desk.ticket(), "<p>Our answer</p>")
	arrive(desk, reaction("❤️", "wamid.later", wamid="wamid.r1"))
	frappe.db.set_value(
		MESSAGE, row, {"status": "Sending", "wamid": None, "wamid_key": None, "session": None}
	)
	frappe.db.commit()
	reference = desk.message(row).client_reference
	desk.post(desk.status("wamid.later", "delivered", reference=reference))
	desk.settle()
	assert (desk.message(row).wamid, desk.message(row).reaction) == ("wamid.later", "❤️")
	assert "❤️" in desk.conversation_of(desk.ticket())[-1]
