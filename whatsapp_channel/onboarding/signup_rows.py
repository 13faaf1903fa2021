"""The rows of WhatsApp Signup: how each changes, and what the page sees of it. Nothing here asks Meta."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils.password import get_decrypted_password, remove_encrypted_password, set_encrypted_password
from pydantic import SecretStr

from whatsapp_channel import logs
from whatsapp_channel.clock import site_now, to_site, utc_now
from whatsapp_channel.database import (
	change_row,
	in_transaction,
	insert_row,
	lock_row,
	new_transaction,
	row_of,
	save_now,
)
from whatsapp_channel.doctypes import NUMBER, SIGNUP
from whatsapp_channel.rules.onboarding.signup_rules import Outcome, SignupEvent

TOKEN = "access_token"  # noqa: S105 - the name of a field
LIFETIME = timedelta(hours=2)
KEPT = timedelta(days=30)
STARTED, EXCHANGED, CHOOSING = "Started", "Code Exchanged", "Choose Account"
LINKED, CANCELLED, FAILED = "Linked", "Cancelled", "Failed"
UNFINISHED = (STARTED, EXCHANGED, CHOOSING)
FIELDS = (
	"name",
	"state",
	"expires_on",
	"problem",
	"account",
	"waba_id",
	"phone_number_id",
	"business_id",
	"candidates",
	"reconnects",
)
LONGEST_PROBLEM = 1000
MOST_PENDING = 5


@dataclass(frozen=True, slots=True)
class View:
	"""What the page sees of a sign-up; `explanation` is what to tell the user now, `problem` only what went wrong."""

	name: str
	state: str
	problem: str | None
	explanation: str | None
	candidates: tuple[dict[str, str], ...]
	account: str | None
	number: str | None

	def as_answer(self) -> dict[str, Any]:
		"""As the page gets it."""
		shown = ("name", "state", "problem", "explanation")
		return {**{field: getattr(self, field) for field in shown}, "candidates": list(self.candidates)}


def create(reconnects: str | None) -> str:
	"""A new sign-up of the present user."""
	values = {
		"state": STARTED,
		"started_by": frappe.session.user,
		"expires_on": to_site(utc_now() + LIFETIME),
		"reconnects": reconnects,
	}
	return insert_row(SIGNUP, values)


def row(name: str) -> "frappe._dict":
	"""The row as it is now. Raises frappe.ValidationError when there is none."""
	new_transaction()  # an open snapshot would hide what another request stored
	found = row_of(SIGNUP, name, FIELDS)
	if not found:
		frappe.throw(_("This sign-up is not there any more. Start again."), frappe.DoesNotExistError)
	return found


def is_expired(found: "frappe._dict") -> bool:
	"""Whether it is too late to go on with a sign-up."""
	return found.state != LINKED and found.expires_on < site_now()


def token(name: str) -> SecretStr | None:
	"""The token that waits for its account."""
	stored = get_decrypted_password(SIGNUP, name, TOKEN, raise_exception=False)
	return SecretStr(stored) if stored else None


def view(name: str) -> View:
	"""What the page sees."""
	return _view(row(name))


def _view(found: "frappe._dict") -> View:
	return View(
		name=found.name,
		state=found.state,
		problem=found.problem or None,
		explanation=found.problem or _waiting_for(found),
		candidates=tuple(json.loads(found.candidates or "[]")) if found.state == CHOOSING else (),
		account=found.account or found.reconnects or None,
		number=_number(found),
	)


def pending() -> dict[str, Any] | None:
	"""The last sign-up that has its token and waits to be continued, whoever began it."""
	wanted = {"state": ["in", (EXCHANGED, CHOOSING, FAILED)], "expires_on": [">", site_now()]}
	rows = frappe.get_all(SIGNUP, wanted, FIELDS, order_by="creation desc, name desc", limit=MOST_PENDING)
	return next((_view(found).as_answer() for found in rows if token(found.name)), None)


def _waiting_for(found: "frappe._dict") -> str | None:
	return {
		STARTED: _("Meta's window is open. Go through its steps; this page goes on by itself."),
		EXCHANGED: _("Meta has given access. It has not said yet to which account."),
		CHOOSING: _(
			"You gave access to several accounts. Choose the one to link now; others can be linked later."
		),
	}.get(found.state)


def _number(found: "frappe._dict") -> str | None:
	number = found.phone_number_id
	return number if number and frappe.db.exists(NUMBER, number) else None


# Changes, each in a transaction of its own


def keep_event(name: str, event: SignupEvent, words: str) -> None:
	"""What Meta's window said. A sign-up that has its token, or failed for a better reason, is not undone by a window
	that is closed afterwards."""

	def _work() -> None:
		found = _locked(name)
		if event.outcome is Outcome.FINISHED:
			_finish(found, event)
		elif found.state == STARTED:
			state = CANCELLED if event.outcome is Outcome.CANCELLED else FAILED
			change_row(
				SIGNUP, name, {"state": state, "problem": words[:LONGEST_PROBLEM], "last_step": event.step}
			)

	in_transaction(_work)


def _finish(found: "frappe._dict", event: SignupEvent) -> None:
	"""The ids are a claim of the browser; they count once Meta lets the token read the account. None is taken back."""
	known = ("waba_id", "phone_number_id", "business_id")
	values: dict[str, Any] = {field: getattr(event, field) for field in known if getattr(event, field)}
	if found.state == LINKED:
		values.pop("waba_id", None)
	if found.state == CANCELLED:
		values |= {"state": STARTED, "problem": None}
	if values:
		change_row(SIGNUP, found.name, values)


def keep_token(name: str, secret: SecretStr) -> None:
	"""Stores the exchanged token; whatever was wrong before is past."""

	def _work() -> None:
		if _locked(name).state == LINKED:
			return
		set_encrypted_password(SIGNUP, name, secret.get_secret_value(), TOKEN)
		change_row(SIGNUP, name, {"state": EXCHANGED, "problem": None, TOKEN: "*" * 8})

	in_transaction(_work)


def offer(name: str, candidates: list[dict[str, str]]) -> bool:
	"""Has the user choose, unless the account became known meanwhile; returns whether he has to."""

	def _work() -> bool:
		found = _locked(name)
		if found.waba_id or found.state == LINKED:
			return False
		change_row(SIGNUP, name, {"state": CHOOSING, "problem": None, "candidates": json.dumps(candidates)})
		return True

	return in_transaction(_work)


def claim(name: str, waba_id: str, *, instead: bool = False) -> None:
	"""The account to link; one that is known already stays, unless the user chose another one `instead`."""

	def _work() -> None:
		found = _locked(name)
		if found.state != LINKED and (instead or not found.waba_id):
			change_row(SIGNUP, name, {"waba_id": waba_id})

	in_transaction(_work)


def fail(name: str, words: str, *, resumable: bool = False) -> None:
	"""Ends a sign-up with a reason; a `resumable` one keeps its token and can be continued until it expires."""

	def _work() -> None:
		if _locked(name).state == LINKED:
			return
		if not resumable:
			_forget_token(name)
		change_row(SIGNUP, name, {"state": FAILED, "problem": words[:LONGEST_PROBLEM]})

	in_transaction(_work)


def finish(name: str, account: str, problem: str | None) -> None:
	"""The account has its token: it is deleted here. `problem`: what is still to be done for its webhooks."""

	def _work() -> None:
		_locked(name)
		_forget_token(name)
		values = {
			"state": LINKED,
			"account": account,
			"waba_id": account,
			"problem": problem,
			"candidates": None,
		}
		change_row(SIGNUP, name, values)

	in_transaction(_work)


def _locked(name: str) -> "frappe._dict":
	lock_row(SIGNUP, name)
	found = row_of(SIGNUP, name, FIELDS)
	if not found:
		frappe.throw(_("This sign-up is not there any more. Start again."), frappe.DoesNotExistError)
	return found


def _forget_token(name: str) -> None:
	remove_encrypted_password(SIGNUP, name, TOKEN)
	change_row(SIGNUP, name, {TOKEN: None})


@logs.job
def clear_expired() -> None:
	"""Deletes the tokens of sign-ups that nobody went on with, and rows that are older than a month."""
	late = {"expires_on": ["<", site_now()]}
	with_token = {**late, TOKEN: ["is", "set"]}
	unfinished = {**late, "state": ["in", UNFINISHED]}
	for wanted in (with_token, unfinished):
		for name in frappe.get_all(SIGNUP, wanted, pluck="name"):
			fail(name, expired_words())
	old = {"creation": ["<", to_site(utc_now() - KEPT)]}
	for name in frappe.get_all(SIGNUP, old, pluck="name"):
		frappe.delete_doc(SIGNUP, name, ignore_permissions=True, delete_permanently=True)
	save_now()  # housekeeping of its own


def expired_words() -> str:
	"""Why a sign-up cannot be continued."""
	return _("This sign-up was not finished in time, and its access was given back. Start again.")
