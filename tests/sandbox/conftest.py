"""One sandbox and one receiver for all tests of a module, empty at the start of each test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest

from tests.credentials import GIVEN, TOKEN
from tests.sandbox.opener import LOGIN, Opener, Opening, opener
from tests.sandbox.receiver import Receiver, start
from whatsapp_channel.sandbox import Config, Customer, Running, Sandbox, Settings, serve

if TYPE_CHECKING:
	from playwright.sync_api import Browser

APP = Config().app_id
FAST = Settings(retry_delays=(0.01,), webhook_timeout=30.0)


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
	with serve(Sandbox(settings=FAST, callback_url=_listening.url, **GIVEN)) as running:
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
def control(server: Running) -> Iterator[httpx.Client]:
	with httpx.Client(base_url=f"{server.url}/sandbox", timeout=60) as client:
		yield client


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
		base_url=server.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60
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


@pytest.fixture(scope="module")
def address(_running: Running) -> Iterator[str]:
	with opener(f"{_running.url}/en_US/sdk.js") as url:
		yield url


@pytest.fixture
def opening(browser: Browser, server: Running, address: str) -> Iterator[Opening]:
	"""Opens the page with options of FB.login; a script error of page or dialog fails the test."""
	context = browser.new_context(viewport={"width": 1000, "height": 700}, locale="pt-BR")
	context.set_default_timeout(45_000)
	problems: list[str] = []
	context.on("weberror", lambda error: problems.append(str(error.error)))

	def opened(app_id: str = APP, **login: Any) -> Opener:
		page = context.new_page()
		page.goto(f"{address}?options={quote(json.dumps({'app_id': app_id, 'login': {**LOGIN, **login}}))}")
		page.wait_for_function("heard.length && heard[0][0] === 'ready'")
		return Opener(page)

	yield opened
	context.close()
	assert problems == []
