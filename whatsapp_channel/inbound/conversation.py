"""Conversations: the thread of one customer with one channel, and the ticket it is handled in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe

from whatsapp_channel.clock import to_site, to_utc
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.rules import ticket_choice, window
from whatsapp_channel.rules.ticket_choice import Choice

TABLE = "WhatsApp Conversation"
FIELDS = ["name", "customer", "channel", "ticket", "state", "window_ends", "last_inbound"]


@dataclass(frozen=True, slots=True)
class Thread:
	"""Where a message goes: its conversation, and the ticket that continues or None; `new_ticket` asks for one."""

	conversation: str
	ticket: str | None
	new_ticket: bool


def current(customer: str, channel: str) -> "frappe._dict | None":
	"""The newest conversation of a customer with a channel, ended or not."""
	rows = frappe.get_all(
		TABLE,
		{"customer": customer, "channel": channel},
		FIELDS,
		order_by="opened_at desc, creation desc",
		limit=1,
	)
	return rows[0] if rows else None


def window_ends(customer: str, channel: str) -> datetime | None:
	"""Until when free-form replies are allowed, in UTC; the window belongs to customer and number, so that an agent
	may also answer in the ticket of an earlier conversation."""
	rows = frappe.get_all(
		TABLE,
		{"customer": customer, "channel": channel, "window_ends": ["is", "set"]},
		["window_ends"],
		order_by="window_ends desc",
		limit=1,
	)
	return to_utc(rows[0].window_ends) if rows else None


def thread_for(customer: str, channel: str, at: datetime) -> Thread:
	"""Chooses conversation and ticket for an inbound message written `at` (UTC), by the channel's policy.

	Decided before anything is inserted: the insert of a Communication opens even a closed ticket again (design
	decision 10). The caller holds the customer's lock.
	"""
	latest = current(customer, channel)
	state = tickets.state(latest.ticket) if latest and latest.ticket else None
	choice = ticket_choice.choose(state, _policy(channel), at)
	if choice is Choice.CONTINUE:
		return Thread(latest.name, state.name, new_ticket=False)
	wanted = choice is Choice.NEW
	if latest and not latest.ticket and latest.state != "Ended":
		return Thread(latest.name, None, new_ticket=wanted)
	if latest and latest.state != "Ended":
		frappe.db.set_value(TABLE, latest.name, {"state": "Ended", "ended_at": to_site(at)})
	return Thread(_open(customer, channel, at), None, new_ticket=wanted)


def _policy(channel: str) -> ticket_choice.TicketPolicy:
	row = frappe.db.get_value("WhatsApp Channel", channel, ["ticket_policy", "reopen_within"], as_dict=True)
	return ticket_choice.TicketPolicy(
		ticket_choice.PolicyKind(row.ticket_policy), timedelta(seconds=row.reopen_within or 0)
	)


def _open(customer: str, channel: str, at: datetime) -> str:
	values = {
		"doctype": TABLE,
		"customer": customer,
		"channel": channel,
		"state": "Open",
		"opened_at": to_site(at),
	}
	return frappe.get_doc(values).insert(ignore_permissions=True).name


def note_inbound(name: str, at: datetime) -> None:
	"""The customer wrote `at` (UTC): the window runs from his last message, whatever order messages arrive in."""
	row = frappe.db.get_value(TABLE, name, ["last_inbound", "window_ends"], as_dict=True)
	latest = max(filter(None, (to_utc(row.last_inbound), at)))
	ends = window.later(to_utc(row.window_ends), window.ends(latest))
	values = {
		"state": "Open",
		"last_inbound": to_site(latest),
		"window_ends": to_site(ends),
		"ended_at": None,
	}
	frappe.db.set_value(TABLE, name, values)


def extend_window(name: str, ends: datetime) -> None:
	"""Meta reports a longer window, after a click on an ad; it never shortens one."""
	known = to_utc(frappe.db.get_value(TABLE, name, "window_ends"))
	frappe.db.set_value(TABLE, name, "window_ends", to_site(window.later(known, ends)))


def note_outbound(name: str, at: datetime, agent: str) -> None:
	"""An agent replied at `at` (UTC)."""
	values = {"state": "Responded", "last_outbound": to_site(at), "agent": agent, "ended_at": None}
	frappe.db.set_value(TABLE, name, values)


def in_tickets(names: list[str]) -> list["frappe._dict"]:
	"""The conversations that are handled in any of these tickets, newest first."""
	return frappe.get_all(TABLE, {"ticket": ["in", names]}, FIELDS, order_by="opened_at desc, creation desc")
