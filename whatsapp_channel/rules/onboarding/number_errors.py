"""Why Meta refuses a number, sends no code or refuses a code: each cause with its own fix (Z22, Z31).

Meta documents few codes for this and distinguishes most causes only by its English text, so both are used. Source: its pages
on phone numbers, registration and the errors of Embedded Signup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from types import MappingProxyType

from whatsapp_channel.sentences import Sentence, _


class Step(Enum):
	"""The step that failed."""

	ADD = "add"
	REQUEST_CODE = "request code"
	VERIFY_CODE = "verify code"
	REGISTER = "register"


class Cause(Enum):
	"""The cause of the failure."""

	IN_USE_IN_APP = "in use in app"
	IN_USE_ELSEWHERE = "in use elsewhere"
	BLOCKED = "blocked"
	TOO_MANY_NUMBERS = "too many numbers"
	NOT_ELIGIBLE = "not eligible"
	IN_LIST = "in list"
	NAME_REFUSED = "name refused"
	TOO_MANY_CODES = "too many codes"
	NOT_REACHED = "not reached"
	WRONG_CODE = "wrong code"
	EXPIRED_CODE = "expired code"
	TOO_MANY_TRIES = "too many tries"
	WRONG_PIN = "wrong pin"
	TOO_MANY_PINS = "too many pins"
	NOT_VERIFIED = "not verified"
	TOO_MANY_REGISTRATIONS = "too many registrations"


TEXTS: Mapping[Cause, str] = MappingProxyType(
	{
		Cause.IN_USE_IN_APP: _(
			"The number is in use in WhatsApp or in the WhatsApp Business app. On the phone that has it, delete the account "
			"under Settings > Account, wait three minutes and add the number again; or take a number that is not in use."
		),
		Cause.IN_USE_ELSEWHERE: _(
			"The number belongs to another WhatsApp Business Account, often that of an earlier provider. Have it deleted there "
			"in WhatsApp Manager, with two-step verification turned off, and add it again; or take another number."
		),
		Cause.BLOCKED: _(
			"Meta has blocked the number for WhatsApp. Ask for a review in WhatsApp Manager, or take another number."
		),
		Cause.TOO_MANY_NUMBERS: _(
			"The business has as many numbers as Meta allows it: two until the business is verified, twenty after. Verify the "
			"business, or delete a number that is not needed in WhatsApp Manager."
		),
		Cause.NOT_ELIGIBLE: _(
			"The number cannot be used for WhatsApp. It must have a country and area code and be able to receive a text message "
			"or a call; short numbers, toll-free lines and lines behind a menu mostly cannot. Take another number."
		),
		Cause.IN_LIST: _("The number is in this account's list already. Choose it from the list instead of adding it."),
		Cause.NAME_REFUSED: _(
			"Meta does not accept the display name for this number. Change it in the business profile and add the number again."
		),
		Cause.TOO_MANY_CODES: _(
			"Too many codes were requested for this number. Meta sends another one after some hours; the newest code that came "
			"can still be entered for ten minutes."
		),
		Cause.NOT_REACHED: _(
			"Meta could not reach the number this way. Try a voice call instead of a text message, or the other way round."
		),
		Cause.WRONG_CODE: _("The code is wrong. Enter the six digits of the newest message or call, or request another code."),
		Cause.EXPIRED_CODE: _("The code is older than ten minutes and no longer valid. Request another one."),
		Cause.TOO_MANY_TRIES: _(
			"A wrong code was entered too often. Meta takes no code for this number for up to 12 hours. Wait, then request another."
		),
		Cause.WRONG_PIN: _(
			"The number has two-step verification, and this is not its PIN. Enter the PIN that was set when it was last "
			"registered. If nobody knows it, turn two-step verification off in WhatsApp Manager; Meta sends an e-mail for that."
		),
		Cause.TOO_MANY_PINS: _(
			"The PIN was wrong too often, and Meta takes none for the moment. Wait some hours before the next try, or turn "
			"two-step verification off in WhatsApp Manager."
		),
		Cause.NOT_VERIFIED: _("Meta says that the number is not verified. Request a code and enter it, then register the number."),
		Cause.TOO_MANY_REGISTRATIONS: _(
			"The number was registered or deregistered ten times in 72 hours, and Meta takes no more for 72 hours."
		),
	}
)  # fmt: skip

# How long another code should not be requested. Meta publishes no figure for the first and 12 hours for the second.
_WAITS: Mapping[Cause, timedelta] = MappingProxyType(
	{Cause.TOO_MANY_CODES: timedelta(hours=1), Cause.TOO_MANY_TRIES: timedelta(hours=12)}
)


def explain(cause: Cause) -> Sentence:
	"""What happened and how to fix it, for an administrator."""
	return Sentence(TEXTS[cause])


_SAID_WAIT = re.compile(r"\b(\d{1,3}) (minute|hour)", re.IGNORECASE)

# A subcode has the same cause in every step; a code only in its own step.
_SUBCODES: Mapping[int, Cause] = MappingProxyType({2388012: Cause.IN_LIST, 2388103: Cause.IN_USE_ELSEWHERE})
_CODES: Mapping[tuple[Step, int], Cause] = MappingProxyType(
	{
		(Step.REQUEST_CODE, 136024): Cause.TOO_MANY_CODES,
		(Step.VERIFY_CODE, 136024): Cause.TOO_MANY_TRIES,
		(Step.VERIFY_CODE, 136025): Cause.WRONG_CODE,
		(Step.REGISTER, 133005): Cause.WRONG_PIN,
		(Step.REGISTER, 133006): Cause.NOT_VERIFIED,
		(Step.REGISTER, 133008): Cause.TOO_MANY_PINS,
		(Step.REGISTER, 133009): Cause.TOO_MANY_PINS,
		(Step.REGISTER, 133016): Cause.TOO_MANY_REGISTRATIONS,
	}
)


@dataclass(frozen=True, slots=True)
class _Words:
	step: Step
	pattern: re.Pattern[str]
	cause: Cause


def _words(step: Step, pattern: str, cause: Cause) -> _Words:
	return _Words(step, re.compile(pattern, re.IGNORECASE), cause)


# In this order: a sentence about a number that is in use often names the limit or the app as well.
_PHRASES = (
	_words(Step.ADD, r"already (?:exists )?in your list|already added", Cause.IN_LIST),
	_words(Step.ADD, r"block|banned|disabled", Cause.BLOCKED),
	_words(Step.ADD, r"maximum|max(?:\.| number)|limit|too many", Cause.TOO_MANY_NUMBERS),
	_words(Step.ADD, r"verified name|display name", Cause.NAME_REFUSED),
	_words(
		Step.ADD,
		r"another (?:whatsapp )?business|other business|another (?:provider|partner|account)|business account|migrat",
		Cause.IN_USE_ELSEWHERE,
	),
	_words(
		Step.ADD, r"existing whatsapp|whatsapp (?:messenger|app|account)|already (?:registered|in use)|disconnect", Cause.IN_USE_IN_APP
	),
	_words(
		Step.ADD,
		r"landline|toll|short ?code|ivr|not eligible|ineligible|cannot receive|can't receive|not (?:a )?valid|invalid phone|must be a valid phone",
		Cause.NOT_ELIGIBLE,
	),
	_words(Step.REQUEST_CODE, r"landline|could ?n[o']t (?:be )?(?:reach|sen[dt]|deliver)|unreachable|carrier", Cause.NOT_REACHED),
	_words(Step.REQUEST_CODE, r"tried too many", Cause.TOO_MANY_TRIES),
	_words(Step.VERIFY_CODE, r"too many|tried|attempts", Cause.TOO_MANY_TRIES),
	_words(Step.VERIFY_CODE, r"expire", Cause.EXPIRED_CODE),
)  # fmt: skip


def cause_of(step: Step, code: int | None, subcode: int | None, said: str) -> Cause | None:
	"""Why a step failed, by Meta's code, subcode and text; None if the cause is unknown."""
	if subcode is not None and subcode in _SUBCODES:
		return _SUBCODES[subcode]
	found = next((each.cause for each in _PHRASES if each.step is step and each.pattern.search(said)), None)
	return found or (_CODES.get((step, code)) if code is not None else None)


def wait_of(cause: Cause | None, said: str) -> timedelta | None:
	"""How long no other code can be requested, by Meta's text if it says so; None: not longer than usual."""
	if cause is None or cause not in _WAITS:
		return None
	told = _SAID_WAIT.search(said)
	return timedelta(**{f"{told[2].lower()}s": int(told[1])}) if told else _WAITS[cause]
