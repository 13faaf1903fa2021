"""Parses the events of Meta's Embedded Signup, and explains them to the administrator (Z27, Z21).

Source: Meta's Embedded Signup guide, message events and errors; `current_step` as documented in November 2025.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from whatsapp_channel.cloud_api.payload import (
	InvalidPayload,
	line_of,
	load,
	object_of,
	optional_digits,
	text_of,
)
from whatsapp_channel.rules.closed_set import ClosedSet
from whatsapp_channel.sentences import Sentence, _

MAX_EVENT = 20_000
"""Characters. Meta's messages have a few hundred."""


class Outcome(str, Enum):
	"""How the sign-up in Meta's dialog ended."""

	FINISHED = "Finished"
	CANCELLED = "Cancelled"
	FAILED = "Failed"
	OTHER = "Other"


class SignupState(ClosedSet):
	"""How far a sign-up has come here. EXCHANGED: its token is there; CHOOSING: the administrator has to choose an account."""

	STARTED = "Started"
	EXCHANGED = "Code Exchanged"
	CHOOSING = "Choose Account"
	LINKED = "Linked"
	CANCELLED = "Cancelled"
	FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class SignupEvent:
	"""An event of Meta's dialog. It comes through the browser, so its ids must be confirmed by Meta."""

	outcome: Outcome
	waba_id: str | None = None
	phone_number_id: str | None = None
	business_id: str | None = None
	step: str | None = None
	message: str | None = None
	error_code: str | None = None
	session: str | None = None


def read_event(given: object) -> SignupEvent:
	"""Parses an event, given as an object or text. Anything that is not an event of Embedded Signup is OTHER; never raises."""
	holder = _as_object(given)
	if holder.get("type") != "WA_EMBEDDED_SIGNUP":
		return SignupEvent(Outcome.OTHER)
	data = object_of(holder, "data")
	message = text_of(data, "error_message")
	return SignupEvent(
		outcome=_outcome(line_of(holder, "event") or "", message),
		waba_id=optional_digits(data, "waba_id"),
		phone_number_id=optional_digits(data, "phone_number_id"),
		business_id=optional_digits(data, "business_id"),
		step=line_of(data, "current_step", limit=60),
		message=line_of(data, "error_message", limit=500),
		error_code=line_of(data, "error_code", "error_id", limit=40)
		or optional_digits(data, "error_code", "error_id"),
		session=line_of(data, "session_id", limit=80),
	)


def _as_object(given: object) -> Mapping[str, Any]:
	try:
		text = given if isinstance(given, str) else json.dumps(given, default=str)
		found = load(text) if len(text) <= MAX_EVENT else None
	except (InvalidPayload, RecursionError):
		return {}
	return found if isinstance(found, dict) else {}


def _outcome(event: str, message: str | None) -> Outcome:
	"""The outcome. Meta documents an error as CANCEL with a message; some sites receive ERROR."""
	if message or event == "ERROR":
		return Outcome.FAILED
	if event == "CANCEL":
		return Outcome.CANCELLED
	return Outcome.FINISHED if event.startswith("FINISH") else Outcome.OTHER


AGAIN = Sentence(_("Nothing was changed here. Start again when you are ready."))
STEPS = {
	"BUSINESS_ACCOUNT_SELECTION": _(
		"You closed Meta's window while choosing the business portfolio. You need full control of the portfolio: if "
		"yours is not in the list, ask its owner, or create a new one in that window."
	),
	"WABA_PHONE_PROFILE_PICKER": _(
		"You closed Meta's window while choosing the WhatsApp Business Account. Choose one that is there, or create a "
		"new one in that window."
	),
	"WHATSAPP_BUSINESS_PROFILE_SETUP": _(
		"You closed Meta's window while entering the business profile. It asks for the display name, a category and, if "
		"you like, a description. All of them can be changed here later."
	),
	"PHONE_NUMBER_SETUP": _(
		"You closed Meta's window while choosing the number. You may choose there to add a number later, and do it here "
		"in step 3."
	),
	"PHONE_NUMBER_VERIFICATION": _(
		"You closed Meta's window while entering the code. Have the phone with the number at hand, or choose there to "
		"add the number later."
	),
	"PERMISSIONS": _(
		"You closed Meta's window before giving this helpdesk access to the account. It needs this to receive and send "
		"messages; you can take it back at Meta at any time."
	),
}
CANCELLED = _("You closed Meta's window before the end.")
# Patterns of Meta's English error texts, because the error numbers are not documented.
ERRORS = (
	(
		("verified name", "display name"),
		_(
			"Meta refused the display name. Use the name by which customers know the business, as on its website: no "
			"general words, no web address, no emoji, nothing of WhatsApp or Meta."
		),
	),
	(
		("already registered", "already in use", "existing whatsapp account"),
		_(
			"The number is in use in WhatsApp. Delete it there first (WhatsApp > Settings > Account > Delete account), "
			"wait three minutes, and start again; or use another number."
		),
	),
	(
		("already exists",),
		_("The number is in this account already. Choose it from the list instead of adding it."),
	),
	(
		("too many times", "too many attempts", "try again later"),
		_("Meta blocks the number after too many codes. Wait twelve hours, or use another number."),
	),
	(
		("maximum number of phone", "max number", "maximum phone"),
		_(
			"The business portfolio has as many numbers as Meta allows. Verify the business at Meta to get more, or "
			"use a number that is there."
		),
	),
	(
		("blocked", "not eligible", "ineligible"),
		_("Meta does not accept this number. Use another one that gets text messages or calls."),
	),
	(
		("admin", "permission", "full control"),
		_(
			"Your Facebook account may not do this in the business portfolio. Ask for full control of it, or let its "
			"owner do this step."
		),
	),
	(
		("whatsapp business accounts", "too many accounts", "number of accounts"),
		_(
			"The business portfolio has as many WhatsApp Business Accounts as Meta allows it before verification. "
			"Choose one that is there, or verify the business at Meta."
		),
	),
)
ERROR = _("Meta reported a problem in its window.")


def explain(event: SignupEvent) -> tuple[Sentence, ...]:
	"""The explanation of a cancelled or failed sign-up; empty for a finished one."""
	if event.outcome is Outcome.CANCELLED:
		return (Sentence(STEPS.get(event.step or "", CANCELLED)), AGAIN)
	if event.outcome is Outcome.FAILED:
		return (Sentence(_error_words(event.message or "")), AGAIN)
	return ()


def _error_words(message: str) -> str:
	lowered = message.casefold()
	return next((words for signs, words in ERRORS if any(sign in lowered for sign in signs)), ERROR)


EXPIRED_CODE = Sentence(
	_(
		"The code of Meta's window has expired: it lives 30 seconds. Start again; this can be a slow connection."
	)
)
USED_CODE = Sentence(_("The code of Meta's window was used already. Start again to get a new one."))
WRONG_CODE = Sentence(_("Meta did not accept the code of its window. Start again to get a new one."))
WRONG_ADDRESS = Sentence(
	_(
		"Meta did not accept the code because of this site's address. Enter it in the Meta app under Facebook Login for "
		"Business > Settings, both as allowed domain and as valid OAuth redirect URI, then start again."
	)
)
WRONG_SECRET = Sentence(
	_(
		"Meta did not accept the app's secret. Compare app ID and app secret in WhatsApp Channel Settings with the Meta app "
		"(App settings > Basic), then start again."
	)
)
UNREACHABLE = Sentence(
	_(
		"Meta could not be reached, and its code lives only 30 seconds. Check the server's connection, then start again."
	)
)
_CODES = {36007: EXPIRED_CODE, 36009: USED_CODE}
_APP_CODES = (1, 101, 104, 190)


def explain_code(code: int | None, subcode: int | None, message: str = "") -> Sentence:
	"""Why Meta did not exchange a code. `code` None: no response."""
	if code is None:
		return UNREACHABLE
	lowered = message.casefold()
	if "redirect_uri" in lowered or code == 191:
		return WRONG_ADDRESS
	if "client secret" in lowered or code in _APP_CODES:
		return WRONG_SECRET
	if "expired" in lowered and subcode not in _CODES:
		return EXPIRED_CODE
	return _CODES.get(subcode or 0, WRONG_CODE)
