"""Step 3 of the set-up: which number, and who may set it up (Z22, Z29)."""

from collections.abc import Iterator
from typing import Any

import frappe
import pytest

from tests.app.conftest import user
from tests.app.moment import at_once
from tests.app.numbers import DIGITS, NEW, NUMBER, at_meta, refusal, stored
from whatsapp_channel.doctypes import ACCOUNT
from whatsapp_channel.onboarding import number as numbers
from whatsapp_channel.onboarding import progress
from whatsapp_channel.sandbox import Sandbox

# The list


def listed(account: str) -> dict[str, dict[str, Any]]:
	return {row["phone_number_id"]: row for row in numbers.numbers(account)["numbers"]}


def test_the_numbers_of_the_account_as_meta_has_them(account: str, sandbox: Sandbox) -> None:
	sandbox.add_number("310", NEW, "Second", status="PENDING", code_verification_status="NOT_VERIFIED")
	rows = listed(account)
	assert set(rows) == {sandbox.config.phone_number_id, "310"}
	assert rows["310"] == {
		"phone_number_id": "310",
		"number": "+1 555-010-0301",
		"name": "Second",
		"verification": "Not Verified",
		"verified": False,
		"status": "PENDING",
		"eligible": True,
		"why": None,
		"chosen": False,
		"channel": None,
	}


ELIGIBILITY = {
	"connected": ({}, None),
	"low_quality": ({"status": "FLAGGED"}, None),
	"banned": ({"status": "BANNED"}, "Meta has banned the number"),
	"restricted": ({"status": "RESTRICTED"}, "Meta restricts the number"),
	"deleted": ({"status": "DELETED"}, "The number is deleted at Meta"),
	"moved": ({"status": "MIGRATED"}, "moved to another WhatsApp Business Account"),
	"in_the_app_alone": (
		{"is_on_biz_app": True, "platform_type": "NOT_APPLICABLE"},
		"in use in the WhatsApp Business app",
	),
	"in_the_app_and_here": ({"is_on_biz_app": True}, None),
}


@pytest.mark.parametrize(("fields", "why"), ELIGIBILITY.values(), ids=ELIGIBILITY)
def test_which_can_be_chosen(account: str, sandbox: Sandbox, fields: dict[str, Any], why: str | None) -> None:
	sandbox.add_number("310", NEW, "Second", **fields)
	row = listed(account)["310"]
	assert row["eligible"] is (why is None)
	if why is None:
		assert numbers.choose_number(account, "310") == "310"
		assert listed(account)["310"]["chosen"] is True
		return
	assert why in row["why"]
	assert why in refusal(numbers.choose_number, account, "310")
	assert not frappe.db.exists(NUMBER, "310")


def test_a_number_with_a_channel_cannot_be_chosen_for_another(desk: Any) -> None:
	row = listed(desk.account)[desk.number]
	assert (row["eligible"], row["chosen"], row["channel"]) == (False, True, desk.channel)
	assert f"Channel {desk.channel} uses the number already" in row["why"]


# Choosing


def test_choosing_keeps_what_meta_says(account: str, sandbox: Sandbox) -> None:
	number = numbers.choose_number(account, sandbox.config.phone_number_id)
	row = stored(
		number, "number", "account", "verified_name", "verification", "meta_status", "quality_rating"
	)
	assert row == {
		"number": sandbox.config.number,
		"account": account,
		"verified_name": sandbox.config.name,
		"verification": "Verified",
		"meta_status": "CONNECTED",
		"quality_rating": "GREEN",
	}
	assert numbers.choose_number(account, number) == number
	assert frappe.db.count(NUMBER) == 1


def test_a_number_of_nobody_is_not_chosen(account: str) -> None:
	assert "Meta does not list the number 999" in refusal(numbers.choose_number, account, "999")


def test_two_administrators_choose_the_same_number(account: str, sandbox: Sandbox, host: Any) -> None:
	calls = [[account, sandbox.config.phone_number_id]] * 3
	answers = at_once(host.environment(), "whatsapp_channel.onboarding.number.choose_number", calls)
	frappe.db.commit()
	assert answers == ["", "", ""]
	assert frappe.db.count(NUMBER) == 1


# What Meta says of the number, whether it counts as verified, as registered, and as ready for a channel.
STANDINGS = {
	"verified and connected": ({}, (True, True, True)),
	"Meta's own test number": ({"code_verification_status": "NOT_VERIFIED"}, (True, True, True)),
	"an old number": ({"code_verification_status": "EXPIRED"}, (True, True, True)),
	"verified, not registered": ({"status": "PENDING"}, (True, False, False)),
	"new": ({"status": "PENDING", "code_verification_status": "NOT_VERIFIED"}, (False, False, False)),
	"of the app, connected": (
		{"code_verification_status": "NOT_VERIFIED", "is_on_biz_app": True},
		(True, True, True),
	),
	"of the app, its connection not finished": (
		{"status": "PENDING", "code_verification_status": "NOT_VERIFIED", "is_on_biz_app": True},
		(False, False, False),
	),
}


@pytest.mark.parametrize(("fields", "expected"), STANDINGS.values(), ids=STANDINGS)
def test_everybody_says_the_same_of_a_number(
	account: str, sandbox: Sandbox, fields: dict[str, Any], expected: tuple[bool, ...]
) -> None:
	sandbox.add_number("310", NEW, "Second", **fields)
	assert listed(account)["310"]["verified"] is expected[0]
	view = numbers.number_view(numbers.choose_number(account, "310"))
	form = frappe.get_doc(NUMBER, "310")
	form.run_method("onload")
	assert (form.get_onload("is_verified"), form.get_onload("is_registered")) == expected[:2]
	assert (view["registered"], view["ready"]) == expected[1:]
	found = {step["key"]: step["state"] for step in progress.state(account, "310")["steps"]}
	assert (found["number"] == "done") is expected[2]


# Deleting


def test_after_a_trial_and_a_sign_up_number_and_account_can_be_deleted(
	account: str, sandbox: Sandbox
) -> None:
	number = numbers.choose_number(account, sandbox.config.phone_number_id)
	begun = {"trial_number": number, "trial_started_on": frappe.utils.now_datetime()}
	frappe.db.set_value(ACCOUNT, account, begun)
	for field in ("account", "reconnects"):
		signup = frappe.get_doc({"doctype": "WhatsApp Signup", "state": "Linked", field: account})
		signup.insert()
	frappe.delete_doc(NUMBER, number)
	assert frappe.db.get_value(ACCOUNT, account, "trial_number") is None
	assert frappe.db.get_value(ACCOUNT, account, "trial_started_on")
	frappe.delete_doc(ACCOUNT, account)
	assert [frappe.db.count(each) for each in (NUMBER, ACCOUNT, "WhatsApp Signup")] == [0, 0, 0]


def test_an_account_with_a_number_stays_with_its_sign_ups(account: str, sandbox: Sandbox) -> None:
	numbers.choose_number(account, sandbox.config.phone_number_id)
	frappe.get_doc({"doctype": "WhatsApp Signup", "state": "Linked", "account": account}).insert()
	frappe.db.commit()
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc(ACCOUNT, account)
	frappe.db.rollback()
	assert frappe.db.count("WhatsApp Signup") == 1


# Adding

SPELLINGS = {"e164": NEW, "as_people_write": "+1 (555) 010-0301", "with_zeros": "001 555 010 0301"}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_adding_a_number(account: str, sandbox: Sandbox, spelling: str) -> None:
	number = numbers.add_number(account, spelling)
	row = stored(number, "number", "verified_name", "verification", "meta_status")
	assert row == {
		"number": NEW,
		"verified_name": "Lucky Shrub",
		"verification": "Not Verified",
		"meta_status": "PENDING",
	}
	assert at_meta(sandbox, number).digits == DIGITS
	assert numbers.add_number(account, spelling) == number
	assert frappe.db.count(NUMBER) == 1


INVALID = {
	"nothing": ("", "No phone number was given"),
	"no_country": ("555 010 0301", "has no country code"),
	"letters": ("+1 555 FLOWERS", "is not a phone number"),
	"too_short": ("+1 555", "has too few digits"),
	"extension": ("+1 555 010 0301 x5", "has an extension"),
}


@pytest.mark.parametrize(("entered", "problem"), INVALID.values(), ids=INVALID)
def test_what_is_no_number_never_reaches_meta(
	account: str, sandbox: Sandbox, entered: str, problem: str
) -> None:
	text = refusal(numbers.add_number, account, entered)
	assert text.startswith("Phone Number: ")
	assert problem in text
	assert len(sandbox.numbers) == 1


def test_a_new_number_needs_a_name(account: str, sandbox: Sandbox) -> None:
	frappe.db.set_value("WhatsApp Business Account", account, "profile_draft", None)
	frappe.db.commit()
	assert "Fill in the business profile first" in refusal(numbers.add_number, account, NEW)


FAULTS = {
	"in_use_app": "delete the account under Settings > Account",
	"in_use_elsewhere": "belongs to another WhatsApp Business Account",
	"blocked": "Meta has blocked the number",
	"limit": "as many numbers as Meta allows",
}


@pytest.mark.parametrize(("fault", "way_out"), FAULTS.items(), ids=FAULTS)
def test_each_reason_of_meta_has_its_way_out(
	account: str, sandbox: Sandbox, fault: str, way_out: str
) -> None:
	sandbox.number_faults[DIGITS] = fault
	text = refusal(numbers.add_number, account, NEW)
	assert way_out in text
	assert "Meta says: " in text
	assert not frappe.db.count(NUMBER)
	sandbox.number_faults.clear()
	assert numbers.add_number(account, NEW)


def test_a_number_that_the_account_has_already_is_chosen(account: str, sandbox: Sandbox) -> None:
	assert numbers.add_number(account, sandbox.config.number) == sandbox.config.phone_number_id


def test_two_administrators_add_the_same_number(account: str, sandbox: Sandbox, host: Any) -> None:
	answers = at_once(
		host.environment(), "whatsapp_channel.onboarding.number.add_number", [[account, NEW]] * 3
	)
	frappe.db.commit()
	assert answers == ["", "", ""]
	assert frappe.db.count(NUMBER) == 1
	assert len(sandbox.numbers) == 2


# Who may


@pytest.fixture
def nobody(account: str, verified: str) -> Iterator[str]:
	"""A signed-in user without any role."""
	name = user("whatsapp-nobody@example.com", "Agent")
	frappe.set_user(name)
	yield verified
	frappe.set_user("Administrator")


STEPS = {
	"request_code": lambda number: numbers.request_code(number, "SMS"),
	"verify_code": lambda number: numbers.verify_code(number, "123456"),
	"register": lambda number: numbers.register(number),
	"choose": lambda number: numbers.choose_number(frappe.db.get_value(NUMBER, number, "account"), number),
	"add": lambda number: numbers.add_number(frappe.db.get_value(NUMBER, number, "account"), "+15550100309"),
	"list": lambda number: numbers.numbers(frappe.db.get_value(NUMBER, number, "account")),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_whoever_may_not_change_the_number_is_refused(nobody: str, step: Any) -> None:
	with pytest.raises(frappe.PermissionError):
		step(nobody)
