"""Outgoing messages that Meta has not yet accepted: queued in order per customer (design decision 6)."""

from datetime import datetime, timedelta

import frappe

from whatsapp_channel.clock import site_now, to_site
from whatsapp_channel.rules.text import split

TABLE = "WhatsApp Session Message"
WAITING = ("Queued", "Sending")
# How long the queue of a customer waits for the status webhook that settles an unknown outcome.
PATIENCE = timedelta(seconds=60)
FIELDS = [
	"name",
	"customer",
	"channel",
	"conversation",
	"communication",
	"ticket",
	"text",
	"status",
	"attempts",
	"last_attempt",
	"next_attempt",
	"client_reference",
	"message_timestamp",
]


def add(
	*,
	customer: str,
	channel: str,
	conversation: str,
	ticket: str,
	communication: str,
	text: str,
	at: datetime,
) -> list[str]:
	"""Queues one reply, in as many messages as its length needs; `at` in UTC. Returns their names in order.

	Part of the caller's transaction: the reply and its messages are saved together or not at all.
	"""
	common = {
		"doctype": TABLE,
		"direction": "Outgoing",
		"message_type": "text",
		"status": "Queued",
		"message_timestamp": to_site(at),
		"customer": customer,
		"channel": channel,
		"conversation": conversation,
		"ticket": ticket,
		"communication": communication,
	}
	return [
		frappe.get_doc(
			{**common, "text": part, "part": index, "client_reference": frappe.generate_hash(length=32)}
		)
		.insert(ignore_permissions=True)
		.name
		for index, part in enumerate(split(text))
	]


def first(customer: str) -> "frappe._dict | None":
	"""The oldest message of a customer that is not yet accepted; the ones behind it wait for it."""
	rows = frappe.get_all(
		TABLE,
		{"customer": customer, "direction": "Outgoing", "status": ["in", WAITING]},
		FIELDS,
		order_by="creation, part",
		limit=1,
	)
	return rows[0] if rows else None


def customers_with_work() -> list[str]:
	"""Customers with a message that is due, or whose outcome has been unknown for long enough."""
	rows = frappe.get_all(
		TABLE,
		{"direction": "Outgoing", "status": ["in", WAITING]},
		["customer", "status", "last_attempt", "next_attempt"],
		order_by="creation",
		limit=1000,
	)
	return list(dict.fromkeys(row.customer for row in rows if is_due(row)))


def is_due(row: "frappe._dict") -> bool:
	"""Whether something can be done now for a waiting message."""
	now = site_now()
	if row.status == "Sending":
		return row.last_attempt is None or row.last_attempt + PATIENCE <= now
	return row.next_attempt is None or row.next_attempt <= now
