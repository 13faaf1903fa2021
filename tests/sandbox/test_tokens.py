"""Codes and tokens of Embedded Signup, and the accounts that a token sees."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.credentials import GIVEN, TOKEN
from tests.sandbox.receiver import Receiver
from tests.sandbox.test_graph import error
from whatsapp_channel.sandbox import Config, Running, Sandbox
from whatsapp_channel.sandbox.state.model import Number, SandboxError
from whatsapp_channel.sandbox.webhooks import callback

CONFIG = Config(**GIVEN)
WABA, NUMBER, APP = CONFIG.waba_id, CONFIG.phone_number_id, CONFIG.app_id
APP_TOKEN = f"{APP}|{CONFIG.app_secret}"
PIN = {"messaging_product": "whatsapp", "pin": "123456"}
OTHER = "210000000000002"


def exchange(server: Running, code: str, **changes: str) -> httpx.Response:
	query = {"client_id": APP, "client_secret": CONFIG.app_secret, "code": code, **changes}
	return httpx.get(f"{server.url}/v26.0/oauth/access_token", params=query)


def inspect(server: Running, token: str, by: str = APP_TOKEN) -> dict[str, Any]:
	headers = {"Authorization": f"Bearer {by}"}
	answer = httpx.get(f"{server.url}/debug_token", params={"input_token": token}, headers=headers)
	return answer.json()["data"]


def bearer(token: str) -> dict[str, str]:
	return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def other(sandbox: Sandbox) -> Number:
	"""A number of a second account."""
	sandbox.add_account(OTHER, "Second", "510000000000002", "shared")
	return sandbox.add_number("310000000000002", "+4930901820", "Berlin", waba_id=OTHER)


# -- codes and tokens ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "life"), [(60, 60 * 86400), (0, None)], ids=["60 days", "never"])
def test_code_becomes_a_token(server: Running, sandbox: Sandbox, days: int, life: int | None) -> None:
	sandbox.signup.update({"token_days": days})
	answer = exchange(server, sandbox.oauth.make_code([WABA], given=True)).json()
	info = inspect(server, answer["access_token"])
	assert (answer["token_type"], "expires_in" in answer) == ("bearer", life is not None)
	assert info["is_valid"] is True
	assert (info["expires_at"] - info["issued_at"] if life else info["expires_at"]) == (life or 0)
	assert [one["target_ids"] for one in info["granular_scopes"]] == [[WABA], [WABA]]
	assert answer["access_token"] not in str(sandbox.requests)
	assert CONFIG.app_secret not in str(sandbox.requests)


WAITED = {"at once": (0.0, None), "after 29 s": (29.0, None), "after 31 s": (31.0, (400, 100, 36007))}


@pytest.mark.parametrize(("seconds", "expected"), WAITED.values(), ids=WAITED.keys())
def test_code_lives_30_seconds(
	server: Running, sandbox: Sandbox, seconds: float, expected: tuple[int, int, int] | None
) -> None:
	code = sandbox.oauth.make_code([WABA], given=True)
	sandbox.advance(seconds)
	answer = exchange(server, code)
	assert (None if answer.status_code == 200 else error(answer)) == expected


def test_code_counts_once(server: Running, sandbox: Sandbox) -> None:
	code = sandbox.oauth.make_code([WABA], given=True)
	assert exchange(server, code).status_code == 200
	assert error(exchange(server, code)) == (400, 100, 36009)


REFUSED: dict[str, tuple[dict[str, str], int, int | None]] = {
	"other app": ({"client_id": "1"}, 101, None),
	"no app": ({"client_id": ""}, 101, None),
	"other secret": ({"client_secret": "x"}, 1, None),
	"no code": ({"code": ""}, 1, None),
	"other code": ({"code": "AQx"}, 100, 36008),
}


@pytest.mark.parametrize(("changes", "code", "subcode"), REFUSED.values(), ids=REFUSED.keys())
def test_exchange_is_refused(
	server: Running, sandbox: Sandbox, changes: dict[str, str], code: int, subcode: int | None
) -> None:
	good = sandbox.oauth.make_code([WABA], given=True)
	assert error(exchange(server, **{"code": good, **changes})) == (400, code, subcode)
	assert exchange(server, good).status_code == 200


def test_token_ends(server: Running, sandbox: Sandbox) -> None:
	token = sandbox.oauth.grant(days=60).token
	sandbox.advance(60 * 86400)
	assert error(httpx.get(f"{server.url}/{WABA}", headers=bearer(token))) == (401, 190, 463)
	info = inspect(server, token)
	assert (info["is_valid"], info["error"]["subcode"]) == (False, 463)


INSPECTORS = {
	"app token": (APP_TOKEN, 200),
	"itself": (TOKEN, 200),
	"other secret": (f"{APP}|x", 401),
}


@pytest.mark.parametrize(("token", "status"), INSPECTORS.values(), ids=INSPECTORS.keys())
def test_who_may_inspect(server: Running, token: str, status: int) -> None:
	query = {"input_token": TOKEN}
	assert httpx.get(f"{server.url}/debug_token", params=query, headers=bearer(token)).status_code == status


SCOPES: dict[str, tuple[str, str, str, dict[str, Any], tuple[int, int]]] = {
	"messaging": ("whatsapp_business_messaging", "POST", f"/{NUMBER}/messages", {}, (403, 10)),
	"messaging, registering": ("whatsapp_business_messaging", "POST", f"/{NUMBER}/register", PIN, (403, 10)),
	"management": ("whatsapp_business_management", "GET", f"/{WABA}/phone_numbers", {}, (403, 200)),
}


@pytest.mark.parametrize(("scope", "method", "path", "body", "expected"), SCOPES.values(), ids=SCOPES.keys())
def test_missing_scope_shows_and_counts(
	graph: httpx.Client, server: Running, sandbox: Sandbox,
	scope: str, method: str, path: str, body: dict[str, Any], expected: tuple[int, int],
) -> None:  # fmt: skip
	sandbox.signup.update({"missing_scopes": [scope]})
	assert scope not in inspect(server, TOKEN)["scopes"]
	assert error(graph.request(method, path, json=body or None))[:2] == expected


def test_token_without_targets(server: Running, sandbox: Sandbox) -> None:
	sandbox.signup.omit_targets = True
	assert all("target_ids" not in one for one in inspect(server, TOKEN)["granular_scopes"])


# -- accounts ------------------------------------------------------------------------------------------------------


def test_token_sees_only_its_accounts(server: Running, sandbox: Sandbox, other: Number) -> None:
	headers = bearer(sandbox.oauth.grant(waba_ids=[OTHER]).token)
	assert httpx.get(f"{server.url}/{OTHER}", headers=headers).json()["name"] == "Second"
	rows = httpx.get(f"{server.url}/{OTHER}/phone_numbers", headers=headers).json()["data"]
	assert [row["id"] for row in rows] == [other.id]
	for hidden in (WABA, NUMBER):
		assert error(httpx.get(f"{server.url}/{hidden}", headers=headers)) == (400, 100, 33)


def test_all_accounts_newest_first(server: Running, other: Number) -> None:
	assert inspect(server, TOKEN)["granular_scopes"][0]["target_ids"] == [OTHER, WABA]


EDGES = {
	"owned": ("owned_whatsapp_business_accounts", [WABA]),
	"shared": ("client_whatsapp_business_accounts", [OTHER]),
}


@pytest.mark.parametrize(("edge", "expected"), EDGES.values(), ids=EDGES.keys())
def test_accounts_of_a_portfolio(graph: httpx.Client, other: Number, edge: str, expected: list[str]) -> None:
	rows = graph.get(f"/{CONFIG.business_id}/{edge}").json()["data"]
	assert [row["id"] for row in rows] == expected


def test_each_account_has_its_own_subscription(
	graph: httpx.Client, sandbox: Sandbox, receiver: Receiver, other: Number
) -> None:
	ada = sandbox.customer("+14155550123", "Ada")
	ada.sends("Too early", to=other.id)
	assert graph.get(f"/{OTHER}/subscribed_apps").json() == {"data": []}
	assert graph.post(f"/{OTHER}/subscribed_apps").json() == {"success": True}
	ada.sends("Berlin", to=other.id)
	ada.sends("Here")
	assert sandbox.flush()
	assert receiver.texts() == ["Berlin", "Here"]
	assert [one["id"] for one in receiver.events("messages")] == [OTHER, WABA]


LEVELS = {
	"account": (f"/{WABA}/subscribed_apps", lambda body: body),
	"number": (f"/{NUMBER}", lambda body: {"webhook_configuration": body}),
}


@pytest.mark.parametrize(("path", "wrap"), LEVELS.values(), ids=LEVELS.keys())
def test_another_address_takes_messages_but_not_account_events(
	graph: httpx.Client, sandbox: Sandbox, receiver: Receiver, path: str, wrap: Any
) -> None:
	sandbox.callback.url = f"{receiver.url}?app"
	body = {"override_callback_uri": f"{receiver.url}?override", "verify_token": CONFIG.verify_token}
	assert graph.post(path, json=wrap(body)).json() == {"success": True}
	sandbox.customer("+14155550123", "Ada").sends("Hello")
	sandbox.meta.reviews_account("APPROVED")
	assert sandbox.flush()
	asked = {one.body.decode().count("messages") > 0: one for one in sandbox.webhooks}
	assert callback.target(sandbox, asked[True].items[0]).url.endswith("?override")
	assert callback.target(sandbox, asked[False].items[0]).url.endswith("?app")
	assert len(receiver.bodies) == 2


def test_unknown_account_is_named(sandbox: Sandbox) -> None:
	with pytest.raises(SandboxError, match="waba_id"):
		sandbox.account("1")
