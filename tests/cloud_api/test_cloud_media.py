"""Files are fetched from Meta's hosts only, and never more of them than allowed."""

from collections.abc import Iterator

import httpx
import pytest

from whatsapp_channel.cloud_api.errors import CloudAPIError, MediaRefused, NotSent

from .fakes import api

# Media


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
		found = api(handle).download_media(url, max_bytes=4)
		assert (found.content, found.mime_type) == (b"file", "image/png")
		assert b"file" not in repr(found).encode()
	else:
		with pytest.raises(MediaRefused, match="not at Meta"):
			api(handle).download_media(url, max_bytes=4)
		assert seen == []


def test_file_is_fetched_from_the_configured_base():
	client = api(lambda request: httpx.Response(200, content=b"x"), base_url="http://127.0.0.1:8123/")
	assert client.download_media("http://127.0.0.1:8123/media/1", max_bytes=1).content == b"x"
	with pytest.raises(MediaRefused):
		client.download_media("http://127.0.0.1:8124/media/1", max_bytes=1)


def test_file_larger_than_allowed_is_not_read_to_its_end():
	read: list[int] = []

	def chunks() -> Iterator[bytes]:
		for number in range(1000):
			read.append(number)
			yield b"x" * 1000

	client = api(lambda request: httpx.Response(200, content=chunks()))
	with pytest.raises(MediaRefused, match="larger than 2500 bytes"):
		client.download_media("https://lookaside.fbsbx.com/a", max_bytes=2500)
	assert len(read) == 3


@pytest.mark.parametrize(
	("status", "kind"),
	[(404, MediaRefused), (401, MediaRefused), (302, MediaRefused), (503, NotSent)],
	ids=["expired", "not allowed", "redirect", "unavailable"],
)
def test_file_that_does_not_come(status: int, kind: type[CloudAPIError]):
	client = api(
		lambda request: httpx.Response(status, text="gone", headers={"location": "https://evil.test"})
	)
	with pytest.raises(kind) as caught:
		client.download_media("https://lookaside.fbsbx.com/a", max_bytes=100)
	assert caught.value.http_status == status


def test_file_refused_with_an_error_object():
	answer = {"error": {"code": 190, "message": "Session has expired", "error_subcode": 463}}
	client = api(lambda request: httpx.Response(401, json=answer))
	with pytest.raises(CloudAPIError) as caught:
		client.download_media("https://lookaside.fbsbx.com/a", max_bytes=1000)
	assert (caught.value.code, caught.value.subcode) == (190, 463)
