"""The WhatsApp Business app as the sandbox plays it: three webhook fields in Meta's shape, and the control API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.receiver import Receiver
from whatsapp_channel.sandbox import Running, Sandbox
from whatsapp_channel.sandbox.page.business_phone import BusinessApp
from whatsapp_channel.sandbox.state.model import SandboxError

ADA = "14155550123"


@pytest.fixture
def control(server: Running) -> Iterator[httpx.Client]:
	with httpx.Client(base_url=f"{server.url}/sandbox", timeout=60) as client:
		client.post("/customers", json={"wa_id": ADA, "name": "Ada"})
		yield client


def changes(sandbox: Sandbox) -> list[tuple[str, Any]]:
	"""Field and value of every webhook so far."""
	assert sandbox.flush()
	bodies = [json.loads(delivery.body) for delivery in sandbox.webhooks]
	found = [change for body in bodies for entry in body["entry"] for change in entry["changes"]]
	return [(change["field"], change["value"]) for change in found]


def test_what_a_colleague_writes_is_on_the_phone_and_echoed(
	control: httpx.Client, sandbox: Sandbox, receiver: Receiver
) -> None:
	wamid = control.post(f"/customers/{ADA}/from_app", json={"text": "Hi", "at": 1790000000}).json()["wamid"]
	((field, value),) = changes(sandbox)
	assert field == "smb_message_echoes"
	assert value["metadata"]["phone_number_id"] == sandbox.config.phone_number_id
	assert value["message_echoes"] == [
		{
			"from": sandbox.number().digits,
			"to": ADA,
			"to_user_id": sandbox.customers[ADA].user_id,
			"id": wamid,
			"timestamp": "1790000000",
			"type": "text",
			"text": {"body": "Hi"},
		}
	]
	(bubble,) = control.get(f"/customers/{ADA}/messages").json()["messages"]
	assert (bubble["text"], bubble["outgoing"], bubble["status"]) == ("Hi", True, "delivered")


def test_corrections_name_the_message_they_are_about(control: httpx.Client, sandbox: Sandbox) -> None:
	app = BusinessApp(sandbox)
	wamid = app.writes(ADA, "At ten")
	app.edits(ADA, wamid, "At nine")
	app.deletes(ADA, wamid)
	_sent, edit, revoke = (value["message_echoes"][0] for _field, value in changes(sandbox))
	assert edit["edit"] == {
		"original_message_id": wamid,
		"message": {"type": "text", "text": {"body": "At nine"}},
	}
	assert revoke["revoke"] == {"original_message_id": wamid}


def test_the_history_holds_both_sides(control: httpx.Client, sandbox: Sandbox) -> None:
	wamid = control.post(f"/customers/{ADA}/messages", json={"text": "Hello"}).json()["wamid"]
	control.post(f"/customers/{ADA}/from_app", json={"text": "Hi"})
	assert control.post("/history", json={}).json() == {"messages": 2}
	field, value = changes(sandbox)[-1]
	(chunk,) = value["history"]
	assert (field, chunk["metadata"]) == ("history", {"phase": 0, "chunk_order": 1, "progress": 100})
	(thread,) = chunk["threads"]
	assert thread["id"] == ADA
	assert [message["from"] for message in thread["messages"]] == [ADA, sandbox.number().digits]
	assert thread["messages"][0]["id"] == wamid
	assert {message["history_context"]["status"] for message in thread["messages"]} == {"DELIVERED"}


def test_a_declined_history_is_an_error(control: httpx.Client, sandbox: Sandbox) -> None:
	control.post("/history", json={"declined": True})
	((field, value),) = changes(sandbox)
	assert (field, value["history"][0]["errors"][0]["code"]) == ("history", 2593109)


def test_the_address_book(control: httpx.Client, sandbox: Sandbox) -> None:
	control.post("/contacts", json={"wa_id": f"+{ADA}", "name": "Ada Lovelace"})
	control.post("/contacts", json={"wa_id": ADA, "action": "remove"})
	added, removed = (value["state_sync"][0] for _field, value in changes(sandbox))
	assert added["contact"] == {"phone_number": ADA, "full_name": "Ada Lovelace", "first_name": "Ada"}
	assert (added["action"], removed["action"]) == ("add", "remove")
	assert control.post("/contacts", json={"wa_id": ADA, "action": "forget"}).status_code == 400
	with pytest.raises(SandboxError, match="forget"):
		BusinessApp(sandbox).saves_contact(ADA, "Ada", action="forget")
