"""Step 3 of the set-up: a verified number is registered with a PIN (Z31)."""

from datetime import timedelta
from typing import Any

import frappe
import pytest
from frappe.utils.password import get_decrypted_password, remove_encrypted_password

from tests.app.moment import at_once
from tests.app.numbers import NOT_SIX, NUMBER, PROFILE, at_meta, refusal, stored
from whatsapp_channel.clock import utc_now
from whatsapp_channel.cloud_api.errors import NotSent
from whatsapp_channel.onboarding import number as numbers
from whatsapp_channel.onboarding import profile
from whatsapp_channel.rules.onboarding.registration_rules import Attempt, Outcome
from whatsapp_channel.sandbox import Sandbox


def attempts(number: str) -> list[dict[str, str]]:
	return frappe.parse_json(stored(number, "registrations") or "[]")


def test_a_number_is_registered_with_a_pin_that_nobody_sees(verified: str, sandbox: Sandbox) -> None:
	numbers.register(verified)
	assert at_meta(sandbox, verified).connected
	pin = get_decrypted_password(NUMBER, verified, "pin")
	assert at_meta(sandbox, verified).pin == pin
	assert stored(verified, "pin") == "******"
	row = stored(verified, "meta_status", "registered_on")
	assert row.meta_status == "CONNECTED"
	assert row.registered_on
	assert [attempt["outcome"] for attempt in attempts(verified)] == ["done"]
	assert pin not in frappe.as_json(numbers.number_view(verified))
	assert pin not in frappe.as_json(frappe.get_doc(NUMBER, verified).as_dict())
	assert pin not in "".join(versions(verified))


def versions(number: str) -> list[str]:
	"""What the history of the row tells, on a host that keeps one."""
	known = frappe.db.exists("DocType", "Version")
	return frappe.get_all("Version", {"docname": number}, pluck="data") if known else []


def test_random_pins_differ(verified: str, sandbox: Sandbox) -> None:
	pins = set()
	for _index in range(4):
		frappe.db.set_value(NUMBER, verified, "registrations", None)
		at_meta(sandbox, verified).fields["status"] = "DISCONNECTED"
		at_meta(sandbox, verified).pin = None
		remove_encrypted_password(NUMBER, verified, "pin")
		numbers.register(verified)
		pins.add(at_meta(sandbox, verified).pin)
	assert len(pins) > 1


def test_a_chosen_pin(verified: str, sandbox: Sandbox) -> None:
	numbers.register(verified, "123-456")
	assert at_meta(sandbox, verified).pin == "123456"
	assert get_decrypted_password(NUMBER, verified, "pin") == "123456"


@pytest.mark.parametrize("pin", [pin for pin in NOT_SIX.values() if pin])
def test_what_is_no_pin_never_reaches_meta(verified: str, sandbox: Sandbox, pin: str) -> None:
	assert refusal(numbers.register, verified, pin).startswith("PIN: ")
	assert at_meta(sandbox, verified).registrations == []


@pytest.mark.parametrize(
	("pin", "kept"),
	[("123-456", "123456"), ("12345", None), ("12345a", None)],
	ids=["six", "five", "letters"],
)
def test_a_pin_entered_in_the_form(added: str, pin: str, kept: str | None) -> None:
	row = frappe.get_doc(NUMBER, added)
	row.pin = pin
	if kept is None:
		assert refusal(row.save).startswith("PIN: ")
		return
	row.save()
	assert get_decrypted_password(NUMBER, added, "pin") == kept
	row.reload()
	row.save()
	assert get_decrypted_password(NUMBER, added, "pin") == kept


def test_an_unknown_pin_is_asked_for_without_a_try(verified: str, sandbox: Sandbox) -> None:
	at_meta(sandbox, verified).pin = "246810"
	assert "Enter this PIN" in refusal(numbers.register, verified)
	assert at_meta(sandbox, verified).registrations == []
	assert attempts(verified) == []
	numbers.register(verified, "246810")
	assert at_meta(sandbox, verified).connected
	assert get_decrypted_password(NUMBER, verified, "pin") == "246810"


def test_a_wrong_pin_is_not_kept(verified: str, sandbox: Sandbox) -> None:
	at_meta(sandbox, verified).pin = "246810"
	text = refusal(numbers.register, verified, "111111")
	assert "this is not its PIN" in text
	assert "111111" not in text
	assert not get_decrypted_password(NUMBER, verified, "pin", raise_exception=False)
	assert [attempt["outcome"] for attempt in attempts(verified)] == ["refused"]


def test_a_stored_pin_that_was_changed_elsewhere_is_tried_once(verified: str, sandbox: Sandbox) -> None:
	numbers.register(verified)
	age_attempts(verified)
	at_meta(sandbox, verified).fields["status"] = "DISCONNECTED"
	at_meta(sandbox, verified).pin = "246810"
	assert "this is not its PIN" in refusal(numbers.register, verified)
	assert "Enter this PIN" in refusal(numbers.register, verified)
	assert len(at_meta(sandbox, verified).registrations) == 2


def age_attempts(number: str, **time: float) -> None:
	"""As if the calls had been made some time ago, a minute unless told."""
	earlier = [Attempt.from_dict(each) for each in attempts(number)]
	ago = timedelta(**(time or {"minutes": 2}))
	write_attempts(number, [Attempt(each.at - ago, each.outcome) for each in earlier])


def write_attempts(number: str, made: list[Attempt]) -> None:
	text = frappe.as_json([each.as_dict() for each in made])
	frappe.db.set_value(NUMBER, number, "registrations", text)
	frappe.db.commit()


def test_the_stored_pin_serves_again(verified: str, sandbox: Sandbox) -> None:
	numbers.register(verified, "135790")
	age_attempts(verified)
	at_meta(sandbox, verified).fields["status"] = "DISCONNECTED"
	numbers.register(verified)
	assert at_meta(sandbox, verified).connected
	assert len(attempts(verified)) == 2


def test_a_connected_number_costs_no_registration(account: str, sandbox: Sandbox) -> None:
	number = numbers.choose_number(account, sandbox.config.phone_number_id)
	numbers.register(number)
	assert at_meta(sandbox, number).registrations == []
	assert stored(number, "registered_on")
	assert numbers.number_view(number)["registered"] is True


def test_a_number_that_is_not_verified(added: str, sandbox: Sandbox) -> None:
	assert "The number is not verified yet" in refusal(numbers.register, added)
	assert at_meta(sandbox, added).registrations == []


def test_a_number_of_the_business_app_is_not_registered(verified: str, sandbox: Sandbox) -> None:
	at_meta(sandbox, verified).fields["is_on_biz_app"] = True
	assert "never registered here" in refusal(numbers.register, verified)
	at_meta(sandbox, verified).fields["status"] = "CONNECTED"
	numbers.register(verified)
	assert at_meta(sandbox, verified).registrations == []


def calls(count: int, oldest: timedelta) -> list[timedelta]:
	"""How long ago each was, a minute apart."""
	return [oldest - timedelta(minutes=index) for index in range(count)]


TEN = {
	"nine": (calls(9, timedelta(hours=1)), True),
	"ten": (calls(10, timedelta(hours=1)), False),
	"ten_of_which_one_is_72_hours_old": (calls(10, timedelta(hours=72)), True),
	"ten_nearly_72_hours_ago": (calls(10, timedelta(hours=71, minutes=50)), False),
	"blocked_by_meta_yesterday": ([timedelta(hours=24)], False),
}


@pytest.mark.parametrize(("ages", "allowed"), TEN.values(), ids=TEN)
def test_ten_registrations_in_72_hours(
	verified: str, sandbox: Sandbox, ages: list[timedelta], allowed: bool
) -> None:
	outcome = Outcome.BLOCKED if len(ages) == 1 else Outcome.REFUSED
	write_attempts(verified, [Attempt(utc_now() - age, outcome) for age in ages])
	if allowed:
		numbers.register(verified)
		assert at_meta(sandbox, verified).connected
		return
	text = refusal(numbers.register, verified)
	assert "Meta allows ten registrations of a number in 72 hours" in text
	assert "possible: " in text
	assert at_meta(sandbox, verified).registrations == []
	assert not get_decrypted_password(NUMBER, verified, "pin", raise_exception=False)


def test_metas_own_limit_is_remembered(verified: str, sandbox: Sandbox) -> None:
	at_meta(sandbox, verified).registrations = [sandbox.clock()] * 10
	assert "Meta takes no more for 72 hours" in refusal(numbers.register, verified)
	assert "Meta allows ten registrations" in refusal(numbers.register, verified)


def test_administrators_at_once_register_once(verified: str, sandbox: Sandbox, host: Any) -> None:
	answers = at_once(
		host.environment(), "whatsapp_channel.onboarding.registration.register", [[verified]] * 4
	)
	told = [answer for answer in answers if answer]
	assert "" in answers
	assert all("being registered at this moment" in text for text in told)
	assert len(at_meta(sandbox, verified).registrations) == 1
	assert at_meta(sandbox, verified).pin == get_decrypted_password(NUMBER, verified, "pin")


def test_a_call_that_broke_off_blocks_for_a_minute(verified: str, sandbox: Sandbox) -> None:
	write_attempts(verified, [Attempt(utc_now())])
	assert "being registered at this moment" in refusal(numbers.register, verified)
	write_attempts(verified, [Attempt(utc_now() - timedelta(seconds=61))])
	numbers.register(verified)
	assert at_meta(sandbox, verified).connected


def test_meta_out_of_reach_costs_no_registration(verified: str, sandbox: Sandbox) -> None:
	frappe.db.set_single_value("WhatsApp Channel Settings", "api_base_url", "http://127.0.0.1:9")
	frappe.db.commit()
	with pytest.raises(NotSent):
		numbers.register(verified)
	frappe.db.rollback()
	assert attempts(verified) == []


def test_an_approved_new_name_is_registered(verified: str, sandbox: Sandbox) -> None:
	numbers.register(verified)
	profile.save_profile(
		frappe.db.get_value(NUMBER, verified, "account"), "Lucky Plants", *PROFILE[1:], number=verified
	)
	assert stored(verified, "requested_name", "name_status") == {
		"requested_name": "Lucky Plants",
		"name_status": "PENDING_REVIEW",
	}
	numbers.register(verified)
	assert len(at_meta(sandbox, verified).registrations) == 1
	at_meta(sandbox, verified).fields["new_name_status"] = "APPROVED"
	age_attempts(verified)
	numbers.register(verified)
	assert len(at_meta(sandbox, verified).registrations) == 2
	assert stored(verified, "verified_name") == "Lucky Plants"
	age_attempts(verified)
	numbers.register(verified)
	assert len(at_meta(sandbox, verified).registrations) == 2
