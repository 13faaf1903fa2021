"""Registers a verified number for sending, with a PIN that is stored encrypted (Z31; Meta's page on registration)."""

import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.password import (
	get_decrypted_password,
	remove_encrypted_password,
	set_encrypted_password,
)

from whatsapp_channel.clock import site_now, to_site, utc_now
from whatsapp_channel.cloud_api.client import PhoneNumber
from whatsapp_channel.cloud_api.errors import CloudAPIError, NotSent, OutcomeUnknown
from whatsapp_channel.database import in_transaction, lock_row, set_value
from whatsapp_channel.doctypes import NUMBER
from whatsapp_channel.onboarding import profile
from whatsapp_channel.onboarding.input_errors import as_validation_error, refused_by_meta
from whatsapp_channel.onboarding.number_node import (
	client_of,
	read_again,
	state_of,
	writable,
	write,
	write_within,
)
from whatsapp_channel.rules.onboarding.number_choice import has_new_name, is_registered, shares_app
from whatsapp_channel.rules.onboarding.number_errors import Cause, Step, cause_of
from whatsapp_channel.rules.onboarding.registration_rules import (
	Attempt,
	Outcome,
	done_lately,
	is_running,
	possible_at,
	recent,
)
from whatsapp_channel.rules.onboarding.six_digit_code import new_pin, read_pin


@dataclass(frozen=True, slots=True)
class Turn:
	"""An attempt to register, counted before the call to Meta."""

	number: str
	at: datetime
	pin: str
	former_pin: str | None


def register(number: str, pin: str = "") -> None:
	"""Registers a verified number with `pin`, or the stored PIN, or a random one; then sends the profile, unless the number
	has a channel already.

	A number that Meta reports as connected is not registered again, because attempts are limited; one that is shared with the
	WhatsApp Business app is never registered. Raises frappe.ValidationError with Meta's reason and how to fix it.
	"""
	row = writable(number)
	with as_validation_error():
		given = read_pin(pin) if pin.strip() else None
	node = read_again(row)
	if _is_needed(node):
		_check(node)
		if turn := in_transaction(lambda: _take_turn(number, given, node)):
			_call(row, turn)
	_note(number)
	profile.send_draft_to_new(number)


def _is_needed(node: PhoneNumber) -> bool:
	state = state_of(node)
	return not is_registered(state, registered_before=False) or has_new_name(state, node.new_name_status)


def _check(node: PhoneNumber) -> None:
	if shares_app(state_of(node)):
		frappe.throw(
			_(
				"The number works in the WhatsApp Business app. Such a number is connected in Meta's window and never registered "
				"here: open the app on its phone and finish the connection."
			)
		)
	if (node.code_verification_status or "").upper() != "VERIFIED":
		frappe.throw(
			_("The number is not verified yet. Request a code and enter it, then register the number.")
		)


def _take_turn(number: str, given: str | None, node: PhoneNumber) -> Turn | None:
	"""Counts the attempt and stores its PIN before the call, so that a crash loses neither. None if another user has registered
	the number meanwhile."""
	if not lock_row(NUMBER, number):
		frappe.throw(_("The number is no longer here. Choose it again."))
	now, attempts = utc_now(), _attempts(number)
	if done_lately(attempts, now):
		return None
	if is_running(attempts, now):
		frappe.throw(_("The number is being registered at this moment. Wait a minute and look again."))
	if at := possible_at(attempts, now):
		frappe.throw(_too_often(at))
	former = _pin_of(number)
	pin = given or former or _fresh_pin(node)
	_store_pin(number, pin)
	_store(number, (*recent(attempts, now), Attempt(now)))
	return Turn(number, now, pin, former)


def _too_often(at: datetime) -> str:
	return _(
		"Meta allows ten registrations of a number in 72 hours, and blocks it for 72 hours after more. The next one is "
		"possible: {0}."
	).format(frappe.utils.format_datetime(to_site(at)))


def _fresh_pin(node: PhoneNumber) -> str:
	"""A random PIN. Raises for a number that has a PIN already: a wrong one would use up one of few attempts."""
	if node.is_pin_enabled:
		frappe.throw(
			_(
				"The number has two-step verification with a PIN that is not known here. Enter this PIN. If nobody knows it, turn "
				"two-step verification off in WhatsApp Manager; Meta sends an e-mail for that."
			),
			title=_("PIN needed"),
		)
	return new_pin(secrets.randbelow)


def _call(row: Document, turn: Turn) -> None:
	try:
		client_of(row).register(row.name, turn.pin)
	except OutcomeUnknown as error:
		if not is_registered(state_of(read_again(row)), registered_before=False):
			refused_by_meta(error, None)
	except CloudAPIError as error:
		_refused(turn, error)
	in_transaction(lambda: _done(turn))
	read_again(row, status="CONNECTED")


def _refused(turn: Turn, error: CloudAPIError) -> NoReturn:
	cause = cause_of(Step.REGISTER, error.code, error.subcode, error.meta_text)
	in_transaction(lambda: _take_back(turn, error, cause))
	refused_by_meta(error, cause)


def _take_back(turn: Turn, error: CloudAPIError, cause: Cause | None) -> None:
	"""Restores the previous PIN, unless Meta refused that one."""
	lock_row(NUMBER, turn.number)
	kept = turn.former_pin
	if cause is Cause.WRONG_PIN and kept == turn.pin:
		kept = None
	_store_pin(turn.number, kept)
	if isinstance(error, NotSent):
		_store(turn.number, tuple(each for each in _attempts(turn.number) if each.at != turn.at))
	else:
		_settle(turn, Outcome.BLOCKED if cause is Cause.TOO_MANY_REGISTRATIONS else Outcome.REFUSED)


def _done(turn: Turn) -> None:
	_settle(turn, Outcome.DONE)
	write_within(turn.number, {"meta_status": "CONNECTED", "registered_on": site_now()})


def _settle(turn: Turn, outcome: Outcome) -> None:
	lock_row(NUMBER, turn.number)
	settled = (
		replace(each, outcome=outcome) if each.at == turn.at else each for each in _attempts(turn.number)
	)
	_store(turn.number, tuple(settled))


def _note(number: str) -> None:
	if not frappe.db.get_value(NUMBER, number, "registered_on"):
		write(number, {"registered_on": site_now()})


def _attempts(number: str) -> tuple[Attempt, ...]:
	stored = frappe.db.get_value(NUMBER, number, "registrations")
	return tuple(Attempt.from_dict(each) for each in json.loads(stored or "[]"))


def _store(number: str, attempts: tuple[Attempt, ...]) -> None:
	text = json.dumps([each.as_dict() for each in attempts])
	write_within(number, {"registrations": text})


def _pin_of(number: str) -> str | None:
	return get_decrypted_password(NUMBER, number, "pin", raise_exception=False)


def _store_pin(number: str, pin: str | None) -> None:
	"""Stores the PIN like a Password field: encrypted in __Auth, asterisks in the row."""
	if pin is None:
		remove_encrypted_password(NUMBER, number, "pin")
	else:
		set_encrypted_password(NUMBER, number, pin, "pin")
	set_value(NUMBER, number, "pin", "*" * len(pin or ""), update_modified=False)
