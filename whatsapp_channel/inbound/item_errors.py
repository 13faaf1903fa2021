"""Why an item of a delivery could not be processed."""

from datetime import datetime, timedelta
from typing import Any

from whatsapp_channel.rules.closed_set import ClosedSet
from whatsapp_channel.sentences import Explained, Sentence


class ItemState(ClosedSet):
	"""Where an item stands that could not simply be processed."""

	PENDING = "Pending"
	HELD = "Held"
	FAILED = "Failed"
	UNROUTABLE = "Unroutable"
	DROPPED = "Dropped"
	PROCESSED = "Processed"


class ItemError(Explained):
	"""Says what is wrong and what can be done; `state` says how the item is kept.

	`drop_after`: an item that is still waiting once it is older than this is dropped; None: it becomes Failed after
	the last try, for an administrator to see. `retry_at` (aware UTC): nothing went wrong, the item only has to wait
	until then; that is no attempt. `columns`: what else its row keeps.
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
