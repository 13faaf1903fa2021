"""What happens at the same moment happens as if one after the other."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk, text_message
from tests.app.race import at_once


def counts() -> dict[str, int]:
	frappe.db.commit()
	ours = (
		"WhatsApp Customer",
		"WhatsApp Conversation",
		"WhatsApp Session",
		MESSAGE,
		"WhatsApp Delivery Item",
	)
	found = {doctype: frappe.db.count(doctype) for doctype in ours}
	found["Contact"] = frappe.db.count("Contact", {"first_name": "Maria"})
	found["HD Ticket"] = frappe.db.count("HD Ticket", {"raised_by": "5511912345678@whatsapp.invalid"})
	found["Communication"] = frappe.db.count("Communication", {"sender": "5511912345678@whatsapp.invalid"})
	return found


def expected(messages: int) -> dict[str, int]:
	one = ("WhatsApp Customer", "WhatsApp Conversation", "WhatsApp Session", "Contact", "HD Ticket")
	return {
		**dict.fromkeys(one, 1),
		MESSAGE: messages,
		"Communication": messages,
		"WhatsApp Delivery Item": 0,
	}


def test_fifty_first_messages_of_one_customer_at_once(desk: Desk, host: Any) -> None:
	for index in range(50):
		desk.post(desk.payload(text_message(f"text {index}", wamid=f"wamid.{index}")))
	frappe.db.commit()
	names = frappe.get_all("WhatsApp Delivery", pluck="name")
	assert len(names) == 50
	at_once(host.environment(), names, processes=5)
	assert counts() == expected(messages=50)
	session = frappe.get_all("WhatsApp Session", fields=["inbound_count"])
	assert [row.inbound_count for row in session] == [50]


def test_the_same_delivery_posted_ten_times_and_worked_on_by_four(desk: Desk, host: Any) -> None:
	payload = desk.payload(text_message("once"))
	frappe.db.commit()
	with ThreadPoolExecutor(10) as pool:
		answers = list(pool.map(lambda _: desk.post(payload).status_code, range(10)))
	assert answers == [200] * 10
	frappe.db.commit()
	(name,) = frappe.get_all("WhatsApp Delivery", pluck="name")
	# The drain's lock allows one; a connection that was lost may have taken the lock from one that works on.
	at_once(host.environment(), [name] * 4, processes=4)
	assert counts() == expected(messages=1)


@pytest.mark.parametrize("copies", [2, 8])
def test_several_drains_at_once_do_the_work_once(desk: Desk, host: Any, copies: int) -> None:
	from whatsapp_channel.inbound.drain import drain

	for index in range(10):
		desk.post(desk.payload(text_message(f"text {index}", wamid=f"wamid.{index}")))
	frappe.db.commit()

	def run(_: int) -> None:
		host.connect()
		drain()
		host.disconnect()

	with ThreadPoolExecutor(copies) as pool:
		list(pool.map(run, range(copies)))
	host.connect()
	assert counts() == expected(messages=10)


def test_two_senders_at_once_send_each_message_once(desk: Desk, host: Any) -> None:
	from whatsapp_channel.outbound.send import send_queued

	desk.writes("Hello")
	for index in range(5):
		desk.reply(desk.ticket(), f"<p>{index}</p>")
	customer = frappe.db.get_value("WhatsApp Customer", {"wa_id": "5511912345678"})
	frappe.db.commit()

	def run(_: int) -> None:
		host.connect()
		send_queued(customer, desk.channel)
		host.disconnect()

	with ThreadPoolExecutor(4) as pool:
		list(pool.map(run, range(4)))
	host.connect()
	desk.settle()
	assert desk.on_phone() == ["0", "1", "2", "3", "4"]
