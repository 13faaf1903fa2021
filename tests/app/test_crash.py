"""A worker killed in the middle of its work loses nothing and doubles nothing."""

import signal
import subprocess
from functools import partial
from typing import Any

import frappe
import pytest

from tests.app.child import start
from tests.app.desk import MESSAGE, Desk, newest, text_message, wait_until

CUSTOMERS = [f"55119123456{index:02d}" for index in range(6)]


def kill(process: subprocess.Popen) -> None:
	process.send_signal(signal.SIGKILL)
	process.wait(timeout=60)


def processed() -> int:
	frappe.db.commit()
	return frappe.db.count("WhatsApp Delivery", {"state": "Processed"})


def has_done(worker: subprocess.Popen, deliveries: int) -> bool:
	return processed() > deliveries or worker.poll() is not None


@pytest.mark.parametrize("kills", [1, 3])
def test_a_drain_killed_again_and_again(desk: Desk, host: Any, kills: int) -> None:
	for index in range(40):
		sender = CUSTOMERS[index % len(CUSTOMERS)]
		desk.post(desk.payload(text_message(f"text {index}", wamid=f"wamid.{index}", sender=sender)))
	frappe.db.commit()
	for before in range(0, kills * 5, 5):
		worker = start(host.environment(), "whatsapp_channel.inbound.drain.drain")
		wait_until(partial(has_done, worker, before + 2), deadline=60)
		kill(worker)
	desk.settle()
	assert frappe.db.count(MESSAGE) == 40
	assert len(desk.tickets()) == len(CUSTOMERS)
	assert sum(len(desk.conversation_of(ticket)) for ticket in desk.tickets()) == 40
	assert frappe.db.count("WhatsApp Session") == len(CUSTOMERS)
	assert frappe.db.count("WhatsApp Delivery Item") == 0


def test_a_drain_killed_within_a_large_delivery(desk: Desk, host: Any) -> None:
	messages = [
		text_message(f"text {index}", wamid=f"wamid.{index}", sender=CUSTOMERS[index % len(CUSTOMERS)])
		for index in range(30)
	]
	desk.post(desk.payload(*messages))
	frappe.db.commit()
	worker = start(host.environment(), "whatsapp_channel.inbound.drain.drain")
	wait_until(lambda: frappe.db.commit() or frappe.db.count(MESSAGE) >= 5, deadline=60)
	kill(worker)
	desk.settle()
	assert frappe.db.count(MESSAGE) == 30
	assert sum(len(desk.conversation_of(ticket)) for ticket in desk.tickets()) == 30


def test_a_sender_killed_while_meta_has_the_message(desk: Desk, host: Any) -> None:
	desk.writes("Hello")
	desk.sandbox.settings.update({"statuses": "auto"})
	row = desk.reply(desk.ticket(), "<p>only once</p>")
	customer = desk.message(row).customer
	desk.sandbox.faults.add("latency", ms=15000)
	worker = start(host.environment(), "whatsapp_channel.outbound.send.send_queued", customer, desk.channel)
	desk.sandbox.wait_until(
		lambda: any(request.method == "POST" for request in desk.sandbox.requests), timeout=60
	)
	kill(worker)
	wait_until(lambda: desk.settle() or desk.message(row).status in ("Delivered", "Sending"))
	desk.settle()
	assert len([request for request in desk.sandbox.requests if request.method == "POST"]) == 1
	assert newest(MESSAGE, direction="Outgoing") == row
