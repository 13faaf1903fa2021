"""The items of a webhook as typed objects: messages, statuses, errors, contact cards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .inbound_text import text_in
from .wire import (
	KEPT,
	MAX_NAME,
	Unreadable,
	list_of,
	object_of,
	optional_id,
	read_id,
	read_time,
	shown,
	text_of,
	whole_number,
)

Raw = Mapping[str, Any]

# Only digits become a customer's number: it is a key, a destination and part of an address.
_WA_ID = re.compile(r"\+?([0-9]{1,32})")
# The customer came through an advertisement: these two say that a free entry point window is open.
_FREE_ENTRY_ORIGIN = "referral_conversion"
_FREE_ENTRY_PRICE = "free_entry_point"


@dataclass(frozen=True, slots=True)
class ErrorObject:
	"""An error that Meta reports inside a webhook, in Meta's words."""

	code: int | None
	title: str | None
	message: str | None
	details: str | None


@dataclass(frozen=True, slots=True)
class ContactCard:
	"""Who wrote: the name is the customer's own choice, at most 140 characters, on one line, never to be trusted."""

	name: str | None
	wa_id: str | None
	user_id: str | None


@dataclass(frozen=True, slots=True)
class InboundMessage:
	"""A customer's message. `timestamp` is UTC.

	`type` is Meta's word, known or not. `text` is what a person reads: body, caption, title of the chosen reply,
	emoji, place, names. `quoted_wamid` is the message it refers to: quoted, reacted to, edited or deleted. A `system`
	message may lack both sender ids. `errors` say why a message came without its content.
	"""

	id: str
	sender_wa_id: str | None
	sender_user_id: str | None
	timestamp: datetime
	type: str
	text: str | None
	quoted_wamid: str | None
	forwarded: bool
	referral: Raw | None
	group_id: str | None
	errors: tuple[ErrorObject, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusUpdate:
	"""What became of a message of ours. `timestamp` and `window_ends` are UTC.

	`status` is Meta's word, known or not. `reference` is what was sent as biz_opaque_callback_data. `window_ends` is
	the end of a free entry point window, None for an ordinary conversation.
	"""

	id: str
	status: str
	timestamp: datetime
	recipient_wa_id: str | None
	recipient_user_id: str | None
	reference: str | None
	errors: tuple[ErrorObject, ...]
	conversation: Raw | None
	window_ends: datetime | None
	pricing: Raw | None


def read_message(raw: Raw) -> InboundMessage:
	"""One entry of `messages`. Raises Unreadable when id, sender, time or type cannot be read."""
	kind = _required_text(raw, "type")
	wa_id, user_id = _sender(raw, kind)
	context = object_of(raw, "context")
	referral = raw.get("referral")
	return InboundMessage(
		id=_wamid(raw),
		sender_wa_id=wa_id,
		sender_user_id=user_id,
		timestamp=read_time(raw, "timestamp"),
		type=kind,
		text=text_in(raw, kind),
		quoted_wamid=_quoted(raw, kind),
		forwarded=context.get("forwarded") is True or context.get("frequently_forwarded") is True,
		referral=referral if isinstance(referral, Mapping) else None,
		group_id=optional_id(raw, "group_id"),
		errors=_errors(raw),
	)


def read_status(raw: Raw) -> StatusUpdate:
	"""One entry of `statuses`. Raises Unreadable when id, status or time cannot be read."""
	conversation, pricing = raw.get("conversation"), raw.get("pricing")
	return StatusUpdate(
		id=_wamid(raw),
		status=_required_text(raw, "status"),
		timestamp=read_time(raw, "timestamp"),
		recipient_wa_id=optional_id(raw, "recipient_id"),
		recipient_user_id=optional_id(raw, "recipient_user_id"),
		reference=text_of(raw, "biz_opaque_callback_data"),
		errors=_errors(raw),
		conversation=conversation if isinstance(conversation, Mapping) else None,
		window_ends=_window_ends(raw),
		pricing=pricing if isinstance(pricing, Mapping) else None,
	)


def read_contact(raw: object) -> ContactCard:
	"""One entry of `contacts`; every part may be missing."""
	name = text_of(object_of(raw, "profile"), "name")
	return ContactCard(
		name=" ".join(name.split())[:MAX_NAME].strip() or None if name else None,
		wa_id=_digits(optional_id(raw, "wa_id")),
		user_id=optional_id(raw, "user_id"),
	)


def read_error(raw: object) -> ErrorObject:
	"""One entry of `errors`; every part may be missing."""
	holder = raw if isinstance(raw, Mapping) else {}
	data = holder.get("error_data")
	return ErrorObject(
		code=whole_number(holder.get("code")),
		title=text_of(holder, "title"),
		message=text_of(holder, "message"),
		details=text_of(data, "details") or text_of(holder, "error_data", "details"),
	)


def problem_with_time(timestamp: datetime, now: datetime) -> str | None:
	"""Why `timestamp` cannot be true at `now` (both UTC): more than an hour ahead. None when it can."""
	ahead = (timestamp - now).total_seconds()
	if ahead <= 3600:
		return None
	return (
		f"timestamp is {timestamp:%Y-%m-%d %H:%M:%S} UTC, {ahead / 3600:.1f} hours ahead of this server. "
		"Check the server's clock, then reprocess the item."
	)


def _required_text(raw: Raw, name: str) -> str:
	value = raw.get(name)
	if not isinstance(value, str) or not value.strip():
		found = "missing" if value is None else f"{shown(value)}, not text"
		raise Unreadable(f"{name} is {found}. {KEPT}")
	if len(value) > MAX_NAME:
		raise Unreadable(f"{name} has {len(value)} characters, more than {MAX_NAME}. {KEPT}")
	return value.strip()


def _wamid(raw: Raw) -> str:
	value = raw.get("id")
	if value is not None and not isinstance(value, str):
		raise Unreadable(f"id is {shown(value)}, not text. {KEPT}")
	found = read_id(raw, "id")
	if found is None:
		raise Unreadable(f"id is missing. {KEPT}")
	return found


def _sender(raw: Raw, kind: str) -> tuple[str | None, str | None]:
	"""Phone id and business-scoped id of the sender. A change of the latter comes without either."""
	wa_id, user_id = read_id(raw, "from"), read_id(raw, "from_user_id")
	if wa_id is not None and _digits(wa_id) is None:
		raise Unreadable(f"from is {shown(wa_id)}, not a number in digits. {KEPT}")
	if kind == "system":
		return _digits(wa_id), user_id or optional_id(object_of(raw, "system"), "previous_user_id")
	if wa_id is None and user_id is None:
		raise Unreadable(f"from and from_user_id are missing: nobody knows who wrote. {KEPT}")
	return _digits(wa_id), user_id


def _digits(wa_id: str | None) -> str | None:
	match = _WA_ID.fullmatch(wa_id) if wa_id else None
	return match.group(1) if match else None


def _quoted(raw: Raw, kind: str) -> str | None:
	target = {"reaction": "message_id", "edit": "original_message_id", "revoke": "original_message_id"}.get(
		kind
	)
	found = optional_id(object_of(raw, kind), target) if target else None
	return found or optional_id(object_of(raw, "context"), "id")


def _errors(raw: Raw) -> tuple[ErrorObject, ...]:
	return tuple(read_error(entry) for entry in list_of(raw, "errors") if isinstance(entry, Mapping))


def _window_ends(raw: Raw) -> datetime | None:
	conversation = object_of(raw, "conversation")
	origin = object_of(conversation, "origin").get("type")
	price = object_of(raw, "pricing").get("type")
	if origin != _FREE_ENTRY_ORIGIN and price != _FREE_ENTRY_PRICE:
		return None
	try:
		return read_time(conversation, "expiration_timestamp")
	except Unreadable:
		return None
