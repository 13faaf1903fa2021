"""Errors of items that could not be processed, and the states in which such items are kept."""

from datetime import datetime, timedelta
from typing import Any

from whatsapp_channel.rules.closed_set import ClosedSet
from whatsapp_channel.sentences import Explained, Sentence


class ItemState(ClosedSet):
	"""The state of a kept item."""

	PENDING = "Pending"
	HELD = "Held"
	FAILED = "Failed"
	UNROUTABLE = "Unroutable"
	DROPPED = "Dropped"
	PROCESSED = "Processed"


class ItemError(Explained):
	"""An item could not be processed: the sentence says why and what to do, `state` how the item is kept.

	`drop_after`: an item that is still waiting once it is older than this is dropped; None: it becomes Failed after
	the last try, for an administrator. `retry_at` (aware UTC): not a failure, the item only has to wait until then, and this
	does not count as an attempt. `columns`: further values of its row.
	"""

	def __init__(
		self,
		sentence: Sentence,
		state: str,
		drop_after: timedelta | None = None,
		retry_at: datetime | None = None,
		columns: dict[str, Any] | None = None,
	) -> None:
		super().__init__(sentence)
		self.state = state
		self.drop_after = drop_after
		self.retry_at = retry_at
		self.columns = columns or {}
