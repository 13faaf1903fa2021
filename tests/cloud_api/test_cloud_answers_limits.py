"""An answer of Meta, or of whoever answers in its place, costs no more memory and time than a limit."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Iterator

import httpx
import pytest

from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import CloudAPIError, NotSent, OutcomeUnknown
from whatsapp_channel.cloud_api.response_body import MAX_ANSWER_BYTES, PIECE, Unusable, whole

from .fakes import SENT, Handler, api, send

MB = 1024 * 1024
ALLOWED = json.dumps({**SENT, "more": "x" * (MAX_ANSWER_BYTES - 200)}).encode()


def streaming(pieces: Iterator[bytes], status: int = 200, **headers: str) -> Handler:
	"""An answer whose body comes in pieces, as from the network."""
	named = {name.replace("_", "-"): value for name, value in headers.items()}
	return lambda request: httpx.Response(status, headers=named, stream=_Stream(pieces))


class _Stream(httpx.SyncByteStream):
	def __init__(self, pieces: Iterator[bytes]) -> None:
		self.pieces, self.closed = pieces, False

	def __iter__(self) -> Iterator[bytes]:
		yield from self.pieces

	def close(self) -> None:
		self.closed = True


def endless() -> Iterator[bytes]:
	while True:
		yield b" " * PIECE


def bomb(megabytes: int) -> Iterator[bytes]:
	"""Packed to a thousandth, in one piece."""
	machine = zlib.compressobj(wbits=31)
	yield b"".join([*(machine.compress(b" " * MB) for _each in range(megabytes)), machine.flush()])


BODIES = {
	"endless": (endless, {}),
	"packed": (lambda: bomb(300), {"content_encoding": "gzip"}),
	"in another way": (lambda: iter([b"x"]), {"content_encoding": "br"}),
	"damaged": (lambda: iter([b"no gzip"]), {"content_encoding": "gzip"}),
}


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("body", BODIES)
def test_nobody_reads_what_is_too_much(body: str, status: int) -> None:
	pieces, headers = BODIES[body]
	tracemalloc.start()
	try:
		with pytest.raises(OutcomeUnknown) as sending:
			send(api(streaming(pieces(), status, **headers)))
		with pytest.raises(NotSent) as reading:
			api(streaming(pieces(), status, **headers)).media("1")
		peak = tracemalloc.get_traced_memory()[1]
	finally:
		tracemalloc.stop()
	assert {sending.value.http_status, reading.value.http_status} == {status}
	assert peak < 6 * MAX_ANSWER_BYTES


@pytest.mark.parametrize("packed", [False, True])
def test_a_large_answer_is_read(packed: bool) -> None:
	body = gzip.compress(ALLOWED) if packed else ALLOWED
	pieces = iter([body[at : at + PIECE] for at in range(0, len(body), PIECE)])
	headers = {"content_encoding": "gzip"} if packed else {}
	assert send(api(streaming(pieces, **headers))).wamid == "wamid.1"


def test_an_answer_that_trickles_in_ends() -> None:
	now = iter(range(1000))
	response = httpx.Response(200, stream=_Stream(endless()))
	with pytest.raises(httpx.ReadTimeout):
		whole(response, max_bytes=10**9, seconds=20, stopwatch=lambda: next(now))
	with pytest.raises(Unusable):
		whole(httpx.Response(200, stream=_Stream(endless())), max_bytes=PIECE)


def test_a_connection_is_given_back() -> None:
	stream = _Stream(endless())
	with pytest.raises(CloudAPIError):
		send(api(lambda request: httpx.Response(200, stream=stream)))
	assert stream.closed


@pytest.mark.parametrize(
	("error", "silent"),
	[
		(httpx.ReadTimeout, True),
		(httpx.ConnectTimeout, True),
		(httpx.WriteTimeout, True),
		(httpx.PoolTimeout, False),
		(httpx.ConnectError, False),
		(httpx.ReadError, False),
		(httpx.RemoteProtocolError, False),
	],
)
@pytest.mark.parametrize("call", [send, lambda client: client.media("1")], ids=["sending", "reading"])
def test_who_let_the_time_pass(error: type[Exception], silent: bool, call: object) -> None:
	def fail(request: httpx.Request) -> httpx.Response:
		raise error("?")

	with pytest.raises(CloudAPIError) as found:
		call(api(fail))
	assert found.value.timed_out is silent


def test_only_what_can_be_unpacked_is_asked_for() -> None:
	seen: list[httpx.Request] = []

	def handle(request: httpx.Request) -> httpx.Response:
		seen.append(request)
		return httpx.Response(200, json=SENT)

	send(CloudAPI("token", transport=httpx.MockTransport(handle)))
	assert seen[0].headers["accept-encoding"] == "gzip, deflate"
