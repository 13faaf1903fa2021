"""Items for the helpdesk: the parts from which webhooks are built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from whatsapp_channel.sandbox.state.model import JSON


@dataclass(frozen=True, slots=True)
class Item:
	"""One item for the helpdesk. `lane`: the first attempts of items in one lane are made in order."""

	kind: str  # message, status, error or event
	account_id: str
	raw: Any
	field: str = "messages"
	metadata: JSON | None = None
	contact: JSON | None = None
	lane: str | None = None
	wamid: str | None = None
	time: int | None = None  # entry.time, which account events carry

	@property
	def phone_number_id(self) -> str | None:
		"""The business number of the item, if any."""
		metadata = self.metadata or (self.raw.get("metadata") if isinstance(self.raw, dict) else None) or {}
		return metadata.get("phone_number_id")

	@property
	def tags(self) -> frozenset[str]:
		"""Words that a fault can match: any, the kind, and the status name."""
		status = self.raw.get("status") if self.kind == "status" else None
		return frozenset({"any", self.kind} | ({str(status)} if status else set()))
