"""Texts for people: English sentences that are marked for translation, and keep their arguments until they are shown.

All user-facing texts of this app are Sentences: `_` marks a text, and it is translated where it is shown. Code that raises,
stores or decides does not know the reader or their language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from string import Formatter
from types import MappingProxyType
from typing import Union


def _(text: str) -> str:
	"""Marks `text` for extraction; it is translated where it is shown."""
	return text


Argument = Union[str, int, datetime, "Sentence"]


@dataclass(frozen=True, slots=True)
class Sentence:
	"""`text` is English, marked for translation, with {placeholders} for `args`; {0} stands for the argument "0".

	A str argument is shown as it is (Meta's own text, a name), a datetime (aware UTC) in the reader's format, and a Sentence
	is translated as well.
	"""

	text: str
	args: Mapping[str, Argument] = field(default_factory=lambda: MappingProxyType({}), hash=False)

	def say(self, translate: Callable[[str], str], show_time: Callable[[datetime], str]) -> str:
		"""The sentence in the reader's language."""
		shown: dict[str, str | int] = {}
		for name, value in self.args.items():
			if isinstance(value, Sentence):
				shown[name] = value.say(translate, show_time)
			elif isinstance(value, datetime):
				shown[name] = show_time(value)
			else:
				shown[name] = value
		return _FILLER.vformat(translate(self.text), (), shown)

	def __str__(self) -> str:
		return self.say(str, datetime.isoformat)


def sentence(text: str, *places: Argument, **names: Argument) -> Sentence:
	"""A Sentence with its arguments as `str.format` takes them: by place for {0}, by name for {name}."""
	return Sentence(text, {**{str(place): value for place, value in enumerate(places)}, **names})


def verbatim(words: str) -> Sentence:
	"""A text that is not ours, or already translated: it is shown as it is."""
	return Sentence("{words}", {"words": words})


class Explained(Exception):
	"""An error with a Sentence that says what happened and how to fix it; str() is the English text, for logs and tests.

	Every error of this app is a subclass, or is shown at once by frappe.throw.
	"""

	def __init__(self, sentence: Sentence) -> None:
		super().__init__(sentence)
		self.sentence = sentence

	def __str__(self) -> str:
		return str(self.sentence)


class _Filler(Formatter):
	"""Like str.format_map, but also for texts with {0}."""

	def get_value(self, key: int | str, args: Sequence[object], kwargs: Mapping[str, object]) -> object:
		return kwargs[str(key)]


_FILLER = _Filler()
