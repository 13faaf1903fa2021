"""What people read: English sentences, marked for translation, apart from their arguments until they are shown.

The one way in which this app says something. `_` marks, a Sentence carries, the edge translates: whoever raises, stores or
decides does not know who will read it, nor in which language.
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

	A str among the arguments is shown as it is (Meta's own words, a name), a datetime (aware UTC) in the reader's way,
	a Sentence translated as well.
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
	"""What is said in no words of ours, or was translated already: shown as it is."""
	return Sentence("{words}", {"words": words})


class Explained(Exception):
	"""An error that says in a Sentence what happened and the way out; str() is the English text, for logs and tests.

	Every error of this app is one, or says its Sentence at once by frappe.throw.
	"""

	def __init__(self, sentence: Sentence) -> None:
		super().__init__(sentence)
		self.sentence = sentence

	def __str__(self) -> str:
		return str(self.sentence)


class _Filler(Formatter):
	"""As str.format_map, but for texts with {0} too."""

	def get_value(self, key: int | str, args: Sequence[object], kwargs: Mapping[str, object]) -> object:
		return kwargs[str(key)]


_FILLER = _Filler()
