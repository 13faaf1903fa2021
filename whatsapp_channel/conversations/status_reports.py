"""Combines Meta's status reports about one message, in whatever order they arrive (ADR 0005)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import frappe

from whatsapp_channel.clock import to_site, to_utc
from whatsapp_channel.cloud_api.webhook_parser import StatusUpdate
from whatsapp_channel.conversations.conversation_rows import StatusRow
from whatsapp_channel.conversations.price import price_values
from whatsapp_channel.doctypes import CHANNEL
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules.messaging.failure_reason import Reason, reason_of, stored_reason, together
from whatsapp_channel.rules.messaging.message_status import MessageStatus, advance, from_meta

# What a message that failed has become where it reached the customer after all.
ARRIVED = (MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.PLAYED)


@dataclass(frozen=True, slots=True)
class Failure:
	"""Why a message failed, as far as Meta has told by now; `at` in UTC. `corrects`: it had failed before, for another
	reason or for none."""

	reason: Reason
	at: datetime
	corrects: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
	"""`values` to store, and the failure if that is what the reports come to and it is news.

	`arrived_after_all`: it had failed, and Meta has taken that back.
	"""

	values: Mapping[str, Any]
	failure: Failure | None
	arrived_after_all: bool = False

	@property
	def moved(self) -> bool:
		"""Whether the status changes for agents."""
		return "status" in self.values or self.failure is not None


def outcome(stored: StatusRow, updates: Sequence[StatusUpdate]) -> Outcome:
	"""The state of a message after reports with statuses that this app knows.

	A late report does not change the status but adds its time. A message that was delivered has not failed, so a failure
	counts only if no better status follows.
	"""
	row = stored.values()
	current = MessageStatus(stored.status)
	values: dict[str, Any] = {}
	failure = None
	for update in updates:
		new = from_meta(update.status)
		moved = advance(current, new) is not current
		if new is MessageStatus.FAILED and (moved or current is new):
			failure = _failure(stored, failure, update)
		elif moved:
			failure = None
		current = new if moved else current
		values |= _times({**row, **values}, update, new, moved) | price_values({**row, **values}, update)
	# A row with a key but no id was erased: the id contains the customer's number and must not be stored again.
	if updates and not (row.get("wamid") or row.get("wamid_key")):
		number = frappe.db.get_value(CHANNEL, stored.channel, "number")
		values |= {"wamid": updates[0].id, "wamid_key": wamid_key(number, updates[0].id)}
	arrived = stored.status == MessageStatus.FAILED and current in ARRIVED
	return Outcome(_settled(row, values, current, failure), failure, arrived)


def _failure(stored: StatusRow, failure: Failure | None, update: StatusUpdate) -> Failure | None:
	"""What is known of a failure with one more report; None when a report of one that is stored says nothing new."""
	new = reason_of(update.errors)
	if stored.wamid_key and not stored.wamid:  # erased: Meta's words may hold the number
		new = replace(new, said=())
	if failure:
		reason = together(failure.reason, failure.at, new, update.timestamp)
		return replace(failure, reason=reason)
	if stored.status != MessageStatus.FAILED:
		return Failure(new, update.timestamp)
	known = stored_reason(stored.error_code, stored.meta_error)
	reason = together(known, to_utc(stored.failed_on), new, update.timestamp)
	is_news = (reason.code, reason.said) != (known.code, known.said)
	return Failure(reason, update.timestamp, corrects=True) if is_news else None


def _times(
	known: Mapping[str, Any], update: StatusUpdate, new: MessageStatus, moved: bool
) -> dict[str, datetime]:
	"""The times of the statuses. A later status implies the earlier ones, but only its own time is known."""
	field = f"{new.value.lower()}_on"
	wanted = moved or not (known.get(field) or new is MessageStatus.FAILED)
	return {field: to_site(update.timestamp)} if wanted else {}


def _settled(
	row: Mapping[str, Any], values: dict[str, Any], current: MessageStatus, failure: Failure | None
) -> dict[str, Any]:
	"""Adds the status, except for a failure, which has further effects that the caller handles."""
	if failure:
		values.pop("failed_on", None)
	elif current.value != row["status"]:
		values |= {"status": current.value, "error": None, "error_code": 0, "meta_error": None}
	return values
