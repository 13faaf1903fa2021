"""Joins beside messages of either row, and workers killed in the middle of a join or a change."""

from collections.abc import Iterator
from typing import Any

import frappe
import pytest

from tests.app.crashing import Crasher
from tests.app.desk import MESSAGE, Desk
from tests.app.people import arrive, changed_number, people, person, text
from tests.app.race import at_once

A, B = "16505551234", "12195555358"
U1 = "US.1"


@pytest.fixture
def crasher(desk: Desk, host: Any) -> Iterator[Crasher]:
	crasher = Crasher(host.environment())
	yield crasher
	crasher.close()


def filed_once(desk: Desk) -> None:
	"""Every message stands in exactly one ticket, and is counted in exactly one session."""
	messages = frappe.db.count(MESSAGE, {"message_type": "text"})
	assert sum(len(desk.conversation_of(ticket)) for ticket in desk.tickets()) == messages
	assert sum(frappe.get_all("WhatsApp Session", pluck="inbound_count")) == messages
	unfinished = {"state": ["!=", "Processed"]}
	assert frappe.get_all("WhatsApp Delivery Item", unfinished, ["state", "error"]) == []


def test_messages_of_either_id_and_of_both_at_once(desk: Desk, host: Any) -> None:
	senders = [A] * 12 + [U1] * 12 + [f"{A} {U1}"] * 8
	for at, sender in enumerate(senders):
		desk.post(desk.payload(text(sender, at)))
	frappe.db.commit()
	at_once(host.environment(), frappe.get_all("WhatsApp Delivery", pluck="name"), processes=4)
	desk.settle()
	# Whoever was fastest: the next message with both ids finds one person, or makes one of two.
	arrive(desk, text(f"{A} {U1}", len(senders)))
	assert people() == {person(A, U1, texts=len(senders) + 1)}
	filed_once(desk)


def test_news_of_a_change_beside_messages_of_both_numbers(desk: Desk, host: Any) -> None:
	arrive(desk, text(A, 1))
	messages = [text(A, at) for at in range(2, 10)] + [text(B, at) for at in range(20, 28)]
	for message in (*messages, *(changed_number(A, B, 15) for _ in range(4))):
		desk.post(desk.payload(message))
	frappe.db.commit()
	received = frappe.get_all("WhatsApp Delivery", {"state": "Received"}, pluck="name")
	at_once(host.environment(), received, processes=4)
	desk.settle()
	assert people() == {person(B, None, A, texts=17)}
	filed_once(desk)


def scenarios() -> dict[str, Any]:
	"""Texts that make two rows of one person, and the message that joins them; by the number of the try."""

	def join(index: int) -> tuple[list[dict], dict, Any]:
		number, user = f"1650555{index:04d}", f"US.{index}"
		before = [text(number, 1), text(user, 2)]
		return before, text(f"{number} {user}", 3), person(number, user, texts=3)

	def change(index: int) -> tuple[list[dict], dict, Any]:
		old, new = f"1650555{index:04d}", f"1219555{index:04d}"
		before = [text(old, 1), text(new, 20)]
		return before, changed_number(old, new, 10), person(new, None, old, texts=2)

	return {"both ids in one message": join, "a change of number": change}


# Every so many statements: each is a try of its own, and on a bench one takes seconds.
STRIDE = {"embedded": 5, "bench": 25}


@pytest.mark.parametrize("scenario", scenarios().values(), ids=scenarios().keys())
def test_a_worker_killed_at_any_statement(desk: Desk, host: Any, crasher: Crasher, scenario: Any) -> None:
	expected = set()
	for index, statement in enumerate(range(1, 2000, STRIDE[host.kind])):
		before, joining, person_after = scenario(index)
		arrive(desk, *before)
		desk.post(desk.payload(joining))
		frappe.db.commit()
		killed = crasher.drain(kill_at=statement)
		desk.settle()
		expected.add(person_after)
		assert people() == expected, statement
		filed_once(desk)
		if not killed:
			break
	assert not killed
	assert index > 3
