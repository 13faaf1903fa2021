"""Webhook bodies for tests: a valid message and ways to place things around it."""

import json
from typing import Any

from whatsapp_channel.cloud_api.webhook_parser import Item

NUMBER = "106540352242922"
ACCOUNT = "102290129340398"
SENDER = "16505551234"


def message(**changes: Any) -> dict[str, Any]:
	"""A valid text message; a value of `...` removes the key."""
	found = {
		"from": SENDER,
		"id": "wamid.valid",
		"timestamp": "1750000000",
		"type": "text",
		"text": {"body": "Hello"},
		**changes,
	}
	return {name: value for name, value in found.items() if value is not ...}


def status(**changes: Any) -> dict[str, Any]:
	"""A valid status; a value of `...` removes the key."""
	found = {
		"id": "wamid.ours",
		"status": "sent",
		"timestamp": "1750000000",
		"recipient_id": SENDER,
		**changes,
	}
	return {name: value for name, value in found.items() if value is not ...}


def value(**parts: Any) -> dict[str, Any]:
	return {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER}, **parts}


def change(content: Any, field: Any = "messages") -> dict[str, Any]:
	return {"field": field, "value": content}


def delivery(*changes: Any, **top: Any) -> dict[str, Any]:
	entry = {"id": ACCOUNT, "changes": list(changes)}
	return {"object": "whatsapp_business_account", "entry": [entry], **top}


def encode(body: Any) -> bytes:
	return json.dumps(body).encode()


def of_messages(*messages: Any, **parts: Any) -> bytes:
	return encode(delivery(change(value(messages=list(messages), **parts))))


def of_statuses(*statuses: Any) -> bytes:
	return encode(delivery(change(value(statuses=list(statuses)))))


def assert_one_valid(items: tuple[Item, ...], *, bad: int) -> None:
	"""The message `wamid.beside` was read, and `bad` other items were not."""
	good = [item for item in items if item.problem is None]
	assert [item.message and item.message.id for item in good] == ["wamid.beside"]
	assert len(items) == bad + 1
