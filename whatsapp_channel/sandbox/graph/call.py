"""A request to the Graph API, parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from whatsapp_channel.sandbox.state.model import JSON, MediaFile, Message

if TYPE_CHECKING:
	from werkzeug.datastructures import FileStorage

SUCCESS: JSON = {"success": True}
ATTACHMENTS = "/whatsapp_business/attachments"
UPLOAD = "/upload:"


@dataclass(slots=True)
class Call:
	"""One request to the Graph API, parsed."""

	method: str
	path: str  # without version
	version: str | None
	query: JSON
	body: JSON
	base: str  # scheme and host that the client used
	token: str | None
	file: FileStorage | None = None
	headers: Mapping[str, str] = field(default_factory=dict)  # lower case, of an upload
	data: bytes = b""  # of an upload
	message: Message | None = field(default=None)  # filled when a message was accepted

	@property
	def segments(self) -> list[str]:
		"""Object id and edge."""
		return self.path.strip("/").split("/")

	@property
	def parameters(self) -> JSON:
		"""Query and body together: Graph takes parameters from either."""
		return {**self.query, **self.body}

	@property
	def tags(self) -> frozenset[str]:
		"""Words that a fault can match."""
		tags = {"any", self.segments[-1]}
		if self.method == "POST" and self.segments[-1] == "messages":
			tags.add("read" if self.body.get("status") == "read" else "send")
		if self.path.startswith(ATTACHMENTS):
			tags.add("download")
		return frozenset(tags)


@dataclass(frozen=True, slots=True)
class Download:
	"""An answer that is a file."""

	media: MediaFile
