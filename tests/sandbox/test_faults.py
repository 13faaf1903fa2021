"""Every fault strikes what it was ordered for, as often as ordered, and then no more."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import wamid_of
from tests.sandbox.receiver import Receiver
from whatsapp_channel.sandbox import Config, Customer, Running, Sandbox, SandboxError

Send = Callable[..., httpx.Response]
ANSWERS: dict[str, tuple[dict[str, Any], int, int | None]] = {
	"throttled": ({"kind": "throttled"}, 400, 130429),
	"throttled for the pair": ({"kind": "throttled", "code": 131056}, 400, 131056),
	"server error": ({"kind": "server_error"}, 500, 131000),
	"service unavailable": ({"kind": "server_error", "code": 2}, 503, 2),
	"server error of any code": ({"kind": "server_error", "code": 4}, 500, 4),
	"any error": ({"kind": "error", "code": 131026}, 400, 131026),
	"any error with another status": ({"kind": "error", "code": 131026, "http_status": 418}, 418, 131026),
	"permission range": ({"kind": "error", "code": 200}, 403, 200),
	"token refused": ({"kind": "token_refused"}, 401, 190),
	"proxy": ({"kind": "proxy_error"}, 502, None),
	"proxy with another status": ({"kind": "proxy_error", "http_status": 504}, 504, None),
}


@pytest.mark.parametrize(("fault", "status", "code"), ANSWERS.values(), ids=ANSWERS.keys())
def test_error_answers(
	send: Send,
	sandbox: Sandbox,
	receiver: Receiver,
	ada: Customer,
	fault: dict[str, Any],
	status: int,
	code: int | None,
) -> None:
	sandbox.faults.add(**fault, count=2)
	for _ in range(2):
		answer = send()
		assert answer.status_code == status
		if code is None:
			assert answer.headers["Content-Type"].startswith("text/html")
		else:
			assert answer.json()["error"]["code"] == code
	assert send().status_code == 200
	assert sandbox.flush()
	assert receiver.statuses() == ["sent", "delivered"]
	assert [request.status for request in sandbox.requests] == [status, status, 200]


def test_details_and_subcode_are_passed_on(send: Send, sandbox: Sandbox, ada: Customer) -> None:
	sandbox.faults.add("error", code=100, subcode=33, details="Because.")
	error = send().json()["error"]
	assert (error["error_subcode"], error["error_data"]["details"]) == (33, "Because.")


def test_latency(send: Send, sandbox: Sandbox, ada: Customer) -> None:
	sandbox.faults.add("latency", ms=150)
	started = time.monotonic()
	assert send().status_code == 200
	assert time.monotonic() - started >= 0.15
	assert sandbox.requests[-1].faults == ("latency",)


def test_lost_answer_sends_the_message(
	send: Send, sandbox: Sandbox, receiver: Receiver, ada: Customer
) -> None:
	sandbox.faults.add("lost_answer")
	with pytest.raises(httpx.RemoteProtocolError):
		send(biz_opaque_callback_data="outbox-1")
	assert sandbox.flush()
	assert [status["biz_opaque_callback_data"] for status in receiver.status_items()] == ["outbox-1"] * 2
	assert sandbox.requests[-1].status is None


def test_lost_answer_of_a_refused_message_is_an_answer(send: Send, sandbox: Sandbox, ada: Customer) -> None:
	sandbox.faults.add("lost_answer")
	assert send(type="telegram").status_code == 400


def test_reset_before_processing(send: Send, sandbox: Sandbox, ada: Customer) -> None:
	sandbox.faults.add("reset")
	with pytest.raises(httpx.ReadError):
		send()
	assert len(sandbox.messages(ada.wa_id)) == 1
	assert send().status_code == 200


def test_connection_refused(send: Send, server: Running, ada: Customer) -> None:
	address = server.url
	with server.refusing(), pytest.raises(httpx.ConnectError):
		send()
	assert server.url == address
	assert send().status_code == 200


def test_status_comes_before_the_answer(
	send: Send, sandbox: Sandbox, receiver: Receiver, ada: Customer
) -> None:
	sandbox.faults.add("status_first")
	wamid = wamid_of(send())
	assert receiver.statuses(wamid)[:1] == ["sent"]


def test_duplicates_have_the_same_bytes(sandbox: Sandbox, receiver: Receiver) -> None:
	sandbox.faults.add("duplicate", times=3)
	customer = sandbox.customer("+14155550123")
	customer.sends("Four times")
	customer.sends("Once")
	assert sandbox.flush()
	assert sorted(receiver.texts()) == ["Four times"] * 4 + ["Once"]
	assert len(set(receiver.bodies)) == 2


def test_reordered(send: Send, sandbox: Sandbox, receiver: Receiver, ada: Customer) -> None:
	sandbox.faults.add("reorder", count=2)
	send()
	assert sandbox.flush()
	assert receiver.statuses() == ["delivered", "sent"]


def test_batch(sandbox: Sandbox, receiver: Receiver) -> None:
	sandbox.faults.add("batch", count=3)
	for number, text in ((1, "a"), (2, "b"), (3, "c"), (4, "d")):
		sandbox.customer(f"+1415555012{number}").sends(text)
	assert sandbox.flush()
	assert sorted(receiver.texts()) == ["a", "b", "c", "d"]
	assert sorted(body.count(b'"text":{') for body in receiver.bodies) == [1, 3]


def test_incomplete_batch_goes_out_on_flush(sandbox: Sandbox, receiver: Receiver) -> None:
	sandbox.faults.add("batch", count=3)
	customer = sandbox.customer("+14155550123")
	customer.sends("a")
	customer.sends("b")
	assert sandbox.flush()
	assert (len(receiver.bodies), receiver.texts()) == (1, ["a", "b"])


def test_delayed_webhook_is_overtaken(sandbox: Sandbox, receiver: Receiver) -> None:
	sandbox.faults.add("delay", ms=100)
	customer = sandbox.customer("+14155550123")
	customer.sends("Late")
	customer.sends("Early")
	assert sandbox.flush()
	assert receiver.texts() == ["Early", "Late"]


def test_dropped_status(send: Send, sandbox: Sandbox, receiver: Receiver, ada: Customer) -> None:
	sandbox.faults.add("drop", match="delivered")
	wamid = wamid_of(send())
	ada.reads()
	assert sandbox.flush()
	assert receiver.statuses(wamid) == ["sent", "read"]


def test_fault_of_one_customer_spares_the_others(send: Send, sandbox: Sandbox, ada: Customer) -> None:
	sandbox.customer("+14155550124").sends("Hello")
	sandbox.faults.add("throttled", customer="14155550124")
	assert send().status_code == 200
	assert send(to="+14155550124").status_code == 400


MATCHES = {"reading a number spares send": ("send", 200), "any": ("any", 400)}


@pytest.mark.parametrize(("match", "status"), MATCHES.values(), ids=MATCHES.keys())
def test_match(graph: httpx.Client, sandbox: Sandbox, match: str, status: int) -> None:
	sandbox.faults.add("error", code=4, match=match)
	assert graph.get(f"/{Config().phone_number_id}").status_code == status
	assert len(sandbox.faults.waiting()) == (1 if status == 200 else 0)


def test_several_faults_take_turns(send: Send, sandbox: Sandbox, ada: Customer) -> None:
	sandbox.faults.add("throttled")
	sandbox.faults.add("server_error")
	sandbox.faults.add("latency", ms=1, count=3)
	assert [send().status_code for _ in range(3)] == [400, 500, 200]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
	"unknown kind": ({"kind": "gremlins"}, "there is no fault 'gremlins'"),
	"unknown option": ({"kind": "latency", "seconds": 1}, "there is no option 'seconds'"),
	"negative number": ({"kind": "latency", "ms": -1}, "fault.ms"),
	"text for a number": ({"kind": "latency", "ms": "long"}, "fault.ms"),
	"error without code": ({"kind": "error"}, "fault.code"),
}


@pytest.mark.parametrize(("fault", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_fault_is_refused(sandbox: Sandbox, fault: dict[str, Any], problem: str) -> None:
	with pytest.raises(SandboxError, match=problem):
		sandbox.faults.add(**fault)
	assert sandbox.faults.waiting() == []
