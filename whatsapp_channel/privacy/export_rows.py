"""What of our rows a person gets about themselves. Other columns are keys and links, which mean nothing elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from whatsapp_channel import doctypes
from whatsapp_channel.rows import Row


@dataclass(frozen=True, slots=True)
class ExportedCustomer(Row):
	"""The person as a customer of one account; times here and below are the site's."""

	DOCTYPE: ClassVar[str] = doctypes.CUSTOMER
	account: str
	profile_name: str | None
	username: str | None
	phone: str | None
	bsuid: str | None
	contact: str | None
	marketing_stopped_on: datetime | None
	creation: datetime


@dataclass(frozen=True, slots=True)
class ExportedConversation(Row):
	"""A thread with one channel."""

	DOCTYPE: ClassVar[str] = doctypes.CONVERSATION
	channel: str
	state: str
	ticket: str | None
	opened_at: datetime
	ended_at: datetime | None
	last_inbound: datetime | None
	last_outbound: datetime | None


@dataclass(frozen=True, slots=True)
class ExportedSession(Row):
	"""A counting unit of 24 hours."""

	DOCTYPE: ClassVar[str] = doctypes.SESSION
	number: str
	kind: str
	opened_at: datetime
	ends_at: datetime
	inbound_count: int
	outbound_count: int


@dataclass(frozen=True, slots=True)
class ExportedMessage(Row):
	"""A message; `content` and `payload` are JSON."""

	DOCTYPE: ClassVar[str] = doctypes.MESSAGE
	message_timestamp: datetime
	direction: str
	message_type: str
	text: str | None
	content: str | None
	status: str | None
	channel: str
	ticket: str | None
	original_text: str | None
	edited_on: datetime | None
	revoked_on: datetime | None
	reaction: str | None
	delivered_on: datetime | None
	read_on: datetime | None
	wamid: str | None
	payload: str | None


@dataclass(frozen=True, slots=True)
class ExportedSign(Row):
	"""A sign that a message of the person never arrived here."""

	DOCTYPE: ClassVar[str] = doctypes.SIGN
	number: str
	kind: str
	state: str
	seen_at: datetime
	wamid: str
