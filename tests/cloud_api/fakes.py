"""A client whose transport answers as told."""

import json
from collections.abc import Callable

import httpx

from whatsapp_channel.cloud_api.answers import SentMessage
from whatsapp_channel.cloud_api.client import CloudAPI, Recipient
from whatsapp_channel.cloud_api.outgoing import Sendable, text

TOKEN = "EAAtoken0123456789"
Handler = Callable[[httpx.Request], httpx.Response]


def api(handler: Handler, **more: str) -> CloudAPI:
	return CloudAPI(TOKEN, transport=httpx.MockTransport(handler), **more)


def answering(*answers: object, status: int = 200) -> tuple[Handler, list[httpx.Request]]:
	"""A handler that gives `answers` one after another, and the requests it saw."""
	left, seen = list(answers), []

	def handle(request: httpx.Request) -> httpx.Response:
		seen.append(request)
		return httpx.Response(status, json=left.pop(0) if len(left) > 1 else left[0])

	return handle, seen


def body_of(request: httpx.Request) -> dict:
	return json.loads(request.content or b"{}")


SENT = {"messages": [{"id": "wamid.1"}], "contacts": [{"input": "+1", "wa_id": "16505551234"}]}


def send(client: CloudAPI, content: Sendable | None = None, **more: object) -> SentMessage:
	return client.send("106", Recipient("16505551234"), content or text("Hi"), **{"reference": "r", **more})
