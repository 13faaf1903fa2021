"""Sessions: the 24-hour counting units of the guide (Z39)."""

from datetime import datetime

import frappe

from whatsapp_channel.clock import to_site, to_utc
from whatsapp_channel.rules.session import SESSION, Direction, kind_to_open

TABLE = "WhatsApp Session"


def record(
	*, customer: str, number: str, conversation: str, direction: str, at: datetime, window_open: bool = False
) -> str:
	"""Counts one message in the session that is open at its time, opening one if none is; returns the session.

	The caller holds the customer's lock. `at` is aware UTC; a message that arrives late counts in the session of
	its own time (design decision 12).
	"""
	found = frappe.get_all(
		TABLE,
		{
			"customer": customer,
			"number": number,
			"opened_at": ["<", to_site(at + SESSION)],
			"ends_at": [">", to_site(at)],
		},
		["name", "ends_at"],
		order_by="opened_at",
		limit=1,
	)
	open_until = to_utc(found[0].ends_at) if found else None
	kind = kind_to_open(Direction(direction), open_until, at, window_open)
	name = found[0].name if kind is None else _open(customer, number, conversation, kind.value, at)
	counter = "inbound_count" if direction == "Incoming" else "outbound_count"
	frappe.db.sql(f"update `tab{TABLE}` set {counter} = {counter} + 1 where name = %s", (name,))
	return name


def _open(customer: str, number: str, conversation: str, kind: str, at: datetime) -> str:
	session = frappe.get_doc(
		{
			"doctype": TABLE,
			"customer": customer,
			"number": number,
			"conversation": conversation,
			"kind": kind,
			"opened_at": to_site(at),
			"ends_at": to_site(at + SESSION),
		}
	)
	return session.insert(ignore_permissions=True).name
