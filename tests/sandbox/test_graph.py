"""The Graph API beyond the recordings: versions, tokens, ids, fields, files, registration, subscriptions."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.credentials import APP_SECRET, TOKEN, VERIFY_TOKEN
from tests.sandbox.receiver import Receiver
from whatsapp_channel.sandbox import Config, Customer, Running, Sandbox
from whatsapp_channel.sandbox.state.model import calling_code, displayed

WABA, NUMBER, APP = Config().waba_id, Config().phone_number_id, Config().app_id


def error(answer: httpx.Response) -> tuple[int, int, int | None]:
	body = answer.json()["error"]
	return answer.status_code, body["code"], body.get("error_subcode")


@pytest.mark.parametrize(
	"prefix", ["", "/v19.0", "/v26.0", "/v101.1"], ids=["none", "old", "new", "far future"]
)
def test_any_version_is_served(graph: httpx.Client, prefix: str) -> None:
	answer = graph.get(f"{prefix}/{NUMBER}", params={"fields": "id"})
	assert (answer.status_code, answer.json()) == (200, {"id": NUMBER})


TOKENS: dict[str, tuple[dict[str, str], dict[str, str], int]] = {
	"none": ({}, {}, 104),
	"wrong": ({"Authorization": "Bearer nonsense"}, {}, 190),
	"wrong in the query": ({}, {"access_token": "nonsense"}, 190),
	"app token where it has no right": ({"Authorization": f"Bearer {APP}|{APP_SECRET}"}, {}, 190),
}


@pytest.mark.parametrize(("headers", "query", "code"), TOKENS.values(), ids=TOKENS.keys())
def test_token_is_refused(server: Running, headers: dict[str, str], query: dict[str, str], code: int) -> None:
	answer = httpx.get(f"{server.url}/v26.0/{WABA}", headers=headers, params=query)
	assert error(answer) == (401, code, None)
	assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_token_in_the_query_is_taken_and_not_kept(server: Running) -> None:
	assert httpx.get(f"{server.url}/{WABA}", params={"access_token": TOKEN}).status_code == 200
	assert TOKEN not in str(server.sandbox.requests)


WRONG: dict[str, tuple[str, str, tuple[int, int, int | None]]] = {
	"unknown id": ("GET", "/1", (400, 100, 33)),
	"unknown id, posting": ("POST", "/1/messages", (400, 100, 33)),
	"unknown id, deleting": ("DELETE", "/1", (400, 100, None)),
	"messages of an account": ("POST", f"/{WABA}/messages", (400, 100, 33)),
	"unknown edge": ("GET", f"/{NUMBER}/nothing", (400, 100, None)),
	"unknown field": ("GET", f"/{NUMBER}?fields=nothing", (400, 100, None)),
}


@pytest.mark.parametrize(("method", "path", "expected"), WRONG.values(), ids=WRONG.keys())
def test_wrong_path(
	graph: httpx.Client, method: str, path: str, expected: tuple[int, int, int | None]
) -> None:
	assert error(graph.request(method, path)) == expected


def test_numbers_are_paged(graph: httpx.Client, sandbox: Sandbox) -> None:
	sandbox.add_number("301", "+4930901820", "Berlin")
	sandbox.add_number("302", "+5511987654321", "São Paulo")
	seen, query = [], {"fields": "id", "limit": "2"}
	while True:
		page = graph.get(f"/{WABA}/phone_numbers", params=query).json()
		seen += [row["id"] for row in page["data"]]
		if "next" not in page["paging"]:
			break
		query = dict(query, after=page["paging"]["cursors"]["after"])
	assert seen == [NUMBER, "301", "302"]


NUMBERS = {
	"15550100200": ("1", "+1 555-010-0200"),
	"4930901820": ("49", "+49 3-090-1820"),
	"2348012345678": ("234", "+234 801-234-5678"),
}


@pytest.mark.parametrize(("digits", "expected"), NUMBERS.items(), ids=NUMBERS.keys())
def test_number_is_shown(digits: str, expected: tuple[str, str]) -> None:
	assert (calling_code(digits), displayed(digits)) == expected


def test_account_without_payment_method_has_no_funding_field(graph: httpx.Client, sandbox: Sandbox) -> None:
	query = {"fields": "name,primary_funding_id"}
	assert set(graph.get(f"/{WABA}", params=query).json()) == {"name", "primary_funding_id", "id"}
	sandbox.account_fields["primary_funding_id"] = None
	assert graph.get(f"/{WABA}", params=query).json() == {"name": "Sandbox Business", "id": WABA}


def test_profile_is_changed_and_read(graph: httpx.Client) -> None:
	edge = f"/{NUMBER}/whatsapp_business_profile"
	form = {
		"messaging_product": "whatsapp",
		"about": "Open",
		"vertical": "RETAIL",
		"websites[]": "https://example.com",
	}
	assert graph.post(edge, data=form).json() == {"success": True}
	assert graph.post(edge, json={"messaging_product": "whatsapp", "email": "a@example.com"}).json() == {
		"success": True
	}
	profile = graph.get(edge, params={"fields": "about,email,vertical,websites,address"}).json()["data"][0]
	assert profile == {
		"about": "Open",
		"email": "a@example.com",
		"vertical": "RETAIL",
		"websites": ["https://example.com/"],
		"messaging_product": "whatsapp",
	}


PROFILES: dict[str, dict[str, Any]] = {
	"without product": {"about": "Open"},
	"about too long": {"messaging_product": "whatsapp", "about": "x" * 140},
	"about empty": {"messaging_product": "whatsapp", "about": ""},
	"three websites": {"messaging_product": "whatsapp", "websites": ["https://a.example"] * 3},
}


@pytest.mark.parametrize("body", PROFILES.values(), ids=PROFILES.keys())
def test_profile_is_refused(graph: httpx.Client, body: dict[str, Any]) -> None:
	assert error(graph.post(f"/{NUMBER}/whatsapp_business_profile", json=body)) == (400, 100, None)


def test_file_goes_up_and_down(graph: httpx.Client, server: Running, sandbox: Sandbox) -> None:
	form = {"messaging_product": "whatsapp", "type": "image/png"}
	uploaded = graph.post(
		f"/v26.0/{NUMBER}/media", data=form, files={"file": ("a.png", b"\x89PNG", "image/png")}
	)
	media = graph.get(f"/v26.0/{uploaded.json()['id']}").json()
	assert (media["file_size"], media["mime_type"]) == (4, "image/png")
	assert media["url"].startswith(f"{server.url}/whatsapp_business/attachments/?mid=")
	answer = graph.get(media["url"])
	assert (answer.content, answer.headers["Content-Type"]) == (b"\x89PNG", "image/png")
	assert httpx.get(media["url"]).status_code == 401
	assert graph.get(re.sub(r"ext=\d+", "ext=1", media["url"])).status_code == 404
	assert graph.delete(f"/{media['id']}").json() == {"success": True}
	assert error(graph.get(f"/{media['id']}")) == (400, 100, 33)


def test_registration_from_code_to_sending(
	graph: httpx.Client, sandbox: Sandbox, ada: Customer, send: Any
) -> None:
	number = sandbox.number()
	number.fields.update(status="PENDING", code_verification_status="NOT_VERIFIED")
	pin = {"messaging_product": "whatsapp", "pin": "123456"}
	assert error(send()) == (400, 133010, None)
	assert error(graph.post(f"/{NUMBER}/register", json=pin)) == (400, 133006, None)
	assert (
		graph.post(f"/{NUMBER}/request_code", data={"code_method": "SMS", "language": "en"}).status_code
		== 200
	)
	assert error(graph.post(f"/{NUMBER}/verify_code", data={"code": "1"})) == (400, 136025, 2388093)
	assert graph.post(f"/{NUMBER}/verify_code", data={"code": number.code}).json() == {"success": True}
	assert error(graph.post(f"/{NUMBER}/request_code", data={"code_method": "SMS"})) == (400, 136024, 2388091)
	assert graph.post(f"/{NUMBER}/register", json=pin).json() == {"success": True}
	assert error(graph.post(f"/{NUMBER}/register", json={**pin, "pin": "999999"})) == (400, 133005, None)
	assert send().status_code == 200
	assert graph.post(f"/{NUMBER}/deregister").json() == {"success": True}
	assert error(send()) == (400, 133010, None)


INSPECTED = {"valid": (TOKEN, True), "unknown": ("nonsense", False)}


@pytest.mark.parametrize(("token", "valid"), INSPECTED.values(), ids=INSPECTED.keys())
def test_debug_token(server: Running, token: str, valid: bool) -> None:
	headers = {"Authorization": f"Bearer {APP}|{APP_SECRET}"}
	data = httpx.get(f"{server.url}/debug_token", params={"input_token": token}, headers=headers).json()[
		"data"
	]
	assert data["is_valid"] is valid
	assert ("granular_scopes" in data) is valid


def test_subscription_decides_whether_webhooks_are_sent(
	graph: httpx.Client, sandbox: Sandbox, receiver: Receiver, ada: Customer
) -> None:
	edge = f"/{WABA}/subscribed_apps"
	assert graph.get(edge).json()["data"][0]["whatsapp_business_api_data"]["id"] == APP
	assert graph.delete(edge).json() == {"success": True}
	assert graph.get(edge).json() == {"data": []}
	ada.sends("Into the void")
	assert graph.post(edge).json() == {"success": True}
	ada.sends("Here again")
	assert sandbox.flush()
	assert receiver.texts() == ["Hello", "Here again"]


OVERRIDES = {"verified": (VERIFY_TOKEN, 200), "wrong verify token": ("other", 400)}


@pytest.mark.parametrize(("token", "status"), OVERRIDES.values(), ids=OVERRIDES.keys())
def test_override_is_verified(graph: httpx.Client, receiver: Receiver, token: str, status: int) -> None:
	body = {"override_callback_uri": receiver.url, "verify_token": token}
	assert graph.post(f"/{WABA}/subscribed_apps", json=body).status_code == status
	shown = graph.get(f"/{WABA}/subscribed_apps").json()["data"][0].get("override_callback_uri")
	assert shown == (receiver.url if status == 200 else None)


def test_app_webhook_is_configured_by_graph(server: Running, receiver: Receiver) -> None:
	edge, headers = (
		f"{server.url}/v26.0/{APP}/subscriptions",
		{"Authorization": f"Bearer {APP}|{APP_SECRET}"},
	)
	form = {
		"object": "whatsapp_business_account",
		"callback_url": f"{receiver.url}?two",
		"verify_token": "right",
	}
	assert httpx.post(edge, data=form, headers=headers).status_code == 400
	receiver.verify_token = "right"
	assert httpx.post(edge, data=form, headers=headers).json() == {"success": True}
	assert httpx.get(edge, headers=headers).json()["data"][0]["callback_url"] == f"{receiver.url}?two"
	server.sandbox.configure_callback(receiver.url, "right")
