"""The body of an answer, read no further and no longer than its limits. No connection is opened here."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Iterator

import httpx

from whatsapp_channel.sentences import Explained, verbatim

PIECE = 64 * 1024
MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""Of an answer in JSON, unpacked. Meta's largest, a page of templates or numbers, have some hundred kilobytes."""
ANSWER_SECONDS = 60.0
"""For the whole of it: each piece of a body that trickles in comes in time."""
_ZLIB_OR_GZIP = 47  # zlib: window of 32 KB, header of either recognised


class Unusable(Explained):
	"""A body that is too large, or packed so that nobody can read it; in words for logs."""

	def __init__(self, why: str) -> None:
		super().__init__(verbatim(why))


class Deadline:
	"""How much of a time limit is left, by a stopwatch that the caller may replace. Times in seconds."""

	def __init__(self, seconds: float, stopwatch: Callable[[], float]) -> None:
		self._ends = stopwatch() + seconds
		self._stopwatch = stopwatch

	def left(self) -> float:
		"""Never below a tenth of a second, because a limit of zero would mean none to an HTTP client."""
		return max(0.1, self._ends - self._stopwatch())

	def is_over(self) -> bool:
		"""Whether the time is up."""
		return self._stopwatch() >= self._ends


def whole(
	response: httpx.Response,
	max_bytes: int = MAX_ANSWER_BYTES,
	seconds: float = ANSWER_SECONDS,
	stopwatch: Callable[[], float] = time.monotonic,
) -> httpx.Response:
	"""The same answer with its body. Raises Unusable, and what httpx raises while it reads; ReadTimeout after `seconds`."""
	deadline, body = Deadline(seconds, stopwatch), bytearray()
	pieces = unpacked(response)
	if pieces is None:
		raise Unusable("The answer is packed in a way that was not asked for")
	try:
		for piece in pieces:
			body += piece
			if len(body) > max_bytes:
				raise Unusable(f"The answer is larger than {max_bytes} bytes")
			if deadline.is_over():
				raise httpx.ReadTimeout(f"The answer did not end within {seconds:.0f} seconds")
	except zlib.error:
		raise Unusable("The answer came damaged") from None
	kind = {"content-type": response.headers["content-type"]} if "content-type" in response.headers else {}
	return httpx.Response(response.status_code, headers=kind, content=bytes(body))


def unpacked(response: httpx.Response) -> Iterator[bytes] | None:
	"""The body in pieces as it comes, of `PIECE` at most where it is packed; None for a packing that was not asked for."""
	if (
		response.is_stream_consumed
	):  # a transport without a network hands over bodies that it has read and unpacked
		return iter([response.content])
	encoding = response.headers.get("content-encoding", "").strip().lower()
	if encoding in ("", "identity"):
		return response.iter_raw()
	return _inflated(response.iter_raw()) if encoding in ("gzip", "x-gzip", "deflate") else None


def _inflated(raw: Iterable[bytes]) -> Iterator[bytes]:
	"""Unpacks no more than a piece at a time, so that a body that unpacks to gigabytes is stopped at the limit."""
	machine = zlib.decompressobj(_ZLIB_OR_GZIP)
	for chunk in raw:
		while chunk:
			yield machine.decompress(chunk, PIECE)
			chunk = machine.unconsumed_tail
	yield machine.flush()
