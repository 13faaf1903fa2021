"""The words of an inbound message, whatever its type: what an agent reads in the ticket.

Source: Meta's webhook reference, `messages`, one page per type. A type nobody documented gives the first text of
its object, so that it is readable before the app knows it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from .wire import clean_text, list_of, object_of, text_of

Raw = Mapping[str, Any]


def text_in(message: Raw, kind: str) -> str | None:
	"""The words of a message of type `kind`; None when it has none (a sticker, a withdrawn reaction)."""
	body = message.get(kind)
	reader = _READERS.get(kind, _any_text)
	return reader(body if isinstance(body, (Mapping, list)) else {})


def _any_text(body: Any) -> str | None:
	return text_of(body, "body", "text", "caption", "title", "name")


def _caption(body: Any) -> str | None:
	return text_of(body, "caption")


def _document(body: Any) -> str | None:
	return text_of(body, "caption", "filename")


def _button(body: Any) -> str | None:
	return text_of(body, "text", "payload")


def _reaction(body: Any) -> str | None:
	return text_of(body, "emoji")


def _location(body: Any) -> str | None:
	named = _lines(text_of(body, "name"), text_of(body, "address"), text_of(body, "url"))
	latitude, longitude = body.get("latitude"), body.get("longitude")
	known = _is_number(latitude) and _is_number(longitude)
	return named or (f"{latitude}, {longitude}" if known else None)


def _contacts(body: Any) -> str | None:
	return (
		_lines(*[_contact(entry) for entry in body if isinstance(entry, Mapping)])
		if isinstance(body, list)
		else None
	)


def _contact(entry: Raw) -> str | None:
	name = text_of(object_of(entry, "name"), "formatted_name", "first_name", "last_name")
	phones = [text_of(phone, "phone", "wa_id") for phone in list_of(entry, "phones")]
	return ", ".join(part for part in (name, *phones) if part) or None


def _interactive(body: Any) -> str | None:
	for reply in ("button_reply", "list_reply"):
		title = text_of(object_of(body, reply), "title", "id")
		if title:
			return title
	form = object_of(body, "nfm_reply")
	if form:
		return _lines(text_of(form, "body"), *_answers(form)) or text_of(form, "name")
	kind = text_of(body, "type")
	return _any_text(object_of(body, kind)) if kind else None


def _answers(form: Raw) -> list[str]:
	"""The answers of a flow, one line each; the token that ties it to us is of no interest to a reader."""
	answers = form.get("response_json")
	if isinstance(answers, str):
		try:
			# A second document inside the first: its escapes were not cleaned with the rest.
			answers = json.loads(answers)
		except (ValueError, RecursionError):
			return [answers] if isinstance(answers, str) else []
	if not isinstance(answers, Mapping):
		return []
	plain = {k: v for k, v in answers.items() if k != "flow_token" and isinstance(v, (str, int, float))}
	return [clean_text(f"{name}: {value}") for name, value in plain.items()]


def _order(body: Any) -> str | None:
	return _lines(text_of(body, "text"), *[_product(item) for item in list_of(body, "product_items")])


def _product(item: object) -> str | None:
	name = text_of(item, "product_retailer_id")
	if not name or not isinstance(item, Mapping):
		return None
	quantity, price = item.get("quantity"), item.get("item_price")
	amount = f"{quantity} × " if _is_number(quantity) else ""
	cost = f" ({price} {text_of(item, 'currency') or ''})".replace(" )", ")") if _is_number(price) else ""
	return f"{amount}{name}{cost}"


def _edit(body: Any) -> str | None:
	changed = object_of(body, "message")
	kind = text_of(changed, "type")
	return text_in(changed, kind) if kind and kind != "edit" else None


def _nothing(_body: Any) -> str | None:
	return None


def _lines(*parts: str | None) -> str | None:
	return "\n".join(part for part in parts if part) or None


def _is_number(value: object) -> bool:
	return isinstance(value, (int, float, str)) and not isinstance(value, bool) and value != ""


_READERS: Mapping[str, Callable[[Any], str | None]] = {
	"image": _caption,
	"video": _caption,
	"audio": _nothing,
	"sticker": _nothing,
	"document": _document,
	"location": _location,
	"contacts": _contacts,
	"button": _button,
	"interactive": _interactive,
	"reaction": _reaction,
	"order": _order,
	"edit": _edit,
	"revoke": _nothing,
	"unsupported": _nothing,
}
