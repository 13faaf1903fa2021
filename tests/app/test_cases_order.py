"""A message that cannot be filed holds its sender's next ones back for minutes, not for hours."""

import time

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk
from tests.app.waiting import arrives, filed, kept, make_due
from whatsapp_channel.inbound import order


def test_one_that_cannot_be_filed_holds_the_next_back_for_minutes(desk: Desk, trouble: set[str]) -> None:
	trouble.add("one")
	for text in ("one", "two", "three"):
		arrives(desk, text)
	desk.settle()
	for _try in range(order.HOLDING_TRIES - 2):
		first_is_due()
		desk.settle()
		assert filed() == []
	first_is_due()
	desk.settle()
	assert filed() == ["two", "three"]
	assert [(row.state, row.attempts) for row in kept()] == [
		("Pending", order.HOLDING_TRIES),
		("Processed", 1),
		("Processed", 1),
	]


def first_is_due() -> None:
	frappe.db.set_value("WhatsApp Delivery Item", kept()[0].name, "next_attempt", kept()[0].creation)
	frappe.db.commit()


def test_the_pauses_until_then_are_minutes(desk: Desk, trouble: set[str]) -> None:
	trouble.add("one")
	arrives(desk, "one")
	desk.settle()
	waited = 0.0
	while order.holds_back(kept()[0].state, kept()[0].attempts):
		row = kept()[0]
		waited += (row.next_attempt - row.modified).total_seconds()
		first_is_due()
		desk.settle()
	assert 60 < waited < 600


def test_what_arrives_later_does_not_wait_and_the_first_is_filed_with_its_own_time(
	desk: Desk, trouble: set[str]
) -> None:
	trouble.add("one")
	arrives(desk, "one", timestamp=str(int(time.time()) - 60))
	desk.settle()
	for _try in range(order.HOLDING_TRIES - 1):
		make_due()
		desk.settle()
	arrives(desk, "two")
	arrives(desk, "three")
	desk.settle()
	assert filed() == ["two", "three"]
	trouble.clear()
	make_due()
	desk.settle()
	assert filed() == ["two", "three", "one"]
	shown = frappe.get_all(
		MESSAGE, {"direction": "Incoming"}, pluck="text", order_by="message_timestamp, creation"
	)
	assert shown[0] == "one"


def test_those_behind_keep_their_order_among_each_other(desk: Desk, trouble: set[str]) -> None:
	trouble.update({"one", "two"})
	for text in ("one", "two", "three"):
		arrives(desk, text)
	desk.settle()
	for _try in range(order.HOLDING_TRIES - 1):
		first_is_due()
		desk.settle()
	assert filed() == []
	trouble.remove("two")
	make_due()
	desk.settle()
	assert filed() == ["two", "three"]


@pytest.mark.parametrize("tries", range(8))
def test_what_waits_for_its_channel_holds_back_however_often_it_was_tried(tries: int) -> None:
	assert order.holds_back("Held", tries)
	assert order.holds_back("Unroutable", tries)
	assert order.holds_back("Pending", tries) is (tries < order.HOLDING_TRIES)
	assert not order.holds_back("Failed", tries)
