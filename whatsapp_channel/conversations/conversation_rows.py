"""Rows of customers, channels, conversations, and messages with their files."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from whatsapp_channel import doctypes
from whatsapp_channel.rows import Row


@dataclass(frozen=True, slots=True)
class CustomerRow(Row):
	"""A customer. `wa_id` in digits, `phone` in E.164; either id may be missing."""

	DOCTYPE: ClassVar[str] = doctypes.CUSTOMER
	name: str
	account: str
	wa_id: str | None = None
	phone: str | None = None
	bsuid: str | None = None
	profile_name: str | None = None
	shown_name: str | None = None
	contact: str | None = None
	username: str | None = None
	marketing_stopped_on: datetime | None = None
	creation: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChannelRow(Row):
	"""A channel: its number, whether it is enabled (1 or 0), and its ticket policy (in seconds)."""

	DOCTYPE: ClassVar[str] = doctypes.CHANNEL
	name: str
	number: str
	enabled: int
	ticket_policy: str
	reopen_within: float | None


@dataclass(frozen=True, slots=True)
class ConversationRow(Row):
	"""The thread of one customer with one channel; times are the site's."""

	DOCTYPE: ClassVar[str] = doctypes.CONVERSATION
	name: str
	customer: str
	channel: str
	ticket: str | None
	state: str
	opened_at: datetime
	ended_at: datetime | None
	window_ends: datetime | None
	last_inbound: datetime | None
	last_outbound: datetime | None


@dataclass(frozen=True, slots=True)
class MessageRow(Row):
	"""A message's content, and where agents see it. `payload`: JSON as Meta sent it, None for our own."""

	DOCTYPE: ClassVar[str] = doctypes.MESSAGE
	name: str
	direction: str
	origin: str | None
	message_type: str
	message_timestamp: datetime
	customer: str
	channel: str
	conversation: str | None
	communication: str | None
	text: str | None
	payload: str | None
	quoted_key: str | None
	edited_on: datetime | None
	original_text: str | None
	revoked_on: datetime | None
	reaction: str | None
	sent_again: int
	wamid: str | None
	wamid_key: str | None


@dataclass(frozen=True, slots=True)
class StatusRow(Row):
	"""The delivery status of an outgoing message, without its content: status reports read hundreds of these at once."""

	DOCTYPE: ClassVar[str] = doctypes.MESSAGE
	name: str
	status: str
	session: str | None
	origin: str | None
	customer: str
	channel: str
	conversation: str | None
	communication: str | None
	ticket: str | None
	wamid: str | None
	wamid_key: str | None
	meta_conversation: str | None
	sent_on: datetime | None
	delivered_on: datetime | None
	read_on: datetime | None
	played_on: datetime | None
	failed_on: datetime | None
	error_code: int | None
	meta_error: str | None
	price_category: str | None
	price_type: str | None
	price_model: str | None


@dataclass(frozen=True, slots=True)
class OutgoingRow(Row):
	"""An outgoing message that waits, is being sent, or failed. `content`: JSON, None if there is only `text`."""

	DOCTYPE: ClassVar[str] = doctypes.MESSAGE
	name: str
	customer: str
	channel: str
	communication: str | None
	text: str | None
	content: str | None
	status: str
	error: str | None
	attempts: int
	last_attempt: datetime | None
	next_attempt: datetime | None
	client_reference: str | None
	sequence: int | None


@dataclass(frozen=True, slots=True)
class MediaRow(Row):
	"""A file of the message `parent`. `size` in bytes; `available_until`: when Meta deletes it, in the site's time."""

	DOCTYPE: ClassVar[str] = doctypes.MEDIA
	name: str
	parent: str
	kind: str
	state: str
	file_name: str | None
	size: int | None
	file: str | None
	file_url: str | None
	mime_type: str | None
	media_id: str | None
	sha256: str | None
	error: str | None
	available_until: datetime | None
