"""Webhooks: bytes, signature, order, retries, holding, addresses."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from typing import Any

import pytest

from tests.credentials import APP_SECRET, GIVEN, VERIFY_TOKEN
from tests.sandbox.receiver import Receiver
from whatsapp_channel.sandbox import Config, Customer, Sandbox, SandboxError, Settings
from whatsapp_channel.sandbox.graph import message_delivery
from whatsapp_channel.sandbox.webhooks import signed_json

# secret, body, expected hex: vectors computed with another HMAC implementation
VECTORS: dict[str, tuple[str, bytes, str]] = {
	"compact": (
		"test_app_secret",
		b'{"object":"whatsapp_business_account","entry":[]}',
		"dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756",
	),
	"escaped": (
		"test_app_secret",
		rb'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{"text":"\u00e4\u00f6\u00e5"}}]}]}',
		"2a2c5c981e785369e505751baca0c8c961d7540e11e8a9d72e631db9b74681ec",
	),
	"other secret": (
		"otro_secreto",
		b'{"object":"whatsapp_business_account","entry":[]}',
		"769b03d8c2ae6498f2d1e1f7299c0ba55448c69d741e7b0bb243d852d8a8d8c7",
	),
}


@pytest.mark.parametrize(("secret", "body", "expected"), VECTORS.values(), ids=VECTORS.keys())
def test_signature_vectors(secret: str, body: bytes, expected: str) -> None:
	assert signed_json.sign(secret, body) == f"sha256={expected}"


def test_webhook_is_signed_over_its_escaped_bytes(sandbox: Sandbox, receiver: Receiver) -> None:
	sandbox.customer("+14155550123", "Zoë").sends("Grüße 🚲 a/b @home")
	assert sandbox.flush()
	body = receiver.bodies[0]
	digest = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
	assert receiver.signatures == [f"sha256={digest}"]
	assert rb"Gr\u00fc\u00dfe \ud83d\udeb2 a\/b \u0040home" in body
	assert body.isascii()
	assert receiver.texts() == ["Grüße 🚲 a/b @home"]


def test_envelope(sandbox: Sandbox, receiver: Receiver, ada: Customer) -> None:
	config = Config()
	[entry] = receiver.payloads[0]["entry"]
	[change] = entry["changes"]
	assert (entry["id"], change["field"]) == (config.waba_id, "messages")
	assert change["value"]["metadata"] == {
		"display_phone_number": "15550100200", "phone_number_id": config.phone_number_id,
	}  # fmt: skip
	message = change["value"]["messages"][0]
	assert (message["from"], message["type"], message["text"]) == (ada.wa_id, "text", {"body": "Hello"})
	assert message["timestamp"].isdigit()


def test_payload_is_built_but_not_sent(sandbox: Sandbox, receiver: Receiver) -> None:
	item = sandbox.customer("+14155550123", "Ada").writes("By hand")
	body = sandbox.payload_for(item, sandbox.status_item("wamid.X", "sent"))
	assert sandbox.flush()
	assert receiver.bodies == []
	values = [change["value"] for change in json.loads(body)["entry"][0]["changes"]]
	assert values[0]["messages"][0]["text"] == {"body": "By hand"}
	assert values[1]["statuses"][0]["id"] == "wamid.X"
	assert sandbox.sign(body) == signed_json.sign(APP_SECRET, body)


SHAPES: dict[str, tuple[int, int, int]] = {"values": (1, 2, 2), "changes": (1, 3, 1), "entries": (3, 1, 1)}


@pytest.mark.parametrize(("shape", "expected"), SHAPES.items(), ids=SHAPES.keys())
def test_shapes_of_a_batch(sandbox: Sandbox, shape: str, expected: tuple[int, int, int]) -> None:
	ada = sandbox.customer("+14155550123", "Ada")
	items = [ada.writes("1"), ada.writes("2"), sandbox.status_item("wamid.X", "sent")]
	entries = json.loads(sandbox.payload_for(*items, shape=shape))["entry"]
	changes = entries[0]["changes"]
	assert (len(entries), len(changes), len(changes[0]["value"]["messages"])) == expected


def test_event_of_another_field(sandbox: Sandbox, receiver: Receiver) -> None:
	sandbox.post(sandbox.event("account_update", {"event": "ACCOUNT_DELETED"}))
	assert sandbox.flush()
	[entry] = receiver.payloads[0]["entry"]
	assert entry["changes"] == [{"value": {"event": "ACCOUNT_DELETED"}, "field": "account_update"}]
	assert isinstance(entry["time"], int)


def test_first_attempts_of_one_customer_keep_their_order(sandbox: Sandbox, receiver: Receiver) -> None:
	customer = sandbox.customer("+14155550123")
	written = [str(number) for number in range(50)]
	for text in written:
		customer.sends(text)
	assert sandbox.flush()
	assert receiver.texts() == written


def test_refused_webhook_comes_again_with_the_same_bytes(sandbox: Sandbox, receiver: Receiver) -> None:
	receiver.answers = [503, 401, 302]
	wamid = sandbox.customer("+14155550123").sends("Again")
	assert sandbox.flush()
	assert len(receiver.bodies) == 4
	assert len(set(receiver.bodies)) == 1
	delivery = sandbox.delivery_of(wamid)
	assert delivery is not None
	assert [attempt.status for attempt in delivery.attempts] == [503, 401, 302, 200]
	assert delivery.attempts[0].answer == "said the helpdesk"


def test_refusal_does_not_hold_up_the_next_message(sandbox: Sandbox, receiver: Receiver) -> None:
	sandbox.settings.update({"retry_delays": [60]})
	receiver.answers = [503]
	customer = sandbox.customer("+14155550123")
	refused = customer.sends("First")
	customer.sends("Second")
	sandbox.wait_until(lambda: receiver.texts() == ["First", "Second"])
	assert not sandbox.flush(timeout=0.05)
	sandbox.courier.retry(refused)
	assert sandbox.flush()
	assert receiver.texts() == ["First", "Second", "First"]


def test_given_up_after_the_time_set(sandbox: Sandbox, receiver: Receiver) -> None:
	sandbox.settings.update({"give_up_after": 0})
	receiver.answers = [503]
	wamid = sandbox.customer("+14155550123").sends("Lost")
	assert sandbox.flush()
	delivery = sandbox.delivery_of(wamid)
	assert delivery is not None
	assert (delivery.state, len(delivery.attempts)) == ("abandoned", 1)


def test_helpdesk_that_is_away() -> None:
	with Sandbox(callback_url="http://127.0.0.1:9/webhook", settings=Settings(retry_delays=(60,))) as sandbox:
		wamid = sandbox.customer("+14155550123").sends("Anyone?")
		delivery = sandbox.delivery_of(wamid)
		assert delivery is not None
		sandbox.wait_until(lambda: delivery.attempts)
		assert delivery.attempts[0].status is None
		assert "ConnectError" in str(delivery.attempts[0].error)


def test_message_waits_for_an_address(receiver: Receiver) -> None:
	with Sandbox(**GIVEN) as sandbox:
		wamid = sandbox.customer("+14155550123").sends("Early")
		delivery = sandbox.delivery_of(wamid)
		assert delivery is not None
		assert (delivery.state, delivery.reason) == ("unsent", "No webhook address is configured.")
		sandbox.configure_callback(receiver.url)
		assert sandbox.flush()
		assert (delivery.state, receiver.texts(), sandbox.callback.verified) == ("answered", ["Early"], True)


ADDRESSES = {
	"wrong verify token": ("", "nonsense", "HTTP 403"),
	"nobody there": ("http://127.0.0.1:9/", VERIFY_TOKEN, "did not answer"),
	"no address": ("nonsense", VERIFY_TOKEN, "did not answer"),
}


@pytest.mark.parametrize(("url", "token", "problem"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_address_is_refused(receiver: Receiver, url: str, token: str, problem: str) -> None:
	with Sandbox(**GIVEN) as sandbox:
		with pytest.raises(SandboxError, match=problem):
			sandbox.configure_callback(url or receiver.url, token)
		assert (sandbox.callback.url, sandbox.callback.verified) == (None, False)


ORDERS: dict[str, tuple[Any, list[str]]] = {
	"as written": ("fifo", ["1", "status", "2"]),
	"reversed": ("reverse", ["2", "status", "1"]),
	"statuses first": ("statuses_first", ["status", "1", "2"]),
	"messages first": ("messages_first", ["1", "2", "status"]),
	"by position": ([2, 0, 1], ["2", "1", "status"]),
}


@pytest.mark.parametrize(("order", "expected"), ORDERS.values(), ids=ORDERS.keys())
def test_held_webhooks_are_released_in_order(
	sandbox: Sandbox, receiver: Receiver, order: Any, expected: list[str]
) -> None:
	customer = sandbox.customer("+14155550123")
	sandbox.hold_webhooks()
	customer.sends("1")
	sandbox.post(sandbox.status_item("wamid.X", "sent"))
	customer.sends("2")
	assert sandbox.flush()
	assert receiver.bodies == []
	assert sandbox.release(order) == 3
	assert sandbox.flush()
	seen = [
		value["messages"][0]["text"]["body"] if "messages" in value else "status"
		for value in receiver.values()
	]
	assert seen == expected


BAD_ORDERS: dict[str, Any] = {"unknown name": "sideways", "missing position": [0], "position twice": [0, 0]}


@pytest.mark.parametrize("order", BAD_ORDERS.values(), ids=BAD_ORDERS.keys())
def test_wrong_order_loses_nothing(sandbox: Sandbox, receiver: Receiver, order: Any) -> None:
	sandbox.hold_webhooks()
	for text in ("1", "2"):
		sandbox.customer("+14155550123").sends(text)
	with pytest.raises(SandboxError, match="order"):
		sandbox.release(order)
	assert sandbox.release(batch=True) == 2
	assert sandbox.flush()
	assert (len(receiver.bodies), receiver.texts()) == (1, ["1", "2"])


def test_reset_forgets_and_waits_for_what_is_under_way(sandbox: Sandbox, receiver: Receiver) -> None:
	entered, leave = threading.Event(), threading.Event()

	def block(payload: dict[str, Any]) -> None:
		entered.set()
		leave.wait(60)

	receiver.on_post = block
	customer = sandbox.customer("+14155550123")
	customer.sends("Under way")
	customer.sends("Never sent")
	assert entered.wait(60)
	resetting = threading.Thread(target=sandbox.reset)
	resetting.start()
	resetting.join(0.05)
	assert resetting.is_alive()
	leave.set()
	resetting.join(60)
	assert not resetting.is_alive()
	assert (receiver.texts(), sandbox.customers, sandbox.webhooks) == (["Under way"], {}, [])


def test_reset_forgets_the_statuses_of_an_answered_message(
	send: Any, sandbox: Sandbox, ada: Customer
) -> None:
	wamid = send().json()["messages"][0]["id"]
	message = sandbox.message(wamid)
	sandbox.reset()
	message_delivery.begin(sandbox, message)
	assert sandbox.flush()
	assert sandbox.webhooks == []


def test_fifty_customers_at_once(sandbox: Sandbox, receiver: Receiver) -> None:
	def write(number: int) -> None:
		customer = sandbox.customer(f"+1415555{number:04d}")
		for text in ("a", "b"):
			customer.sends(f"{number}{text}")

	threads = [threading.Thread(target=write, args=(number,)) for number in range(50)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	assert sandbox.flush(60)
	texts = receiver.texts()
	assert sorted(texts) == sorted(f"{number}{text}" for number in range(50) for text in "ab")
	assert all(texts.index(f"{number}a") < texts.index(f"{number}b") for number in range(50))


def test_waiting_in_vain_says_so(sandbox: Sandbox) -> None:
	with pytest.raises(TimeoutError, match="did not happen"):
		sandbox.wait_until(lambda: False, timeout=0.01)
