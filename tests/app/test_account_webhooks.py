"""Meta's webhooks about accounts and numbers, posted as Meta posts them: what they change, tell, and never undo."""

import time
from collections.abc import Callable
from typing import Any

import frappe
import pytest

from tests.app.conftest import user
from tests.app.desk import Desk
from tests.app.onboarded import (
	ACCOUNT,
	CHANNEL,
	NUMBER,
	about_number,
	kept,
	lines,
	notifications,
	row,
	say,
	status,
	tells,
	update,
)
from tests.app.sync_nodes import node
from whatsapp_channel.accounts import sync
from whatsapp_channel.accounts.status import refresh_all
from whatsapp_channel.clock import site_now

REVIEW = "account_review_update"
NAME = "phone_number_name_update"
QUALITY = "phone_number_quality_update"
ENDED_ACCESS = ["ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED", "PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED"]


@pytest.fixture
def manager(desk: Desk) -> str:
	"""An administrator with a bell."""
	return user("whatsapp-admin@example.com", "System Manager")


def restriction(kind: str) -> dict[str, Any]:
	return {"restriction_info": [{"restriction_type": kind, "expiration": 4000000000}]}


# Field, value, the channel's status afterwards, whether administrators are told.
EVENTS: dict[str, tuple[str, dict[str, Any], str, bool]] = {
	**{
		event.lower(): ("account_update", {"event": event}, "Needs Attention", True) for event in ENDED_ACCESS
	},
	"violation": (
		"account_update",
		{"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}},
		"Needs Attention",
		True,
	),
	"restriction": (
		"account_update",
		{"event": "ACCOUNT_RESTRICTION", **restriction("RESTRICTED_CUSTOMER_INITIATED_MESSAGING")},
		"Restricted",
		True,
	),
	"disabled": (
		"account_update",
		{"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
		"Restricted",
		True,
	),
	"review rejected": (REVIEW, {"decision": "REJECTED"}, "Verification Rejected", True),
	"review pending": (REVIEW, {"decision": "PENDING"}, "In Review", False),
	"critical alert": (
		"account_alerts",
		{"alert_info": {"alert_type": "A", "alert_severity": "CRITICAL", "alert_status": "ACTIVE"}},
		"Needs Attention",
		True,
	),
	"flagged": (QUALITY, {"event": "FLAGGED"}, "Needs Attention", True),
	"name rejected": (
		NAME,
		{"decision": "REJECTED", "rejection_reason": "NAME_FORMAT_UNACCEPTABLE"},
		"Needs Attention",
		True,
	),
	"limits": ("business_capability_update", {"max_phone_numbers_per_waba": 25}, "Active", False),
	"PIN changed": ("security", {"event": "PIN_CHANGED"}, "Active", False),
	"informational alert": (
		"account_alerts",
		{"alert_info": {"alert_type": "OBA_APPROVED", "alert_severity": "INFORMATIONAL"}},
		"Active",
		False,
	),
}


@pytest.mark.parametrize(("field", "value", "expected", "told"), EVENTS.values(), ids=EVENTS.keys())
def test_an_event_told_ten_times(
	desk: Desk, manager: str, field: str, value: dict[str, Any], expected: str, told: bool
) -> None:
	value = about_number(desk, **value) if field in (QUALITY, NAME, "security") else value
	moment = time.time() - 60
	for again in range(10):
		# Each in a delivery of its own: the same body would be one delivery.
		tells(desk, field, {**value, "again": again}, at=moment)
	assert status(desk.channel) == expected
	assert len(lines(ACCOUNT, desk.account)) + len(lines(NUMBER, desk.number)) == 1
	assert len(lines(CHANNEL, desk.channel)) == (expected != "Active")
	assert len(notifications(manager)) == told
	assert kept() == []


# An older event comes after a newer one: field, newer value, older value, where the state is, the newer state.
LATE: dict[str, tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = {
	"review": (REVIEW, {"decision": "APPROVED"}, {"decision": "PENDING"}, {"account_review": "APPROVED"}),
	"name": (NAME, {"decision": "APPROVED"}, {"decision": "REJECTED"}, {"name_status": "APPROVED"}),
	"quality": (QUALITY, {"event": "UNFLAGGED"}, {"event": "FLAGGED"}, {"quality_rating": "UNKNOWN"}),
	"limit": (
		QUALITY,
		{"event": "UPGRADE", "current_limit": "TIER_10K"},
		{"event": "UPGRADE", "current_limit": "TIER_2K"},
		{"messaging_limit": "TIER_10K"},
	),
	"restriction": (
		"account_update",
		{"event": "ACCOUNT_RESTRICTION", "restriction_info": []},
		{"event": "ACCOUNT_RESTRICTION", **restriction("RESTRICTED_BIZ_INITIATED_MESSAGING")},
		{"restriction": None},
	),
	"ban": (
		"account_update",
		{"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
		{"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
		{"restriction": None},
	),
	"access": (
		"account_update",
		{"event": "ACCOUNT_RECONNECTED"},
		{"event": "PARTNER_REMOVED"},
		{"attention_reason": None},
	),
}


@pytest.mark.parametrize(("field", "newer", "older", "state"), LATE.values(), ids=LATE.keys())
def test_an_older_event_does_not_undo_a_newer_one(
	desk: Desk, field: str, newer: dict[str, Any], older: dict[str, Any], state: dict[str, Any]
) -> None:
	of_number = field in (QUALITY, NAME)
	for value, ago in ((newer, 30), (older, 90)):
		tells(desk, field, about_number(desk, **value) if of_number else value, ago=ago)
	doctype, name = (NUMBER, desk.number) if of_number else (ACCOUNT, desk.account)
	assert row(doctype, name, *state) == state
	(item,) = kept()
	assert (item.state, "older" in item.error) == ("Dropped", True)


def test_in_order_the_later_event_counts(desk: Desk) -> None:
	for decision, ago in (("PENDING", 90), ("APPROVED", 30)):
		tells(desk, REVIEW, {"decision": decision}, ago=ago)
	assert (status(desk.channel), kept()) == ("Active", [])
	assert len(lines(CHANNEL, desk.channel)) == 2


def test_an_event_of_the_future_is_taken_for_one_of_now(desk: Desk) -> None:
	tells(desk, REVIEW, {"decision": "PENDING"}, ago=-86400)
	tells(desk, REVIEW, {"decision": "APPROVED"}, ago=-1)
	assert status(desk.channel) == "Active"


def test_an_event_without_a_time_counts_as_of_now(desk: Desk) -> None:
	tells(desk, REVIEW, {"decision": "APPROVED"}, ago=60)
	desk.post(
		{
			"object": "whatsapp_business_account",
			"entry": [{"id": desk.account, "changes": [{"field": REVIEW, "value": {"decision": "PENDING"}}]}],
		}
	)
	desk.settle()
	assert status(desk.channel) == "In Review"


def test_what_was_read_from_meta_is_not_undone_by_an_event_from_before(desk: Desk) -> None:
	sync.apply_account(desk.account, node(account_review_status="APPROVED"))
	frappe.db.commit()
	tells(desk, REVIEW, {"decision": "PENDING"}, ago=3600)
	assert row(ACCOUNT, desk.account, "account_review").account_review == "APPROVED"
	tells(desk, REVIEW, {"decision": "PENDING"})
	assert status(desk.channel) == "In Review"


UNKNOWN: dict[str, tuple[str, dict[str, Any], str | None, str]] = {
	"an account that is not here": (
		REVIEW,
		{"decision": "APPROVED"},
		"999",
		"999, which is not entered here",
	),
	"a number that is not here": (
		QUALITY,
		{"display_phone_number": "4930123456", "event": "FLAGGED"},
		None,
		"4930123456",
	),
	"no number": (QUALITY, {"event": "FLAGGED"}, None, "phone number ?"),
	"another Meta app": (
		"account_update",
		{"event": "PARTNER_APP_UNINSTALLED", "waba_info": {"partner_app_id": "77"}},
		None,
		"app 77",
	),
	"an event of tomorrow": ("account_update", {"event": "PAINTED"}, None, "account_update (PAINTED)"),
	"a field of tomorrow": ("colours", {"event": "PAINTED"}, None, "colours (PAINTED)"),
	"a template": (
		"message_template_status_update",
		{"event": "APPROVED"},
		None,
		"message_template_status_update",
	),
	"a price": ("account_update", {"event": "VOLUME_BASED_PRICING_TIER_UPDATE"}, None, "price by volume"),
}


@pytest.mark.parametrize(("field", "value", "account", "says"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_is_unknown_here_is_kept_for_the_record(
	desk: Desk, field: str, value: dict[str, Any], account: str | None, says: str
) -> None:
	frappe.db.set_value(ACCOUNT, desk.account, "token_app_id", "11")
	frappe.db.commit()
	tells(desk, field, value, account=account)
	(item,) = kept()
	assert (item.kind, item.state, says in item.error) == ("Other", "Dropped", True), item.error
	assert (status(desk.channel), lines(ACCOUNT, desk.account)) == ("Active", [])


def test_a_number_of_another_account_is_none_of_this_one(desk: Desk) -> None:
	frappe.get_doc({"doctype": ACCOUNT, "account_name": "Other", "waba_id": "300000000000001"}).insert()
	frappe.db.commit()
	tells(desk, QUALITY, about_number(desk, event="FLAGGED"), account="300000000000001")
	assert (status(desk.channel), len(kept())) == ("Active", 1)


SPELLINGS = {"as stored": "{digits}", "with a plus": "+{digits}", "with blanks": "+{first} {rest}"}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_number_is_found_by_its_digits(desk: Desk, spelling: str) -> None:
	digits = about_number(desk)["display_phone_number"]
	shown = spelling.format(digits=digits, first=digits[:2], rest=digits[2:])
	tells(desk, QUALITY, {"display_phone_number": shown, "event": "FLAGGED"})
	assert status(desk.channel) == "Needs Attention"


def test_the_account_named_in_the_event_counts_before_that_of_the_delivery(desk: Desk) -> None:
	value = {"event": "PARTNER_REMOVED", "waba_info": {"waba_id": desk.account}}
	tells(desk, "account_update", value, account="2949482758682047")
	assert status(desk.channel) == "Needs Attention"


def test_restrictions_of_two_kinds_stand_beside_each_other(desk: Desk) -> None:
	update(desk, "ACCOUNT_RESTRICTION", ago=50, **restriction("RESTRICTED_BIZ_INITIATED_MESSAGING"))
	update(desk, "DISABLED_UPDATE", ago=40, ban_info={"waba_ban_state": "DISABLE"})
	found = row(ACCOUNT, desk.account, "restriction", "restricted_since")
	assert len(found.restriction.split("\n")) == 2
	update(desk, "DISABLED_UPDATE", ago=30, ban_info={"waba_ban_state": "REINSTATE"})
	assert row(ACCOUNT, desk.account, "restricted_since").restricted_since == found.restricted_since
	assert status(desk.channel) == "Restricted"
	update(desk, "ACCOUNT_RESTRICTION", ago=20, restriction_info=[])
	assert not any(row(ACCOUNT, desk.account, "restriction", "restricted_since").values())
	assert status(desk.channel) == "Active"


def test_a_restriction_that_ran_out_is_gone_after_the_refresh(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	from datetime import datetime, timezone

	update(desk, "ACCOUNT_RESTRICTION", **restriction("RESTRICTED_CUSTOMER_INITIATED_MESSAGING"))
	assert status(desk.channel) == "Restricted"
	after = datetime.fromtimestamp(4000000000, timezone.utc)
	for module in ("facts", "restriction"):
		monkeypatch.setattr(f"whatsapp_channel.accounts.{module}.utc_now", lambda: after)
	refresh_all()
	assert status(desk.channel) == "Active"
	assert not row(ACCOUNT, desk.account, "restriction").restriction


def test_the_business_is_verified_by_webhook_and_the_trial_is_over(desk: Desk) -> None:
	say(ACCOUNT, desk.account, business_verification="not_verified", trial_started_on=site_now())
	assert status(desk.channel) == "Trial"
	update(desk, "VERIFIED_ACCOUNT")
	assert status(desk.channel) == "Active"


def test_the_name_review_is_followed(desk: Desk) -> None:
	say(ACCOUNT, desk.account, business_verification="verified")
	steps = [
		({"decision": "PENDING"}, "PENDING_REVIEW", "Trial"),
		(
			{"decision": "REJECTED", "rejection_reason": "NAME_FORMAT_UNACCEPTABLE"},
			"DECLINED",
			"Needs Attention",
		),
		({"decision": "APPROVED"}, "APPROVED", "Active"),
	]
	for ago, (value, name_status, expected) in zip((30, 20, 10), steps, strict=True):
		tells(desk, NAME, about_number(desk, requested_verified_name="Shop", **value), ago=ago)
		found = row(NUMBER, desk.number, "name_status", "name_rejection", "verified_name")
		assert (found.name_status, status(desk.channel)) == (name_status, expected)
		assert bool(found.name_rejection) is (name_status == "DECLINED")
	assert found.verified_name == "Shop"


# Alerts one after the other (kind, severity, status), and the kind that is marked in the end.
ALERTS: dict[str, tuple[list[tuple[str, str, str]], str | None]] = {
	"over": ([("A", "CRITICAL", "ACTIVE"), ("A", "CRITICAL", "RESOLVED")], None),
	"another is over": ([("A", "CRITICAL", "ACTIVE"), ("B", "CRITICAL", "RESOLVED")], "A"),
	"a graver one": ([("A", "WARNING", "ACTIVE"), ("B", "CRITICAL", "ACTIVE")], "B"),
	"a lesser one": ([("A", "CRITICAL", "ACTIVE"), ("B", "WARNING", "ACTIVE")], "A"),
}


@pytest.mark.parametrize(("told", "marked"), ALERTS.values(), ids=ALERTS.keys())
def test_an_alert_clears_only_its_own_mark(
	desk: Desk, told: list[tuple[str, str, str]], marked: str | None
) -> None:
	for index, (kind, severity, state) in enumerate(told):
		info = {"alert_type": kind, "alert_severity": severity, "alert_status": state}
		tells(desk, "account_alerts", {"alert_info": info}, ago=60 - index)
	assert row(ACCOUNT, desk.account, "alert_kind").alert_kind == marked
	assert len(lines(ACCOUNT, desk.account)) == 2
	assert status(desk.channel) == ("Needs Attention" if marked else "Active")


def test_a_hostile_event_writes_no_html(desk: Desk) -> None:
	info = {
		"alert_type": "<b>A</b>",
		"alert_severity": "CRITICAL",
		"alert_description": "<img src=x onerror=alert(1)>" * 100,
	}
	tells(desk, "account_alerts", {"alert_info": info})
	assert status(desk.channel) == "Needs Attention"
	assert not any("<img" in line or "<b>" in line.lower() for line in lines(ACCOUNT, desk.account))
	assert not any("<img" in line for line in lines(CHANNEL, desk.channel))


ODD = [
	{"event": "ACCOUNT_RESTRICTION", "restriction_info": "all"},
	{"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": 7, "expiration": {}}]},
	{"event": "DISABLED_UPDATE", "ban_info": [1]},
	{"event": "PARTNER_REMOVED", "waba_info": "x", "disconnection_info": 5},
	{"event": "ACCOUNT_VIOLATION", "violation_info": None},
	{"event": "x" * 5000},
	{"event": {"a": 1}},
]


@pytest.mark.parametrize("value", ODD, ids=[str(index) for index in range(len(ODD))])
def test_an_odd_event_breaks_nothing(desk: Desk, value: dict[str, Any]) -> None:
	tells(desk, "account_update", value)
	assert all(item.state == "Dropped" for item in kept())
	desk.writes("Hello")
	assert len(desk.tickets()) == 1
	assert frappe.db.count("Error Log", {"method": ["like", "WhatsApp%"]}) == 0


# What Meta does, played by the sandbox: the webhook comes signed and over HTTP.
PLAYED: dict[str, tuple[Callable[[Any], None], str]] = {
	"reviews the account": (lambda meta: meta.reviews_account("REJECTED"), "Verification Rejected"),
	"refuses the name": (
		lambda meta: meta.reviews_name(decision="REJECTED", reason="NAME_FORMAT_UNACCEPTABLE"),
		"Needs Attention",
	),
	"rates the number": (lambda meta: meta.rates(rating="RED"), "Needs Attention"),
	"bans the account": (lambda meta: meta.bans(), "Restricted"),
	"restricts replies": (
		lambda meta: meta.restricts("RESTRICTED_CUSTOMER_INITIATED_MESSAGING"),
		"Restricted",
	),
	"finds a violation": (lambda meta: meta.finds_violation(), "Needs Attention"),
	"warns": (lambda meta: meta.warns("A", "Look here.", severity="CRITICAL"), "Needs Attention"),
	"deletes the account": (lambda meta: meta.updates("ACCOUNT_DELETED"), "Needs Attention"),
	"changes limits": (lambda meta: meta.allows(numbers=20, limit="TIER_10K"), "Active"),
	"notes a new PIN": (lambda meta: meta.notes_security(), "Active"),
}


@pytest.mark.parametrize(("does", "expected"), PLAYED.values(), ids=PLAYED.keys())
def test_what_meta_does_in_the_sandbox(desk: Desk, does: Callable[[Any], None], expected: str) -> None:
	does(desk.sandbox.meta)
	desk.flush()
	desk.settle()
	assert (status(desk.channel), kept()) == (expected, [])
	assert lines(ACCOUNT, desk.account) + lines(NUMBER, desk.number)
