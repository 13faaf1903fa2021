"""The status of one message, which only moves forward (ADR 0005; Meta: "messages" webhook, status messages)."""

from __future__ import annotations

from whatsapp_channel.rules.closed_set import ClosedSet


class MessageStatus(ClosedSet):
	"""RECEIVED is for customers' messages; all others are for ours.

	HELD waits for its agent to say whether it is sent after all, DISCARDED is their no.
	"""

	RECEIVED = "Received"
	QUEUED = "Queued"
	HELD = "Held"
	SENDING = "Sending"
	UNCONFIRMED = "Unconfirmed"
	ACCEPTED = "Accepted"
	SENT = "Sent"
	DELIVERED = "Delivered"
	READ = "Read"
	PLAYED = "Played"
	FAILED = "Failed"
	DISCARDED = "Discarded"


_S = MessageStatus

# Meta's response is missing or unknown: any status report settles these (ADR 0006).
_UNSETTLED = frozenset({_S.QUEUED, _S.HELD, _S.SENDING, _S.UNCONFIRMED})

# Failed is final, except that a delivered message has not failed: a report of one of the last three wins.
# Meta may skip steps (read implies delivered) and send them in any order, so each step may follow any lower one.
# Queued follows a message that was not sent (Sending: the request did not leave) or held, or that an agent resends.
_REPLACEABLE: dict[MessageStatus, frozenset[MessageStatus]] = {
	_S.RECEIVED: frozenset(),
	_S.QUEUED: frozenset({_S.HELD, _S.SENDING, _S.UNCONFIRMED, _S.FAILED}),
	_S.HELD: frozenset({_S.QUEUED}),
	_S.SENDING: frozenset({_S.QUEUED}),
	_S.UNCONFIRMED: frozenset({_S.SENDING}),
	_S.ACCEPTED: _UNSETTLED,
	_S.SENT: _UNSETTLED | {_S.ACCEPTED},
	_S.DELIVERED: _UNSETTLED | {_S.ACCEPTED, _S.SENT, _S.FAILED, _S.DISCARDED},
	_S.READ: _UNSETTLED | {_S.ACCEPTED, _S.SENT, _S.DELIVERED, _S.FAILED, _S.DISCARDED},
	_S.PLAYED: _UNSETTLED | {_S.ACCEPTED, _S.SENT, _S.DELIVERED, _S.READ, _S.FAILED, _S.DISCARDED},
	_S.FAILED: _UNSETTLED | {_S.ACCEPTED, _S.SENT},
	_S.DISCARDED: frozenset({_S.HELD}),
}

_FROM_META = {
	"sent": _S.SENT,
	"delivered": _S.DELIVERED,
	"read": _S.READ,
	"played": _S.PLAYED,
	"failed": _S.FAILED,
}


def replaceable_by(new: MessageStatus) -> frozenset[MessageStatus]:
	"""The statuses that `new` may replace, for the WHERE clause of an UPDATE."""
	return _REPLACEABLE[MessageStatus(new)]


def advance(current: MessageStatus, new: MessageStatus) -> MessageStatus:
	"""The status after `new` is reported of a message that is `current`."""
	return new if current in replaceable_by(new) else current


def from_meta(status: str) -> MessageStatus | None:
	"""The status of a webhook's status item; None for one that this app does not know (`deleted`, later additions)."""
	return _FROM_META.get(status.lower())
