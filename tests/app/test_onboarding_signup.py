"""Meta's window: its code and its event, in any order, twice, at once, without ids, cancelled or expired (Z27)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import frappe
import pytest

from tests.app.conftest import SETTINGS
from tests.app.onboarding import (
	OTHER,
	SIGNUP,
	WABA,
	Refused,
	Setup,
	accounts,
	assert_linked,
	at_once,
	bare,
	cancelled,
	finished,
	row,
	second,
	setup,
	spoil_secret,
	step,
	token_of,
)
from whatsapp_channel import settings
from whatsapp_channel.clock import site_now
from whatsapp_channel.onboarding import signup_rows

__all__ = ["bare", "second", "setup"]


# Both halves, in any order


def test_code_then_event(setup: Setup):
	name = setup.begin()
	setup.sandbox.signup.omit_targets = True
	waiting = setup.send_code(name, setup.code())
	assert waiting["signup"]["state"] == "Code Exchanged"
	assert waiting["signup"]["explanation"]
	assert setup.send_event(name)["signup"]["state"] == "Linked"
	assert_linked(name)


def test_event_then_code(setup: Setup):
	name = setup.begin()
	assert setup.send_event(name)["signup"]["state"] == "Started"
	answer = setup.send_code(name, setup.code())
	assert answer["signup"]["state"] == "Linked"
	assert step(answer)["state"] == "done"
	assert answer["state"]["account"]["waba_id"] == WABA
	assert_linked(name)


@pytest.mark.parametrize("accounts_given", [(WABA,), (OTHER, WABA)], ids=["one account", "several"])
@pytest.mark.parametrize("round_", range(4))
def test_both_halves_at_the_same_moment(
	setup: Setup, second: Setup, round_: int, accounts_given: tuple[str, ...]
):
	setup.sandbox.add_account(OTHER, "Other")
	name, code = setup.begin(), setup.code(*accounts_given)
	at_once(lambda: setup.send_code(name, code), lambda: second.send_event(name))
	assert_linked(name)
	assert accounts() == [WABA]


def test_the_same_code_from_two_tabs_at_once(setup: Setup, second: Setup):
	name, code = setup.begin(), setup.code()
	answers = at_once(lambda: setup.send_code(name, code), lambda: second.send_code(name, code))
	assert {answer["signup"]["state"] for answer in answers} == {"Linked"}
	assert_linked(name)


def test_everything_twice(setup: Setup):
	name, code = setup.begin(), setup.code()
	for _ in range(2):
		setup.send_event(name)
		assert setup.send_code(name, code)["signup"]["state"] == "Linked"
	assert_linked(name)
	assert accounts() == [WABA]


def test_two_signups_of_one_account_at_once(setup: Setup, second: Setup):
	names = [setup.begin(), second.begin()]
	codes = [setup.code(), setup.code()]
	at_once(
		lambda: setup.send_code(names[0], codes[0]),
		lambda: second.send_code(names[1], codes[1]),
	)
	for name in names:
		assert_linked(name)
	assert accounts() == [WABA]


def test_the_number_of_the_window_is_chosen(setup: Setup):
	name = setup.begin()
	setup.send_event(name, finished(phone_number_id=setup.sandbox.config.phone_number_id))
	state = setup.send_code(name, setup.code())["state"]
	assert state["number"]["name"] == setup.sandbox.config.phone_number_id


def test_a_number_that_meta_does_not_know_costs_nothing(setup: Setup):
	name = setup.begin()
	setup.send_event(name, finished(phone_number_id="399"))
	assert setup.send_code(name, setup.code())["signup"]["state"] == "Linked"
	assert frappe.db.count("WhatsApp Number") == 0


# Ids that are missing


def test_the_only_account_of_the_token_is_taken(setup: Setup):
	name = setup.begin()
	assert setup.send_code(name, setup.code())["signup"]["state"] == "Linked"
	assert_linked(name)


def test_of_several_accounts_the_user_chooses(setup: Setup):
	setup.sandbox.add_account(OTHER, "Other Business")
	name = setup.begin()
	answer = setup.send_code(name, setup.code(OTHER, WABA))
	assert answer["signup"]["state"] == "Choose Account"
	assert answer["signup"]["candidates"] == [
		{"waba_id": OTHER, "label": f"Other Business ({OTHER})"},
		{"waba_id": WABA, "label": f"Sandbox Business ({WABA})"},
	]
	with pytest.raises(Refused):
		setup.call("choose_account", signup=name, waba_id="299")
	assert setup.call("choose_account", signup=name, waba_id=OTHER)["signup"]["state"] == "Linked"
	assert_linked(name, OTHER)


def test_a_late_event_makes_the_choice(setup: Setup):
	setup.sandbox.add_account(OTHER, "Other Business")
	name = setup.begin()
	setup.send_code(name, setup.code(OTHER, WABA))
	assert setup.send_event(name, finished(OTHER))["signup"]["state"] == "Linked"
	assert_linked(name, OTHER)


def test_an_event_without_ids_but_with_its_portfolio(setup: Setup):
	setup.sandbox.signup.omit_targets = True
	name = setup.begin()
	event = finished()
	del event["data"]["waba_id"]
	setup.send_event(name, event)
	assert setup.send_code(name, setup.code())["signup"]["state"] == "Linked"
	assert_linked(name)


def test_an_account_that_the_browser_made_up(setup: Setup):
	setup.sandbox.add_account(OTHER, "Somebody else's")
	name = setup.begin()
	setup.send_event(name, finished(OTHER))
	answer = setup.send_code(name, setup.code(WABA))
	assert answer["signup"]["state"] == "Failed"
	assert OTHER in answer["signup"]["explanation"]
	assert accounts() == []
	assert token_of(SIGNUP, name) is None


# Cancelled, failed, expired


@pytest.mark.parametrize(
	"current_step",
	[
		"BUSINESS_ACCOUNT_SELECTION",
		"WABA_PHONE_PROFILE_PICKER",
		"WHATSAPP_BUSINESS_PROFILE_SETUP",
		"PHONE_NUMBER_SETUP",
		"PHONE_NUMBER_VERIFICATION",
		"PERMISSIONS",
	],
)
def test_a_cancelled_step_is_explained(setup: Setup, current_step: str):
	name = setup.begin()
	answer = setup.send_event(name, cancelled(current_step=current_step))
	assert answer["signup"]["state"] == "Cancelled"
	assert answer["signup"]["explanation"].startswith("You closed Meta's window while ") or (
		current_step == "PERMISSIONS" and "before giving" in answer["signup"]["explanation"]
	)
	assert row(name).last_step == current_step
	assert step(answer)["reason"] == answer["signup"]["explanation"]


def test_a_reported_error_has_metas_words_and_session(setup: Setup):
	name = setup.begin()
	data = {"error_message": "Your <b>verified name</b> violates", "error_id": "524126", "session_id": "f34b"}
	found = setup.send_event(name, cancelled(**data))["signup"]
	assert found["state"] == "Failed"
	assert "display name" in found["explanation"]
	assert "&lt;b&gt;verified name" in found["explanation"]
	assert "f34b" in found["explanation"]


def test_a_window_closed_after_an_error_does_not_hide_it(setup: Setup):
	name = setup.begin()
	setup.send_event(name, cancelled(error_message="blocked"))
	answer = setup.send_event(name, cancelled(current_step="PHONE_NUMBER_SETUP"))
	assert answer["signup"]["state"] == "Failed"


def test_after_cancelling_one_can_go_on(setup: Setup):
	name = setup.begin()
	setup.send_event(name, cancelled(current_step="PERMISSIONS"))
	setup.send_event(name)
	assert setup.send_code(name, setup.code())["signup"]["state"] == "Linked"


def test_a_window_closed_at_the_end_undoes_nothing(setup: Setup):
	setup.sandbox.signup.omit_targets = True
	name = setup.begin()
	setup.send_code(name, setup.code())
	assert setup.send_event(name, cancelled())["signup"]["state"] == "Code Exchanged"
	assert setup.send_event(name)["signup"]["state"] == "Linked"
	assert setup.send_event(name, cancelled())["signup"]["state"] == "Linked"


@pytest.mark.parametrize(
	"event",
	["", "not JSON", "[1]", "null", {"type": "other", "event": "FINISH"}, {"data": {}}, {}, "9" * 30_000],
	ids=["empty", "text", "list", "null", "another type", "no type", "empty object", "huge"],
)
def test_what_is_no_event_changes_nothing(setup: Setup, event: Any):
	name = setup.begin()
	assert setup.send_event(name, event)["signup"]["state"] == "Started"


def _late(setup: Setup, code: str) -> None:
	setup.sandbox.advance(31)


def _used(setup: Setup, code: str) -> None:
	config = setup.sandbox.config
	settings.app_api(config.app_id, config.app_secret).exchange_code(code)


def _wrong_secret(setup: Setup, code: str) -> None:
	spoil_secret()


def _unreachable(setup: Setup, code: str) -> None:
	frappe.db.set_single_value(SETTINGS, "api_base_url", "http://127.0.0.1:9")


@pytest.mark.parametrize(
	("spoil", "words"),
	[
		(_late, "30 seconds"),
		(_used, "used already"),
		(_wrong_secret, "secret"),
		(_unreachable, "could not be reached"),
	],
	ids=["expired", "used", "wrong secret", "no connection"],
)
def test_a_code_that_fails_is_explained(setup: Setup, spoil: Callable[[Setup, str], None], words: str):
	name, code = setup.begin(), setup.code()
	spoil(setup, code)
	frappe.db.commit()
	answer = setup.send_code(name, code)
	assert answer["signup"]["state"] == "Failed"
	assert words in answer["signup"]["explanation"]
	assert code not in answer["signup"]["explanation"]
	assert step(answer)["reason"] == answer["signup"]["explanation"]


def test_a_made_up_code(setup: Setup):
	assert setup.send_code(setup.begin(), "AQmade-up")["signup"]["state"] == "Failed"


def test_the_secret_in_use_is_found_during_a_rotation(setup: Setup):
	settings.add_secret(setup.sandbox.config.app_id, "the-next-secret")
	assert setup.send_code(setup.begin(), setup.code())["signup"]["state"] == "Linked"


def test_a_signup_that_nobody_began(setup: Setup):
	for method, more in (
		("signup_code", {"code": "x"}),
		("signup_event", {"event": {}}),
		("continue_signup", {}),
	):
		with pytest.raises(Refused) as caught:
			setup.call(method, signup="nobodys", **more)
		assert "Start again" in caught.value.text


def test_an_expired_signup_loses_its_token(setup: Setup):
	setup.sandbox.signup.omit_targets = True
	name = setup.begin()
	setup.send_code(name, setup.code())
	assert token_of(SIGNUP, name)
	frappe.db.set_value(SIGNUP, name, "expires_on", site_now() - timedelta(seconds=1))
	frappe.db.commit()
	answer = setup.send_event(name)
	assert answer["signup"]["state"] == "Failed"
	assert "in time" in answer["signup"]["explanation"]
	assert token_of(SIGNUP, name) is None


def test_expired_and_old_signups_are_cleaned(setup: Setup):
	setup.sandbox.signup.omit_targets = True
	late, old, fresh = setup.begin(), setup.begin(), setup.begin()
	for name in (late, fresh):
		setup.send_code(name, setup.code())
	frappe.db.set_value(SIGNUP, late, "expires_on", site_now() - timedelta(minutes=1))
	frappe.db.sql(
		f"update `tab{SIGNUP}` set creation = %s where name = %s", (site_now() - timedelta(days=31), old)
	)
	signup_rows.clear_expired()
	assert row(late).state == "Failed"
	assert token_of(SIGNUP, late) is None
	assert row(old) is None
	assert row(fresh).state == "Code Exchanged"
	assert token_of(SIGNUP, fresh)
