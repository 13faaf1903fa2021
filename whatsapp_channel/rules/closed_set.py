"""The closed set of values of a column."""

from enum import Enum


class ClosedSet(str, Enum):
	"""An enum whose members can be used as strings in queries, JSON, comparisons with stored values, and texts.

	Like enum.StrEnum, which Python 3.10 lacks: without `__str__` a member would print as `Direction.INCOMING`.
	"""

	def __str__(self) -> str:
		return str(self.value)
