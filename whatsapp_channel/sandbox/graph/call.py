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
	headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names; set for uploads only
	data: bytes = b""  # set for uploads only
	message: Message | None = field(default=None)  # set once a message is accepted

	@property
	def segments(self) -> list[str]:
		"""The path split at slashes: object id, then edge."""
		return self.path.strip("/").split("/")

	@property
	def parameters(self) -> JSON:
		"""Query and body merged: Graph accepts parameters in both."""
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
