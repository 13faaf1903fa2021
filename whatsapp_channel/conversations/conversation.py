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
	"""Where a message goes: its conversation, and the ticket that continues or None; `new_ticket` asks for one.

	`last_inbound` and `window_ends` are the conversation's so far, in UTC.
	"""

	conversation: str
	ticket: str | None
	new_ticket: bool = False
	last_inbound: datetime | None = None
	window_ends: datetime | None = None


def current(customer: str, channel: str) -> ConversationRow | None:
	"""The conversation of a customer with a channel that goes on: the newest that runs, else the newest that ended.

	One that ended without a ticket cannot go on. A late message opens one that is older by its time than one that
	ended, so the time alone does not tell. A customer has few: the index finds them, the order is made of those.
	"""
	found = rows.where(
		ConversationRow,
		f"""customer = %s and channel = %s and (state != '{ConversationState.ENDED}' or ticket is not null)
		order by state = '{ConversationState.ENDED}', opened_at desc, creation desc limit 1""",
		(customer, channel),
	)
	return found[0] if found else None


def window_ends(customer: str, channel: str) -> datetime | None:
	"""Until when free-form replies are allowed, in UTC; the window belongs to customer and number, so that an agent
	may also answer in the ticket of an earlier conversation."""
	open_until = {"customer": customer, "channel": channel, "window_ends": ["is", "set"]}
	found = rows.first(ConversationRow, open_until, "window_ends desc")
	return to_utc(found.window_ends) if found else None


def thread_for(customer: str, channel: str, at: datetime, quoted_key: str | None = None) -> Thread:
	"""Chooses conversation and ticket for an inbound message written `at` (UTC), by the channel's policy.

	An answer to a message of another open ticket goes there. Decided before anything is inserted: the insert of a
	Communication opens even a closed ticket again (design decision 10). The caller holds the customer's lock.
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
	"""The open ticket in which agents see the quoted message now, wherever a merge or split has moved it."""
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
	"""The conversation is handled in this ticket from now on."""
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
	"""The customer wrote `at` (UTC): the window runs from his last message, whatever order messages arrive in."""
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
	"""Whose conversation it is."""
	return frappe.db.get_value(CONVERSATION, name, "customer")


def in_tickets(names: list[str]) -> list[ConversationRow]:
	"""The conversations that are handled in any of these tickets, newest first."""
	return rows.many(ConversationRow, {"ticket": ["in", names]}, "opened_at desc, creation desc")
