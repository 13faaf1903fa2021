"""How a number gets connected: added, verified by a code, registered with a PIN, named.

Sources: Meta's pages on business phone numbers, registration and two-step verification, and the errors page of Embedded
Signup. How many codes and tries Meta allows, and the subcode of an expired code, are published nowhere: the
numbers here are chosen for the sandbox.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

from whatsapp_channel.sandbox.graph import graph_errors, verification_texts
from whatsapp_channel.sandbox.state import ids
from whatsapp_channel.sandbox.state.accounts import Account
from whatsapp_channel.sandbox.state.model import Number, PhoneText, digits_of, e164_digits
from whatsapp_channel.sandbox.state.state import State

CODE_LIFE = timedelta(minutes=10)
MOST_CODES, MOST_TRIES, LOCK = 5, 5, timedelta(hours=12)
MOST_REGISTRATIONS, REGISTRATION_SPAN = 10, timedelta(hours=72)
MOST_NAMES, NAME_SPAN = 10, timedelta(days=30)
ALREADY_LISTED, NOT_USABLE, ELSEWHERE = 2388012, 2388001, 2388103
TOO_OFTEN, WRONG_CODE, OLD_CODE = 2388091, 2388093, 2388094
# fault: (subcode, title, text). A landline can be added; only its text messages fail.
FAULTS: dict[str, tuple[int | None, str, str]] = {
	"in_use_app": (
		NOT_USABLE,
		"Number already registered",
		"This phone number is already registered to an existing WhatsApp account. Disconnect it from the existing "
		"account to use it here. It can take up to 3 minutes for the number to become available.",
	),
	"in_use_elsewhere": (
		ELSEWHERE,
		"Number in use with another business",
		"This phone number is registered on the WhatsApp Business Platform with another business. Remove it there "
		"before you add it here.",
	),
	"blocked": (
		None,
		"Number blocked",
		"This phone number cannot be used with WhatsApp because it was blocked. Use another number.",
	),
	"limit": (
		None,
		"Maximum number of phone numbers reached",
		"This business has reached the maximum of phone numbers. Verify the business to add more, or remove a number.",
	),
	"landline": (
		None,
		"Text message not delivered",
		"A text message could not be sent to this phone number. Choose a voice call instead.",
	),
}


# -- adding ------------------------------------------------------------------------------------------------------


def add(sandbox: State, account: Account, number: str, name: str) -> Number:
	"""Adds a number, unverified and unregistered; raises GraphError if it cannot be used."""
	digits = _usable(sandbox, number)
	check_name(name)
	with sandbox.condition:
		if any(one.digits == digits for one in sandbox.numbers.values()):
			title, text = "Number already added", "This phone number already exists in your list."
			raise graph_errors.user_error(100, ALREADY_LISTED, title, text)
		made = sandbox.add_number(
			ids.object_id(), f"+{digits}", name, waba_id=account.id,
			code_verification_status="NOT_VERIFIED", status="PENDING", name_status="PENDING_REVIEW",
		)  # fmt: skip
		sandbox.touch()
		return made


def _usable(sandbox: State, number: str) -> str:
	try:
		digits = e164_digits(number)
	except ValueError as problem:
		raise graph_errors.invalid("Param phone_number must be a valid phone number.") from problem
	fault = sandbox.number_faults.get(digits)
	if fault is not None and fault != "landline":
		raise _fault(100, fault)
	return digits


def _fault(code: int, name: str) -> graph_errors.GraphError:
	subcode, title, text = FAULTS[name]
	return graph_errors.user_error(code, subcode, title, text)


# -- the code ----------------------------------------------------------------------------------------------------


def send_code(sandbox: State, number: Number, method: str, language: str) -> PhoneText:
	"""Sends a new code to the number by text message or call; raises GraphError 136024 if that is not possible now."""
	with sandbox.condition:
		now = sandbox.clock()
		if number.node()["code_verification_status"] == "VERIFIED":
			title, text = "Phone number already verified", "The number is already verified."
			raise graph_errors.user_error(136024, TOO_OFTEN, title, text)
		if method == "SMS" and sandbox.number_faults.get(number.digits) == "landline":
			raise _fault(136024, "landline")
		number.codes_sent = [one for one in number.codes_sent if now - one < LOCK]
		if len(number.codes_sent) >= MOST_CODES:
			raise _locked("requested the code", number.codes_sent[0] + LOCK - now)
		_refuse_locked(number, now)
		number.codes_sent.append(now)
		number.code, number.code_at, number.wrong_tries = _new_code(number), now, 0
		words = verification_texts.message if method == "SMS" else verification_texts.call
		sent = PhoneText(
			number.id, number.digits, method, language, words(number.code, language), number.code, now
		)
		sandbox.phone_texts.append(sent)
		sandbox.touch()
		return sent


def _new_code(number: Number) -> str:
	"""A different code each time, but the same sequence in every run."""
	seed = f"{number.digits}{len(number.codes_sent) - 1 or ''}"
	return str(int(hashlib.sha256(seed.encode()).hexdigest(), 16) % 900000 + 100000)


def check_code(sandbox: State, number: Number, code: str) -> None:
	"""Verifies the number with a code; raises GraphError 136025 if it is wrong or expired, 136024 after too many tries."""
	with sandbox.condition:
		now = sandbox.clock()
		_refuse_locked(number, now)
		if number.code is None or code != number.code:
			number.wrong_tries += 1
			if number.wrong_tries >= MOST_TRIES:
				number.locked_until, number.wrong_tries, number.code = now + LOCK, 0, None
			raise graph_errors.user_error(
				136025, WRONG_CODE, "Incorrect code", "The code is incorrect. Try again."
			)
		if number.code_at is not None and now - number.code_at > CODE_LIFE:
			title, text = "Code expired", "The code has expired. Request a new code and try again."
			raise graph_errors.user_error(136025, OLD_CODE, title, text)
		number.code = None
		number.fields["code_verification_status"] = "VERIFIED"
		sandbox.touch()


def _refuse_locked(number: Number, now: datetime) -> None:
	if number.locked_until is not None and now < number.locked_until:
		raise _locked("tried", number.locked_until - now)


def _locked(what: str, wait: timedelta) -> graph_errors.GraphError:
	hours = max(1, round(wait.total_seconds() / 3600))
	text = f"You have {what} too many times. Try again in {hours} {'hour' if hours == 1 else 'hours'}."
	return graph_errors.user_error(136024, TOO_OFTEN, "Too many tries", text)


# -- registration ------------------------------------------------------------------------------------------------


def count_registration(sandbox: State, number: Number) -> None:
	"""Allows ten registrations and deregistrations in 72 hours; then raises GraphError 133016 for 72 hours."""
	with sandbox.condition:
		now = sandbox.clock()
		if number.registration_locked_until is not None and now < number.registration_locked_until:
			raise graph_errors.cloud_error(133016)
		number.registrations = [one for one in number.registrations if now - one < REGISTRATION_SPAN]
		if len(number.registrations) >= MOST_REGISTRATIONS:
			number.registration_locked_until = now + REGISTRATION_SPAN
			raise graph_errors.cloud_error(133016)
		number.registrations.append(now)


def register(sandbox: State, number: Number, pin: str) -> None:
	"""Connects a verified number; raises GraphError 133005 for a wrong PIN, 133006 if unverified."""
	count_registration(sandbox, number)
	with sandbox.condition:
		if number.pin is not None and number.pin != pin:
			raise graph_errors.cloud_error(133005)
		node = number.node()
		if node["account_mode"] == "LIVE" and node["code_verification_status"] != "VERIFIED":
			raise graph_errors.cloud_error(133006)
		number.pin = pin
		number.fields["status"] = "CONNECTED"
		take_new_name(number)
		sandbox.touch()


# -- display name ------------------------------------------------------------------------------------------------


def check_name(name: str) -> None:
	"""Raises GraphError 100 for a display name whose form breaks Meta's guidelines."""
	if not 2 <= len(name) <= 75:
		raise graph_errors.invalid("Param verified_name must be between 2 and 75 characters long.")
	if re.search(r"whatsapp|facebook|instagram", name, re.IGNORECASE) or not re.search(r"\w", name):
		title = "Display name not allowed"
		text = (
			"Your verified name violates WhatsApp guidelines. Please edit your verified name and try again."
		)
		raise graph_errors.user_error(100, None, title, text)


def rename(sandbox: State, number: Number, name: str) -> None:
	"""Requests a new display name, which waits for Meta's review; at most ten times in 30 days."""
	check_name(name)
	with sandbox.condition:
		now = sandbox.clock()
		number.names_asked = [one for one in number.names_asked if now - one < NAME_SPAN]
		if len(number.names_asked) >= MOST_NAMES:
			title, text = "Too many name changes", "A display name can be changed 10 times in 30 days."
			raise graph_errors.user_error(100, None, title, text)
		number.names_asked.append(now)
		number.fields.update(new_display_name=name, new_name_status="PENDING_REVIEW")
		sandbox.touch()


def take_new_name(number: Number) -> None:
	"""Applies an approved new name; called when the number is registered again."""
	if number.fields.get("new_name_status") == "APPROVED":
		number.name = number.fields.pop("new_display_name")
		number.fields.pop("verified_name", None)
		number.fields.update(new_name_status="NONE", name_status="APPROVED")


def dialled(code: str, number: str) -> str:
	"""The full number from the parameters cc and phone_number; the latter may repeat the country code."""
	country, rest = digits_of(code), digits_of(number)
	whole = (
		rest if number.strip().startswith("+") or not country else f"{country}{rest.removeprefix(country)}"
	)
	return f"+{whole}"
