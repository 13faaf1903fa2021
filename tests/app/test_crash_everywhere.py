"""Whatever the statement or request at which the worker dies, afterwards everything is there, once.

Each scenario runs once undisturbed. Then it runs again for another customer with a worker that kills itself before the
first SQL statement or HTTP call, then before the second, and so on until a worker survives; and every time the same
rows must be there in the end. The longest scenarios take every second or third.
"""

import json
from dataclasses import dataclass
from typing import Any

import frappe
import pytest

from tests.app.crashing import Crasher
from tests.app.desk import MESSAGE, Desk, text_message, utc
from tests.app.waiting import kept, make_due, set_enabled
from whatsapp_channel.inbound import delivery

PHOTO = bytes.fromhex(
	"89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
	"05000157cfc5cc0000000049454e44ae426082"
)
# Every so many statements. The bench is slower, and its statements are the same; it takes samples.
SPARSER = {"embedded": 1, "bench": 12}


@dataclass
class Person:
	"""The customer of one run."""

	desk: Desk
	index: int

	@property
	def wa_id(self) -> str:
		return f"55119{self.index:08d}"

	@property
	def user_id(self) -> str:
		return f"BR.user{self.index}"

	def wamid(self, what: str) -> str:
		return f"wamid.{what}.{self.index}"

	def text(self, what: str, ago: float = 60, **more: Any) -> dict:
		stamp = str(int(utc(seconds=ago).timestamp()))
		return text_message(what, wamid=self.wamid(what), sender=self.wa_id, timestamp=stamp) | more

	def arrives(self, *messages: dict) -> None:
		delivery.store(json.dumps(self.desk.payload(*messages)).encode())

	def has_a_ticket(self) -> None:
		self.arrives(self.text("before", ago=600))
		self.desk.settle()


def first_photo(person: Person) -> None:
	customer = person.desk.sandbox.customer(person.wa_id, "Maria")
	customer.sends_file("image", PHOTO + str(person.index).encode(), "image/png", caption="my receipt")
	assert person.desk.flush()


def message_to_open_ticket(person: Person) -> None:
	person.has_a_ticket()
	person.arrives(person.text("again"))


def edit(person: Person) -> None:
	person.has_a_ticket()
	changed = {
		"original_message_id": person.wamid("before"),
		"message": {"type": "text", "text": {"body": "new"}},
	}
	person.arrives(person.text("edit", type="edit", edit=changed))


def reaction(person: Person) -> None:
	person.has_a_ticket()
	body = {"message_id": person.wamid("before"), "emoji": "👍"}
	person.arrives(person.text("reaction", type="reaction", reaction=body))


def status(person: Person) -> None:
	desk = person.desk
	person.has_a_ticket()
	(ticket,) = frappe.get_all("HD Ticket", {"raised_by": f"{person.wa_id}@whatsapp.invalid"}, pluck="name")
	row = desk.message(desk.reply(str(ticket)))
	desk.settle()
	desk.post(desk.status(desk.message(row.name).wamid, "delivered"))


def join_of_two(person: Person) -> None:
	person.has_a_ticket()
	only_user_id = person.text("hidden", ago=300) | {"from_user_id": person.user_id}
	del only_user_id["from"]
	person.arrives(only_user_id)
	person.desk.settle()
	person.arrives(person.text("both", from_user_id=person.user_id))


def held_release(person: Person) -> None:
	person.has_a_ticket()
	set_enabled(person.desk, 0)
	person.arrives(person.text("one", ago=50))
	person.arrives(person.text("two", ago=40))
	person.desk.settle()
	set_enabled(person.desk, 1)


# With the step from one kill to the next.
SCENARIOS = {
	first_photo: 3,
	message_to_open_ticket: 2,
	edit: 1,
	reaction: 1,
	status: 1,
	join_of_two: 3,
	held_release: 3,
}


def what_is_there(person: Person) -> dict[str, Any]:
	"""All rows of one person, without what differs from run to run."""
	frappe.db.commit()
	customers = frappe.get_all("WhatsApp Customer", {"wa_id": person.wa_id}, ["name", "bsuid", "contact"])
	customers += frappe.get_all(
		"WhatsApp Customer", {"bsuid": person.user_id, "wa_id": ["is", "not set"]}, ["name"]
	)
	names = ["in", [customer.name for customer in customers]]
	fields = [
		"direction",
		"message_type",
		"status",
		"text",
		"reaction",
		"original_text",
		"ticket",
		"communication",
	]
	messages = frappe.get_all(
		MESSAGE, {"customer": names}, ["name", *fields], order_by="message_timestamp, name"
	)
	tickets = frappe.get_all("HD Ticket", {"whatsapp_customer": names}, pluck="name")
	in_tickets = {"reference_doctype": "HD Ticket", "reference_name": ["in", [str(name) for name in tickets]]}
	communications = frappe.get_all("Communication", in_tickets, pluck="name")
	places = [*tickets, *communications, *(customer.name for customer in customers)]
	attached = {"attached_to_name": ["in", [str(place) for place in places]]}
	return {
		"customers": len(customers),
		"contacts": frappe.db.count("Contact Phone", {"phone": f"+{person.wa_id}"}),
		"conversations": frappe.db.count("WhatsApp Conversation", {"customer": names}),
		"sessions": sorted(
			frappe.get_all(
				"WhatsApp Session", {"customer": names}, ["inbound_count", "outbound_count"], as_list=True
			)
		),
		"messages": sorted(shape(row) for row in messages),
		"media": frappe.get_all(
			"WhatsApp Message Media", {"parent": ["in", [row.name for row in messages]]}, pluck="state"
		),
		"tickets": len(tickets),
		"communications": len(communications),
		"files": sorted(frappe.get_all("File", attached, pluck="attached_to_doctype")),
		"waiting items": frappe.db.count("WhatsApp Delivery Item", {"state": ["!=", "Processed"]}),
	}


def shape(row: Any) -> tuple:
	texts = (
		row.direction,
		row.message_type,
		row.status,
		row.text or "",
		row.reaction or "",
		row.original_text or "",
	)
	return (*texts, bool(row.ticket), bool(row.communication))


def drain_again(desk: Desk) -> None:
	"""The next worker, and the one after the pause that follows a broken-off try."""
	desk.settle()
	if kept(state="Pending"):
		make_due()
		desk.settle()


@pytest.mark.parametrize(
	("scenario", "step"), SCENARIOS.items(), ids=[each.__name__.replace("_", " ") for each in SCENARIOS]
)
def test_killed_at_every_statement_and_request(
	desk: Desk, host: Any, crasher: Crasher, scenario: Any, step: int
) -> None:
	undisturbed = Person(desk, 0)
	scenario(undisturbed)
	assert not crasher.drain()
	drain_again(desk)
	expected = what_is_there(undisturbed)
	assert expected["messages"]
	step *= SPARSER[host.kind]
	kills, index, killed = 0, 0, True
	while killed:
		index += step
		person = Person(desk, index)
		scenario(person)
		killed = crasher.drain(kill_at=index)
		drain_again(desk)
		assert what_is_there(person) == expected, f"killed before statement {index}"
		kills += killed
	assert kills >= max(2, 30 // step)
