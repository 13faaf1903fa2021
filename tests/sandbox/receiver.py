"""A helpdesk's webhook endpoint for tests: it keeps what it gets, and answers what a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.credentials import VERIFY_TOKEN


@dataclass
class Receiver:
	"""`answers`: statuses for the next POSTs, then 200. `on_post`: called before answering."""

	url: str = ""
	verify_token: str = VERIFY_TOKEN
	bodies: list[bytes] = field(default_factory=list)
	signatures: list[str] = field(default_factory=list)
	answers: list[int] = field(default_factory=list)
	on_post: Callable[[dict[str, Any]], None] | None = None

	def reset(self) -> None:
		self.bodies, self.signatures, self.answers, self.on_post = [], [], [], None
		self.verify_token = VERIFY_TOKEN

	@property
	def payloads(self) -> list[dict[str, Any]]:
		return [json.loads(body) for body in self.bodies]

	def values(self) -> list[dict[str, Any]]:
		return [
			change["value"] for one in self.payloads for entry in one["entry"] for change in entry["changes"]
		]

	def events(self, field: str) -> list[dict[str, Any]]:
		"""What came of one webhook field: entry id and value."""
		return [
			{"id": entry["id"], "value": change["value"]}
			for one in self.payloads
			for entry in one["entry"]
			for change in entry["changes"]
			if change["field"] == field
		]

	def texts(self) -> list[str]:
		return [message["text"]["body"] for value in self.values() for message in value.get("messages", [])]

	def statuses(self, wamid: str | None = None) -> list[str]:
		found = [status for value in self.values() for status in value.get("statuses", [])]
		return [status["status"] for status in found if wamid in (None, status["id"])]

	def status_items(self) -> list[dict[str, Any]]:
		return [status for value in self.values() for status in value.get("statuses", [])]

	def answer(self, request: Request) -> Response:
		if request.method == "GET":
			right = request.args.get("hub.verify_token") == self.verify_token
			return Response(request.args["hub.challenge"] if right else "no", 200 if right else 403)
		body = request.get_data()
		if self.on_post:
			self.on_post(json.loads(body))
		status = self.answers.pop(0) if self.answers else 200
		self.bodies.append(body)
		self.signatures.append(request.headers.get("X-Hub-Signature-256", ""))
		return Response("said the helpdesk", status)


class Quiet(WSGIRequestHandler):
	def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
		return


def start() -> tuple[Receiver, Callable[[], None]]:
	"""A receiver that listens, and how to stop it."""
	receiver = Receiver()
	server = make_server(
		"127.0.0.1", 0, Request.application(receiver.answer), threaded=True, request_handler=Quiet
	)
	receiver.url = f"http://127.0.0.1:{server.server_port}/webhook"
	thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
	thread.start()

	def stop() -> None:
		server.shutdown()
		thread.join()
		server.server_close()

	return receiver, stop
