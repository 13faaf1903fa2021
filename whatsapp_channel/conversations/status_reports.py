"""What the reports about one message come to, in whatever order they arrive (design decision 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from whatsapp_channel.clock import to_site
from whatsapp_channel.cloud_api.webhook_parser import StatusUpdate
from whatsapp_channel.conversations.conversation_rows import StatusRow
from whatsapp_channel.conversations.price import price_values
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules.messaging.message_status import MessageStatus, advance, from_meta


@dataclass(frozen=True, slots=True)
class Outcome:
	"""`values` to store, and the report by which the message failed in the end."""

	values: Mapping[str, Any]
	failure: StatusUpdate | None

	@property
	def moved(self) -> bool:
		"""Whether agents see something new."""
		return "status" in self.values or self.failure is not None


def outcome(stored: StatusRow, updates: Sequence[StatusUpdate]) -> Outcome:
	"""What a message becomes by reports with statuses that this app knows.

	A report that comes late changes no status but tells when it happened. Who reached the customer after all has not
	failed, so a failure counts only when it is the last word.
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
	# With a key alone it was erased: the id holds the customer's number and must not come back.
	if updates and not (row.get("wamid") or row.get("wamid_key")):
		values |= {"wamid": updates[0].id, "wamid_key": wamid_key(updates[0].id)}
	return Outcome(_settled(row, values, current, failure), failure)


def _times(
	known: Mapping[str, Any], update: StatusUpdate, new: MessageStatus, moved: bool
) -> dict[str, datetime]:
	"""A later status implies the earlier ones, but only its own time is known."""
	field = f"{new.value.lower()}_on"
	wanted = moved or not (known.get(field) or new is MessageStatus.FAILED)
	return {field: to_site(update.timestamp)} if wanted else {}


def _settled(
	row: Mapping[str, Any], values: dict[str, Any], current: MessageStatus, failure: StatusUpdate | None
) -> dict[str, Any]:
	"""With the status, unless it is a failure, of which others have to hear as well."""
	if failure:
		values.pop("failed_on", None)
	elif current.value != row["status"]:
		values |= {"status": current.value, "error": None, "error_code": 0}
	return values
