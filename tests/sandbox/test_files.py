"""Files that a customer sends: their node, their link, and what can go wrong with them."""

import base64
import gzip
import hashlib
from collections.abc import Iterator

import httpx
import pytest

from tests.credentials import GIVEN, TOKEN
from tests.files import PDF, PNG
from whatsapp_channel.sandbox import Sandbox, serve

HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
	with Sandbox(**GIVEN) as sandbox, serve(sandbox) as server:
		sandbox.url = server.url
		yield sandbox


def message(sandbox: Sandbox, **more: object) -> dict:
	return sandbox.customer("+14155550123", "Ada").file_message("image", PNG, "image/png", **more)["image"]


def node(sandbox: Sandbox) -> dict:
	media_id = message(sandbox)["id"]
	return httpx.get(f"{sandbox.url}/v25.0/{media_id}", headers=HEADERS).json()


def test_checksum_is_base64_in_webhooks_and_hexadecimal_at_the_node(sandbox: Sandbox) -> None:
	digest = hashlib.sha256(PNG)
	assert message(sandbox)["sha256"] == base64.b64encode(digest.digest()).decode()
	assert (node(sandbox)["sha256"], node(sandbox)["file_size"]) == (digest.hexdigest(), len(PNG))


@pytest.mark.parametrize(
	("more", "status"),
	[({}, 200), ({"link_seconds": -1}, 404)],
	ids=["in its five minutes", "afterwards"],
)
def test_link_of_a_webhook(sandbox: Sandbox, more: dict, status: int) -> None:
	link = message(sandbox, link_base=sandbox.url, **more)["url"]
	answer = httpx.get(link, headers=HEADERS)
	assert answer.status_code == status
	assert status != 200 or answer.content == PNG
	assert httpx.get(link).status_code == 401


def test_webhook_has_no_link_unless_told(sandbox: Sandbox) -> None:
	assert "url" not in message(sandbox)


FAULTS = {
	"dead link": ({"kind": "media_gone"}, 404, b""),
	"gone": ({"kind": "media_gone", "http_status": 410}, 410, b""),
	"changed": ({"kind": "media_changed"}, 200, PNG[:-1] + bytes([PNG[-1] ^ 1])),
	"another type": ({"kind": "media_type"}, 200, PNG),
	"without end": ({"kind": "media_endless", "times": 3}, 200, PNG * 3),
	"drips": ({"kind": "media_drip", "ms": 1}, 200, PNG),
	"elsewhere": ({"kind": "media_redirect", "details": "http://elsewhere.test/"}, 302, b""),
	"packed": ({"kind": "media_bomb", "times": 2}, 200, bytes(2 * 1024 * 1024)),
	"not for downloads": ({"kind": "server_error"}, 200, PNG),
}


@pytest.mark.parametrize(("fault", "status", "content"), FAULTS.values(), ids=FAULTS.keys())
def test_fault_of_a_download(sandbox: Sandbox, fault: dict, status: int, content: bytes) -> None:
	link = node(sandbox)["url"]
	sandbox.faults.add(**fault)
	answer = httpx.get(link, headers=HEADERS)
	assert (answer.status_code, answer.content) == (status, content)
	if fault["kind"] == "media_type":
		assert answer.headers["content-type"] == "text/html"


def test_packed_body_is_small(sandbox: Sandbox) -> None:
	sandbox.faults.add("media_bomb", times=50)
	with httpx.stream("GET", node(sandbox)["url"], headers=HEADERS) as answer:
		packed = b"".join(answer.iter_raw())
	assert len(packed) < 100_000
	assert len(gzip.decompress(packed)) == 50 * 1024 * 1024


def test_connection_that_ends_in_the_middle(sandbox: Sandbox) -> None:
	sandbox.faults.add("media_cut")
	with pytest.raises(httpx.RemoteProtocolError):
		httpx.get(node(sandbox)["url"], headers=HEADERS)


def test_file_from_the_page(sandbox: Sandbox) -> None:
	sandbox.customer("+14155550123", "Ada")
	url = f"{sandbox.url}/sandbox/customers/14155550123/files"
	body = {"kind": "document", "data": base64.b64encode(PDF).decode(), "filename": "a.pdf"}
	wamid = httpx.post(url, json=body).json()["wamid"]
	sent = sandbox.message(wamid).raw["document"]
	assert (sent["filename"], sandbox.media[sent["id"]].data) == ("a.pdf", PDF)


@pytest.mark.parametrize(
	("body", "field"),
	[
		({"kind": "song", "data": "eA=="}, "kind"),
		({"kind": "image", "data": "%"}, "data"),
		({"kind": "image"}, "data"),
	],
	ids=["unknown kind", "no base64", "no data"],
)
def test_file_from_the_page_that_is_none(sandbox: Sandbox, body: dict, field: str) -> None:
	sandbox.customer("+14155550123", "Ada")
	answer = httpx.post(f"{sandbox.url}/sandbox/customers/14155550123/files", json=body)
	assert (answer.status_code, answer.json()["error"].split(":")[0]) == (400, field)
