"""Meta's refusals of numbers, codes and PINs, each told apart by its code and words (Z22, Z31)."""

from datetime import timedelta

import pytest

from whatsapp_channel.rules.onboarding.number_errors import TEXTS, Cause, Step, cause_of, wait_of

# Words as Meta's pages on the errors of Embedded Signup and on registration have them.
CASES = {
	"in_use_in_app": (
		Step.ADD,
		100,
		2388001,
		"Number already registered: This phone number is already registered to an existing WhatsApp account. Disconnect it "
		"from the existing account to use it here. It can take up to 3 minutes for the number to become available.",
		Cause.IN_USE_IN_APP,
	),
	"with_another_business": (
		Step.ADD,
		100,
		None,
		"This phone number is registered on the WhatsApp Business Platform with another business.",
		Cause.IN_USE_ELSEWHERE,
	),
	"cannot_migrate": (Step.ADD, 100, 2388103, "", Cause.IN_USE_ELSEWHERE),
	"blocked": (
		Step.ADD,
		100,
		None,
		"This phone number cannot be used with WhatsApp because it was blocked.",
		Cause.BLOCKED,
	),
	"too_many_numbers": (
		Step.ADD,
		100,
		None,
		"This business has reached the maximum of phone numbers.",
		Cause.TOO_MANY_NUMBERS,
	),
	"in_the_list_by_code": (Step.ADD, 100, 2388012, "", Cause.IN_LIST),
	"in_the_list_by_words": (
		Step.ADD,
		100,
		None,
		"This phone number already exists in your list.",
		Cause.IN_LIST,
	),
	"name": (Step.ADD, 100, None, "Your verified name violates WhatsApp guidelines.", Cause.NAME_REFUSED),
	"toll_free": (Step.ADD, 100, None, "Toll-free numbers are not eligible.", Cause.NOT_ELIGIBLE),
	"no_number": (
		Step.ADD,
		100,
		None,
		"(#100) Param phone_number must be a valid phone number.",
		Cause.NOT_ELIGIBLE,
	),
	"token": (Step.ADD, 190, None, "Invalid OAuth access token", None),
	"code_too_often": (
		Step.REQUEST_CODE,
		136024,
		2388091,
		"You have requested the code too many times.",
		Cause.TOO_MANY_CODES,
	),
	"code_after_too_many_tries": (
		Step.REQUEST_CODE,
		136024,
		2388091,
		"You have tried too many times.",
		Cause.TOO_MANY_TRIES,
	),
	"code_to_a_landline": (
		Step.REQUEST_CODE,
		136024,
		None,
		"A text message could not be sent to this phone number.",
		Cause.NOT_REACHED,
	),
	"code_in_another_language": (
		Step.REQUEST_CODE,
		136024,
		2388091,
		"Tente novamente mais tarde",
		Cause.TOO_MANY_CODES,
	),
	"wrong_code": (
		Step.VERIFY_CODE,
		136025,
		2388093,
		"Incorrect code: The code is incorrect. Try again.",
		Cause.WRONG_CODE,
	),
	"expired_code": (Step.VERIFY_CODE, 136025, 2388094, "The code has expired.", Cause.EXPIRED_CODE),
	"too_many_tries": (
		Step.VERIFY_CODE,
		136024,
		2388091,
		"You have tried too many times. Try again in 12 hours.",
		Cause.TOO_MANY_TRIES,
	),
	"wrong_pin": (Step.REGISTER, 133005, None, "Two step verification PIN Mismatch", Cause.WRONG_PIN),
	"not_verified": (Step.REGISTER, 133006, None, "Phone number must be verified", Cause.NOT_VERIFIED),
	"pin_too_often": (Step.REGISTER, 133008, None, "Too many two step verification PIN guesses", Cause.TOO_MANY_PINS),
	"pin_too_fast": (Step.REGISTER, 133009, None, "PIN guessed too fast", Cause.TOO_MANY_PINS),
	"too_many_registrations": (Step.REGISTER, 133016, None, "?", Cause.TOO_MANY_REGISTRATIONS),
	"unlisted": (Step.REGISTER, 1, None, "?", None),
	"no_code": (Step.REGISTER, None, None, "", None),
	"a_code_of_another_step": (Step.ADD, 133005, None, "", None),
}  # fmt: skip


@pytest.mark.parametrize(("step", "code", "subcode", "said", "cause"), CASES.values(), ids=CASES)
def test_cause(step: Step, code: int | None, subcode: int | None, said: str, cause: Cause | None) -> None:
	assert cause_of(step, code, subcode, said) is cause


def test_each_cause_has_a_text_of_its_own() -> None:
	assert set(TEXTS) == set(Cause)
	assert len(set(TEXTS.values())) == len(TEXTS)


WAITS = {
	"hours_that_meta_tells": (Cause.TOO_MANY_TRIES, "Try again in 3 hours.", timedelta(hours=3)),
	"one_hour": (Cause.TOO_MANY_CODES, "Try again in 1 hour.", timedelta(hours=1)),
	"minutes_that_meta_tells": (Cause.TOO_MANY_CODES, "Try again in 45 minutes.", timedelta(minutes=45)),
	"tries_without_figure": (Cause.TOO_MANY_TRIES, "Try again later.", timedelta(hours=12)),
	"codes_without_figure": (Cause.TOO_MANY_CODES, "Try again later.", timedelta(hours=1)),
	"another_cause": (Cause.WRONG_CODE, "Try again in 3 hours.", None),
	"unknown": (None, "Try again in 3 hours.", None),
}


@pytest.mark.parametrize(("cause", "said", "wait"), WAITS.values(), ids=WAITS)
def test_wait(cause: Cause | None, said: str, wait: timedelta | None) -> None:
	assert wait_of(cause, said) == wait
