"""How a client is made, which limits it keeps, and how connections are shared."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from whatsapp_channel.cloud_api import client as client_module
from whatsapp_channel.cloud_api.answers import SentMessage
from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import NotSent, OutcomeUnknown

from .fakes import SENT, TOKEN, answering, api, send

# Construction and connections


@pytest.mark.parametrize("token", ["", "  ", "EAA\nx", "EAA x", "EAAé", "EAA\x00"])
def test_token_that_no_header_carries(token: str):
	with pytest.raises(ValueError, match="copy it again") as caught:
		CloudAPI(token)
	assert "EAA" not in str(caught.value)


def test_token_is_stripped():
	handler, seen = answering({"success": True})
	CloudAPI(f" {TOKEN}\n", transport=httpx.MockTransport(handler)).deregister("1")
	assert seen[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("version", ["", "25.0", "v25", "v25.0/", "../v25.0", "v25.0\n"])
def test_version_that_is_none(version: str):
	with pytest.raises(ValueError, match="version"):
		CloudAPI(TOKEN, version=version)


def test_limits_of_time():
	handler, seen = answering({"success": True})
	api(handler).deregister("1")
	assert seen[0].extensions["timeout"] == {"connect": 5.0, "read": 30.0, "write": 30.0, "pool": 5.0}


class _Meta(BaseHTTPRequestHandler):
	protocol_version = "HTTP/1.1"

	def do_POST(self):
		self.rfile.read(int(self.headers["content-length"]))
		self.server.peers.add(self.client_address)
		if "/hang-up/" in self.path:
			self.close_connection = True
			return
		answer = json.dumps(SENT).encode()
		self.send_response(200)
		self.send_header("Content-Length", str(len(answer)))
		self.end_headers()
		self.wfile.write(answer)

	def log_message(self, *_args: object) -> None:
		"""Quiet."""


class _Server(ThreadingHTTPServer):
	request_queue_size = 64  # on a busy machine many connect before one is taken up


@pytest.fixture
def meta() -> Iterator[ThreadingHTTPServer]:
	server = _Server(("127.0.0.1", 0), _Meta)
	server.peers = set()
	server.daemon_threads = True
	threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
	yield server
	server.shutdown()
	server.server_close()


def address(server: ThreadingHTTPServer) -> str:
	return f"http://127.0.0.1:{server.server_port}"


def test_connection_is_reused_by_all_clients_of_an_address(meta: ThreadingHTTPServer):
	for token in ("one", "two", "three"):
		send(CloudAPI(token, base_url=address(meta)))
		send(CloudAPI(token, base_url=address(meta) + "/"))
	assert len(meta.peers) == 1


def test_forked_process_has_its_own_connections(meta: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch):
	send(CloudAPI(TOKEN, base_url=address(meta)))
	monkeypatch.setattr(client_module.os, "getpid", lambda: -1)
	send(CloudAPI(TOKEN, base_url=address(meta)))
	assert len(meta.peers) == 2


def test_threads_share_one_client(meta: ThreadingHTTPServer):
	client = CloudAPI(TOKEN, base_url=address(meta))
	found: list[SentMessage] = []
	threads = [threading.Thread(target=lambda: found.append(send(client))) for _ in range(20)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join(60)
	assert len(found) == 20


def test_server_that_hangs_up_leaves_the_outcome_unknown(meta: ThreadingHTTPServer):
	with pytest.raises(OutcomeUnknown):
		CloudAPI(TOKEN, base_url=address(meta) + "/hang-up").deregister("1")


def test_address_where_nobody_listens_is_not_sent(meta: ThreadingHTTPServer):
	gone = address(meta)
	# Its loop would take a connection while it still looks, and drop it.
	meta.shutdown()
	meta.server_close()
	with pytest.raises(NotSent):
		send(CloudAPI(TOKEN, base_url=gone))
