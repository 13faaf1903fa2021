"""Reads and changes rows of WhatsApp Signup. Nothing here calls Meta."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import frappe
from frappe import _
from frappe.utils.password import get_decrypted_password, remove_encrypted_password, set_encrypted_password
from pydantic import SecretStr

from whatsapp_channel import logs, rows
from whatsapp_channel.clock import site_now, to_site, utc_now
from whatsapp_channel.database import (
	change_row,
	in_transaction,
	insert_row,
	lock_row,
	new_transaction,
	save_now,
)
from whatsapp_channel.doctypes import NUMBER, SIGNUP
from whatsapp_channel.rows import Row
from whatsapp_channel.rules.onboarding.signup_rules import Outcome, SignupEvent, SignupState

TOKEN = "access_token"  # noqa: S105 - the name of a field
LIFETIME = timedelta(hours=2)
KEPT = timedelta(days=30)
UNFINISHED = (SignupState.STARTED, SignupState.EXCHANGED, SignupState.CHOOSING)
RESUMABLE = (SignupState.EXCHANGED, SignupState.CHOOSING, SignupState.FAILED)
LONGEST_PROBLEM = 1000
MOST_PENDING = 5


@dataclass(frozen=True, slots=True)
class SignupRow(Row):
	"""A sign-up without its token. `waba_id`: the account to link; `candidates`: JSON; `expires_on`: the site's time."""

	DOCTYPE: ClassVar[str] = SIGNUP
	name: str
	state: str
	expires_on: datetime
	problem: str | None
	account: str | None
	waba_id: str | None
	phone_number_id: str | None
	business_id: str | None
	candidates: str | None
	reconnects: str | None


@dataclass(frozen=True, slots=True)
class View:
	"""A sign-up for the page; `explanation`: the text for the user, `problem`: only what went wrong."""

	name: str
	state: str
	problem: str | None
	explanation: str | None
	candidates: tuple[dict[str, str], ...]
	account: str | None
	number: str | None

	def as_answer(self) -> dict[str, Any]:
		"""As a dict for the page."""
		shown = ("name", "state", "problem", "explanation")
		return {**{field: getattr(self, field) for field in shown}, "candidates": list(self.candidates)}


def create(reconnects: str | None) -> str:
	"""Creates a sign-up of the current user."""
	values = {
		"state": SignupState.STARTED,
		"started_by": frappe.session.user,
		"expires_on": to_site(utc_now() + LIFETIME),
		"reconnects": reconnects,
	}
	return insert_row(SIGNUP, values)


def row(name: str) -> SignupRow:
	"""The current row. Raises frappe.ValidationError if it does not exist."""
	new_transaction()  # an old snapshot would hide what another request stored
	return _present(name)


def _present(name: str) -> SignupRow:
	found = rows.one(SignupRow, name)
	if not found:
		frappe.throw(_("This sign-up is not there any more. Start again."), frappe.DoesNotExistError)
	return found


def is_expired(found: SignupRow) -> bool:
	"""Whether a sign-up has expired."""
	return found.state != SignupState.LINKED and found.expires_on < site_now()


def token(name: str) -> SecretStr | None:
	"""The token of a sign-up that is not linked yet."""
	stored = get_decrypted_password(SIGNUP, name, TOKEN, raise_exception=False)
	return SecretStr(stored) if stored else None


def view(name: str) -> View:
	"""The sign-up for the page."""
	return _view(row(name))


def _view(found: SignupRow) -> View:
	return View(
		name=found.name,
		state=found.state,
		problem=found.problem or None,
		explanation=found.problem or _waiting_for(found),
		candidates=tuple(json.loads(found.candidates or "[]")) if found.state == SignupState.CHOOSING else (),
		account=found.account or found.reconnects or None,
		number=_number(found),
	)


def pending() -> dict[str, Any] | None:
	"""The latest sign-up of any user that has a token and can be continued."""
	wanted = {"state": ["in", RESUMABLE], "expires_on": [">", site_now()]}
	latest = rows.many(SignupRow, wanted, "creation desc, name desc", MOST_PENDING)
	return next((_view(found).as_answer() for found in latest if token(found.name)), None)


def _waiting_for(found: SignupRow) -> str | None:
	return {
		SignupState.STARTED: _("Meta's window is open. Go through its steps; this page goes on by itself."),
		SignupState.EXCHANGED: _("Meta has given access. It has not said yet to which account."),
		SignupState.CHOOSING: _(
			"You gave access to several accounts. Choose the one to link now; others can be linked later."
		),
	}.get(found.state)


def _number(found: SignupRow) -> str | None:
	number = found.phone_number_id
	return number if number and frappe.db.exists(NUMBER, number) else None


# Changes, each in a transaction of its own


def keep_event(name: str, event: SignupEvent, words: str) -> None:
	"""Stores an event of Meta's dialog. Closing the dialog later does not change a sign-up that has its token or a better
	reason for failing."""

	def _work() -> None:
		found = _locked(name)
		if event.outcome is Outcome.FINISHED:
			_finish(found, event)
		elif found.state == SignupState.STARTED:
			state = SignupState.CANCELLED if event.outcome is Outcome.CANCELLED else SignupState.FAILED
			change_row(
				SIGNUP, name, {"state": state, "problem": words[:LONGEST_PROBLEM], "last_step": event.step}
			)

	in_transaction(_work)


def _finish(found: SignupRow, event: SignupEvent) -> None:
	"""Stores the ids of the event, which come from the browser and count only after Meta lets the token read the account. Ids
	that are set stay."""
	known = ("waba_id", "phone_number_id", "business_id")
	values: dict[str, Any] = {field: getattr(event, field) for field in known if getattr(event, field)}
	if found.state == SignupState.LINKED:
		values.pop("waba_id", None)
	if found.state == SignupState.CANCELLED:
		values |= {"state": SignupState.STARTED, "problem": None}
	if values:
		change_row(SIGNUP, found.name, values)


def keep_token(name: str, secret: SecretStr) -> None:
	"""Stores the exchanged token and clears earlier problems."""

	def _work() -> None:
		if _locked(name).state == SignupState.LINKED:
			return
		set_encrypted_password(SIGNUP, name, secret.get_secret_value(), TOKEN)
		change_row(SIGNUP, name, {"state": SignupState.EXCHANGED, "problem": None, TOKEN: "*" * 8})

	in_transaction(_work)


def offer(name: str, candidates: list[dict[str, str]]) -> bool:
	"""Stores candidates for the user to choose from, unless the account is known by now; returns whether they must choose."""

	def _work() -> bool:
		found = _locked(name)
		if found.waba_id or found.state == SignupState.LINKED:
			return False
		change_row(
			SIGNUP,
			name,
			{"state": SignupState.CHOOSING, "problem": None, "candidates": json.dumps(candidates)},
		)
		return True

	return in_transaction(_work)


def claim(name: str, waba_id: str, *, instead: bool = False) -> None:
	"""Sets the account to link, unless one is set already; `instead`: replaces it, because the user chose."""

	def _work() -> None:
		found = _locked(name)
		if found.state != SignupState.LINKED and (instead or not found.waba_id):
			change_row(SIGNUP, name, {"waba_id": waba_id})

	in_transaction(_work)


def fail(name: str, words: str, *, resumable: bool = False) -> None:
	"""Marks a sign-up as failed; a `resumable` one keeps its token and can be continued until it expires."""

	def _work() -> None:
		if _locked(name).state == SignupState.LINKED:
			return
		if not resumable:
			_forget_token(name)
		change_row(SIGNUP, name, {"state": SignupState.FAILED, "problem": words[:LONGEST_PROBLEM]})

	in_transaction(_work)


def finish(name: str, account: str, problem: str | None) -> None:
	"""Marks a sign-up as linked and deletes its token. `problem`: what is left to do for the webhooks."""

	def _work() -> None:
		_locked(name)
		_forget_token(name)
		values = {
			"state": SignupState.LINKED,
			"account": account,
			"waba_id": account,
			"problem": problem,
			"candidates": None,
		}
		change_row(SIGNUP, name, values)

	in_transaction(_work)


def _locked(name: str) -> SignupRow:
	lock_row(SIGNUP, name)
	return _present(name)


def _forget_token(name: str) -> None:
	remove_encrypted_password(SIGNUP, name, TOKEN)
	change_row(SIGNUP, name, {TOKEN: None})


@logs.job
def clear_expired() -> None:
	"""Hourly job: deletes the tokens of expired sign-ups, and rows that are older than a month."""
	late = {"expires_on": ["<", site_now()]}
	with_token = {**late, TOKEN: ["is", "set"]}
	unfinished = {**late, "state": ["in", UNFINISHED]}
	for wanted in (with_token, unfinished):
		for name in frappe.get_all(SIGNUP, wanted, pluck="name"):
			fail(name, expired_words())
	old = {"creation": ["<", to_site(utc_now() - KEPT)]}
	for name in frappe.get_all(SIGNUP, old, pluck="name"):
		frappe.delete_doc(SIGNUP, name, ignore_permissions=True, delete_permanently=True)
	save_now()  # each kind by itself


def expired_words() -> str:
	"""Why a sign-up cannot be continued."""
	return _("This sign-up was not finished in time, and its access was given back. Start again.")
