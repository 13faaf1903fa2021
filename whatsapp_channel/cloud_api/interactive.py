"""What somebody pressed, filled in or allowed (`interactive` of a customer), and what the business offered to press.

Source: Meta's webhook reference for `interactive` (replies to buttons, lists, forms, requests to call and to pay) and its
OpenAPI description for what a business sends, which comes back in echoes and in the history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .content_types import CallPermission, Choice, Content, Offer, Payment, Template, Unknown
from .forms import read_form
from .payload import (
	MAX_LINE,
	MAX_NAME,
	line_of,
	object_of,
	objects_of,
	optional_id,
	optional_time,
	text_of,
)

Raw = Mapping[str, Any]

_ALLOWED = {"accept": True, "reject": False}
_WORDS = ("body", "text", "caption", "title", "name", "description")


def read_interactive(raw: Raw, kind: str) -> Content:
	"""`interactive` of a message, whoever wrote it; its parts say what it is, also where its type is missing."""
	body = object_of(raw, kind)
	inner = line_of(body, "type", limit=MAX_NAME)
	told = [reply for reply in REPLIES if object_of(body, reply)] or [inner or kind]
	if told[0] in REPLIES:
		return REPLIES[told[0]](body, told[0])
	text, options = _offered(body)
	if text or options:
		return Offer(inner or kind, text, options)
	return read_unknown(body, inner) if inner else Unknown(kind)


def read_unknown(raw: Raw, kind: str) -> Content:
	"""A type that this version does not know, with the first text of its object."""
	return Unknown(kind, _first_text(object_of(raw, kind), 3))


def _first_text(value: object, levels: int) -> str | None:
	if isinstance(value, str):
		return text_of({"text": value}, "text")
	if not isinstance(value, Mapping) or not levels:
		return None
	if found := text_of(value, *_WORDS):
		return found
	inner = (
		_first_text(value.get(name), levels - 1) for name in _WORDS if isinstance(value.get(name), Mapping)
	)
	return next(filter(None, inner), None)


def _choice(body: Raw, kind: str) -> Content:
	chosen = object_of(body, kind)
	title, id = line_of(chosen, "title", limit=MAX_LINE), line_of(chosen, "id", limit=MAX_LINE)
	return Choice(kind, title, id, line_of(chosen, "description", limit=MAX_LINE))


def _form(body: Raw, kind: str) -> Content:
	return read_form(object_of(body, kind))


def _permission(body: Raw, kind: str) -> Content:
	reply = object_of(body, kind)
	response = line_of(reply, "response", limit=MAX_NAME)
	return CallPermission(
		allowed=_ALLOWED.get((response or "").lower()),
		response=response,
		permanent=reply.get("is_permanent") is True,
		until=optional_time(reply, "expiration_timestamp"),
		automatic=reply.get("response_source") == "automatic",
	)


def _payment(body: Raw, kind: str) -> Content:
	chosen = object_of(body, kind)
	return Payment(
		method=line_of(chosen, "payment_method", "type", limit=MAX_NAME),
		last_digits=optional_id(chosen, "last_four_digits"),
		reference=line_of(chosen, "reference_id", limit=MAX_LINE),
	)


REPLIES: Mapping[str, Callable[[Raw, str], Content]] = {
	"button_reply": _choice,
	"list_reply": _choice,
	"nfm_reply": _form,
	"call_permission_reply": _permission,
	"payment_method": _payment,
}


def _offered(body: Raw) -> tuple[str | None, tuple[str, ...]]:
	"""The words of an offer, and what there is to press in it."""
	header, action = object_of(body, "header"), object_of(body, "action")
	words = [
		text_of(header, "text") or line_of(object_of(header, "document"), "filename"),
		text_of(object_of(body, "body"), "text"),
		text_of(object_of(body, "footer"), "text"),
	]
	return "\n".join(filter(None, words)) or None, tuple(filter(None, _options(action)))


def _options(action: Raw) -> Iterator[str | None]:
	yield line_of(action, "button", limit=MAX_LINE)
	for button in objects_of(action, "buttons"):
		yield line_of(object_of(button, "reply"), "title", limit=MAX_LINE)
	parameters = object_of(action, "parameters")
	yield line_of(parameters, "display_text", "flow_cta", limit=MAX_LINE)
	yield line_of(parameters, "url", limit=MAX_LINE)
	for section in objects_of(action, "sections"):
		for row in (*objects_of(section, "rows"), *objects_of(section, "product_items")):
			yield line_of(row, "title", "product_retailer_id", limit=MAX_LINE)
	yield line_of(action, "product_retailer_id", limit=MAX_LINE)
	for card in objects_of(action, "cards"):
		yield text_of(object_of(card, "body"), "text")


def read_template(raw: Raw, kind: str) -> Content:
	"""A template message of the business."""
	body = object_of(raw, kind)
	components = objects_of(body, "components")
	values = (_value(one) for component in components for one in objects_of(component, "parameters"))
	return Template(line_of(body, "name", "element_name", limit=MAX_LINE), tuple(filter(None, values)))


def _value(parameter: Raw) -> str | None:
	currency = object_of(parameter, "currency") or object_of(parameter, "date_time")
	return line_of(parameter, "text", "payload", limit=MAX_LINE) or line_of(
		currency, "fallback_value", limit=MAX_LINE
	)
