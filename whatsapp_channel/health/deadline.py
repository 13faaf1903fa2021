"""How long a check waits for others: Meta, this site's own web server, the job queue."""

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
	"""Somebody else did not answer within the seconds of the check."""

	def __init__(self, seconds: float) -> None:
		super().__init__(sentence(_("no answer within {0} seconds"), round(seconds)))


class Deadline:
	"""What is left of the seconds that one check has."""

	def __init__(self, seconds: float) -> None:
		self.seconds = seconds
		self._ends = time.monotonic() + seconds

	def left(self) -> float:
		"""Seconds, never less than a moment."""
		return max(0.05, self._ends - time.monotonic())

	def wait_for(self, work: Callable[[], T]) -> T:
		"""The result of `work`, or TooSlow when the time is over. Raises what `work` raises.

		It runs in a thread of its own, because most libraries limit each step of an exchange and not the whole. So it may
		use neither the database nor anything else that belongs to the thread of the request. What is still running when
		time is over ends by those limits.
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
