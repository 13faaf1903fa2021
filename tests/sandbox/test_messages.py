"""Sending: what is refused at once, what fails later, and the statuses of the rest."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import wamid_of
from tests.sandbox.receiver import Receiver
from whatsapp_channel.sandbox import Config, Customer, Sandbox

Send = Callable[..., httpx.Response]
NUMBER = Config().phone_number_id
BUTTON = {"type": "reply", "reply": {"id": "1", "title": "Yes"}}


def buttons(count: int, title: str = "Yes") -> dict[str, Any]:
	button = {"type": "reply", "reply": {"id": "1", "title": title}}
	return {"type": "button", "body": {"text": "Choose"}, "action": {"buttons": [button] * count}}


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
	"no messaging_product": ({"messaging_product": None}, 100),
	"other messaging_product": ({"messaging_product": "sms"}, 100),
	"nobody addressed": ({"to": None}, 100),
	"no number": ({"to": "Ada"}, 131009),
	"the business itself": ({"to": Config().number}, 131021),
	"unknown type": ({"type": "telegram"}, 100),
	"no content": ({"text": None}, 131008),
	"content is text": ({"text": "Hi"}, 100),
	"empty body": ({"text": {"body": ""}}, 131008),
	"body of 4097 characters": ({"text": {"body": "x" * 4097}}, 100),
	"body is a number": ({"text": {"body": 5}}, 100),
	"reference of 513 characters": ({"biz_opaque_callback_data": "x" * 513}, 100),
	"quote of nothing": ({"context": {}}, 131009),
	"unknown recipient_type": ({"recipient_type": "crowd"}, 100),
	"file without id or link": ({"type": "image", "image": {"caption": "x"}}, 131008),
	"file with id and link": ({"type": "image", "image": {"id": "1", "link": "https://a.example"}}, 131009),
	"unknown file": ({"type": "image", "image": {"id": "1"}}, 100),
	"caption of 1025 characters": (
		{"type": "image", "image": {"link": "https://a.example", "caption": "x" * 1025}},
		100,
	),
	"reaction to no message": ({"type": "reaction", "reaction": {"message_id": "1", "emoji": "👍"}}, 131009),
	"location without longitude": ({"type": "location", "location": {"latitude": 1}}, 131008),
	"location in words": ({"type": "location", "location": {"latitude": "here", "longitude": 1}}, 131009),
	"no contacts": ({"type": "contacts", "contacts": []}, 131008),
	"contact without a name": ({"type": "contacts", "contacts": [{"phones": []}]}, 131008),
	"four buttons": ({"type": "interactive", "interactive": buttons(4)}, 131009),
	"button of 21 characters": ({"type": "interactive", "interactive": buttons(1, "x" * 21)}, 100),
	"unknown template": (
		{"type": "template", "template": {"name": "no", "language": {"code": "en"}}},
		132001,
	),
	"template without language": ({"type": "template", "template": {"name": "hello_world"}}, 131008),
}


@pytest.mark.parametrize(("changes", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_at_once(
	send: Send, sandbox: Sandbox, ada: Customer, changes: dict[str, Any], code: int
) -> None:
	answer = send(**changes)
	error = answer.json()["error"]
	assert (answer.status_code, error["code"]) == (404 if code == 132001 else 400, code)
	assert error["fbtrace_id"]
	assert [message.outgoing for message in sandbox.messages(ada.wa_id)] == [False]


ACCEPTED: dict[str, dict[str, Any]] = {
	"body of 4096 characters": {"text": {"body": "x" * 4096}},
	"reference of 512 characters": {"biz_opaque_callback_data": "x" * 512},
	"to as a number": {"to": 14155550123},
	"to without plus": {"to": "14155550123"},
	"to with blanks": {"to": "+1 (415) 555-0123"},
	"no type": {"type": None},
	"link": {"type": "document", "document": {"link": "https://a.example/b.pdf", "filename": "b.pdf"}},
	"three buttons": {"type": "interactive", "interactive": buttons(3)},
	"location": {"type": "location", "location": {"latitude": "1.5", "longitude": 2}},
	"contact": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Bo"}}]},
	"reaction": {"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": "👍"}},
}


@pytest.mark.parametrize("changes", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_accepted(send: Send, sandbox: Sandbox, ada: Customer, changes: dict[str, Any]) -> None:
	answer = send(**changes)
	assert answer.status_code == 200, answer.text
	assert answer.json()["contacts"][0]["wa_id"] == ada.wa_id
	assert answer.json()["contacts"][0]["input"] == str(changes.get("to", "+14155550123"))
	assert sandbox.message(wamid_of(answer)).wa_id == ada.wa_id


def test_message_id_names_peer_and_direction(send: Send, ada: Customer, sandbox: Sandbox) -> None:
	sent = base64.b64decode(wamid_of(send()).removeprefix("wamid."))
	received = base64.b64decode(sandbox.messages(ada.wa_id)[0].wamid.removeprefix("wamid."))
	assert sent[:18] == b"\x1c\x18\x0b14155550123\x15\x02\x00\x11"
	assert (sent[18:20], len(sent)) == (b"\x18\x12", 39)
	assert received[:18] == b"\x1c\x18\x0b14155550123\x15\x02\x00\x12"
	assert (received[18:20], len(received)) == (b"\x18\x14", 41)


def test_without_plus_the_business_country_code_is_added(send: Send, sandbox: Sandbox) -> None:
	assert send(to="4155550199").json()["contacts"][0]["wa_id"] == "14155550199"


def test_statuses_carry_reference_pricing_and_ids(
	send: Send, sandbox: Sandbox, receiver: Receiver, ada: Customer
) -> None:
	wamid = wamid_of(send(biz_opaque_callback_data="outbox-1"))
	assert sandbox.flush()
	assert receiver.statuses() == ["sent", "delivered"]
	for status in receiver.status_items():
		assert status["id"] == wamid
		assert status["biz_opaque_callback_data"] == "outbox-1"
		assert (status["recipient_id"], status["recipient_user_id"]) == (ada.wa_id, ada.user_id)
		assert status["pricing"] == {
			"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service",
		}  # fmt: skip
		assert status["timestamp"].isdigit()
		assert "conversation" not in status
	assert receiver.values()[-1]["contacts"] == [ada.contact()]
	assert sandbox.message(wamid).status == "delivered"


def test_before_v24_a_conversation_comes_along(
	send: Send, sandbox: Sandbox, receiver: Receiver, ada: Customer
) -> None:
	sandbox.settings.update({"webhook_version": 23})
	send()
	assert sandbox.flush()
	sent, delivered = receiver.status_items()
	assert sent["conversation"]["origin"] == {"type": "service"}
	assert "expiration_timestamp" in sent["conversation"]
	assert "expiration_timestamp" not in delivered["conversation"]


def test_ad_opens_a_free_entry_point(send: Send, sandbox: Sandbox, receiver: Receiver, ada: Customer) -> None:
	ada.sends_raw(
		{"type": "text", "text": {"body": "Ad!"}, "referral": {"source_type": "ad", "source_id": "1"}}
	)
	send()
	assert sandbox.flush()
	sent = receiver.status_items()[0]
	assert sent["conversation"]["origin"] == {"type": "referral_conversion"}
	assert sent["pricing"]["type"] == "free_entry_point"
	assert int(sent["conversation"]["expiration_timestamp"]) - int(sent["timestamp"]) > 6 * 24 * 3600


SETTINGS: dict[str, tuple[dict[str, Any], list[str]]] = {
	"auto": ({}, ["sent", "delivered"]),
	"auto and read": ({"auto_read": True}, ["sent", "delivered", "read"]),
	"manual": ({"statuses": "manual"}, []),
}


@pytest.mark.parametrize(("settings", "expected"), SETTINGS.values(), ids=SETTINGS.keys())
def test_statuses_by_setting(
	send: Send,
	sandbox: Sandbox,
	receiver: Receiver,
	ada: Customer,
	settings: dict[str, Any],
	expected: list[str],
) -> None:
	sandbox.settings.update(settings)
	send()
	assert sandbox.flush()
	assert receiver.statuses() == expected


def test_marks_go_out_in_the_order_given(
	send: Send, sandbox: Sandbox, receiver: Receiver, ada: Customer
) -> None:
	sandbox.settings.update({"statuses": "manual"})
	wamid = wamid_of(send())
	for status in ("read", "delivered", "sent", "played"):
		sandbox.mark(wamid, status)
	assert sandbox.flush()
	assert receiver.statuses(wamid) == ["read", "delivered", "sent", "played"]
	assert sandbox.message(wamid).status == "played"


WINDOWS: dict[str, tuple[timedelta | None, str, int, list[str]]] = {
	"just open": (timedelta(hours=23, minutes=59), "async", 200, ["sent", "delivered"]),
	"shut for a second": (timedelta(hours=24, seconds=1), "async", 200, ["failed"]),
	"never opened": (None, "async", 200, ["failed"]),
	"shut, answered at once": (timedelta(hours=25), "sync", 400, []),
	"shut, switched off": (timedelta(hours=25), "off", 200, ["sent", "delivered"]),
}


@pytest.mark.parametrize(("age", "mode", "http_status", "expected"), WINDOWS.values(), ids=WINDOWS.keys())
def test_window(
	send: Send, sandbox: Sandbox, receiver: Receiver,
	age: timedelta | None, mode: str, http_status: int, expected: list[str],
) -> None:  # fmt: skip
	sandbox.settings.update({"window": mode})
	customer = sandbox.customer("+14155550123")
	if age is not None:
		customer.sends("Hello", sandbox.clock() - age)
	answer = send()
	assert answer.status_code == http_status
	assert sandbox.flush()
	assert receiver.statuses() == expected
	codes = [error["code"] for status in receiver.status_items() for error in status.get("errors", [])]
	assert codes == ([131047] if expected == ["failed"] else [])
	if http_status == 400:
		assert answer.json()["error"]["code"] == 131047


def test_reaction_does_not_open_the_window(send: Send, sandbox: Sandbox, receiver: Receiver) -> None:
	sandbox.customer("+14155550123").sends_raw(
		{"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": "👍"}}
	)
	send()
	assert sandbox.flush()
	assert receiver.statuses() == ["failed"]


def test_template_goes_out_without_a_window(send: Send, sandbox: Sandbox, receiver: Receiver) -> None:
	sandbox.customer("+14155550123")
	sandbox.templates.add("order", "Order {{1}} is here.", category="UTILITY")
	part = {"type": "body", "parameters": [{"type": "text", "text": "4711"}]}
	template = {"name": "order", "language": {"code": "en_US"}, "components": [part]}
	answer = send(type="template", text=None, template=template)
	assert answer.json()["messages"][0]["message_status"] == "accepted"
	assert sandbox.flush()
	assert receiver.statuses() == ["sent", "delivered"]
	assert receiver.status_items()[0]["pricing"]["category"] == "utility"
	wrong = send(type="template", text=None, template={**template, "components": []})
	assert wrong.json()["error"]["code"] == 132000


STRANGERS = {"failed": ("failed", ["failed"]), "accept": ("accept", ["sent"])}


@pytest.mark.parametrize(("mode", "expected"), STRANGERS.values(), ids=STRANGERS.keys())
def test_unknown_recipient(
	send: Send, sandbox: Sandbox, receiver: Receiver, mode: str, expected: list[str]
) -> None:
	sandbox.settings.update({"unknown_recipient": mode})
	assert send(to="+14155559999").status_code == 200
	assert sandbox.flush()
	assert receiver.statuses() == expected
	failed = receiver.status_items()[0]
	assert [error["code"] for error in failed.get("errors", [])] == ([131026] if mode == "failed" else [])
	assert "recipient_user_id" not in failed


def test_user_id_instead_of_a_number(send: Send, sandbox: Sandbox, receiver: Receiver) -> None:
	hidden = sandbox.customer("+14155550123", "Ada", user_id="US.42", hides_number=True)
	hidden.sends("Hello")
	answer = send(to=None, recipient="US.42").json()
	assert answer["contacts"] == [{"input": "US.42", "user_id": "US.42"}]
	assert sandbox.flush()
	message = receiver.values()[0]["messages"][0]
	assert (message["from_user_id"], "from" in message) == ("US.42", False)
	assert receiver.values()[0]["contacts"] == [{"profile": {"name": "Ada"}, "user_id": "US.42"}]
	status = receiver.status_items()[0]
	assert (status["recipient_user_id"], "recipient_id" in status) == ("US.42", False)


def test_customers_without_user_ids(sandbox: Sandbox, receiver: Receiver) -> None:
	sandbox.settings.update({"user_ids": False})
	sandbox.customer("+14155550123", "Ada").sends("Hello")
	assert sandbox.flush()
	assert "from_user_id" not in receiver.values()[0]["messages"][0]
	assert receiver.values()[0]["contacts"] == [{"profile": {"name": "Ada"}, "wa_id": "14155550123"}]


def test_phone_switched_off_and_on(send: Send, sandbox: Sandbox, receiver: Receiver, ada: Customer) -> None:
	ada.switch_off()
	wamid = wamid_of(send())
	assert sandbox.flush()
	assert ada.reads() == []
	assert receiver.statuses() == ["sent"]
	ada.switch_on()
	assert ada.reads() == [wamid]
	assert ada.reads() == []
	assert sandbox.flush()
	assert receiver.statuses() == ["sent", "delivered", "read"]


def test_business_reads_and_types(graph: httpx.Client, sandbox: Sandbox, ada: Customer) -> None:
	first = sandbox.messages(ada.wa_id)[0].wamid
	later = ada.sends("Anyone there?", sandbox.clock() + timedelta(minutes=1))
	body = {
		"messaging_product": "whatsapp",
		"status": "read",
		"message_id": first,
		"typing_indicator": {"type": "text"},
	}
	assert graph.post(f"/v26.0/{NUMBER}/messages", json=body).json() == {"success": True}
	assert [sandbox.message(wamid).read_by_business for wamid in (first, later)] == [True, False]
	assert ada.typing_until is not None
	assert ada.typing_until > sandbox.clock()


def test_file_of_a_customer_can_be_fetched(
	graph: httpx.Client, sandbox: Sandbox, receiver: Receiver, ada: Customer
) -> None:
	ada.sends_file("document", b"%PDF-1.7", "application/pdf", filename="a.pdf", caption="Receipt")
	assert sandbox.flush()
	document = receiver.values()[-1]["messages"][0]["document"]
	assert (document["filename"], document["caption"]) == ("a.pdf", "Receipt")
	url = graph.get(f"/v26.0/{document['id']}").json()["url"]
	assert graph.get(url).content == b"%PDF-1.7"
