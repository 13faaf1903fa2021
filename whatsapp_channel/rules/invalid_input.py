"""The error for invalid input: the field, the problem and how to fix it."""

from __future__ import annotations

from whatsapp_channel.sentences import Argument, Explained, Sentence


class InvalidInput(Explained, ValueError):
	"""The input is invalid. `field`: the label of the field; `problem` and `explanation` (with the fix) do not repeat it."""

	def __init__(self, field: str, problem: str, way_out: str, **values: Argument) -> None:
		self.field = Sentence(field)
		self.problem = Sentence(problem, values)
		self.way_out = Sentence(way_out, values)
		self.explanation = Sentence("{problem} {way_out}", {"problem": self.problem, "way_out": self.way_out})
		super().__init__(
			Sentence("{field}: {explanation}", {"field": self.field, "explanation": self.explanation})
		)
