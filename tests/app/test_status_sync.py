"""What Meta answers about accounts and numbers, written into our rows (Z19, Z20, Z28)."""

from typing import Any

import frappe
import pytest

from tests.app.desk import Desk
from tests.app.onboarded import (
	ACCOUNT,
	NUMBER,
	row,
	status,
	tells,
	update,
)
from tests.app.sync_nodes import node, phone
from whatsapp_channel.accounts import sync
from whatsapp_channel.cloud_api.answers import BusinessAccount, PhoneNumber


def test_what_meta_says_of_an_account_is_stored(desk: Desk) -> None:
	sync.apply_account(
		desk.account, node(account_review_status="APPROVED", currency="BRL", primary_funding_id=None)
	)
	stored = row(
		ACCOUNT, desk.account, "business_verification", "account_review", "currency", "payment_method"
	)
	assert list(stored.values()) == ["not_verified", "APPROVED", "BRL", "Missing"]
	assert row(ACCOUNT, desk.account, "synced_on").synced_on


def test_what_meta_leaves_out_stays(desk: Desk) -> None:
	sync.apply_account(desk.account, node(account_review_status="APPROVED"))
	sync.apply_account(desk.account, BusinessAccount.model_validate({"id": "1"}))
	sync.apply_number(desk.number, phone(quality_rating="GREEN"))
	sync.apply_number(desk.number, PhoneNumber.model_validate({"id": "1"}))
	assert row(ACCOUNT, desk.account, "account_review").account_review == "APPROVED"
	assert row(NUMBER, desk.number, "verification").verification == "Verified"
	assert row(NUMBER, desk.number, "quality_rating").quality_rating == "GREEN"


# What was asked, what came, what was known, what is known then.
PAYMENTS = {
	"asked, none": (["primary_funding_id"], None, "Present", "Missing"),
	"asked, there is one": (["primary_funding_id"], "1", "Missing", "Present"),
	"this version has no such field": (["name"], None, "Present", "Present"),
	"nothing known, not asked": ([], None, "", ""),
	"not known whether it was asked": ([], "1", "Missing", "Present"),
}


@pytest.mark.parametrize(("asked", "came", "before", "after"), PAYMENTS.values(), ids=PAYMENTS.keys())
def test_payment_method(desk: Desk, asked: list[str], came: str | None, before: str, after: str) -> None:
	frappe.db.set_value(ACCOUNT, desk.account, "payment_method", before)
	sync.apply_account(desk.account, node(asked_fields=asked, primary_funding_id=came))
	assert row(ACCOUNT, desk.account, "payment_method").payment_method == after


# What Meta answers, columns.
PHONES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
	"verified": ({}, {"verification": "Verified"}),
	"not verified": ({"code_verification_status": "NOT_VERIFIED"}, {"verification": "Not Verified"}),
	"unverified": ({"code_verification_status": "UNVERIFIED"}, {"verification": "Not Verified"}),
	"expired": ({"code_verification_status": "EXPIRED"}, {"verification": "Expired"}),
	"connected": ({"status": "CONNECTED"}, {"meta_status": "CONNECTED"}),
	"limit": ({"messaging_limit_tier": "TIER_250"}, {"messaging_limit": "TIER_250"}),
	"newer limit": (
		{"messaging_limit_tier": "TIER_250", "whatsapp_business_manager_messaging_limit": "TIER_2K"},
		{"messaging_limit": "TIER_2K"},
	),
	"app": ({"is_on_biz_app": True}, {"on_business_app": 1}),
	"name approved": (
		{"name_status": "APPROVED", "verified_name": "Shop"},
		{"name_status": "APPROVED", "verified_name": "Shop", "requested_name": None, "name_rejection": None},
	),
	"new name in review": (
		{"name_status": "APPROVED", "new_name_status": "PENDING_REVIEW"},
		{"name_status": "PENDING_REVIEW", "requested_name": "Wanted"},
	),
	"no new name": ({"name_status": "APPROVED", "new_name_status": "NONE"}, {"name_status": "APPROVED"}),
}


@pytest.mark.parametrize(("answer", "columns"), PHONES.values(), ids=PHONES.keys())
def test_what_meta_says_of_a_number_is_stored(
	desk: Desk, answer: dict[str, Any], columns: dict[str, Any]
) -> None:
	frappe.db.set_value(NUMBER, desk.number, {"requested_name": "Wanted", "name_rejection": "Too long."})
	sync.apply_number(desk.number, phone(**answer))
	assert row(NUMBER, desk.number, *columns) == columns


def test_checking_again_lifts_what_meta_no_longer_says(desk: Desk) -> None:
	update(desk, "ACCOUNT_VIOLATION", violation_info={"violation_type": "ADULT"})
	update(desk, "DISABLED_UPDATE", ban_info={"waba_ban_state": "DISABLE"})
	tells(desk, "account_alerts", {"alert_info": {"alert_type": "A", "alert_severity": "CRITICAL"}})
	assert status(desk.channel) == "Restricted"
	entities = [{"entity_type": "WABA", "id": desk.account, "can_send_message": "BLOCKED"}]
	sync.apply_account(desk.account, node(health_status={"entities": entities}))
	assert status(desk.channel) == "Restricted"
	entities[0]["can_send_message"] = "AVAILABLE"
	sync.apply_account(desk.account, node(health_status={"entities": entities}, status="DISABLED"))
	assert status(desk.channel) == "Restricted"
	sync.apply_account(desk.account, node(health_status={"entities": entities}))
	assert status(desk.channel) == "Active"
	assert not any(row(ACCOUNT, desk.account, "restriction", "restrictions", "alert").values())


def test_a_number_that_is_not_ours_is_left_alone(desk: Desk) -> None:
	sync.apply_number("999", phone())
	assert not frappe.db.exists(NUMBER, "999")
