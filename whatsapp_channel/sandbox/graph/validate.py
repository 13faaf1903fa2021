"""Checks of `POST /{phone number id}/messages`, as far as Meta makes them before it accepts a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whatsapp_channel.sandbox.graph import graph_errors, template_requests
from whatsapp_channel.sandbox.state.model import JSON, Number, calling_code, digits_of
from whatsapp_channel.sandbox.state.state import State

LIMIT_BODY, LIMIT_CAPTION, LIMIT_INTERACTIVE, LIMIT_REFERENCE = 4096, 1024, 1024, 512
MEDIA = ("audio", "document", "image", "sticker", "video")
TYPES = ("text", "template", "reaction", "location", "contacts", "interactive", *MEDIA)


def required(content: JSON, path: str, name: str) -> Any:
	"""The value of a parameter; raises GraphError 131008 if it is absent or empty."""
	value = content.get(name)
	if value is None or value == "" or value == []:
		raise graph_errors.cloud_error(131008, f"Parameter '{path}{name}' is mandatory.")
	return value


def _at_most(text: Any, limit: int, path: str) -> None:
	"""Raises GraphError 100 for a value that is not a string or too long (in characters)."""
	if not isinstance(text, str):
		raise graph_errors.invalid(f"Param {path} must be a string")
	if len(text) > limit:
		raise graph_errors.invalid(f"Param {path} must be at most {limit} characters long.")


def _text(sandbox: State, content: JSON) -> None:
	_at_most(required(content, "text.", "body"), LIMIT_BODY, "text['body']")


def _media(kind: str) -> Callable[[State, JSON], None]:
	def check(sandbox: State, content: JSON) -> None:
		given = [name for name in ("id", "link") if content.get(name)]
		if not given:
			raise graph_errors.cloud_error(131008, f"Parameter '{kind}.id' or '{kind}.link' is mandatory.")
		if len(given) == 2:
			raise graph_errors.cloud_error(131009, f"Give either '{kind}.id' or '{kind}.link'.")
		if given == ["id"] and str(content["id"]) not in sandbox.media:
			raise graph_errors.invalid(
				f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID"
			)
		_at_most(content.get("caption") or "", LIMIT_CAPTION, f"{kind}['caption']")

	return check


def _reaction(sandbox: State, content: JSON) -> None:
	if not str(required(content, "reaction.", "message_id")).startswith("wamid."):
		raise graph_errors.cloud_error(131009, "Parameter 'reaction.message_id' is not a message id.")


def _location(sandbox: State, content: JSON) -> None:
	for name in ("latitude", "longitude"):
		try:
			float(required(content, "location.", name))
		except (TypeError, ValueError):
			raise graph_errors.cloud_error(131009, f"Parameter 'location.{name}' is not a number.") from None


def _contacts(sandbox: State, content: Any) -> None:
	if not isinstance(content, list) or not content:
		raise graph_errors.cloud_error(131008, "Parameter 'contacts' is mandatory.")
	for contact in content:
		required(required(contact, "contacts[].", "name"), "contacts[].name.", "formatted_name")


def _interactive(sandbox: State, content: JSON) -> None:
	kind = required(content, "interactive.", "type")
	action = required(content, "interactive.", "action")
	body = required(required(content, "interactive.", "body"), "interactive.body.", "text")
	_at_most(body, LIMIT_BODY if kind == "list" else LIMIT_INTERACTIVE, "interactive['body']['text']")
	if kind == "button":
		buttons = required(action, "interactive.action.", "buttons")
		if len(buttons) > 3:
			raise graph_errors.cloud_error(
				131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"
			)
		for button in buttons:
			_at_most(
				button.get("reply", {}).get("title", ""), 20, "interactive['action']['buttons']['title']"
			)
	if kind == "list":
		sections = required(action, "interactive.action.", "sections")
		if sum(len(section.get("rows", [])) for section in sections) > 10:
			raise graph_errors.cloud_error(131009, "Total row count exceed max allowed count: 10")


def _template(sandbox: State, content: JSON) -> None:
	name = str(required(content, "template.", "name"))
	language = required(required(content, "template.", "language"), "template.language.", "code")
	template_requests.check_send(sandbox.templates, name, str(language), content.get("components") or [])


CONTENT: dict[str, Callable[[State, Any], None]] = {
	"text": _text,
	"reaction": _reaction,
	"location": _location,
	"contacts": _contacts,
	"interactive": _interactive,
	"template": _template,
	**{kind: _media(kind) for kind in MEDIA},
}


def check_message(sandbox: State, number: Number, body: JSON) -> str:
	"""Checks a message to send and returns its type; raises GraphError with Meta's code for the first error."""
	if body.get("messaging_product") != "whatsapp":
		raise graph_errors.missing("messaging_product")
	if not body.get("to") and not body.get("recipient"):
		raise graph_errors.missing("to")
	kind = str(body.get("type") or "text").lower()
	if kind not in TYPES:
		raise graph_errors.invalid(f"Param type must be one of {{{', '.join(sorted(TYPES)).upper()}}}")
	if not number.connected:
		raise graph_errors.cloud_error(133010)
	_check_envelope(body)
	content = required(body, "", kind)
	if not isinstance(content, list if kind == "contacts" else dict):
		raise graph_errors.invalid(f"Param {kind} must be a JSON object.")
	CONTENT[kind](sandbox, content)
	return kind


def _check_envelope(body: JSON) -> None:
	if body.get("recipient_type", "individual") not in ("individual", "group"):
		raise graph_errors.invalid("Param recipient_type must be one of {INDIVIDUAL, GROUP}")
	_at_most(body.get("biz_opaque_callback_data") or "", LIMIT_REFERENCE, "biz_opaque_callback_data")
	context = body.get("context")
	if context is not None and not (isinstance(context, dict) and isinstance(context.get("message_id"), str)):
		raise graph_errors.cloud_error(131009, "Parameter 'context.message_id' is not a message id.")


def recipient_digits(sandbox: State, number: Number, to: object) -> str:
	"""Digits of the recipient's number; raises GraphError 131009 if it is not a number, 131021 for the business's own.

	Without a leading + Meta adds the business's own country code in front [Meta's page on sending messages]; the
	numbers of known customers and those that already begin with that code are not changed.
	"""
	text = str(to).strip()
	digits = digits_of(text)
	if len(digits) < 5 or len(digits) > 20 or set(text) - set("+0123456789 ()-."):
		raise graph_errors.cloud_error(131009, f"Parameter 'to' is not a phone number: {text}")
	code = calling_code(number.digits)
	if not text.startswith("+") and digits not in sandbox.customers and not digits.startswith(code):
		digits = code + digits
	if digits == number.digits:
		raise graph_errors.cloud_error(131021)
	return digits
