"""One sandbox and one receiver for all tests of a module, empty at the start of each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.receiver import Receiver, start
from whatsapp_channel.sandbox import Customer, Running, Sandbox, Settings, serve

FAST = Settings(retry_delays=(0.01,), webhook_timeout=5.0)


@pytest.fixture(scope="session")
def _listening() -> Iterator[Receiver]:
	receiver, stop = start()
	yield receiver
	stop()


@pytest.fixture
def receiver(_listening: Receiver) -> Receiver:
	_listening.reset()
	return _listening


@pytest.fixture(scope="session")
def _running(_listening: Receiver) -> Iterator[Running]:
	with serve(Sandbox(settings=FAST, callback_url=_listening.url)) as running:
		yield running


@pytest.fixture
def server(_running: Running, receiver: Receiver) -> Iterator[Running]:
	_running.sandbox.reset()
	receiver.reset()
	yield _running
	_running.sandbox.reset()


@pytest.fixture
def sandbox(server: Running) -> Sandbox:
	return server.sandbox


@pytest.fixture
def ada(sandbox: Sandbox) -> Customer:
	"""A customer whose 24-hour window is open; her message is delivered."""
	customer = sandbox.customer("+14155550123", "Ada")
	customer.sends("Hello")
	assert sandbox.flush()
	return customer


@pytest.fixture
def graph(server: Running) -> Iterator[httpx.Client]:
	with httpx.Client(
		base_url=server.url, headers={"Authorization": "Bearer sandbox-token"}, timeout=10
	) as client:
		yield client


@pytest.fixture
def send(graph: httpx.Client, sandbox: Sandbox) -> Callable[..., httpx.Response]:
	"""Sends a text from the business; keyword arguments change the request."""

	def post(to: str | None = "+14155550123", body: str = "Hi", **changes: Any) -> httpx.Response:
		message = {
			"messaging_product": "whatsapp",
			"to": to,
			"type": "text",
			"text": {"body": body},
			**changes,
		}
		return graph.post(
			f"/v26.0/{sandbox.config.phone_number_id}/messages",
			json={name: value for name, value in message.items() if value is not None},
		)

	return post


def wamid_of(answer: httpx.Response) -> str:
	return answer.json()["messages"][0]["id"]
