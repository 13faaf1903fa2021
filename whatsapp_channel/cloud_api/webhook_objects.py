"""The items of a webhook as typed objects: messages, statuses, preferences, contact cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from whatsapp_channel.sentences import Sentence

from .content import (
	Content,
	Edit,
	ErrorObject,
	Reaction,
	Referral,
	ReferredProduct,
	Revoke,
	System,
	read_content,
	read_error,
	read_errors,
	read_referral,
	read_referred_product,
)
from .payload import (
	MAX_NAME,
	line_of,
	object_of,
	optional_digits,
	optional_id,
	optional_user_id,
	read_id,
	read_time,
	required_text,
	shown,
	text_of,
)
from .payload_errors import AHEAD, MISSING, NO_PERSON, NO_SENDER, NOT_DIGITS, NOT_TEXT, InvalidPayload, about

__all__ = [
	"ContactCard",
	"ErrorObject",
	"InboundMessage",
	"Preference",
	"StatusUpdate",
	"problem_with_time",
	"read_contact",
	"read_error",
	"read_message",
	"read_preference",
	"read_status",
]

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ContactCard:
	"""The sender: the name is chosen by the customer, at most 140 characters on one line, and must not be trusted."""

	name: str | None
	wa_id: str | None
	user_id: str | None
	username: str | None = None


@dataclass(frozen=True, slots=True)
class InboundMessage:
	"""A message as received: a customer's, or in echoes and history also one of the business. `timestamp` is UTC.

	`type` is as Meta sends it, known or not. `quoted_wamid` is the message that this one quotes, reacts to, edits or
	deletes. A `system` message may lack both sender ids. The recipient is set in messages of the business. `errors` say why
	the content is missing.
	"""

	id: str
	sender_wa_id: str | None
	sender_user_id: str | None
	timestamp: datetime
	type: str
	content: Content
	quoted_wamid: str | None
	forwarded: bool
	referral: Referral | None
	product: ReferredProduct | None
	group_id: str | None
	recipient_wa_id: str | None
	recipient_user_id: str | None
	errors: tuple[ErrorObject, ...] = ()

	@property
	def text(self) -> str | None:
		"""The readable text: body, caption, title of the chosen reply, emoji, place, names; for an edit the new text."""
		return self.content.words


@dataclass(frozen=True, slots=True)
class StatusUpdate:
	"""Meta's report on a message of ours. `timestamp` is UTC.

	`status` is as Meta sends it, known or not. `reference` is what was sent as biz_opaque_callback_data. A free entry point,
	after a click on an advertisement, makes messages free but does not extend the 24-hour window: only `pricing` shows it.
	"""

	id: str
	status: str
	timestamp: datetime
	recipient_wa_id: str | None
	recipient_user_id: str | None
	reference: str | None
	errors: tuple[ErrorObject, ...]
	conversation: Raw | None
	pricing: Raw | None


@dataclass(frozen=True, slots=True)
class Preference:
	"""A customer's choice about marketing messages. `value` is Meta's ("stop", "resume"), `timestamp` is UTC."""

	wa_id: str | None
	user_id: str | None
	category: str
	value: str
	timestamp: datetime
	detail: str | None


def read_message(raw: Raw) -> InboundMessage:
	"""One entry of `messages`, `message_echoes` or a thread of the history.

	Raises InvalidPayload when id, sender, time or type cannot be read.
	"""
	kind = required_text(raw, "type")
	content = read_content(raw, kind)
	wa_id, user_id = _sender(raw, content)
	context = object_of(raw, "context")
	return InboundMessage(
		id=_wamid(raw),
		sender_wa_id=wa_id,
		sender_user_id=user_id,
		timestamp=read_time(raw, "timestamp"),
		type=kind,
		content=content,
		quoted_wamid=_quoted(raw, content),
		forwarded=context.get("forwarded") is True or context.get("frequently_forwarded") is True,
		referral=read_referral(raw),
		product=read_referred_product(raw),
		group_id=optional_id(raw, "group_id"),
		recipient_wa_id=optional_digits(raw, "to"),
		recipient_user_id=optional_id(raw, "to_user_id") or optional_user_id(raw, "to"),
		errors=read_errors(raw),
	)


def read_status(raw: Raw) -> StatusUpdate:
	"""One entry of `statuses`. Raises InvalidPayload when id, status or time cannot be read."""
	conversation, pricing = raw.get("conversation"), raw.get("pricing")
	return StatusUpdate(
		id=_wamid(raw),
		status=required_text(raw, "status"),
		timestamp=read_time(raw, "timestamp"),
		recipient_wa_id=optional_digits(raw, "recipient_id"),
		recipient_user_id=optional_id(raw, "recipient_user_id") or optional_user_id(raw, "recipient_id"),
		reference=text_of(raw, "biz_opaque_callback_data"),
		errors=read_errors(raw),
		conversation=conversation if isinstance(conversation, Mapping) else None,
		pricing=pricing if isinstance(pricing, Mapping) else None,
	)


def read_preference(raw: Raw) -> Preference:
	"""One entry of `user_preferences`. Raises InvalidPayload when person, category, value or time cannot be read."""
	wa_id = optional_digits(raw, "wa_id")
	user_id = optional_id(raw, "user_id") or optional_user_id(raw, "wa_id")
	if wa_id is None and user_id is None:
		raise InvalidPayload(NO_PERSON)
	return Preference(
		wa_id=wa_id,
		user_id=user_id,
		category=required_text(raw, "category"),
		value=required_text(raw, "value"),
		timestamp=read_time(raw, "timestamp"),
		detail=text_of(raw, "detail"),
	)


def read_contact(raw: object) -> ContactCard:
	"""One entry of `contacts`; every part may be missing."""
	profile = object_of(raw, "profile")
	return ContactCard(
		name=line_of(profile, "name", limit=MAX_NAME),
		wa_id=optional_digits(raw, "wa_id"),
		user_id=optional_id(raw, "user_id") or optional_user_id(raw, "wa_id"),
		username=line_of(profile, "username", limit=MAX_NAME),
	)


def problem_with_time(timestamp: datetime, now: datetime) -> Sentence | None:
	"""Why `timestamp` cannot be right at `now` (both UTC): it is more than an hour ahead. None when it can."""
	ahead = (timestamp - now).total_seconds()
	if ahead <= 3600:
		return None
	return about(AHEAD, time=f"{timestamp:%Y-%m-%d %H:%M:%S}", hours=f"{ahead / 3600:.1f}")


def _wamid(raw: Raw) -> str:
	value = raw.get("id")
	if value is not None and not isinstance(value, str):
		raise InvalidPayload(NOT_TEXT, field="id", found=shown(value))
	found = read_id(raw, "id")
	if found is None:
		raise InvalidPayload(MISSING, field="id")
	return found


def _sender(raw: Raw, content: Content) -> tuple[str | None, str | None]:
	"""Phone id and business-scoped id of the sender. A change of the latter comes without either.

	One that can be used is enough: people without a visible number come with their user id in both fields, or in that of
	the number alone.
	"""
	wa_id = optional_digits(raw, "from")
	user_id = read_id(raw, "from_user_id") or optional_user_id(raw, "from")
	if isinstance(content, System):
		user_id = user_id or content.old_user_id
	if wa_id or user_id:
		return wa_id, user_id
	if read_id(raw, "from") is not None:
		raise InvalidPayload(NOT_DIGITS, field="from", found=shown(raw["from"]))
	if not isinstance(content, System):
		raise InvalidPayload(NO_SENDER)
	return None, None


def _quoted(raw: Raw, content: Content) -> str | None:
	target = content.target if isinstance(content, (Reaction, Edit, Revoke)) else None
	return target or optional_id(object_of(raw, "context"), "id")
