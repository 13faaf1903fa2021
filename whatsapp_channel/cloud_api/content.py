"""Reads the content of a message, with one reader for each type of message.

Source: Meta's webhook reference, `messages`, one page per type. Everything is parsed from the raw object and can be parsed
again from the stored payload; nothing raises. An undocumented type becomes Unknown with the first text of its object.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from .content_types import (
	Choice,
	Contacts,
	Content,
	Edit,
	ErrorObject,
	Form,
	Location,
	Media,
	Order,
	Person,
	Product,
	Reaction,
	Referral,
	ReferredProduct,
	Revoke,
	System,
	Text,
	Unknown,
	Unsupported,
	number_text,
)
from .payload import (
	MAX_ENTRIES,
	MAX_NAME,
	MAX_TEXT,
	InvalidPayload,
	clean_text,
	line_of,
	load,
	object_of,
	objects_of,
	optional_digits,
	optional_id,
	text_of,
	web_address,
	whole_number,
)

__all__ = [
	"Choice",
	"Contacts",
	"Content",
	"Edit",
	"ErrorObject",
	"Form",
	"Location",
	"Media",
	"Order",
	"Person",
	"Product",
	"Reaction",
	"Referral",
	"ReferredProduct",
	"Revoke",
	"System",
	"Text",
	"Unknown",
	"Unsupported",
	"number_text",
	"read_content",
	"read_error",
	"read_errors",
	"read_referral",
	"read_referred_product",
]

Raw = Mapping[str, Any]

MAX_EMOJI = 64
_MAX_LINE = 1024
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,20})?")
_HEX = re.compile(r"[0-9a-f]{64}")
# A field of a flow's response that links it to the sent message; not for readers.
_FLOW_TOKEN = "flow_token"  # noqa: S105 - the name of a field
_MAX_NESTING = 8


def read_content(raw: Raw, kind: str) -> Content:
	"""The content of a message of type `kind`; never raises."""
	return _READERS.get(kind, _unknown)(raw, kind)


def read_referral(raw: Raw) -> Referral | None:
	"""`referral` of a message; None when there is none."""
	found = raw.get("referral")
	if not isinstance(found, Mapping):
		return None
	return Referral(
		headline=line_of(found, "headline", limit=_MAX_LINE),
		body=text_of(found, "body"),
		source_url=web_address(found, "source_url"),
		source_type=line_of(found, "source_type", limit=MAX_NAME),
		source_id=optional_id(found, "source_id"),
		media_type=line_of(found, "media_type", limit=MAX_NAME),
		click_id=line_of(found, "ctwa_clid", limit=_MAX_LINE),
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


def _media(raw: Raw, kind: str) -> Content:
	body = object_of(raw, kind)
	return Media(
		kind=kind,
		id=optional_id(body, "id"),
		mime_type=line_of(body, "mime_type"),
		sha256=_sha256(text_of(body, "sha256")),
		filename=line_of(body, "filename") if kind == "document" else None,
		caption=text_of(body, "caption") if kind not in ("audio", "sticker") else None,
		voice=kind == "audio" and body.get("voice") is True,
		animated=kind == "sticker" and body.get("animated") is True,
		url=web_address(body, "url"),
	)


def _sha256(text: str | None) -> str | None:
	"""Meta writes base64 into webhooks and hex into answers."""
	if not text or len(text) > 100:
		return None
	plain = text.strip()
	if _HEX.fullmatch(plain.lower()):
		return plain.lower()
	try:
		found = b64decode(plain.rstrip("=").ljust(44, "="), altchars=_altchars(plain), validate=True)
	except (ValueError, binascii.Error):
		return None
	return found.hex() if len(found) == 32 else None


def _altchars(text: str) -> bytes:
	return b"-_" if "-" in text or "_" in text else b"+/"


def _location(raw: Raw, kind: str) -> Content:
	body = object_of(raw, kind)
	latitude, longitude = _coordinate(body.get("latitude"), 90), _coordinate(body.get("longitude"), 180)
	both = latitude is not None and longitude is not None
	return Location(
		latitude=latitude if both else None,
		longitude=longitude if both else None,
		name=line_of(body, "name", limit=_MAX_LINE),
		address=line_of(body, "address", limit=_MAX_LINE),
		url=web_address(body, "url"),
	)


def _coordinate(value: object, most: int) -> float | None:
	number = _number(value)
	# Twelve decimals are finer than any use; adding zero turns -0.0 into 0.0.
	return round(float(number), 12) + 0.0 if number is not None and abs(number) <= most else None


def _contacts(raw: Raw, kind: str) -> Content:
	people = (_person(entry) for entry in objects_of(raw, kind))
	return Contacts(tuple(person for person in people if person != Person()))


def _person(entry: Raw) -> Person:
	phones = (line_of(phone, "phone", "wa_id", limit=MAX_NAME) for phone in objects_of(entry, "phones"))
	emails = (line_of(email, "email") for email in objects_of(entry, "emails"))
	return Person(
		name=line_of(object_of(entry, "name"), "formatted_name", "first_name", "last_name"),
		phones=tuple(filter(None, phones)),
		emails=tuple(filter(None, emails)),
		organisation=line_of(object_of(entry, "org"), "company", "department", "title"),
	)


def _button(raw: Raw, kind: str) -> Content:
	body = object_of(raw, kind)
	return Choice(kind, line_of(body, "text", limit=_MAX_LINE), line_of(body, "payload", limit=_MAX_LINE))


def _interactive(raw: Raw, kind: str) -> Content:
	body = object_of(raw, kind)
	for reply in ("button_reply", "list_reply"):
		if chosen := object_of(body, reply):
			return Choice(
				reply,
				line_of(chosen, "title", limit=_MAX_LINE),
				line_of(chosen, "id", limit=_MAX_LINE),
				line_of(chosen, "description", limit=_MAX_LINE),
			)
	if form := object_of(body, "nfm_reply"):
		name = line_of(form, "name", limit=MAX_NAME)
		return Form(name, text_of(form, "body"), tuple(_answers(form))[:MAX_ENTRIES])
	inner = line_of(body, "type", limit=MAX_NAME)
	return _unknown(body, inner) if inner else Unknown(kind)


def _answers(form: Raw) -> Iterator[tuple[str, str]]:
	answers = form.get("response_json")
	if isinstance(answers, str) and answers.strip():
		try:
			# JSON inside a JSON string: its escapes have not been cleaned with the rest.
			answers = load(answers)
		except InvalidPayload:
			yield "", clean_text(answers[:MAX_TEXT])
			return
	if isinstance(answers, Mapping):
		yield from _flat(answers, _MAX_NESTING)


def _flat(answers: Raw, levels: int) -> Iterator[tuple[str, str]]:
	"""Fields and answers, including nested fields; several answers to one field are joined on one line."""
	for name, value in answers.items():
		if isinstance(value, Mapping) and levels:
			yield from _flat(value, levels - 1)
			continue
		values = value if isinstance(value, list) else [value]
		plain = [str(one) for one in values if isinstance(one, (str, int, float)) and one != ""]
		if plain and name != _FLOW_TOKEN:
			yield " ".join(name[:_MAX_LINE].split()), clean_text(", ".join(plain)[:MAX_TEXT])


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
	inner = line_of(changed, "type", limit=MAX_NAME) or "text"
	nested = Unknown(inner) if inner in _ABOUT_OTHERS else read_content(changed, inner)
	return Edit(optional_id(body, "original_message_id"), nested)


def _revoke(raw: Raw, kind: str) -> Content:
	return Revoke(optional_id(object_of(raw, kind), "original_message_id"))


def _unsupported(raw: Raw, kind: str) -> Content:
	return Unsupported(line_of(object_of(raw, kind), "type", limit=MAX_NAME), read_errors(raw))


def _placeholder(raw: Raw, kind: str) -> Content:
	"""A file in the history, which follows in a separate delivery or not at all."""
	return Unsupported(kind, read_errors(raw))


def _unknown(raw: Raw, kind: str) -> Content:
	return Unknown(kind, text_of(object_of(raw, kind), "body", "text", "caption", "title", "name"))


# Types that refer to another message, and so cannot be the new content of an edited message.
_ABOUT_OTHERS = frozenset({"edit", "revoke", "reaction", "system"})
_READERS: Mapping[str, Callable[[Raw, str], Content]] = {
	"text": _text,
	"image": _media,
	"video": _media,
	"audio": _media,
	"document": _media,
	"sticker": _media,
	"location": _location,
	"contacts": _contacts,
	"button": _button,
	"interactive": _interactive,
	"reaction": _reaction,
	"order": _order,
	"system": _system,
	"edit": _edit,
	"revoke": _revoke,
	"unsupported": _unsupported,
	"unknown": _unsupported,  # Meta's former name for the same
	"media_placeholder": _placeholder,
}
