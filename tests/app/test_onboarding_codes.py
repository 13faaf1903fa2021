"""Step 3 of the set-up: the six digits that verify a number (Z30, Z31)."""

from datetime import timedelta
from typing import Any

import frappe
import pytest

from tests.app.moment import at_once
from tests.app.numbers import DIGITS, NOT_SIX, NUMBER, at_meta, code_of, refusal, stored
from whatsapp_channel.clock import site_now
from whatsapp_channel.onboarding import number as numbers
from whatsapp_channel.onboarding import verification_codes
from whatsapp_channel.sandbox import Sandbox


@pytest.mark.parametrize(
	("method", "shown"), [("SMS", "Text Message"), ("VOICE", "Voice Call")], ids=["text", "call"]
)
def test_a_code_comes(added: str, sandbox: Sandbox, method: str, shown: str) -> None:
	numbers.request_code(added, method)
	(sent,) = sandbox.phone_texts
	assert (sent.digits, sent.method, sent.language) == (DIGITS, method, "en_US")
	view = numbers.number_view(added)
	assert view["code_method"] == shown
	assert 55 <= view["code_wait_seconds"] <= 60
	numbers.verify_code(added, sent.code)
	view = numbers.number_view(added)
	assert (view["verification"], view["code_wait_seconds"]) == ("Verified", 0)


LANGUAGES = {"given": ("pt-BR", "en", "pt_BR"), "of_the_user": (None, "de", "de")}


@pytest.mark.parametrize(("given", "own", "locale"), LANGUAGES.values(), ids=LANGUAGES)
def test_the_code_comes_in_the_administrators_language(
	added: str,
	sandbox: Sandbox,
	monkeypatch: pytest.MonkeyPatch,
	given: str | None,
	own: str,
	locale: str,
) -> None:
	monkeypatch.setattr(frappe.local, "lang", own)
	numbers.request_code(added, "SMS", given)
	assert sandbox.phone_texts[-1].language == locale


@pytest.mark.parametrize("method", ["", "sms", "EMAIL"])
def test_there_are_two_ways_for_a_code(added: str, sandbox: Sandbox, method: str) -> None:
	assert "by text message (SMS) or voice call (VOICE)" in refusal(numbers.request_code, added, method)
	assert sandbox.phone_texts == []


def test_the_next_code_has_to_be_waited_for(added: str, sandbox: Sandbox) -> None:
	numbers.request_code(added, "SMS")
	text = refusal(numbers.request_code, added, "VOICE")
	assert "The next one is possible in" in text
	assert len(sandbox.phone_texts) == 1
	frappe.db.set_value(NUMBER, added, "code_blocked_until", site_now() - timedelta(seconds=1))
	frappe.db.commit()
	numbers.request_code(added, "VOICE")
	assert len(sandbox.phone_texts) == 2
	assert stored(added, "code_method") == "Voice Call"


def test_two_administrators_request_one_code(added: str, sandbox: Sandbox, host: Any) -> None:
	answers = at_once(
		host.environment(),
		"whatsapp_channel.onboarding.verification_codes.request_code",
		[[added, "SMS"]] * 3,
	)
	assert sorted(answer == "" for answer in answers) == [False, False, True]
	assert len(sandbox.phone_texts) == 1


def test_a_text_message_to_a_landline(added: str, sandbox: Sandbox) -> None:
	sandbox.number_faults[DIGITS] = "landline"
	assert "Try a voice call instead" in refusal(numbers.request_code, added, "SMS")
	assert numbers.number_view(added)["code_wait_seconds"] == 0
	numbers.request_code(added, "VOICE")
	assert sandbox.phone_texts[-1].method == "VOICE"


def test_a_number_that_turns_out_to_be_verified(added: str, sandbox: Sandbox) -> None:
	at_meta(sandbox, added).fields["code_verification_status"] = "VERIFIED"
	numbers.request_code(added, "SMS")
	assert stored(added, "verification") == "Verified"
	assert "verified already" in refusal(numbers.request_code, added, "SMS")


def test_too_many_codes(added: str, sandbox: Sandbox) -> None:
	for _index in range(5):
		frappe.db.set_value(NUMBER, added, "code_blocked_until", None)
		numbers.request_code(added, "SMS")
	frappe.db.set_value(NUMBER, added, "code_blocked_until", None)
	assert "Too many codes were requested" in refusal(numbers.request_code, added, "SMS")
	assert numbers.number_view(added)["code_wait_seconds"] > 3600
	assert "Meta sends no further code for this number for now" in refusal(numbers.request_code, added, "SMS")
	numbers.verify_code(added, code_of(sandbox))
	assert stored(added, "verification") == "Verified"


def test_meta_out_of_reach_costs_no_wait(
	added: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
	frappe.db.set_single_value("WhatsApp Channel Settings", "api_base_url", "http://127.0.0.1:9")
	frappe.db.commit()
	assert "could not connect to Meta" in refusal(numbers.request_code, added, "SMS")
	assert numbers.number_view(added)["code_wait_seconds"] == 0


@pytest.mark.parametrize("code", NOT_SIX.values(), ids=NOT_SIX)
def test_what_is_no_code_never_reaches_meta(added: str, sandbox: Sandbox, code: str) -> None:
	numbers.request_code(added, "SMS")
	assert refusal(numbers.verify_code, added, code).startswith("Code: ")
	assert at_meta(sandbox, added).wrong_tries == 0
	assert stored(added, "code_failures") == 0


def test_a_code_as_it_is_written_in_the_message(added: str, sandbox: Sandbox) -> None:
	numbers.request_code(added, "SMS")
	code = code_of(sandbox)
	numbers.verify_code(added, f" {code[:3]}-{code[3:]}\n")
	assert stored(added, "verification") == "Verified"


def wrong(sandbox: Sandbox) -> str:
	return "000000" if code_of(sandbox) != "000000" else "000001"


def test_a_wrong_code(added: str, sandbox: Sandbox) -> None:
	numbers.request_code(added, "SMS")
	for count in (1, 2):
		assert "The code is wrong." in refusal(numbers.verify_code, added, wrong(sandbox))
		assert stored(added, "code_failures") == count
	numbers.verify_code(added, code_of(sandbox))
	assert stored(added, "code_failures") == 0


def test_an_expired_code(added: str, sandbox: Sandbox) -> None:
	numbers.request_code(added, "SMS")
	sandbox.advance(601)
	assert "The code is older than ten minutes" in refusal(numbers.verify_code, added, code_of(sandbox))
	numbers.request_code(added, "SMS")
	numbers.verify_code(added, code_of(sandbox))
	assert stored(added, "verification") == "Verified"


def test_an_old_code_of_which_meta_says_only_that_it_is_wrong(added: str, sandbox: Sandbox) -> None:
	numbers.request_code(added, "SMS")
	frappe.db.set_value(NUMBER, added, "code_requested_on", site_now() - verification_codes.CODE_LIVES)
	frappe.db.commit()
	assert "The code is older than ten minutes" in refusal(numbers.verify_code, added, wrong(sandbox))


def test_too_many_wrong_codes(added: str, sandbox: Sandbox) -> None:
	numbers.request_code(added, "SMS")
	for _index in range(5):
		refusal(numbers.verify_code, added, wrong(sandbox))
	assert "A wrong code was entered too often" in refusal(numbers.verify_code, added, wrong(sandbox))
	assert 11 * 3600 < numbers.number_view(added)["code_wait_seconds"] <= 12 * 3600
	assert "The next one is possible: " in refusal(numbers.request_code, added, "SMS")


def test_verifying_twice_is_harmless(verified: str, sandbox: Sandbox) -> None:
	numbers.verify_code(verified, "000000")
	assert at_meta(sandbox, verified).wrong_tries == 0
