"""Outgoing content as data: one class for each kind of content, checked against Meta's limits and stored as JSON.

A message is built once, when it is written, and later sent exactly as it was stored. Each class knows its limits and the
object that Meta documents for it (Messages API).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from whatsapp_channel.sentences import Explained, Sentence, _

from .payload import clean_text

MAX_TEXT = 4096
"""Characters of `body`, by Meta's reference. It does not say what a character is: here a code point, as Python counts."""


class Sendable(Protocol):
	"""Anything that can be the content of a message."""

	def as_request(self) -> Mapping[str, Any]:
		"""The content's part of the request: `type`, and under that name its object."""


class Unsendable(Explained, ValueError):
	"""Content that Meta would refuse. The sentence names the field, the problem and the fix."""


class Text(BaseModel):
	"""A text, formatted by WhatsApp's marks."""

	model_config = ConfigDict(frozen=True, extra="forbid")

	type: Literal["text"] = "text"
	body: str = Field(min_length=1, max_length=MAX_TEXT)
	preview_url: bool = False
	"""Whether the customer's phone shows a preview of the first link."""

	@property
	def plain(self) -> str:
		"""The content as plain text for lists and notes."""
		return self.body

	def as_request(self) -> Mapping[str, Any]:
		"""See Sendable."""
		preview = {"preview_url": True} if self.preview_url else {}
		return {"type": self.type, self.type: {**preview, "body": self.body}}


Outgoing = Text
"""The union of all kinds, told apart by `type`; text is the first."""

_READER: TypeAdapter[Outgoing] = TypeAdapter(Outgoing)
_INVALID = _("{field} of the message cannot be sent: {problem}. Change it and send the message again.")


def text(body: str, *, preview_url: bool = False) -> Text:
	"""A text of 1 to 4,096 characters; characters that cannot be encoded become U+FFFD. Raises Unsendable."""
	return _checked(lambda: Text(body=clean_text(body), preview_url=preview_url))


def to_json(content: Outgoing) -> str:
	"""The content as JSON for a row, read again by `from_json`."""
	return content.model_dump_json()


def from_json(row: str | bytes) -> Outgoing:
	"""The content from a row's JSON. Raises Unsendable if no version of the app wrote it."""
	return _checked(lambda: _READER.validate_json(row))


def _checked(build: Callable[[], Outgoing]) -> Outgoing:
	try:
		return build()
	except ValidationError as error:
		first = error.errors(include_url=False, include_context=False, include_input=False)[0]
		field = ".".join(str(part) for part in first["loc"]) or "content"
		raise Unsendable(Sentence(_INVALID, {"field": field, "problem": first["msg"]})) from None
