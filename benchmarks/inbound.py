"""The inbound gate: what filing a message costs beside the same work by hand, measured in turn in one process.

	python -m benchmarks.inbound --site NAME

Run it with the Python of a bench, from the root of this repository, on a site of its own: it leaves its rows behind. By hand means what any integration
needs: insert a Contact, an HD Ticket, a Communication and one message row with Frappe's own calls, and commit. It looks
nothing up, decides nothing and survives no repetition. Ours is the whole way of one item, and of a delivery with it.
"""

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache

import frappe

from benchmarks import bench
from whatsapp_channel.clock import site_now
from whatsapp_channel.inbound import delivery, dispatch, drain
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules.customers import address
from whatsapp_channel.rules.text import message_text

GATE = 1.3
TEXT = "Hello, where is my order?"
TICKETS = 20


def main() -> int:
	"""Prints the ratios; exits 1 when a gate is missed."""
	arguments = _arguments()
	bench.connect(arguments.site)
	bench.channel()
	results = []
	for name, by_hand, ours in (
		("append to an open ticket", append_by_hand(), append_ours()),
		("new ticket of a known customer", ticket_by_hand(), ticket_ours()),
		("new customer, Contact and ticket", customer_by_hand(), customer_ours),
	):
		plain, item, delivered = bench.interleaved(
			arguments.rounds, by_hand, ours_as_item(ours), ours_as_delivery(ours)
		)
		results.append(bench.Result(name, plain, item, GATE))
		results.append(bench.Result(f"{name}, as a delivery", plain, delivered, GATE))
	title = f"Inbound messages with commit, {arguments.rounds} rounds, medians"
	return bench.report(title, ("by hand", "ours"), results)


# -- by hand ------------------------------------------------------------------------------------------------


def append_by_hand() -> bench.Prepare:
	"""One more message in one of a few open tickets."""
	numbers = [bench.new_number() for _ in range(TICKETS)]
	tickets = _in_turn([_ticket(number, _contact(number)) for number in numbers])
	frappe.db.commit()

	def work() -> None:
		ticket, sender = next(tickets)
		_communication_and_row(ticket, sender)
		frappe.db.commit()

	return lambda: work


def ticket_by_hand() -> bench.Prepare:
	"""A ticket for a customer whose Contact is there."""
	numbers = [bench.new_number() for _ in range(TICKETS)]
	known = _in_turn([(number, _contact(number)) for number in numbers])
	frappe.db.commit()

	def work() -> None:
		sender, contact = next(known)
		ticket, _sender = _ticket(sender, contact)
		_communication_and_row(ticket, sender)
		frappe.db.commit()

	return lambda: work


def customer_by_hand() -> bench.Prepare:
	"""A Contact, a ticket and the message."""

	def work() -> None:
		sender = bench.new_number()
		ticket, _sender = _ticket(sender, _contact(sender))
		_communication_and_row(ticket, sender)
		frappe.db.commit()

	return lambda: work


def _contact(number: str) -> str:
	contact = frappe.new_doc("Contact")
	contact.first_name = f"Customer {number}"
	contact.append("phone_nos", {"phone": f"+{number}", "is_primary_mobile_no": 1})
	return contact.insert(ignore_permissions=True).name


def _ticket(sender: str, contact: str | None = None) -> tuple[str, str]:
	values = {
		"doctype": "HD Ticket",
		"subject": TEXT,
		"raised_by": address.synthetic(sender),
		"contact": contact,
		"agent_group": bench.TEAM,
	}
	ticket = frappe.get_doc(values).insert(ignore_permissions=True, ignore_mandatory=True)
	return str(ticket.name), sender


def _communication_and_row(ticket: str, sender: str) -> None:
	now = site_now()
	communication = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Chat",
			"sent_or_received": "Received",
			"status": "Linked",
			"subject": TEXT,
			"sender": address.synthetic(sender),
			"content": message_text.to_html(TEXT),
			"communication_date": now,
			"reference_doctype": "HD Ticket",
			"reference_name": ticket,
		}
	).insert(ignore_permissions=True)
	wamid = bench.new_wamid()
	frappe.get_doc(
		{
			"doctype": "WhatsApp Session Message",
			"direction": "Incoming",
			"status": "Received",
			"message_type": "text",
			"text": TEXT,
			"message_timestamp": now,
			"customer": _somebody(),
			"channel": bench.CHANNEL,
			"wamid": wamid,
			"wamid_key": wamid_key(bench.NUMBER, wamid),
			"ticket": ticket,
			"communication": communication.name,
		}
	).insert(ignore_permissions=True)


@lru_cache(maxsize=1)
def _somebody() -> str:
	"""The row that the messages filed by hand point to: whose they are, an integration reads from the Contact."""
	values = {"doctype": "WhatsApp Customer", "profile_name": "By hand", "account": bench.ACCOUNT}
	return frappe.get_doc(values).insert(ignore_permissions=True).name


# -- ours ---------------------------------------------------------------------------------------------------


def append_ours() -> Callable[[], str]:
	"""Customers in turn who have an open ticket."""
	return _known_customers().__next__


def ticket_ours() -> Callable[[], str]:
	"""Customers in turn who are known, and whose last ticket does not continue."""
	customers = _known_customers()

	def sender() -> str:
		number = next(customers)
		name = frappe.db.get_value("WhatsApp Customer", {"wa_id": number})
		tickets = frappe.get_all("HD Ticket", {"whatsapp_customer": name}, pluck="name")
		values = {"status_category": "Resolved", "status": "Closed", "resolution_date": "2020-01-01 00:00:00"}
		frappe.db.set_value("HD Ticket", {"name": ["in", tickets]}, values)
		frappe.db.commit()
		return number

	return sender


def customer_ours() -> str:
	"""Somebody who never wrote before."""
	return bench.new_number()


def _known_customers() -> Iterator[str]:
	numbers = [bench.new_number() for _ in range(TICKETS)]
	for number in numbers:
		dispatch.process("benchmark", bench.message_item(number))
	return _in_turn(numbers)


def _in_turn(entries: list) -> Iterator:
	return itertools.cycle(entries)


def ours_as_item(sender: Callable[[], str]) -> bench.Prepare:
	"""One item, read already."""

	def prepare() -> Callable[[], None]:
		item = bench.message_item(sender(), TEXT)
		return lambda: dispatch.process("benchmark", item)

	return prepare


def ours_as_delivery(sender: Callable[[], str]) -> bench.Prepare:
	"""A stored delivery with one message: read, counted, filed and closed."""

	def prepare() -> Callable[[], None]:
		name = delivery.store(bench.message_body(sender(), TEXT))
		return lambda: drain.process_delivery(name)

	return prepare


def _arguments() -> argparse.Namespace:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True)
	parser.add_argument("--rounds", type=int, default=60)
	return parser.parse_args()


if __name__ == "__main__":
	sys.exit(main())
