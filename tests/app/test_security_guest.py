"""What strangers may not do at any endpoint that needs no login; see guests.py for how a new one joins."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import frappe
import httpx
import pytest

from tests.app.desk import Desk
from tests.app.guests import ENDPOINTS, JSON, GuestEndpoint, guest_methods, rows, web_server

SETTINGS = "WhatsApp Channel Settings"


@pytest.fixture(params=ENDPOINTS, ids=lambda endpoint: endpoint.method)
def endpoint(request: pytest.FixtureRequest) -> GuestEndpoint:
	return request.param


@pytest.fixture(params=[each for each in ENDPOINTS if each.signed], ids=lambda endpoint: endpoint.method)
def signed(request: pytest.FixtureRequest) -> GuestEndpoint:
	return request.param


def test_every_guest_endpoint_is_in_the_table() -> None:
	assert guest_methods() == {endpoint.method for endpoint in ENDPOINTS}


# -- signatures -------------------------------------------------------------------------------------------------

HEADER = "X-Hub-Signature-256"
FORGED = {
	"none": lambda right: {},
	"empty": lambda right: {HEADER: ""},
	"truncated": lambda right: {HEADER: right[:-1]},
	"longer": lambda right: {HEADER: right + "0"},
	"upper case": lambda right: {HEADER: "sha256=" + right[7:].upper()},
	"upper-case prefix": lambda right: {HEADER: "SHA256=" + right[7:]},
	"without prefix": lambda right: {HEADER: right[7:]},
	"prefix alone": lambda right: {HEADER: "sha256="},
	"sha1": lambda right: {HEADER: "sha1=" + right[7:47]},
	"zeros": lambda right: {HEADER: "sha256=" + "0" * 64},
	"two joined": lambda right: {HEADER: f"{right},{right}"},
	"with a space": lambda right: {HEADER: f"{right} x"},
	"under the old name": lambda right: {"X-Hub-Signature": right},
	"not ASCII": lambda right: {HEADER: ("sha256=" + "é" * 64).encode()},
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_a_forged_signature_stores_nothing(desk: Desk, signed: GuestEndpoint, forge: Any) -> None:
	body, before = signed.body(desk), rows()
	right = signed.headers(desk, body)[HEADER]
	assert signed.post(desk, body, JSON | forge(right)).status_code == signed.refused
	assert rows() == before


def secrets(*given: str) -> None:
	settings = frappe.get_doc(SETTINGS)
	settings.set("app_secrets", [{"label": secret, "secret": secret} for secret in given])
	settings.flags.ignore_validate = True
	settings.save()
	frappe.db.commit()


SECRETS = {
	"the only secret": (["one"], "one", True),
	"the second secret": (["one", "two"], "two", True),
	"the old secret, still kept": (["new", "old"], "old", True),
	"the old secret, removed": (["new"], "old", False),
	"a wrong secret": (["one", "two"], "three", False),
	"no secret is set": ([], "one", False),
}


@pytest.mark.parametrize(("kept", "used", "accepted"), SECRETS.values(), ids=SECRETS.keys())
def test_which_secrets_are_accepted(
	desk: Desk, signed: GuestEndpoint, kept: list[str], used: str, accepted: bool
) -> None:
	secrets(*kept)
	body, before = signed.body(desk), rows()
	answer = signed.post(desk, body, signed.headers(desk, body, used))
	assert answer.status_code == (signed.accepted if accepted else signed.refused)
	assert (rows() == before) is not accepted


@pytest.mark.parametrize(
	"place", [0.0, 0.3, 0.7, 0.999], ids=["first byte", "third", "two thirds", "last byte"]
)
def test_a_body_changed_by_one_bit_is_refused(desk: Desk, signed: GuestEndpoint, place: float) -> None:
	body, before = signed.body(desk), rows()
	changed = bytearray(body)
	changed[int(place * len(body))] ^= 1
	headers = signed.headers(desk, body) | {"Content-Type": "application/octet-stream"}
	assert signed.post(desk, bytes(changed), headers).status_code == signed.refused
	assert rows() == before


def test_a_replay_is_accepted_and_changes_nothing(desk: Desk, signed: GuestEndpoint) -> None:
	body = signed.body(desk)
	assert signed.post(desk, body, signed.headers(desk, body)).status_code == signed.accepted
	desk.settle()
	once = rows()
	for _ in range(3):
		assert signed.post(desk, body, signed.headers(desk, body)).status_code == signed.accepted
	desk.settle()
	assert rows() == once


# -- the framework's own ways past the path ---------------------------------------------------------------------

COMMANDS = {
	"a method for administrators": ("whatsapp_channel.api.items.export", {"names": "[]"}),
	"reading rows": ("frappe.client.get_list", {"doctype": "WhatsApp Customer"}),
	"writing rows": ("frappe.client.insert", {"doc": '{"doctype": "ToDo", "description": "x"}'}),
	"a method of a document": (
		"run_doc_method",
		{"method": "reprocess", "dt": "WhatsApp Delivery", "dn": "x"},
	),
	"not whitelisted": ("whatsapp_channel.inbound.drain.drain", {}),
	"no such method": ("whatsapp_channel.api.webhook.nothing", {}),
	"no dotted name": ("nothing", {}),
}


@pytest.mark.parametrize(("command", "arguments"), COMMANDS.values(), ids=COMMANDS.keys())
@pytest.mark.parametrize("place", ["body", "query"])
def test_cmd_opens_nothing_that_is_closed(
	desk: Desk, endpoint: GuestEndpoint, command: str, arguments: dict[str, str], place: str
) -> None:
	before = rows()
	asked = {"cmd": command, **arguments}
	if place == "body":
		body = json.dumps(asked).encode()
		answer = endpoint.post(desk, body, endpoint.headers(desk, body))
	else:
		answer = desk.web.post(endpoint.path, params=asked)
	assert answer.status_code >= 400
	assert rows() == before


def test_cmd_with_the_endpoint_itself_still_asks_for_the_signature(desk: Desk, signed: GuestEndpoint) -> None:
	before = rows()
	desk.web.post("/", json={**json.loads(signed.body(desk)), "cmd": signed.method})
	assert rows() == before


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH"])
def test_other_methods_do_nothing(desk: Desk, endpoint: GuestEndpoint, method: str) -> None:
	body, before = endpoint.body(desk), rows()
	content = None if method == "HEAD" else body
	answer = desk.web.client.request(
		method, endpoint.path, content=content, headers=endpoint.headers(desk, body)
	)
	assert answer.status_code in (403, 404, 405)
	assert rows() == before


# -- bodies -----------------------------------------------------------------------------------------------------

TYPES = {
	"JSON": "application/json",
	"JSON with a charset": "application/json; charset=utf-8",
	"JSON as a form": "application/x-www-form-urlencoded",
	"JSON as multipart": "multipart/form-data; boundary=x",
	"text": "text/plain",
	"XML": "application/xml",
	"no type of this world": "%/\\;=,",
	"empty": "",
}


@pytest.mark.parametrize("content_type", TYPES.values(), ids=TYPES.keys())
def test_the_content_type_changes_nothing(desk: Desk, signed: GuestEndpoint, content_type: str) -> None:
	body = signed.body(desk)
	headers = signed.headers(desk, body) | {"Content-Type": content_type}
	assert signed.post(desk, body, headers | {HEADER: "sha256=" + "0" * 64}).status_code == signed.refused
	assert signed.post(desk, body, headers).status_code == signed.accepted
	assert frappe.get_all("WhatsApp Delivery", pluck="body") == [body.decode()]


FRAMEWORK_REFUSES = {"not JSON as JSON": b"{", "a number": b"1", "a text": b'"x"', "null": b"null"}


@pytest.mark.parametrize("body", FRAMEWORK_REFUSES.values(), ids=FRAMEWORK_REFUSES.keys())
def test_what_the_framework_cannot_read_stores_nothing_without_a_signature(
	desk: Desk, signed: GuestEndpoint, body: bytes
) -> None:
	before = rows()
	assert signed.post(desk, body, JSON).status_code >= 400
	assert rows() == before


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "chunked"])
@pytest.mark.parametrize("more", [0, 1], ids=["at the limit", "one byte more"])
def test_the_size_limit(desk: Desk, endpoint: GuestEndpoint, chunked: bool, more: int) -> None:
	body = endpoint.body(desk)
	body += b" " * (endpoint.limit - len(body) + more)
	before = rows()
	sent = (body[start : start + 65536] for start in range(0, len(body), 65536)) if chunked else body
	answer = endpoint.post(desk, sent, endpoint.headers(desk, body))
	assert answer.status_code == (endpoint.too_large if more else endpoint.accepted)
	assert (rows() == before) is bool(more)


@pytest.mark.parametrize("length", ["999999999999", "-1", "x"], ids=["huge", "negative", "no number"])
def test_a_length_that_is_not_true(real: "Real", endpoint: GuestEndpoint, length: str) -> None:
	before = rows()
	with real.connected() as connection:
		connection.sendall(real.head(endpoint, {"Content-Length": length}) + b"{}")
		connection.shutdown(socket.SHUT_WR)
		answer = connection.makefile("rb").readline()
	assert not answer or int(answer.split()[1]) >= 400
	assert rows() == before
	real.is_alive()


# -- the host's own web server ----------------------------------------------------------------------------------


class Real:
	"""The host's web server, spoken to byte by byte."""

	def __init__(self, desk: Desk, address: tuple[str, int], site_name: str) -> None:
		self.desk, self.address, self.site_name = desk, address, site_name

	def connected(self) -> socket.socket:
		return socket.create_connection(self.address, timeout=60)

	def head(self, endpoint: GuestEndpoint, headers: dict[str, str]) -> bytes:
		"""The request before its body."""
		common = {"Host": "127.0.0.1", "X-Frappe-Site-Name": self.site_name, "Connection": "close", **JSON}
		lines = [f"{name}: {value}" for name, value in (common | headers).items()]
		return "\r\n".join([f"POST {endpoint.path} HTTP/1.1", *lines, "", ""]).encode()

	def is_alive(self) -> None:
		"""Another request is answered."""
		url = f"http://{self.address[0]}:{self.address[1]}/api/method/ping"
		assert httpx.get(url, headers={"X-Frappe-Site-Name": self.site_name}, timeout=60).status_code == 200


@pytest.fixture
def real(desk: Desk, host: Any) -> Iterator[Real]:
	frappe.db.commit()
	with web_server(host, desk.web) as address:
		yield Real(desk, address, host.site_name)


def status_of(connection: socket.socket) -> int:
	return int(connection.makefile("rb").readline().split()[1])


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "chunked"])
def test_a_slow_body_keeps_nobody_else_waiting_and_is_stored_when_it_is_complete(
	real: Real, endpoint: GuestEndpoint, chunked: bool
) -> None:
	body = endpoint.body(real.desk)
	parts = [body[:10], body[10:-5], body[-5:]]
	if chunked:
		length = {"Transfer-Encoding": "chunked"}
		parts = [b"%x\r\n%s\r\n" % (len(part), part) for part in parts] + [b"0\r\n\r\n"]
	else:
		length = {"Content-Length": str(len(body))}
	before = rows()
	with real.connected() as connection:
		connection.sendall(real.head(endpoint, endpoint.headers(real.desk, body) | length))
		for part in parts:
			real.is_alive()
			assert rows() == before
			connection.sendall(part)
		assert status_of(connection) == endpoint.accepted
	assert rows() != before


def test_a_body_that_never_ends_is_not_stored(real: Real, endpoint: GuestEndpoint) -> None:
	body, before = endpoint.body(real.desk), rows()
	headers = endpoint.headers(real.desk, body) | {"Content-Length": str(len(body))}
	for _ in range(6):
		with real.connected() as connection:
			connection.sendall(real.head(endpoint, headers) + body[:-1])
	real.is_alive()
	assert rows() == before


HUGE = {
	"one header of 200,000 bytes": {"X-Large": "x" * 200_000},
	"a signature of 60,000 bytes": {HEADER: "sha256=" + "0" * 60_000},
	"5,000 headers": {f"X-Header-{index}": "x" for index in range(5000)},
}


@pytest.mark.parametrize("headers", HUGE.values(), ids=HUGE.keys())
def test_huge_headers(real: Real, endpoint: GuestEndpoint, headers: dict[str, str]) -> None:
	before = rows()
	with real.connected() as connection:
		try:
			connection.sendall(real.head(endpoint, headers | {"Content-Length": "2"}) + b"{}")
			answer = connection.makefile("rb").readline()
		except ConnectionError:
			answer = b""
	assert not answer or 400 <= int(answer.split()[1]) < 500
	assert rows() == before
	real.is_alive()


def test_the_answer_says_nothing_about_the_inside(desk: Desk, endpoint: GuestEndpoint) -> None:
	answer = endpoint.post(desk, b"{}", JSON)
	for word in ("Traceback", "File ", "frappe", "secret", desk.sandbox.config.app_secret):
		assert word not in answer.text
