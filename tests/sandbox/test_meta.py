"""What Meta decides, told by webhooks and shown by the API, and the control API of onboarding."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.credentials import GIVEN
from tests.sandbox.receiver import Receiver
from whatsapp_channel.sandbox import Config, Sandbox

CONFIG = Config(**GIVEN)
WABA, NUMBER = CONFIG.waba_id, CONFIG.phone_number_id
PIN = {"messaging_product": "whatsapp", "pin": "123456"}
OTHER = "210000000000002"


# -- what Meta decides ---------------------------------------------------------------------------------------------


def test_new_name_is_reviewed_and_shown_after_registering(
	graph: httpx.Client, sandbox: Sandbox, receiver: Receiver
) -> None:
	assert graph.post(f"/{NUMBER}", json={"new_display_name": "Lucky"}).json() == {"success": True}
	fields = {"fields": "verified_name,new_display_name,new_name_status"}
	assert graph.get(f"/{NUMBER}", params=fields).json()["new_name_status"] == "PENDING_REVIEW"
	sandbox.meta.reviews_name(decision="APPROVED")
	assert sandbox.flush()
	assert receiver.events("phone_number_name_update")[0]["value"] == {
		"display_phone_number": "15550100200",
		"decision": "APPROVED",
		"requested_verified_name": "Lucky",
		"rejection_reason": None,
	}
	assert graph.get(f"/{NUMBER}", params=fields).json()["verified_name"] == "Sandbox Business"
	graph.post(f"/{NUMBER}/register", json=PIN)
	shown = graph.get(f"/{NUMBER}", params=fields).json()
	assert (shown["verified_name"], shown["new_name_status"]) == ("Lucky", "NONE")


def test_ten_names_in_30_days(graph: httpx.Client, sandbox: Sandbox) -> None:
	ask = [
		graph.post(f"/{NUMBER}", json={"new_display_name": f"Name {one}"}).status_code for one in range(11)
	]
	assert ask == [200] * 10 + [400]
	sandbox.advance(30 * 86400)
	assert graph.post(f"/{NUMBER}", json={"new_display_name": "Again"}).status_code == 200


DECISIONS: dict[str, tuple[str, dict[str, Any], str, dict[str, Any], dict[str, Any]]] = {
	"name rejected": (
		"/review", {"number": NUMBER, "decision": "REJECTED", "reason": "NAME_FORMAT_UNACCEPTABLE"},
		"phone_number_name_update",
		{"decision": "REJECTED", "rejection_reason": "NAME_FORMAT_UNACCEPTABLE"}, {"name_status": "DECLINED"},
	),
	"account rejected": (
		"/review", {"account": WABA, "decision": "REJECTED"},
		"account_review_update", {"decision": "REJECTED"}, {"account_review_status": "REJECTED"},
	),
	"quality red": (
		"/quality", {"number": "15550100200", "rating": "RED"},
		"phone_number_quality_update", {"event": "FLAGGED", "current_limit": "TIER_250"}, {"quality_rating": "RED"},
	),
	"higher limit": (
		"/quality", {"limit": "TIER_2K"},
		"phone_number_quality_update", {"event": "UPGRADE", "old_limit": "TIER_250", "current_limit": "TIER_2K"},
		{"whatsapp_business_manager_messaging_limit": "TIER_2K"},
	),
	"restricted": (
		"/account", {"restrictions": ["RESTRICTED_BIZ_INITIATED_MESSAGING"], "expires": 1791025200},
		"account_update",
		{"restriction_info": [
			{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1791025200}
		]}, {},
	),
	"violation": (
		"/account", {"violation": "ADULT"},
		"account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}}, {},
	),
	"disabled": (
		"/account", {"ban": "DISABLE"}, "account_update", {"event": "DISABLED_UPDATE"}, {"status": "DISABLED"},
	),
	"deleted": ("/account", {"update": "ACCOUNT_DELETED"}, "account_update", {"event": "ACCOUNT_DELETED"}, {}),
	"PIN changed": ("/number", {"security": "PIN_CHANGED"}, "security", {"event": "PIN_CHANGED"}, {}),
	"any other": (
		"/event", {"field": "account_alerts", "value": {"entity_type": "BUSINESS"}},
		"account_alerts", {"entity_type": "BUSINESS"}, {},
	),
}  # fmt: skip


@pytest.mark.parametrize(("path", "body", "field", "told", "shown"), DECISIONS.values(), ids=DECISIONS.keys())
def test_decision_is_told_and_shown(
	control: httpx.Client, graph: httpx.Client, sandbox: Sandbox, receiver: Receiver,
	path: str, body: dict[str, Any], field: str, told: dict[str, Any], shown: dict[str, Any],
) -> None:  # fmt: skip
	assert control.post(path, json=body).status_code == 200
	assert sandbox.flush()
	(event,) = receiver.events(field)
	assert event["id"] == WABA
	assert {name: event["value"].get(name) for name in told} == told
	node = WABA if field.startswith("account") else NUMBER
	if shown:
		answer = graph.get(f"/{node}", params={"fields": ",".join(shown)}).json()
		assert {name: answer[name] for name in shown} == shown


SILENT: dict[str, tuple[dict[str, Any], str, Any]] = {
	"verified": ({"verification": "verified"}, "business_verification_status", "verified"),
	"no payment method": ({"payment": False}, "primary_funding_id", None),
	"payment method": ({"payment": True}, "primary_funding_id", "600000000000001"),
}


@pytest.mark.parametrize(("body", "field", "value"), SILENT.values(), ids=SILENT.keys())
def test_change_without_webhook(
	control: httpx.Client, graph: httpx.Client, sandbox: Sandbox, body: dict[str, Any], field: str, value: Any
) -> None:
	assert control.post("/account", json=body).status_code == 200
	assert graph.get(f"/{WABA}", params={"fields": field}).json().get(field) == value
	assert sandbox.webhooks == []


HEALTH: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
	"well": ({}, {}, "AVAILABLE", "AVAILABLE"),
	"name in review": ({"name_status": "PENDING_REVIEW"}, {}, "LIMITED", "LIMITED"),
	"not registered": ({"status": "PENDING"}, {}, "BLOCKED", "BLOCKED"),
	"restricted": ({}, {"restrictions": ["RESTRICTED_BIZ_INITIATED_MESSAGING"]}, "AVAILABLE", "LIMITED"),
	"restricted no more": ({}, {"restrictions": []}, "AVAILABLE", "AVAILABLE"),
	"violation": ({}, {"violation": "SPAM"}, "AVAILABLE", "LIMITED"),
	"violation lifted": ({}, {"violation": "SPAM", "lift": True}, "AVAILABLE", "AVAILABLE"),
	"disabled": ({}, {"ban": "DISABLE"}, "AVAILABLE", "BLOCKED"),
	"to be disabled": ({}, {"ban": "SCHEDULE_FOR_DISABLE"}, "AVAILABLE", "LIMITED"),
	"reinstated": ({}, {"ban": "REINSTATE"}, "AVAILABLE", "AVAILABLE"),
}


@pytest.mark.parametrize(("number", "account", "own", "overall"), HEALTH.values(), ids=HEALTH.keys())
def test_health_is_that_of_the_worst(
	control: httpx.Client,
	graph: httpx.Client,
	sandbox: Sandbox,
	number: dict[str, Any],
	account: dict[str, Any],
	own: str,
	overall: str,
) -> None:
	sandbox.number().fields.update(number)
	assert control.post("/account", json=account).status_code == 200
	health = graph.get(f"/{NUMBER}", params={"fields": "health_status"}).json()["health_status"]
	assert (health["can_send_message"], health["entities"][0]["can_send_message"]) == (overall, own)


def test_capability_and_warning(sandbox: Sandbox, receiver: Receiver) -> None:
	sandbox.meta.allows(numbers=20, limit="TIER_2K")
	sandbox.meta.warns("OBA_REJECTED", "No official account.")
	assert sandbox.flush()
	assert receiver.events("business_capability_update")[0]["value"] == {
		"max_daily_conversations_per_business": "TIER_2K",
		"max_phone_numbers_per_business": 20,
	}
	assert receiver.events("account_alerts")[0]["value"]["alert_info"]["alert_type"] == "OBA_REJECTED"


# -- control API ---------------------------------------------------------------------------------------------------


def test_everything_can_be_set_up_from_outside(control: httpx.Client, sandbox: Sandbox) -> None:
	account = control.post("/accounts", json={"waba_id": OTHER, "name": "Second", "ownership": "shared"})
	assert (account.json()["id"], account.json()["subscribed"]) == (OTHER, False)
	number = control.post("/numbers", json={"number": "+4930901820", "name": "Berlin", "waba_id": OTHER})
	assert sandbox.number(number.json()["id"]).waba_id == OTHER
	assert control.post("/number_faults", json={"+1 415 555 0177": "blocked"}).json() == {
		"14155550177": "blocked"
	}
	assert control.post("/number_faults", json={"14155550177": None}).json() == {}
	token = control.post("/tokens", json={"waba_ids": [OTHER], "days": 0}).json()["token"]
	assert sandbox.oauth.grants[token].waba_ids == (OTHER,)
	assert control.post("/codes", json={}).json()["code"] in sandbox.oauth.codes
	assert control.request("DELETE", "/tokens", json={}).json() == {"tokens": 0}
	before = sandbox.clock()
	control.post("/clock", json={"advance": 3600})
	assert sandbox.clock() - before >= timedelta(hours=1)
	assert control.post("/signup", json={"omit_ids": True}).json()["omit_ids"] is True
	control.post("/reset")
	assert (sandbox.signup.omit_ids, list(sandbox.accounts), list(sandbox.numbers)) == (
		False,
		[WABA],
		[NUMBER],
	)
	assert sandbox.clock() - before < timedelta(minutes=1)


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
	"unknown switch": ("/signup", {"nothing": 1}, "nothing"),
	"switch of another kind": ("/signup", {"omit_ids": "yes"}, "omit_ids"),
	"negative number": ("/signup", {"token_days": -1}, "token_days"),
	"flag for a number": ("/signup", {"token_days": True}, "token_days"),
	"unknown screen": ("/signup", {"problems": {"X": "Y"}}, "problems"),
	"unknown error key": ("/signup", {"error_key": "x"}, "error_key"),
	"unknown number fault": ("/number_faults", {"1": "x"}, "number_faults"),
	"unknown ownership": ("/accounts", {"name": "A", "ownership": "x"}, "ownership"),
	"unknown account": ("/numbers", {"name": "A", "number": "+4930901820", "waba_id": "1"}, "waba_id"),
	"token of an unknown account": ("/tokens", {"waba_ids": ["1"]}, "waba_ids"),
	"unknown decision": ("/review", {"decision": "MAYBE"}, "decision"),
	"unknown number": ("/review", {"number": "1", "decision": "APPROVED"}, "phone number id"),
	"unknown ban": ("/account", {"ban": "x"}, "state"),
	"unknown rating": ("/quality", {"rating": "BLUE"}, "rating"),
	"event without field": ("/event", {"value": {}}, "field"),
	"clock in words": ("/clock", {"advance": "soon"}, "advance"),
}


@pytest.mark.parametrize(("path", "body", "words"), BAD.values(), ids=BAD.keys())
def test_wrong_control_is_told(control: httpx.Client, path: str, body: dict[str, Any], words: str) -> None:
	answer = control.post(path, json=body)
	assert (answer.status_code, words in answer.json()["error"]) == (400, True)
