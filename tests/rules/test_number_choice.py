"""Which numbers can become channels (Z22, Z29), and which have to be registered first."""

import re
from pathlib import Path

import pytest

import whatsapp_channel
from whatsapp_channel.rules.onboarding import number_choice
from whatsapp_channel.rules.onboarding.number_choice import (
	State,
	can_work,
	has_new_name,
	is_registered,
	is_verified,
	obstacle,
	shares_app,
)

LIST = Path(whatsapp_channel.__file__).parent.joinpath(
	"whatsapp_channel", "doctype", "whatsapp_number", "whatsapp_number_list.js"
)

OBSTACLES = {
	"connected": (State(status="CONNECTED", platform="CLOUD_API"), None),
	"just_added": (State(status="PENDING"), None),
	"disconnected": (State(status="DISCONNECTED"), None),
	"low_quality": (State(status="FLAGGED"), None),
	"nothing_known": (State(), None),
	"banned": (State(status="BANNED"), "banned"),
	"banned_in_small_letters": (State(status="banned"), "banned"),
	"restricted": (State(status="RESTRICTED"), "restricts"),
	"deleted": (State(status="DELETED"), "deleted"),
	"moved": (State(status="MIGRATED"), "moved"),
	"in_the_app_alone": (State(status="PENDING", on_business_app=True), "WhatsApp Business app"),
	"in_the_app_and_here": (State(status="CONNECTED", on_business_app=True, platform="CLOUD_API"), None),
}


@pytest.mark.parametrize(("state", "word"), OBSTACLES.values(), ids=OBSTACLES)
def test_what_stands_against_a_number(state: State, word: str | None) -> None:
	found = obstacle(state)
	assert (found is None) if word is None else (word in str(found))


REGISTERED = {
	"connected": (State(status="CONNECTED"), False, True),
	"connected_in_small_letters": (State(status="connected"), False, True),
	"pending": (State(status="PENDING"), False, False),
	"disconnected_after_it_was_registered": (State(status="DISCONNECTED"), True, False),
	"unknown": (State(), False, False),
	"unknown_but_registered_here": (State(), True, True),
	"flagged_after_it_was_registered": (State(status="FLAGGED"), True, True),
	"flagged_and_registered_elsewhere": (State(status="FLAGGED"), False, True),
	"rate_limited": (State(status="RATE_LIMITED"), False, True),
	"unverified_after_it_was_registered": (State(status="UNVERIFIED"), True, False),
	"deleted_after_it_was_registered": (State(status="DELETED"), True, False),
	"moved_after_it_was_registered": (State(status="MIGRATED"), True, False),
	"in_the_app_and_here": (State(status="FLAGGED", on_business_app=True), False, True),
	"in_the_app_not_connected": (State(status="PENDING", on_business_app=True), False, False),
}


@pytest.mark.parametrize(("state", "before", "expected"), REGISTERED.values(), ids=REGISTERED)
def test_whether_a_number_is_registered(state: State, before: bool, expected: bool) -> None:
	assert is_registered(state, before) is expected


# Status, what is stored of the verification, whether it is proven, whether a registered number can work.
PROVEN = {
	"verified": ("", "Verified", True, True),
	"not_verified": ("", "Not Verified", False, False),
	"expired": ("", "Expired", False, False),
	"unknown": ("", "", None, True),
	"unknown_in_the_database": (None, None, None, True),
	"verified_not_registered": ("PENDING", "Verified", True, False),
	"unknown_not_registered": ("PENDING", "", None, False),
	"not_verified_disconnected": ("DISCONNECTED", "Expired", False, False),
	"connected_without_a_code": ("CONNECTED", "Not Verified", True, True),
	"connected_with_an_old_code": ("connected", "Expired", True, True),
	"flagged_with_an_old_code": ("FLAGGED", "Expired", True, True),
	"verified_and_deleted": ("DELETED", "Verified", True, False),
}


@pytest.mark.parametrize(("status", "stored", "proven", "works"), PROVEN.values(), ids=PROVEN)
def test_what_is_connected_counts_as_verified(
	status: str | None, stored: str | None, proven: bool | None, works: bool
) -> None:
	assert is_verified(State(status=status), stored) is proven
	assert can_work(State(status=status), stored, registered_before=True) is works


APP = {"connected": ("CONNECTED", True), "pending": ("PENDING", False), "unknown": ("", False)}


@pytest.mark.parametrize(("status", "works"), APP.values(), ids=APP)
def test_the_app_verifies_its_numbers(status: str, works: bool) -> None:
	assert can_work(State(status=status, on_business_app=True), "Not Verified", False) is works


def test_the_list_of_numbers_names_the_same_statuses() -> None:
	works, waits = re.findall(r"= \[(.*?)\]\.includes\(doc\.meta_status\)", LIST.read_text("utf-8"))
	assert set(re.findall(r"\w+", works)) == number_choice.WORKING
	assert set(re.findall(r"\w+", waits)) == number_choice.NOT_REGISTERED


@pytest.mark.parametrize("value", [True, False, None])
def test_a_number_of_the_app_is_not_registered_here(value: bool | None) -> None:
	assert shares_app(State(on_business_app=value)) is bool(value)


NEW_NAMES = {
	"approved": (State(status="CONNECTED"), "APPROVED", True),
	"in_review": (State(status="CONNECTED"), "PENDING_REVIEW", False),
	"none": (State(status="CONNECTED"), "NONE", False),
	"unknown": (State(status="CONNECTED"), None, False),
	"of_a_number_in_the_app": (State(status="CONNECTED", on_business_app=True), "APPROVED", False),
}


@pytest.mark.parametrize(("state", "name_status", "expected"), NEW_NAMES.values(), ids=NEW_NAMES)
def test_whether_a_name_waits_for_a_registration(
	state: State, name_status: str | None, expected: bool
) -> None:
	assert has_new_name(state, name_status) is expected
