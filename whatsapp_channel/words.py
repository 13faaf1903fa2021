"""What people read: English sentences, marked for translation, apart from their arguments until they are shown.

The one way in which this app says something. `_` marks, a Sentence carries, the edge translates: whoever raises, stores or
decides does not know who will read it, nor in which language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType


def _(text: str) -> str:
	"""Marks `text` for extraction; it is translated where it is shown."""
	return text


@dataclass(frozen=True, slots=True)
class Sentence:
	"""`text` is English, marked for translation, with {placeholders} for `args`.

	A str among the arguments is shown as it is (Meta's own words, a name), a datetime (aware UTC) in the reader's way,
	a Sentence translated as well.
	"""

	text: str
	args: Mapping[str, str | int | datetime | Sentence] = field(default_factory=lambda: MappingProxyType({}))

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
		return translate(self.text).format(**shown)

	def __str__(self) -> str:
		return self.say(str, datetime.isoformat)
