"""What Meta's window says, read without trust, and put into the administrator's words (Z27)."""

import json
from typing import Any

import pytest

from whatsapp_channel.rules.onboarding import signup_rules
from whatsapp_channel.rules.onboarding.signup_rules import (
	Outcome,
	SignupEvent,
	explain,
	explain_code,
	read_event,
)


def event(name: str, data: Any = None, **more: Any) -> dict[str, Any]:
	return {"type": "WA_EMBEDDED_SIGNUP", "event": name, "data": data or {}, **more}


def deep(levels: int) -> dict[str, Any]:
	found = event("FINISH")
	for _ in range(levels):
		found = {"type": "WA_EMBEDDED_SIGNUP", "event": "FINISH", "data": found}
	return found


# As Meta documents them.
FINISH = event(
	"FINISH",
	{
		"phone_number_id": "106540352242922",
		"waba_id": "524126980791429",
		"business_id": "2729063490586005",
	},
	version="3",
)


@pytest.mark.parametrize(
	("given", "expected"),
	[
		(
			FINISH,
			SignupEvent(Outcome.FINISHED, "524126980791429", "106540352242922", "2729063490586005"),
		),
		(
			json.dumps(FINISH),
			SignupEvent(Outcome.FINISHED, "524126980791429", "106540352242922", "2729063490586005"),
		),
		(event("FINISH_ONLY_WABA", {"waba_id": "5"}), SignupEvent(Outcome.FINISHED, "5")),
		(
			event("FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", {"waba_id": 5}),
			SignupEvent(Outcome.FINISHED, "5"),
		),
		(
			event("FINISH", {"waba_id": "5/../6", "phone_number_id": "x", "business_id": ["7"]}),
			SignupEvent(Outcome.FINISHED),
		),
		(
			event("CANCEL", {"current_step": "PHONE_NUMBER_SETUP"}, version=3),
			SignupEvent(Outcome.CANCELLED, step="PHONE_NUMBER_SETUP"),
		),
		(
			event(
				"CANCEL",
				{"error_message": "no", "error_id": "524126", "session_id": "f34", "timestamp": "1746041036"},
			),
			SignupEvent(Outcome.FAILED, message="no", error_code="524126", session="f34"),
		),
		(
			event("CANCEL", {"error_message": "no", "error_code": 77}),
			SignupEvent(Outcome.FAILED, message="no", error_code="77"),
		),
		(event("ERROR", {"error_message": "no"}), SignupEvent(Outcome.FAILED, message="no")),
		(event("ERROR"), SignupEvent(Outcome.FAILED)),
		(event("SOMETHING_NEW", {"waba_id": "5"}), SignupEvent(Outcome.OTHER, "5")),
		({**FINISH, "type": "OTHER"}, SignupEvent(Outcome.OTHER)),
		(None, SignupEvent(Outcome.OTHER)),
		("{", SignupEvent(Outcome.OTHER)),
		("[]", SignupEvent(Outcome.OTHER)),
		(event("FINISH", "text"), SignupEvent(Outcome.FINISHED)),
		(event("FINISH", {"waba_id": "5", "more": "x" * 30_000}), SignupEvent(Outcome.OTHER)),
		("[" * 5_000, SignupEvent(Outcome.OTHER)),
		(deep(2_000), SignupEvent(Outcome.OTHER)),
	],
	ids=[
		"finish",
		"as text",
		"without a number",
		"business app",
		"ids that are none",
		"cancelled",
		"reported as CANCEL with error_id",
		"reported as CANCEL with error_code",
		"reported as ERROR",
		"ERROR without words",
		"a new event",
		"another type",
		"nothing",
		"no JSON",
		"a list",
		"data is text",
		"huge",
		"deep",
		"deep and parsed",
	],
)
def test_events(given: Any, expected: SignupEvent):
	assert read_event(given) == expected


@pytest.mark.parametrize("step", signup_rules.STEPS)
def test_each_step_has_words_of_its_own(step: str):
	words, way_out = explain(read_event(event("CANCEL", {"current_step": step})))
	assert str(words) == signup_rules.STEPS[step]
	assert way_out == signup_rules.AGAIN
	assert sum(str(words) == other for other in signup_rules.STEPS.values()) == 1


@pytest.mark.parametrize("step", [None, "A_NEW_STEP"], ids=["no step", "a new step"])
def test_other_steps(step: str | None):
	assert explain(SignupEvent(Outcome.CANCELLED, step=step))[0].text == signup_rules.CANCELLED


@pytest.mark.parametrize(
	("message", "sign"),
	[
		("Your verified name violates WhatsApp guidelines. Please edit your verified name.", "display name"),
		("This number is already registered to an existing WhatsApp account.", "three minutes"),
		("This phone number already exists in your list of numbers", "Choose it from the list"),
		("You've tried too many times. Please try again later.", "twelve hours"),
		("You have requested the code too many times", "twelve hours"),
		("You have reached the maximum number of phone numbers", "as many numbers"),
		("This phone number is blocked", "does not accept this number"),
		("You must be an admin of this business portfolio", "full control"),
		("Too many accounts for an unverified business", "before verification"),
		("Something else", signup_rules.ERROR),
		("", signup_rules.ERROR),
	],
)
def test_reported_errors(message: str, sign: str):
	assert sign in str(explain(SignupEvent(Outcome.FAILED, message=message))[0])


def test_nothing_to_explain_at_the_end():
	assert explain(read_event(FINISH)) == ()


@pytest.mark.parametrize(
	("code", "subcode", "message", "expected"),
	[
		(100, 36007, "", signup_rules.EXPIRED_CODE),
		(100, 36009, "This authorization code has been used.", signup_rules.USED_CODE),
		(100, None, "This authorization code has expired.", signup_rules.EXPIRED_CODE),
		(100, 36008, "Invalid verification code format.", signup_rules.WRONG_CODE),
		(100, 36008, "make sure your redirect_uri is identical", signup_rules.WRONG_ADDRESS),
		(191, None, "", signup_rules.WRONG_ADDRESS),
		(1, None, "Error validating client secret.", signup_rules.WRONG_SECRET),
		(101, None, "Error validating application.", signup_rules.WRONG_SECRET),
		(100, None, "odd", signup_rules.WRONG_CODE),
		(None, None, "", signup_rules.UNREACHABLE),
	],
	ids=[
		"expired",
		"used",
		"expired by its words",
		"no code",
		"another address",
		"another domain",
		"wrong secret",
		"wrong app",
		"another reason",
		"no answer",
	],
)
def test_codes(code: int | None, subcode: int | None, message: str, expected: str):
	assert explain_code(code, subcode, message) == expected
