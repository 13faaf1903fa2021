"""Sessions: the 24-hour counting unit (Z39), by which the trial and the prices count (Z9, Z12, Z38)."""

from __future__ import annotations

from datetime import datetime, timedelta

from whatsapp_channel.rules.closed_set import ClosedSet
from whatsapp_channel.rules.utc import utc

SESSION = timedelta(hours=24)


class Direction(ClosedSet):
	"""Who wrote a message, seen from the business."""

	INCOMING = "Incoming"
	OUTGOING = "Outgoing"


class SessionKind(ClosedSet):
	"""What opened a session. It never changes afterwards."""

	CUSTOMER = "Customer Initiated"
	BUSINESS = "Business Initiated"
	CONTINUATION = "Continuation"


def kind_to_open(
	direction: Direction, open_until: datetime | None, at: datetime, window_open: bool
) -> SessionKind | None:
	"""The kind of session that a message of time `at` opens; None if it belongs to the session that ends at `open_until`.

	A session is [t, t + 24 h): a message at `open_until` itself opens the next one. A customer's message always opens a
	customer-initiated session (Z9: who returns after 24 h counts again). Ours opens a continuation while the window is
	open (priced as a session message, never counted in the trial), else a business-initiated one (Z15).

	Raises ValueError for a moment without a time zone or an unknown direction.
	"""
	if open_until is not None and _overlaps(utc(at), utc(open_until)):
		return None
	if Direction(direction) is Direction.INCOMING:
		return SessionKind.CUSTOMER
	return SessionKind.CONTINUATION if window_open else SessionKind.BUSINESS


def _overlaps(at: datetime, open_until: datetime) -> bool:
	# Webhooks arrive in any order, so a message may be older than a session that a later message opened. Sessions of one
	# # customer and number never overlap: the message belongs to that session, unless its own 24 h end before it began.
	return open_until - 2 * SESSION < at < open_until
