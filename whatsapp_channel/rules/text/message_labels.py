from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from whatsapp_channel.cloud_api.content import (
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
	Reaction,
	Referral,
	Revoke,
	System,
	Template,
	Text,
	Unknown,
	Unsupported,
	spoken,
)
from whatsapp_channel.cloud_api.errors import rule_for_received
from whatsapp_channel.rules.text.characters import cut_before, on_one_line
from whatsapp_channel.sentences import _

Translate = Callable[[str], str]

_MEDIA = {
	"image": _("Photo"),
	"video": _("Video"),
	"audio": _("Audio file"),
	"document": _("Document"),
	"sticker": _("Sticker"),
}
_FILE = _("File")
_VOICE = _("Voice message")
_ANIMATED = _("Animated sticker")
# Meta's names of unsupported messages (Messages webhook, `unsupported.type`).
_NOT_PASSED_ON = {
	"button": _("Button"),
	"edit": _("Edited message"),
	"errors": _("Error"),
	"gif": _("GIF"),
	"group_invite": _("Group invitation"),
	"hsm": _("Template message"),
	"image": _("Photo"),
	"interactive": _("Interactive message"),
	"keep_in_chat": _("Kept message"),
	"link_preview": _("Link preview"),
	"list": _("List"),
	"location": _("Location"),
	"media_placeholder": _("File"),
	"order": _("Product order"),
	"pin": _("Pinned message"),
	"poll_creation": _("Poll"),
	"poll_update": _("Vote in a poll"),
	"product": _("Product"),
	"reaction": _("Reaction"),
}
# Meta's word for a kind that it does not tell.
_NO_KIND = "unknown"
# Meta: "Message type unknown". That is what the placeholder says in better words.
_UNKNOWN_TYPE = 131051
_CHANGES = {
	"user_changed_number": _("The customer has a new WhatsApp number."),
	"user_changed_user_id": _("The customer has a new WhatsApp user ID."),
	"customer_identity_changed": _(
		"The customer's WhatsApp was installed anew. Make sure that you are talking to the same person."
	),
}
_CHANGED = _("Something changed in the customer's WhatsApp account.")
# Types that say all by their name.
_NAMED = {
	"interactive": _("Interactive message"),
	"request_welcome": _("The customer opened the chat for the first time."),
}
_OFFERS = {
	"button": _("Message with buttons"),
	"call_permission_request": _("Request for permission to call"),
	"catalog_message": _("Catalog"),
	"flow": _("Form to fill in"),
	"list": _("List"),
	"location_request_message": _("Request for a location"),
	"product": _("Product"),
	"product_list": _("Products"),
}
_OFFER = _("Interactive message")
_LABELS: dict[type, str] = {
	Form: _("Form"),
	Order: _("Product order"),
	Payment: _("Way to pay"),
	Reaction: _("Reaction"),
	Template: _("Template message"),
}
# The answers that `content_types.spoken` gives.
_ANSWERS = (_("Yes"), _("No"))
_ORIGINS = {"ad": _("Came from an advertisement"), "post": _("Came from a post")}
_ORIGIN = _("Came from a link")


def line(text: str | None, limit: int = 200) -> str:
	"""The text on one line of at most `limit` characters, without invisible and reordering characters."""
	# Cut first: a text may have 65,536 characters, and of a quote only the first few are shown.
	found = on_one_line((text or "")[: 8 * limit])
	return found if len(found) <= limit else found[: cut_before(found, limit - 1)].rstrip() + "…"


def media_label(kind: str, translate: Translate, *, voice: bool = False, animated: bool = False) -> str:
	"""The label of a kind of file."""
	return translate(_VOICE if voice else _ANIMATED if animated else _MEDIA.get(kind, _FILE))


def choice_label(kind: str, translate: Translate) -> str:
	"""How a reply was chosen."""
	return translate(_("Chosen from a list")) if kind == "list_reply" else translate(_("Button pressed"))


def change_of(content: System, translate: Translate) -> str:
	"""The change of the customer's account; Meta's own sentence for an unknown kind."""
	known = _CHANGES.get(content.kind or "")
	return translate(known) if known else line(content.body) or translate(_CHANGED)


def not_passed_on(content: Unsupported, translate: Translate) -> str:
	"""Why there is nothing to see, and what to do; where an error of the message says that, only what it was, or ""."""
	known = _NOT_PASSED_ON.get(content.kind or "")
	if any(meaning_of(error, translate) for error in content.errors):
		return translate(known) if known else ""
	if not content.kind or content.kind == _NO_KIND:
		return translate(
			_("WhatsApp did not pass on this message. Ask the customer to send it in another way.")
		)
	return translate(
		_("WhatsApp did not pass on this message ({what}). Ask the customer to send it in another way.")
	).format(what=translate(known) if known else line(content.kind, 60))


def meaning_of(error: ErrorObject, translate: Translate) -> str | None:
	"""What an error of a customer's message means, and the way out; None where only Meta's words tell. The type that Meta
	does not know is told by what stands in the place of the message."""
	rule = rule_for_received(error.code) if error.code != _UNKNOWN_TYPE else None
	return translate(rule.for_agent.text) if rule else None


def error_line(error: ErrorObject, translate: Translate) -> str | None:
	"""What agents read of an error of a customer's message."""
	if error.code == _UNKNOWN_TYPE:
		return None
	words = line(error.details or error.message or error.title, 400)
	code = str(error.code) if error.code is not None else "?"
	return meaning_of(error, translate) or translate(_("WhatsApp reports error {code}: {text}")).format(
		code=code, text=words
	)


def unknown(content: Unknown, translate: Translate) -> str:
	"""What a type says by its name; a placeholder for one that this version does not know."""
	if known := _NAMED.get(content.type):
		return translate(known)
	return translate(_("A message of the type {type}, which this version cannot show.")).format(
		type=line(content.type, 60)
	)


def origin_of(referral: Referral, translate: Translate) -> str:
	"""What led the customer here."""
	return translate(_ORIGINS.get(referral.source_type or "", _ORIGIN))


def answers_of(form: Form, translate: Translate) -> tuple[tuple[str, str], ...]:
	"""The fields of a form and their answers as people read them."""
	said = ((name, spoken(answer), isinstance(answer, bool)) for name, answer in form.answers)
	return tuple((name, translate(text) if is_ours else text) for name, text, is_ours in said)


def permission(content: CallPermission, translate: Translate) -> str:
	"""Whether the customer may be called, and until when."""
	if content.allowed is None:
		text = translate(_("Answer to the request for permission to call: {answer}"))
		return text.format(answer=line(content.response) or "?")
	if not content.allowed:
		return translate(_("The customer does not allow calls."))
	if content.until and not content.permanent:
		text = translate(_("The customer allows calls until {time}."))
		return text.format(time=f"{content.until:%Y-%m-%d %H:%M} UTC")
	return translate(_("The customer allows calls."))


def offer_label(content: Offer, translate: Translate) -> str:
	"""What the business offered, in a word."""
	return translate(_OFFERS.get(content.kind, _OFFER))


def summary(content: Content, translate: Translate) -> str:
	"""A message of any type on one line, never empty."""
	if isinstance(content, Text):
		return line(content.body) or translate(_("Empty message"))
	if isinstance(content, Media):
		label = media_label(content.kind, translate, voice=content.voice, animated=content.animated)
		return _labelled(label, content.words)
	if isinstance(content, Edit):
		return _labelled(translate(_("Edited message")), summary(content.content, translate))
	if isinstance(content, System):
		return change_of(content, translate)
	if isinstance(content, Revoke):
		return translate(_("Message deleted"))
	if isinstance(content, Unsupported):
		return translate(_("A message that WhatsApp did not pass on"))
	if isinstance(content, Unknown):
		return line(content.text) or unknown(content, translate)
	if isinstance(content, Reaction) and not content.emoji:
		return translate(_("Reaction taken back"))
	return _things(content, translate)


_Thing = Location | Contacts | Choice | Form | Reaction | Order | CallPermission | Payment | Offer | Template


def _things(content: _Thing, translate: Translate) -> str:
	if isinstance(content, Choice):
		return line(content.words) or choice_label(content.kind, translate)
	if isinstance(content, CallPermission):
		return permission(content, translate)
	if isinstance(content, Contacts):
		names = [person.name or person.words for person in content.people]
		return _labelled(translate(_("Contact")), ", ".join(name for name in names if name))
	if isinstance(content, Location):
		return _labelled(translate(_("Location")), content.name or content.address or content.coordinates)
	if isinstance(content, Form):
		content = replace(content, answers=answers_of(content, translate))
	return _labelled(_label(content, translate), content.words)


def _label(content: Form | Order | Reaction | Payment | Offer | Template, translate: Translate) -> str:
	if isinstance(content, Offer):
		return offer_label(content, translate)
	return translate(_LABELS[type(content)])


def _labelled(label: str, text: str | None) -> str:
	# Lines become items: "Order: 2 × a, 1 × b".
	words = line(", ".join(part for part in (text or "")[:2000].splitlines() if part.strip()))
	return f"{label}: {words}" if words else label
