"""Requesting and checking the six-digit code by which Meta verifies a number (Z30, Z31)."""

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import rows
from whatsapp_channel.accounts.account_rows import NumberRow
from whatsapp_channel.clock import age, due_at, site_now, utc_now
from whatsapp_channel.cloud_api.errors import CloudAPIError, OutcomeUnknown
from whatsapp_channel.database import in_transaction, lock_row
from whatsapp_channel.doctypes import NUMBER
from whatsapp_channel.onboarding.input_errors import as_validation_error, refused_by_meta
from whatsapp_channel.onboarding.number_node import client_of, read_again, writable, write, write_within
from whatsapp_channel.rules.onboarding.locales import for_meta
from whatsapp_channel.rules.onboarding.number_choice import Verification
from whatsapp_channel.rules.onboarding.number_errors import Cause, Step, cause_of, wait_of
from whatsapp_channel.rules.onboarding.six_digit_code import read_code

METHODS = {"SMS": "Text Message", "VOICE": "Voice Call"}
RESEND_WAIT = timedelta(seconds=60)
"""A message often takes half a minute, and Meta counts the requests."""
CODE_LIVES = timedelta(minutes=10)
ALREADY_VERIFIED = 136024
LONG_WAIT = timedelta(minutes=5)
OF_CODE = ("code_requested_on", "code_method", "code_blocked_until", "code_failures")


def request_code(number: str, method: str, language: str | None = None) -> None:
	"""Requests a code: `method` is SMS or VOICE; `language` as Frappe or browsers name it, None for the user's own.

	Raises frappe.ValidationError if it is too early for another code, and with Meta's reason if no code is sent.
	"""
	row = writable(number)
	if method not in METHODS:
		frappe.throw(_("Choose how the code shall come: by text message (SMS) or voice call (VOICE)."))
	before = in_transaction(lambda: _reserve(number, METHODS[method]))
	try:
		client_of(row).request_code(
			number, voice=method == "VOICE", language=for_meta(language or frappe.local.lang)
		)
	except OutcomeUnknown:
		raise  # the code may have been sent, so the waiting time is kept
	except CloudAPIError as error:
		_not_sent(row, error, before)


def _reserve(number: str, method: str) -> NumberRow:
	"""Stores the waiting time before the request, for other users too; returns the row as it was."""
	before = _locked(number)
	if before.verification == Verification.VERIFIED:
		frappe.throw(_("The number is verified already. Go on with its registration."))
	if before.code_blocked_until and before.code_blocked_until > site_now():
		frappe.throw(_wait_text(before.code_blocked_until))
	requested = {
		"code_requested_on": site_now(),
		"code_method": method,
		"code_blocked_until": due_at(utc_now() + RESEND_WAIT),
		"code_failures": 0,
	}
	write_within(number, requested)
	return before


def _locked(number: str) -> NumberRow:
	if not lock_row(NUMBER, number):
		frappe.throw(_("The number is no longer here. Choose it again."))
	return rows.one(NumberRow, number)


def _wait_text(until: datetime) -> str:
	left = until - site_now()
	if left < LONG_WAIT:
		return _("A code was requested a moment ago. The next one is possible in {0} seconds.").format(
			int(left.total_seconds()) + 1
		)
	return _("Meta sends no further code for this number for now. The next one is possible: {0}.").format(
		frappe.utils.format_datetime(until)
	)


def _not_sent(row: Document, error: CloudAPIError, before: NumberRow) -> None:
	"""Raises the reason why no code was sent; does nothing if the number turns out to be verified."""
	restored = {field: getattr(before, field) for field in OF_CODE}
	if error.code == ALREADY_VERIFIED and _is_verified_at_meta(row):
		write(row.name, {"code_blocked_until": None, "code_failures": 0})
		return
	cause = cause_of(Step.REQUEST_CODE, error.code, error.subcode, error.meta_text)
	if wait := wait_of(cause, error.meta_text):
		restored["code_blocked_until"] = due_at(utc_now() + wait)
	write(row.name, restored)
	refused_by_meta(error, cause)


def _is_verified_at_meta(row: Document) -> bool:
	try:
		return read_again(row).code_verification_status == "VERIFIED"
	except CloudAPIError:
		return False


def verify_code(number: str, code: str) -> None:
	"""Verifies a number with the six-digit code (Z31); does nothing if it is verified already.

	Raises frappe.ValidationError, each cause with its own text: not six digits, wrong, expired, too many tries.
	"""
	row = writable(number)
	if row.verification == Verification.VERIFIED:
		return
	with as_validation_error():
		digits = read_code(code)
	try:
		client_of(row).verify_code(number, digits)
	except CloudAPIError as error:
		if not _is_verified_at_meta(row):
			_refused(row, error)
	else:
		read_again(row, code_verification_status="VERIFIED")
	write(number, {"code_blocked_until": None, "code_failures": 0, "code_requested_on": None})


def _refused(row: Document, error: CloudAPIError) -> None:
	cause = cause_of(Step.VERIFY_CODE, error.code, error.subcode, error.meta_text)
	if cause is Cause.WRONG_CODE and row.code_requested_on and age(row.code_requested_on) >= CODE_LIVES:
		cause = Cause.EXPIRED_CODE  # Meta does not always distinguish the two
	changes: dict[str, Any] = {}
	if cause is Cause.WRONG_CODE:
		changes["code_failures"] = (row.code_failures or 0) + 1
	if cause is Cause.EXPIRED_CODE:
		changes["code_blocked_until"] = None
	if wait := wait_of(cause, error.meta_text):
		changes["code_blocked_until"] = due_at(utc_now() + wait)
	write(row.name, changes)
	refused_by_meta(error, cause)
