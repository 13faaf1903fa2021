"""Rows of kept items, as they are processed and as they are exported."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from whatsapp_channel import doctypes
from whatsapp_channel.rows import Row


@dataclass(frozen=True, slots=True)
class ItemRow(Row):
	"""A kept item, with the state of the file for which it waits. Times are in the site's zone."""

	DOCTYPE: ClassVar[str] = doctypes.ITEM
	name: str
	creation: datetime
	sequence: int
	state: str
	kind: str
	number: str | None
	sender: str | None
	attempts: int
	payload: str
	file_since: datetime | None
	file_row: str | None
	file_customer: str | None
	file_tries: int


@dataclass(frozen=True, slots=True)
class ExportedItem(Row):
	"""A kept item as an administrator gets it in a file: `delivery` and `position` say where in which webhook it stood."""

	DOCTYPE: ClassVar[str] = doctypes.ITEM
	name: str
	creation: datetime
	state: str
	kind: str
	number: str | None
	sender: str | None
	attempts: int
	next_attempt: datetime | None
	error: str | None
	delivery: str | None
	position: str | None
	payload: str
