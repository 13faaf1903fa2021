"""Why a payload cannot be read: sentences for administrators, translated when they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from whatsapp_channel.sentences import Explained, Sentence, _, verbatim

MISSING = _(
	"{field} is missing. The item is kept: correct what sends it, or reprocess it after an update of the app."
)
NOT_TEXT = _(
	"{field} is {found}, not text. The item is kept: correct what sends it, or reprocess it after an update of the app."
)
NOT_AN_OBJECT = _(
	"{field} is {found}, not an object. The item is kept: correct what sends it, or reprocess it after an update of the app."
)
NOT_A_LIST = _(
	"{field} is {found}, not a list. The item is kept: correct what sends it, or reprocess it after an update of the app."
)
NOT_DIGITS = _(
	"{field} is {found}, not a number in digits. The item is kept: correct what sends it, or reprocess it after an update of the app."
)
TOO_LONG = _(
	"{field} has {length} characters, more than {limit}. The item is kept: correct what sends it, or reprocess it after an update of the app."
)
NOT_SECONDS = _(
	"{field} is {found}, not a number of seconds since 1970. The item is kept: correct what sends it, or reprocess it after an update of the app."
)
TOO_LATE = _(
	"{field} is {found}: after the year 2100, probably milliseconds. The item is kept: correct what sends it, or reprocess it after an update of the app."
)
NO_SENDER = _(
	"from and from_user_id are missing: nobody knows who wrote. The item is kept: correct what sends it, or reprocess it after an update of the app."
)
NO_PERSON = _(
	"wa_id and user_id are missing: nobody knows whom it is about. The item is kept: correct what sends it, or reprocess it after an update of the app."
)
AHEAD = _("timestamp is {time} UTC, {hours} hours ahead of this server. Check the server's clock.")
NOT_JSON = _("The body is not JSON ({reason}). It is kept as it came.")
TOO_DEEP = _("The body is nested too deeply to be read. It is kept as it came.")
BODY_NOT_AN_OBJECT = _("The body is {found}, not an object. It is kept as it came.")
NO_OBJECT = _("object is missing. Check which product of the Meta app sends to this address.")
ANOTHER_OBJECT = _(
	"object is {found}, not {wanted}. Check which product of the Meta app sends to this address."
)
NO_ENTRIES = _("entry is missing. The delivery is kept as it came.")
ENTRY_NOT_A_LIST = _("entry is {found}, not a list. The delivery is kept as it came.")
LEFT_OUT = _(
	"{count} further parts of this delivery cannot be read, or are no messages and no statuses. They are kept in the delivery alone: correct what sends them."
)
NOT_LOOKED_AT = _(
	"{count} parts of this delivery cannot be read, or are no messages and no statuses. Nobody looked at what follows them. It is kept in the delivery alone: correct what sends it."
)
NOT_STORED = _("This is not a stored item: it has no object in the field raw.")


class InvalidPayload(Explained, ValueError):
	"""A value is not what Meta documents. The sentence names the field, the problem and the fix."""

	def __init__(self, text: str, /, **args: object) -> None:
		super().__init__(about(text, **args))


def about(text: str, /, **args: object) -> Sentence:
	"""A sentence with values as they were received."""
	return Sentence(text, {name: str(value) for name, value in args.items()})


def problem_to_json(problem: Sentence) -> dict[str, object]:
	"""For storage, read by `problem_from_json`."""
	return {"text": problem.text, "args": {name: str(value) for name, value in problem.args.items()}}


def problem_from_json(stored: object) -> Sentence | None:
	"""A stored problem; a plain text is kept as it is. None for anything else."""
	if isinstance(stored, str):
		return verbatim(stored)
	text = stored.get("text") if isinstance(stored, Mapping) else None
	args = stored.get("args") if isinstance(stored, Mapping) else None
	if not isinstance(text, str) or not isinstance(args, Mapping):
		return None
	found = about(text, **args)
	try:
		str(found)
	except (LookupError, ValueError, AttributeError, TypeError):
		return verbatim(text)
	return found
