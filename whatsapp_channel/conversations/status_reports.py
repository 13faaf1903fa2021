"""Combines Meta's status reports about one message, in whatever order they arrive (ADR 0005)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe

from whatsapp_channel.clock import to_site
from whatsapp_channel.cloud_api.webhook_parser import StatusUpdate
from whatsapp_channel.conversations.conversation_rows import StatusRow
from whatsapp_channel.conversations.price import price_values
from whatsapp_channel.doctypes import CHANNEL
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules.messaging.message_status import MessageStatus, advance, from_meta


@dataclass(frozen=True, slots=True)
class Outcome:
	"""The `values` to store, and the report by which the message finally failed."""

	values: Mapping[str, Any]
	failure: StatusUpdate | None

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
		if moved:
			current, failure = new, update if new is MessageStatus.FAILED else None
		values |= _times({**row, **values}, update, new, moved) | price_values({**row, **values}, update)
	# A row with a key but no id was erased: the id contains the customer's number and must not be stored again.
	if updates and not (row.get("wamid") or row.get("wamid_key")):
		number = frappe.db.get_value(CHANNEL, stored.channel, "number")
		values |= {"wamid": updates[0].id, "wamid_key": wamid_key(number, updates[0].id)}
	return Outcome(_settled(row, values, current, failure), failure)


def _times(
	known: Mapping[str, Any], update: StatusUpdate, new: MessageStatus, moved: bool
) -> dict[str, datetime]:
	"""The times of the statuses. A later status implies the earlier ones, but only its own time is known."""
	field = f"{new.value.lower()}_on"
	wanted = moved or not (known.get(field) or new is MessageStatus.FAILED)
	return {field: to_site(update.timestamp)} if wanted else {}


def _settled(
	row: Mapping[str, Any], values: dict[str, Any], current: MessageStatus, failure: StatusUpdate | None
) -> dict[str, Any]:
	"""Adds the status, except for a failure, which has further effects that the caller handles."""
	if failure:
		values.pop("failed_on", None)
	elif current.value != row["status"]:
		values |= {"status": current.value, "error": None, "error_code": 0}
	return values
