"""Which ticket an inbound message belongs to: the chat-to-ticket timer of a channel (Z2; ADR 0010)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from whatsapp_channel.rules.utc import utc

REOPEN_WITHIN = timedelta(hours=24)


class PolicyKind(str, Enum):
	"""What a message does after its ticket was closed: agents decide, always a new ticket, or a new one after some time."""

	NONE = "None"
	ALWAYS = "Always"
	DURATION = "Duration"


class Choice(str, Enum):
	"""What to do with an inbound message."""

	CONTINUE = "Continue"
	NEW = "New"
	NO_TICKET = "No Ticket"


@dataclass(frozen=True, slots=True)
class TicketPolicy:
	"""The ticket policy of a channel. `reopen_within` counts from the closing of the ticket, for DURATION only.

	Raises ValueError for an unknown kind or a negative duration.
	"""

	kind: PolicyKind = PolicyKind.DURATION
	reopen_within: timedelta = REOPEN_WITHIN

	def __post_init__(self) -> None:
		# The kind comes out of a Select field as a plain string.
		object.__setattr__(self, "kind", PolicyKind(self.kind))
		if self.reopen_within < timedelta(0):
			raise ValueError(f"A ticket cannot be reopened within {self.reopen_within}: enter zero or more.")


@dataclass(frozen=True, slots=True)
class TicketState:
	"""The conversation's last ticket. `name` is opaque: '0002' and '2' are two tickets."""

	name: str
	is_resolved: bool
	resolved_at: datetime | None = None


def choose(ticket: TicketState | None, policy: TicketPolicy, at: datetime) -> Choice:
	"""Whether a message of time `at` continues `ticket`, needs a new one, or gets none.

	An open ticket is always continued, whatever the policy. Raises ValueError for a moment without a time zone.
	"""
	if ticket is not None and not ticket.is_resolved:
		return Choice.CONTINUE
	if policy.kind is PolicyKind.NONE:
		return Choice.NO_TICKET
	if ticket is None or policy.kind is PolicyKind.ALWAYS:
		return Choice.NEW
	return Choice.CONTINUE if _is_recent(ticket.resolved_at, policy.reopen_within, at) else Choice.NEW


def _is_recent(resolved_at: datetime | None, within: timedelta, at: datetime) -> bool:
	# Without a closing time the ticket counts as too old: an unnecessary new ticket is noticed, an unnecessarily reopened old
	# # ticket is not.
	return resolved_at is not None and utc(at) - utc(resolved_at) <= within


def follow_merges(name: str, merged_with: Callable[[str], str | None]) -> str:
	"""The ticket at the end of the merges of `name`; `merged_with` gives the target of one ticket, if any.

	Merges that lead back to a ticket already passed (possible by editing the field) end at the last new one.
	"""
	passed = {name}
	target = merged_with(name)
	while target and target not in passed:
		passed.add(target)
		name, target = target, merged_with(target)
	return name
