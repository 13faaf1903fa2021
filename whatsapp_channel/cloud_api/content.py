"""Reads the content of a message, with one reader for each type of message.

Source: Meta's webhook reference, `messages`, one page per type. Everything is parsed from the raw object and can be parsed
again from the stored payload; nothing raises. An undocumented type becomes Unknown with the first text of its object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from .content_types import (
	CallPermission,
	Choice,
	Contacts,
	Content,
	Edit,
	ErrorObject,
	Form,
	Location,
	Media,
	Offer,
	Order,
	Payment,
	Person,
	Product,
	Reaction,
	Referral,
	ReferredProduct,
	Revoke,
	System,
	Template,
	Text,
	Unknown,
	Unsupported,
	number_text,
	spoken,
)
from .interactive import REPLIES, read_interactive, read_template, read_unknown
from .payload import (
	MAX_LINE,
	MAX_NAME,
	line_of,
	object_of,
	objects_of,
	optional_digits,
	optional_id,
	sha256_of,
	text_of,
	web_address,
	whole_number,
)
from .shared_contacts import read_contacts

__all__ = [
	"CallPermission",
	"Choice",
	"Contacts",
	"Content",
	"Edit",
	"ErrorObject",
	"Form",
	"Location",
	"Media",
	"Offer",
	"Order",
	"Payment",
	"Person",
	"Product",
	"Reaction",
	"Referral",
	"ReferredProduct",
	"Revoke",
	"System",
	"Template",
	"Text",
	"Unknown",
	"Unsupported",
	"number_text",
	"read_content",
	"read_error",
	"read_errors",
	"read_referral",
	"read_referred_product",
	"spoken",
]

Raw = Mapping[str, Any]

MAX_EMOJI = 64
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,20})?")


def read_content(raw: Raw, kind: str) -> Content:
	"""The content of a message of type `kind`; never raises."""
	return _READERS.get(kind, read_unknown)(raw, kind)


def read_referral(raw: Raw) -> Referral | None:
	"""`referral` of a message; None when there is none."""
	found = raw.get("referral")
	if not isinstance(found, Mapping):
		return None
	return Referral(
		headline=line_of(found, "headline", limit=MAX_LINE),
		body=text_of(found, "body"),
		source_url=web_address(found, "source_url"),
		source_type=line_of(found, "source_type", limit=MAX_NAME),
		source_id=optional_id(found, "source_id"),
		media_type=line_of(found, "media_type", limit=MAX_NAME),
		click_id=line_of(found, "ctwa_clid", limit=MAX_LINE),
		welcome=text_of(object_of(found, "welcome_message"), "text"),
	)


def read_referred_product(raw: Raw) -> ReferredProduct | None:
	"""The product in `context` of a message; None when there is none."""
	found = object_of(object_of(raw, "context"), "referred_product")
	product = ReferredProduct(optional_id(found, "catalog_id"), optional_id(found, "product_retailer_id"))
	return product if product != ReferredProduct() else None


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


def read_errors(raw: Raw) -> tuple[ErrorObject, ...]:
	"""`errors` of a message or status."""
	return tuple(read_error(entry) for entry in objects_of(raw, "errors"))


def _text(raw: Raw, kind: str) -> Content:
	return Text(text_of(object_of(raw, kind), "body") or "")


def _media(raw: Raw, kind: str) -> Media:
	body = object_of(raw, kind)
	return Media(
		kind=kind,
		id=optional_id(body, "id"),
		mime_type=line_of(body, "mime_type"),
		sha256=sha256_of(text_of(body, "sha256")),
		filename=line_of(body, "filename") if kind == "document" else None,
		caption=text_of(body, "caption") if kind not in ("audio", "sticker") else None,
		voice=kind == "audio" and body.get("voice") is True,
		animated=kind == "sticker" and body.get("animated") is True,
		url=web_address(body, "url"),
	)


def _location(raw: Raw, kind: str) -> Content:
	body = object_of(raw, kind)
	latitude, longitude = _coordinate(body.get("latitude"), 90), _coordinate(body.get("longitude"), 180)
	both = latitude is not None and longitude is not None
	return Location(
		latitude=latitude if both else None,
		longitude=longitude if both else None,
		name=line_of(body, "name", limit=MAX_LINE),
		address=line_of(body, "address", limit=MAX_LINE),
		url=web_address(body, "url"),
	)


def _coordinate(value: object, most: int) -> float | None:
	number = _number(value)
	# Twelve decimals are finer than any use; adding zero turns -0.0 into 0.0.
	return round(float(number), 12) + 0.0 if number is not None and abs(number) <= most else None


def _button(raw: Raw, kind: str) -> Content:
	body = object_of(raw, kind)
	return Choice(kind, line_of(body, "text", limit=MAX_LINE), line_of(body, "payload", limit=MAX_LINE))


def _voice(raw: Raw, kind: str) -> Content:
	"""A recording made in the chat, in the older form with a type of its own."""
	return replace(_media(raw, kind), kind="audio", voice=True)


def _reaction(raw: Raw, kind: str) -> Content:
	body = object_of(raw, kind)
	return Reaction(optional_id(body, "message_id"), line_of(body, "emoji", limit=MAX_EMOJI))


def _order(raw: Raw, kind: str) -> Content:
	body = object_of(raw, kind)
	products = (_product(entry) for entry in objects_of(body, "product_items"))
	return Order(
		text_of(body, "text"),
		optional_id(body, "catalog_id"),
		tuple(product for product in products if product),
	)


def _product(entry: Raw) -> Product | None:
	name = optional_id(entry, "product_retailer_id")
	if not name:
		return None
	currency = line_of(entry, "currency", limit=8)
	return Product(name, _number(entry.get("quantity")), _number(entry.get("item_price")), currency)


def _number(value: object) -> Decimal | None:
	"""A number of reasonable length; None for others, such as one with an exponent of a million digits."""
	if isinstance(value, bool) or not isinstance(value, (int, float, str)):
		return None
	text = f"{value:.12f}" if isinstance(value, float) else str(value).strip()
	return (Decimal(text) or Decimal(0)) if _NUMBER.fullmatch(text) else None


def _system(raw: Raw, kind: str) -> Content:
	body = object_of(raw, kind)
	return System(
		kind=line_of(body, "type", limit=MAX_NAME),
		body=text_of(body, "body"),
		new_wa_id=optional_digits(body, "wa_id", "new_wa_id"),
		new_user_id=optional_id(body, "user_id"),
		old_user_id=optional_id(body, "previous_user_id"),
	)


def _edit(raw: Raw, kind: str) -> Content:
	body = object_of(raw, kind)
	changed = object_of(body, "message")
	named = (kind for kind in _READERS if isinstance(changed.get(kind), Mapping))
	inner = line_of(changed, "type", limit=MAX_NAME) or next(named, "text")
	nested = Unknown(inner) if inner in _ABOUT_OTHERS else read_content(changed, inner)
	return Edit(optional_id(body, "original_message_id"), nested)


def _revoke(raw: Raw, kind: str) -> Content:
	return Revoke(optional_id(object_of(raw, kind), "original_message_id"))


def _unsupported(raw: Raw, kind: str) -> Content:
	return Unsupported(line_of(object_of(raw, kind), "type", limit=MAX_NAME), read_errors(raw))


def _placeholder(raw: Raw, kind: str) -> Content:
	"""A file in the history, which follows in a separate delivery or not at all."""
	return Unsupported(kind, read_errors(raw))


# Types that refer to another message, and so cannot be the new content of an edited message.
_ABOUT_OTHERS = frozenset({"edit", "revoke", "reaction", "system"})
_READERS: Mapping[str, Callable[[Raw, str], Content]] = {
	"text": _text,
	"image": _media,
	"video": _media,
	"audio": _media,
	"voice": _voice,
	"document": _media,
	"sticker": _media,
	"location": _location,
	"contacts": read_contacts,
	"button": _button,
	"interactive": read_interactive,
	**REPLIES,
	"reaction": _reaction,
	"order": _order,
	"template": read_template,
	"hsm": read_template,
	"system": _system,
	"edit": _edit,
	"revoke": _revoke,
	"unsupported": _unsupported,
	"unknown": _unsupported,  # Meta's former name for the same
	"media_placeholder": _placeholder,
}
