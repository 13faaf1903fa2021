"""The error for parts of Frappe that the stand-in does not have."""

from collections.abc import Callable
from typing import Any


class MissingInEmbedded(AttributeError):
	"""Something of Frappe or Helpdesk that the embedded host does not have."""


def missing_in(module: str) -> Callable[[str], Any]:
	"""A module's `__getattr__`: whatever it does not define raises `MissingInEmbedded` with its dotted name."""

	def getter(name: str) -> Any:
		raise MissingInEmbedded(f"{module}.{name} is not in the embedded host; see embedded/README.md")

	return getter
