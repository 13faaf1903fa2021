"""The customer service window: the right to send free-form messages (Z12, Z15; Meta: "Customer service windows")."""

from __future__ import annotations

from datetime import datetime, timedelta

from whatsapp_channel.rules.utc import utc

WINDOW = timedelta(hours=24)


def ends(last_inbound: datetime) -> datetime:
	"""The time (UTC) at which the window that the customer's last message opened closes.

	`last_inbound` is the message's time in Meta's webhook, from which Meta counts, not its time of arrival. Raises ValueError
	for a time without a time zone.
	"""
	return utc(last_inbound) + WINDOW


def is_open(ends: datetime | None, now: datetime) -> bool:
	"""True while a free-form message may be sent: [last message, `ends`), so at `ends` itself it is closed.

	None means that the customer never wrote: closed. Raises ValueError for a time without a time zone.
	"""
	return ends is not None and utc(now) < utc(ends)


def later(ends_a: datetime | None, ends_b: datetime | None) -> datetime | None:
	"""The later of two ends (UTC), None only if both are.

	Meta may report a longer window than our own count (a conversation from an advertisement, a free entry point), and
	webhooks arrive in any order: a window never gets shorter by news.
	"""
	known = [utc(moment) for moment in (ends_a, ends_b) if moment is not None]
	return max(known, default=None)
