"""How a rule refuses what somebody entered: which field, what is wrong with it, and the way out."""

from __future__ import annotations

from typing import Any


class Refused(ValueError):
	"""`field`, `problem` and `way_out` are English, marked, with places for `values`; the caller translates the three,
	then fills them. str() is the English text.
	"""

	def __init__(self, field: str, problem: str, way_out: str, **values: Any) -> None:
		self.field = field
		self.problem = problem
		self.way_out = way_out
		self.values = values
		super().__init__(f"{field}: {problem} {way_out}".format(**values))
