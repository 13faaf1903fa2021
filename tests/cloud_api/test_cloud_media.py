"""Files are fetched from Meta's hosts only, in pieces, and never more of them nor longer than allowed."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest

from whatsapp_channel.cloud_api.answers import Downloaded
from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import (
	CloudAPIError,
	MediaGone,
	MediaRefused,
	MediaTooLarge,
	MediaTooSlow,
	NotSent,
)

from .fakes import TOKEN, Handler, api

LINK = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"


def fetch(client: CloudAPI, url: str = LINK, *, max_bytes: int = 100, **more: object) -> bytes:
	file = BytesIO()
	client.download_media(url, file, max_bytes=max_bytes, **more)
	return file.getvalue()


def serving(content: object, **headers: str) -> Handler:
	named = {name.replace("_", "-"): value for name, value in headers.items()}
	return lambda request: httpx.Response(200, content=content, headers=named)


# Where


@pytest.mark.parametrize(
	("url", "allowed"),
	[
		("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
		("https://scontent.xx.fbcdn.net/v/t45", True),
		("https://media.cdn.whatsapp.net/v/t61", True),
		("https://graph.facebook.com/v25.0/1", True),
		("http://lookaside.fbsbx.com/a", False),
		("https://lookaside.fbsbx.com:8443/a", False),
		("https://evil.test/lookaside.fbsbx.com", False),
		("https://evilfbsbx.com/a", False),
		("https://lookaside.fbsbx.com.evil.test/a", False),
		("https://lookaside.fbsbx.com@evil.test/a", False),
		("https://evil.test%2f.fbsbx.com/a", False),
		("https://evil.test%23.fbsbx.com/a", False),
		("https://evil.test_.fbsbx.com/a", False),
		("https://evil.test;.fbsbx.com/a", False),
		("https://evil.test&.fbsbx.com/a", False),
		("https://evil.test'.fbsbx.com/a", False),
		("https://evil.test!.fbsbx.com/a", False),
		("http://169.254.169.254/latest", False),
		("file:///etc/passwd", False),
		("//lookaside.fbsbx.com/a", False),
		("", False),
		("https://[", False),
		("https://lookaside.fbsbx.com/\x00", False),
	],
)
def test_file_is_fetched_from_meta_only(url: str, allowed: bool):
	seen: list[str] = []

	def handle(request: httpx.Request) -> httpx.Response:
		seen.append(request.url.host)
		return httpx.Response(200, content=b"file", headers={"content-type": "image/png"})

	if allowed:
		assert fetch(api(handle), url) == b"file"
	else:
		with pytest.raises(MediaRefused, match="not at Meta"):
			fetch(api(handle), url)
		assert seen == []


def test_file_is_fetched_from_the_configured_base():
	client = api(serving(b"x"), base_url="http://127.0.0.1:8123/")
	assert fetch(client, "http://127.0.0.1:8123/media/1") == b"x"
	with pytest.raises(MediaRefused):
		fetch(client, "http://127.0.0.1:8124/media/1")


def redirecting(*targets: str) -> tuple[Handler, list[httpx.Request]]:
	"""Answers with a redirect to each target in turn, then with a file."""
	left, seen = list(targets), []

	def handle(request: httpx.Request) -> httpx.Response:
		seen.append(request)
		if left:
			return httpx.Response(302, headers={"location": left.pop(0)})
		return httpx.Response(200, content=b"file")

	return handle, seen


CDN = "https://scontent.xx.fbcdn.net/v/t45"


@pytest.mark.parametrize(
	("targets", "hosts_with_token", "works"),
	[
		((CDN,), ["lookaside.fbsbx.com"], True),
		(("/elsewhere",), ["lookaside.fbsbx.com", "lookaside.fbsbx.com"], True),
		((CDN, LINK), ["lookaside.fbsbx.com"], True),
		(("https://evil.test/file",), ["lookaside.fbsbx.com"], False),
		((CDN, "http://169.254.169.254/"), ["lookaside.fbsbx.com"], False),
		((CDN, CDN, CDN, CDN), ["lookaside.fbsbx.com"], False),
		(("https://[",), ["lookaside.fbsbx.com"], False),
	],
	ids=[
		"to another host of Meta",
		"on the same host",
		"away and back",
		"to a foreign host",
		"to a foreign host in two steps",
		"without end",
		"to nowhere",
	],
)
def test_redirect(targets: tuple[str, ...], hosts_with_token: list[str], works: bool):
	handle, seen = redirecting(*targets)
	if works:
		assert fetch(api(handle)) == b"file"
	else:
		with pytest.raises(CloudAPIError):
			fetch(api(handle))
	assert [one.url.host for one in seen if TOKEN in str(one.headers.raw)] == hosts_with_token
	assert not [one for one in seen if "evil" in one.url.host or one.url.host.startswith("169")]


# How much


@pytest.mark.parametrize(
	("size", "announced"), [(100, True), (100, False), (101, True), (101, False)], ids=str
)
def test_limit_to_the_byte(size: int, announced: bool):
	content = b"x" * size if announced else iter([b"x" * size])
	client = api(serving(content))
	if size <= 100:
		assert len(fetch(client, max_bytes=100)) == size
	else:
		with pytest.raises(MediaTooLarge, match="larger than 100 bytes"):
			fetch(client, max_bytes=100)


def test_file_larger_than_allowed_is_not_read_to_its_end():
	read: list[int] = []

	def chunks() -> Iterator[bytes]:
		for number in range(1000):
			read.append(number)
			yield b"x" * 1000

	with pytest.raises(MediaTooLarge, match="larger than 2500 bytes"):
		fetch(api(serving(chunks())), max_bytes=2500)
	assert len(read) == 3


def test_file_announced_as_too_large_is_not_read_at_all():
	read: list[int] = []

	def chunks() -> Iterator[bytes]:
		read.append(1)
		yield b"x"

	with pytest.raises(MediaTooLarge):
		fetch(api(serving(chunks(), content_length="101")), max_bytes=100)
	assert read == []


BOMB = gzip.compress(bytes(50_000_000))


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
def test_packed_file_is_measured_unpacked(encoding: str):
	pack = zlib.compress if encoding == "deflate" else gzip.compress
	assert fetch(api(serving(iter([pack(b"x" * 100)]), content_encoding=encoding))) == b"x" * 100
	with pytest.raises(MediaTooLarge):
		fetch(api(serving(iter([pack(b"x" * 101)]), content_encoding=encoding)))


def test_bomb_is_not_unpacked():
	written: list[int] = []

	class Counting(BytesIO):
		def write(self, data: bytes) -> int:
			written.append(len(data))
			return len(data)

	client = api(serving(iter([BOMB]), content_encoding="gzip"))
	with pytest.raises(MediaTooLarge):
		client.download_media(LINK, Counting(), max_bytes=1_000_000)
	assert sum(written) <= 1_000_000


@pytest.mark.parametrize(
	("encoding", "body", "kind"),
	[("br", b"x", MediaRefused), ("gzip", b"no gzip at all", NotSent)],
	ids=["unknown packing", "damaged packing"],
)
def test_file_that_cannot_be_unpacked(encoding: str, body: bytes, kind: type[CloudAPIError]):
	with pytest.raises(kind):
		fetch(api(serving(iter([body]), content_encoding=encoding)))


# How long


def test_slow_file_is_broken_off():
	now = [0.0]

	def chunks() -> Iterator[bytes]:
		for _second in range(1000):
			now[0] += 1
			yield b"x"

	with pytest.raises(MediaTooSlow) as caught:
		fetch(api(serving(chunks())), max_bytes=10_000, seconds=30, stopwatch=lambda: now[0])
	assert (caught.value.received, now[0]) == (30, 30)


def test_each_read_waits_no_longer_than_the_whole_may_take():
	seen: list[dict[str, float]] = []

	def handle(request: httpx.Request) -> httpx.Response:
		seen.append(request.extensions["timeout"])
		return httpx.Response(200, content=b"x")

	fetch(api(handle))
	fetch(api(handle), seconds=3)
	assert [round(one["read"]) for one in seen] == [10, 3]
	assert [round(one["connect"]) for one in seen] == [5, 3]


# What comes of it


def test_what_is_known_of_a_fetched_file():
	file = BytesIO()
	found = api(serving(b"file", content_type="image/png")).download_media(LINK, file, max_bytes=4)
	assert found == Downloaded(size=4, sha256=hashlib.sha256(b"file").hexdigest(), mime_type="image/png")


def test_no_packing_is_asked_for():
	seen: list[str] = []

	def handle(request: httpx.Request) -> httpx.Response:
		seen.append(request.headers["accept-encoding"])
		return httpx.Response(200, content=b"x")

	fetch(api(handle))
	assert seen == ["identity"]


@pytest.mark.parametrize(
	("status", "kind"),
	[
		(404, MediaGone),
		(410, MediaGone),
		(401, MediaRefused),
		(304, MediaRefused),
		(206, MediaRefused),
		(429, NotSent),
		(503, NotSent),
	],
	ids=["expired", "gone", "not allowed", "not changed", "a part", "throttled", "unavailable"],
)
def test_file_that_does_not_come(status: int, kind: type[CloudAPIError]):
	with pytest.raises(kind) as caught:
		fetch(api(lambda request: httpx.Response(status, text="gone")))
	assert caught.value.http_status == status


def test_file_refused_with_an_error_object():
	answer = {"error": {"code": 190, "message": "Session has expired", "error_subcode": 463}}
	with pytest.raises(CloudAPIError) as caught:
		fetch(api(lambda request: httpx.Response(401, json=answer)))
	assert (caught.value.code, caught.value.subcode) == (190, 463)


@pytest.mark.parametrize(
	"failure", [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout, httpx.RemoteProtocolError]
)
def test_connection_that_breaks_may_be_tried_again(failure: type[Exception]):
	def handle(request: httpx.Request) -> httpx.Response:
		raise failure("broken")

	with pytest.raises(NotSent):
		fetch(api(handle))


def test_endless_error_page_is_not_read_to_its_end():
	read: list[int] = []

	def page() -> Iterator[bytes]:
		for number in range(10_000):
			read.append(number)
			yield b"x" * 1024

	with pytest.raises(NotSent):
		fetch(api(lambda request: httpx.Response(502, content=page())))
	assert len(read) <= 64


def test_error_page_that_drips_is_broken_off():
	now = [0.0]

	def page() -> Iterator[bytes]:
		for _second in range(1000):
			now[0] += 1
			yield b"x"

	with pytest.raises(NotSent):
		fetch(api(lambda request: httpx.Response(502, content=page())), seconds=30, stopwatch=lambda: now[0])
	assert now[0] == 30


def test_full_disk_is_told_as_such():
	class Full(BytesIO):
		def write(self, data: bytes) -> int:
			raise OSError(28, "No space left on device")

	with pytest.raises(OSError, match="No space left"):
		api(serving(b"file")).download_media(LINK, Full(), max_bytes=100)
