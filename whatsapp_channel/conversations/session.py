"""Sessions: the 24-hour counting units (Z39)."""

from datetime import datetime

import frappe

from whatsapp_channel.clock import to_site, to_utc
from whatsapp_channel.database import insert_row
from whatsapp_channel.doctypes import SESSION
from whatsapp_channel.rules.messaging.session_rules import SESSION as LASTS
from whatsapp_channel.rules.messaging.session_rules import Direction, kind_to_open


def record(
	*, customer: str, number: str, conversation: str, direction: str, at: datetime, window_open: bool = False
) -> str:
	"""Counts one message in the session that is open at its time, or opens one; returns the session.

	The caller holds the customer's lock. `at` is aware UTC; a late message counts in the session of its own time (ADR 0012).
	"""
	counter = "inbound_count" if direction == Direction.INCOMING else "outbound_count"
	found = _at(customer, number, at)
	open_until = to_utc(found.ends_at) if found else None
	kind = kind_to_open(Direction(direction), open_until, at, window_open)
	if kind is None:
		frappe.db.sql(f"update `tab{SESSION}` set {counter} = {counter} + 1 where name = %s", (found.name,))
		return found.name
	values = {
		"customer": customer,
		"number": number,
		"conversation": conversation,
		"kind": kind,
		"opened_at": to_site(at),
		"ends_at": to_site(at + LASTS),
		counter: 1,
	}
	return insert_row(SESSION, values)


def _at(customer: str, number: str, at: datetime) -> "frappe._dict | None":
	"""The first session that ends after `at` and is close enough to matter to the rule."""
	rows = frappe.db.sql(
		f"""select name, ends_at from `tab{SESSION}` where customer = %s and number = %s
		and ends_at > %s and opened_at < %s order by opened_at limit 1""",
		(customer, number, to_site(at), to_site(at + LASTS)),
		as_dict=True,
	)
	return rows[0] if rows else None
