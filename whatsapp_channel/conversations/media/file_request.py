"""A file as a message announces it, and the states of its row."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from whatsapp_channel.rules.closed_set import ClosedSet


class FileState(ClosedSet):
	"""FAILED: tried again while Meta has it. REFUSED: never stored. EXPIRED: Meta has it no more. REMOVED: was here."""

	STORED = "Stored"
	FAILED = "Failed"
	REFUSED = "Refused"
	EXPIRED = "Expired"
	REMOVED = "Removed"


@dataclass(frozen=True, slots=True)
class FileRequest:
	"""A file as a message announces it. `message` is the id of the message at Meta, `url` good for five minutes."""

	account: str
	customer: str
	message: str
	kind: str
	at: datetime
	media_id: str | None = None
	url: str | None = None
	mime_type: str | None = None
	sha256: str | None = None
	filename: str | None = None

	@property
	def key(self) -> str:
		"""The name of its File: whoever stores it again, after a crash for example, finds the first."""
		return sha256(f"{self.message}:{self.media_id or self.url}".encode()).hexdigest()[:20]
