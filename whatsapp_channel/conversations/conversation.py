"""Conversations: the thread of one customer with one channel, and the ticket it is handled in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe

from whatsapp_channel import rows
from whatsapp_channel.clock import to_site, to_utc
from whatsapp_channel.conversations.conversation_rows import ChannelRow, ConversationRow, MessageRow
from whatsapp_channel.database import change_row, insert_row, set_value
from whatsapp_channel.doctypes import CONVERSATION
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.rules.messaging import ticket_choice, window
from whatsapp_channel.rules.messaging.conversation_state import ConversationState
from whatsapp_channel.rules.messaging.ticket_choice import Choice


@dataclass(frozen=True, slots=True)
class Thread:
	"""The conversation of a message, and its open ticket or None; `new_ticket`: one has to be created.

	`last_inbound` and `window_ends` are the conversation's before this message, in UTC.
	"""

	conversation: str
	ticket: str | None
	new_ticket: bool = False
	last_inbound: datetime | None = None
	window_ends: datetime | None = None


def current(customer: str, channel: str) -> ConversationRow | None:
	"""The current conversation of a customer with a channel: the newest that is open, else the newest that ended.

	A conversation that ended without a ticket cannot be continued. A late message can open one that is older than one that
	has ended, so sorting by time alone is not enough. A customer has few conversations, so sorting them here is cheap.
	"""
	found = rows.where(
		ConversationRow,
		f"""customer = %s and channel = %s and (state != '{ConversationState.ENDED}' or ticket is not null)
		order by state = '{ConversationState.ENDED}', opened_at desc, creation desc limit 1""",
		(customer, channel),
	)
	return found[0] if found else None


def window_ends(customer: str, channel: str) -> datetime | None:
	"""Until when free-form replies are allowed, in UTC. The window belongs to customer and number, so an agent may also
	reply in the ticket of an earlier conversation."""
	open_until = {"customer": customer, "channel": channel, "window_ends": ["is", "set"]}
	found = rows.first(ConversationRow, open_until, "window_ends desc")
	return to_utc(found.window_ends) if found else None


def thread_for(customer: str, channel: str, at: datetime, quoted_key: str | None = None) -> Thread:
	"""Chooses the conversation and ticket of an inbound message written `at` (UTC), by the channel's policy.

	A message that quotes one of another open ticket goes there. This is decided before anything is inserted, because
	inserting a Communication reopens even a closed ticket (ADR 0010). The caller holds the customer's lock.
	"""
	latest = current(customer, channel)
	quoted = _of_quoted(customer, channel, quoted_key) if quoted_key else None
	if quoted:
		return quoted
	state = tickets.state(latest.ticket) if latest and latest.ticket else None
	choice = ticket_choice.choose(state, _policy(channel), at)
	if choice is Choice.CONTINUE:
		if state.name != str(latest.ticket):  # merged since
			put_in_ticket(latest.name, state.name)
		return _thread(latest, state.name)
	wanted = choice is Choice.NEW
	if latest and not latest.ticket and latest.state != ConversationState.ENDED:
		return _thread(latest, None, new_ticket=wanted)
	if latest and latest.state != ConversationState.ENDED:
		set_value(CONVERSATION, latest.name, {"state": ConversationState.ENDED, "ended_at": to_site(at)})
	return Thread(_open(customer, channel, at), None, new_ticket=wanted)


def _thread(row: ConversationRow, ticket: str | None, *, new_ticket: bool = False) -> Thread:
	return Thread(row.name, ticket, new_ticket, to_utc(row.last_inbound), to_utc(row.window_ends))


def _of_quoted(customer: str, channel: str, quoted_key: str) -> Thread | None:
	"""The open ticket in which agents now see the quoted message, which a merge or split may have moved."""
	quoted = {"wamid_key": quoted_key, "customer": customer, "channel": channel}
	message = rows.first(MessageRow, quoted)
	if not message or not message.communication:
		return None
	state = tickets.state(tickets.ticket_of(message.communication))
	row = rows.one(ConversationRow, message.conversation)
	if not row or not state or state.is_resolved:
		return None
	return _thread(row, state.name)


def put_in_ticket(name: str, ticket: str) -> None:
	"""Links the conversation to this ticket."""
	set_value(CONVERSATION, name, "ticket", ticket)


def _policy(channel: str) -> ticket_choice.TicketPolicy:
	row = rows.one(ChannelRow, channel)
	return ticket_choice.TicketPolicy(
		ticket_choice.PolicyKind(row.ticket_policy), timedelta(seconds=row.reopen_within or 0)
	)


def _open(customer: str, channel: str, at: datetime) -> str:
	values = {
		"customer": customer,
		"channel": channel,
		"state": ConversationState.OPEN,
		"opened_at": to_site(at),
	}
	return insert_row(CONVERSATION, values)


def note_inbound(thread: Thread, at: datetime) -> None:
	"""The customer wrote `at` (UTC). The window starts with their latest message, in whatever order messages arrive."""
	latest = max(filter(None, (thread.last_inbound, at)))
	values = {
		"state": ConversationState.OPEN,
		"last_inbound": to_site(latest),
		"window_ends": to_site(window.later(thread.window_ends, window.ends(latest))),
		"ended_at": None,
	}
	change_row(CONVERSATION, thread.conversation, values)


def note_outbound(name: str, at: datetime, agent: str) -> None:
	"""An agent replied at `at` (UTC)."""
	values = {
		"state": ConversationState.RESPONDED,
		"last_outbound": to_site(at),
		"agent": agent,
		"ended_at": None,
	}
	set_value(CONVERSATION, name, values)


def customer_of(name: str) -> str:
	"""The customer of a conversation."""
	return frappe.db.get_value(CONVERSATION, name, "customer")


def in_tickets(names: list[str]) -> list[ConversationRow]:
	"""The conversations that are linked to any of these tickets, newest first."""
	return rows.many(ConversationRow, {"ticket": ["in", names]}, "opened_at desc, creation desc")
