"""A file to download, as announced by its message, and the states of its media row."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from whatsapp_channel.rules.closed_set import ClosedSet


class FileState(ClosedSet):
	"""FAILED: retried while Meta has it. REFUSED: never stored. EXPIRED: Meta no longer has it. REMOVED: deleted here."""

	STORED = "Stored"
	FAILED = "Failed"
	REFUSED = "Refused"
	EXPIRED = "Expired"
	REMOVED = "Removed"


@dataclass(frozen=True, slots=True)
class FileRequest:
	"""A file to download. `message` is the wamid at our `number`, `url` is valid for five minutes."""

	account: str
	customer: str
	message: str
	kind: str
	at: datetime
	number: str | None = None
	media_id: str | None = None
	url: str | None = None
	mime_type: str | None = None
	sha256: str | None = None
	filename: str | None = None

	@property
	def key(self) -> str:
		"""The name of its File row, so that a second attempt, for example after a crash, finds the first."""
		place = f"{self.number}:{self.message}:{self.media_id or self.url}"
		return sha256(place.encode()).hexdigest()[:20]
