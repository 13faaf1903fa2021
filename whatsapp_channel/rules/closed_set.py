"""Words that a column of a row may hold and no others."""

from enum import Enum


class ClosedSet(str, Enum):
	"""Each member is its word: in a query, in JSON, in a comparison with what is stored, and in a text.

	As enum.StrEnum, which Python 3.10 does not have: without `__str__` a member would print as `Direction.INCOMING`.
	"""

	def __str__(self) -> str:
		return str(self.value)
