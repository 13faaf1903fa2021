"""The time limit of a check for waiting on others: Meta, the site's own web server, the job queue."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitedTooLong
from contextvars import copy_context
from threading import Thread
from typing import TypeVar

from whatsapp_channel.sentences import Explained, _, sentence

T = TypeVar("T")


class TooSlow(Explained):
	"""There was no response within the time limit of the check."""

	def __init__(self, seconds: float) -> None:
		super().__init__(sentence(_("no answer within {0} seconds"), round(seconds)))


class Deadline:
	"""The remaining time of one check."""

	def __init__(self, seconds: float) -> None:
		self.seconds = seconds
		self._ends = time.monotonic() + seconds

	def left(self) -> float:
		"""The remaining seconds, always more than zero."""
		return max(0.05, self._ends - time.monotonic())

	def wait_for(self, work: Callable[[], T]) -> T:
		"""Returns the result of `work`. Raises TooSlow when the time is over, and what `work` raises.

		It runs in a separate thread, because most libraries limit only the single steps of an exchange. So `work` must not use the
		database or anything else that belongs to the request's thread. A thread that is late ends by its library's own limits.
		"""
		future: Future[T] = Future()

		def settle() -> None:
			try:
				future.set_result(work())
			except BaseException as error:
				future.set_exception(error)

		Thread(target=copy_context().run, args=(settle,), daemon=True, name="health").start()
		try:
			return future.result(timeout=self.left())
		except WaitedTooLong:
			if future.done():
				raise
			raise TooSlow(self.seconds) from None
