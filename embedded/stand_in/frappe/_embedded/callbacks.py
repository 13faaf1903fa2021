"""Functions to run before or after a commit or a rollback."""

from collections import deque
from collections.abc import Callable
from typing import Any


class CallbackManager:
	"""Functions that run once, in order; one that is added while they run also runs."""

	def __init__(self) -> None:
		self._functions: deque[Callable[[], Any]] = deque()

	def add(self, function: Callable[[], Any]) -> None:
		"""Queue a function without arguments."""
		self._functions.append(function)

	__call__ = add

	def run(self) -> None:
		"""Run all functions and remove them."""
		while self._functions:
			self._functions.popleft()()

	def reset(self) -> None:
		"""Remove all functions."""
		self._functions.clear()
