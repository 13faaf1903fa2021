"""Recorded HTTP with Meta, replayed as the client's transport, and how two requests are compared."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

import httpx

from whatsapp_channel.cloud_api.client import CloudAPI

PAYLOADS = Path(__file__).parent.parent / "payloads"
FOLDER = PAYLOADS / "ruby_whatsapp_sdk"
TOKEN = "EAAtoken0123456789"
BINARY = "<binary>"
FILE = b"\x89PNG\r\n\x1a\nfile"
# What our requests have beyond the recorded ones, by intention: the reference that comes back in each status.
ADDITIONS = {"biz_opaque_callback_data"}


@dataclass
class Replay:
	"""One recording as a transport; `seen` are the requests that came."""

	name: str
	seen: list[httpx.Request] = field(default_factory=list)

	def __post_init__(self):
		self.recorded = json.loads((FOLDER / f"{self.name}.json").read_text())
		self.request = self.recorded["request"]
		self.answer = self.recorded["response"]

	@property
	def uri(self) -> httpx.URL:
		return httpx.URL(self.request["uri"])

	@property
	def fields(self) -> list[str]:
		return self.uri.params["fields"].split(",")

	@property
	def node(self) -> str:
		return path_after_version(self.uri).split("/")[1]

	def api(self) -> CloudAPI:
		return CloudAPI(TOKEN, transport=httpx.MockTransport(self._answer))

	def _answer(self, request: httpx.Request) -> httpx.Response:
		request.read()
		self.seen.append(request)
		raw = self.answer["raw_body"]
		content = FILE if raw == BINARY else raw.encode()
		return httpx.Response(self.answer["status"], headers=self.answer["headers"], content=content)

	def assert_equal_request(self) -> None:
		(sent,) = self.seen
		assert sent.method == self.request["method"]
		assert path_after_version(sent.url) == path_after_version(self.uri)
		assert sorted(sent.url.params.multi_items()) == sorted(self.uri.params.multi_items())
		assert sent.headers["authorization"] == f"Bearer {TOKEN}"
		if self.request["body"] == BINARY:
			assert multipart_names(sent) == {"messaging_product", "type", "file"}
		else:
			assert meaning(sent.content.decode()) == meaning(self.request["body"])


def path_after_version(url: httpx.URL) -> str:
	return re.sub(r"^/v\d+\.\d+", "", url.path)


def meaning(body: str | dict) -> dict:
	"""What a body says to Meta, whether it is JSON or a form."""
	found = dict(body) if isinstance(body, dict) else _parsed(body)
	if "to" in found:
		# The recorded library sends the bare number; Meta's page asks for the plus.
		found["to"] = str(found["to"]).removeprefix("+")
	if found.get("recipient_type") == "individual":
		# Meta's default.
		del found["recipient_type"]
	return {name: value for name, value in found.items() if name not in ADDITIONS}


def _parsed(body: str) -> dict:
	if body.startswith("{"):
		return json.loads(body)
	found: dict = {}
	for name, value in parse_qsl(body):
		if name.endswith("[]"):
			found.setdefault(name[:-2], []).append(value)
		else:
			found[name] = value
	return found


def multipart_names(request: httpx.Request) -> set[str]:
	assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
	return set(re.findall(r'[; ]name="(\w+)"', request.content.decode("latin-1")))
