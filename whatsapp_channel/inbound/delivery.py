"""Deliveries: one row per webhook POST, as received, and a counter of refused ones."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import frappe
from frappe.utils import cint

from whatsapp_channel.clock import sequence, site_now
from whatsapp_channel.database import (
	in_transaction,
	insert_unless_there,
	set_single_value,
	single_value,
	single_values,
)
from whatsapp_channel.doctypes import DELIVERY, SETTINGS
from whatsapp_channel.logs import logger
from whatsapp_channel.rules.closed_set import ClosedSet
from whatsapp_channel.sentences import _
from whatsapp_channel.timeouts import OutOfTime

MAX_BODY_BYTES = 3 * 1024 * 1024
"""Meta: payloads of up to 3 MB."""

REFUSALS = {
	"signature": _("Missing or wrong signature"),
	"secret": _("No app secret is configured"),
}


class DeliveryState(ClosedSet):
	"""RECEIVED: not processed yet. FAILED: the body could not be read; items that fail have rows of their own."""

	RECEIVED = "Received"
	PROCESSED = "Processed"
	FAILED = "Failed"


def store(body: bytes) -> str:
	"""Stores one verified body and commits; returns its name, the SHA-256 of the body.

	The same body gets the same row. Raises what the database raises; then nothing is stored.
	"""
	row = {
		"name": sha256(body).hexdigest(),
		"owner": "Guest",
		"state": DeliveryState.RECEIVED,
		"sequence": sequence(),
		# One byte that is not UTF-8, in a name for example, must not lose the other items of the body.
		"body": body.decode("utf-8", errors="replace"),
	}
	# Committed, because the row must be durable before Meta gets a 200 (ADR 0001). A new transaction, because MariaDB 11.8
	# refuses an insert if another request has stored the same row after the first read of this one.
	in_transaction(lambda: insert_unless_there(DELIVERY, row))
	return row["name"]


def count_refusal(reason: str, times: int = 1) -> None:
	"""Counts a refused POST in Redis, so that strangers cannot cause writes to the database.

	-1 takes back one that this site's own health check caused.
	"""
	try:
		frappe.cache.incrby(_counter(reason), times)
	except OutOfTime:
		raise
	except Exception:
		logger().warning("Could not count a refused webhook", exc_info=True)


@dataclass(frozen=True, slots=True)
class Refusals:
	"""How many POSTs were refused so far, when the last one was counted (site's time), and why, in the site's language."""

	count: int
	last_at: datetime
	last_reason: str


def refusals() -> Refusals | None:
	"""What `record_refusals` has written; None if nothing was ever refused."""
	count, last_at, reason = single_values(SETTINGS, "refused_deliveries", "last_refused_at", "last_refusal")
	return Refusals(count or 0, last_at, reason or "") if last_at else None


def record_refusals() -> None:
	"""Moves the counts into the settings, where administrators see them."""
	for reason, text in REFUSALS.items():
		count = cint(frappe.cache.get(_counter(reason)))
		if not count:
			continue
		frappe.cache.incrby(_counter(reason), -count)
		total = cint(single_value(SETTINGS, "refused_deliveries")) + count
		values = {"refused_deliveries": total, "last_refused_at": site_now(), "last_refusal": frappe._(text)}
		for field, value in values.items():
			set_single_value(SETTINGS, field, value, update_modified=False)


def _counter(reason: str) -> str:
	return frappe.cache.make_key(f"whatsapp_channel:refused:{reason}")
