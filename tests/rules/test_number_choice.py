"""Which numbers can become channels (Z22, Z29), and which have to be registered first."""

import pytest

from whatsapp_channel.rules.number_choice import State, has_new_name, is_registered, obstacle, shares_app

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
	assert (found is None) if word is None else (word in (found or ""))


REGISTERED = {
	"connected": (State(status="CONNECTED"), False, True),
	"connected_in_small_letters": (State(status="connected"), False, True),
	"pending": (State(status="PENDING"), False, False),
	"disconnected_after_it_was_registered": (State(status="DISCONNECTED"), True, False),
	"unknown": (State(), False, False),
	"unknown_but_registered_here": (State(), True, True),
	"flagged_after_it_was_registered": (State(status="FLAGGED"), True, True),
	"in_the_app_and_here": (State(status="FLAGGED", on_business_app=True), False, True),
	"in_the_app_not_connected": (State(status="PENDING", on_business_app=True), False, False),
}


@pytest.mark.parametrize(("state", "before", "expected"), REGISTERED.values(), ids=REGISTERED)
def test_whether_a_number_is_registered(state: State, before: bool, expected: bool) -> None:
	assert is_registered(state, before) is expected


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
