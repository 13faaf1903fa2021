"""Why something from outside cannot be read: sentences for administrators, translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from whatsapp_channel.words import _

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
NOT_STORED = _("This is not a stored item: it has no object in the field raw.")


class Problem(str):
	"""A sentence in English, usable as text, with what translates it: `_(problem.text).format(**problem.args)`."""

	__slots__ = ("args", "text")

	text: str
	args: Mapping[str, str]

	def __new__(cls, text: str, /, **args: object) -> Problem:
		shown = {name: str(value) for name, value in args.items()}
		problem = super().__new__(cls, text.format(**shown))
		problem.text, problem.args = text, shown
		return problem

	def to_json(self) -> dict[str, object]:
		"""For storage, read by `from_json`."""
		return {"text": self.text, "args": dict(self.args)}

	@classmethod
	def from_json(cls, stored: object) -> Problem | None:
		"""A stored problem; a mere text is kept as it is. None for anything else."""
		if isinstance(stored, str):
			return cls("{text}", text=stored)
		text = stored.get("text") if isinstance(stored, Mapping) else None
		args = stored.get("args") if isinstance(stored, Mapping) else None
		if not isinstance(text, str) or not isinstance(args, Mapping):
			return None
		try:
			return cls(text, **args)
		except (LookupError, ValueError, AttributeError, TypeError):
			return cls("{text}", text=text)


class Unreadable(ValueError):
	"""A value is not what Meta documents. The text names field, problem and way out; `problem` is translatable."""

	def __init__(self, text: str, /, **args: object) -> None:
		self.problem = Problem(text, **args)
		super().__init__(self.problem)
