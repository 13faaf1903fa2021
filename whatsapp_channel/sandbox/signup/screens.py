"""The screens of the sign-up dialog: what each one needs, and which one follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whatsapp_channel.sandbox.graph import number_registration
from whatsapp_channel.sandbox.graph.edges_number import PROFILE_LIMITS, VERTICALS
from whatsapp_channel.sandbox.graph.graph_errors import GraphError
from whatsapp_channel.sandbox.graph.oauth import OAuth
from whatsapp_channel.sandbox.signup.signup_session import farewell
from whatsapp_channel.sandbox.state import dialogs, ids
from whatsapp_channel.sandbox.state.dialogs import Problem, Session
from whatsapp_channel.sandbox.state.model import JSON, displayed
from whatsapp_channel.sandbox.state.state import State

NEW, LATER = "new", "later"
METHODS = ("SMS", "VOICE")


def go_on(sandbox: State, session: Session, given: JSON) -> None:
	"""Handles Continue on the current screen; raises Problem and stays there if the step fails."""
	with sandbox.condition:
		try:
			ordered = sandbox.signup.problems.pop(session.screen, None)
			if ordered is not None:
				raise Problem(ordered)
			session.screen = _STEPS[session.screen](sandbox, session, given)
		except GraphError as refused:
			session.problem = _words(refused)
			raise session.problem from refused
		except Problem as problem:
			session.problem = problem
			raise
		session.problem = None
		sandbox.touch()


def resend(sandbox: State, session: Session, given: JSON) -> None:
	"""Sends another code, by text message or call."""
	try:
		_send(sandbox, session, given)
	except GraphError as refused:
		session.problem = _words(refused)
		raise session.problem from refused


def _words(refused: GraphError) -> Problem:
	error = refused.error
	code = error.get("error_subcode") or error["code"]
	return Problem(str(error.get("error_user_msg") or error["message"]), code)


def _text(given: JSON, name: str, missing: str) -> str:
	value = str(given.get(name) or "").strip()
	if not value:
		raise Problem(missing, field=name)
	return value


# -- screens -------------------------------------------------------------------------------------------------------


def _log_in(sandbox: State, session: Session, given: JSON) -> str:
	_text(given, "email", "Enter an email address. Any will do: there is no real account behind it.")
	return dialogs.BUSINESS


def _choose_business(sandbox: State, session: Session, given: JSON) -> str:
	choice = _text(given, "business", "Choose a business portfolio.")
	if choice == NEW:
		session.business_id = sandbox.add_business(
			_text(given, "business_name", "Enter the name of the business.")
		)
	elif choice in sandbox.businesses:
		session.business_id = choice
	else:
		raise Problem("You are not an administrator of this business portfolio.", field="business")
	return dialogs.ACCOUNT


def _choose_account(sandbox: State, session: Session, given: JSON) -> str:
	choice = _text(given, "account", "Choose a WhatsApp Business Account.")
	if choice == NEW:
		session.waba_id = _make_account(
			sandbox, session, _text(given, "account_name", "Enter a name for the account.")
		)
	elif choice in sandbox.accounts:
		session.waba_id = choice
	else:
		raise Problem("This account does not exist any more.", field="account")
	return dialogs.PROFILE


def _make_account(sandbox: State, session: Session, name: str) -> str:
	ours = session.business_id == sandbox.config.business_id
	made = sandbox.add_account(
		ids.object_id(), name, session.business_id, "owned" if ours else "shared",
		account_review_status=sandbox.signup.review,
		business_verification_status=sandbox.signup.verification,
	)  # fmt: skip
	if not sandbox.signup.payment_method:
		made.fields["primary_funding_id"] = None
	return made.id


def _describe(sandbox: State, session: Session, given: JSON) -> str:
	name = _text(given, "display_name", "Enter the name that customers will see.")
	number_registration.check_name(name)
	category = _text(given, "category", "Choose a category.")
	if category not in VERTICALS:
		raise Problem("Choose a category of the list.", field="category")
	description = str(given.get("description") or "").strip()
	if len(description) > PROFILE_LIMITS["description"]:
		raise Problem("The description may have 512 characters.", field="description")
	session.profile = {"display_name": name, "category": category, "description": description}
	return dialogs.NUMBER


def _choose_number(sandbox: State, session: Session, given: JSON) -> str:
	choice = _text(given, "number", "Choose a phone number.")
	if choice == LATER:
		session.phone_number_id = None
		return dialogs.PERMISSIONS
	session.phone_number_id = _new_number(sandbox, session, given) if choice == NEW else choice
	number = sandbox.numbers.get(session.phone_number_id)
	if number is None or number.waba_id != session.waba_id:
		raise Problem("This number does not belong to the account any more.", field="number")
	if number.node()["code_verification_status"] == "VERIFIED":
		return dialogs.PERMISSIONS
	_send(sandbox, session, given)
	return dialogs.VERIFICATION


def _new_number(sandbox: State, session: Session, given: JSON) -> str:
	"""Adds the number, unless this dialog already added it and only sending the code failed."""
	written = _text(given, "phone_number", "Enter the phone number.")
	whole = number_registration.dialled(_text(given, "country_code", "Enter the country code."), written)
	before = sandbox.numbers.get(session.phone_number_id or "")
	if before is not None and f"+{before.digits}" == whole and before.waba_id == session.waba_id:
		return before.id
	account = sandbox.account(session.waba_id)
	made = number_registration.add(sandbox, account, whole, session.profile["display_name"])
	made.profile.update(vertical=session.profile["category"], description=session.profile["description"])
	return made.id


def _send(sandbox: State, session: Session, given: JSON) -> None:
	method = str(given.get("method") or session.method)
	if method not in METHODS:
		raise Problem("Choose a text message or a phone call.", field="method")
	session.method = method
	number = sandbox.number(session.phone_number_id)
	number_registration.send_code(sandbox, number, method, str(given.get("language") or "en_US"))


def _verify(sandbox: State, session: Session, given: JSON) -> str:
	code = _text(given, "code", "Enter the code.").replace("-", "").replace(" ", "")
	if len(code) != 6 or not (code.isascii() and code.isdigit()):
		raise Problem("The code has six digits.", field="code")
	number_registration.check_code(sandbox, sandbox.number(session.phone_number_id), code)
	return dialogs.PERMISSIONS


def _permit(sandbox: State, session: Session, given: JSON) -> str:
	session.code = OAuth(sandbox).make_code([str(session.waba_id)], given=False)
	return dialogs.DONE


_STEPS: dict[str, Callable[[State, Session, JSON], str]] = {
	dialogs.LOGIN: _log_in,
	dialogs.BUSINESS: _choose_business,
	dialogs.ACCOUNT: _choose_account,
	dialogs.PROFILE: _describe,
	dialogs.NUMBER: _choose_number,
	dialogs.VERIFICATION: _verify,
	dialogs.PERMISSIONS: _permit,
	dialogs.DONE: lambda sandbox, session, given: dialogs.DONE,
}


# -- what a screen shows -------------------------------------------------------------------------------------------


def view(sandbox: State, session: Session) -> JSON:
	"""Everything that the dialog shows on the current screen, and what it posts if it is closed there."""
	with sandbox.condition:
		return {
			"session": session.id,
			"screen": session.screen,
			"origin": session.origin,
			"gap_ms": sandbox.signup.gap_ms,
			"closing": farewell(sandbox, session),
			"app": sandbox.config.app_name,
			"businesses": [{"id": one, "name": name} for one, name in sandbox.businesses.items()],
			"accounts": _accounts(sandbox, session),
			"numbers": _numbers(sandbox, session),
			"categories": sorted(VERTICALS - {"UNDEFINED", "NOT_A_BIZ"}),
			"profile": session.profile or _prefilled(sandbox, session),
			"business_name": str(_part(session, "business").get("name") or ""),
			"method": session.method,
			"chosen": _chosen(sandbox, session),
		}


def _part(session: Session, name: str) -> JSON:
	part = session.setup.get(name)
	return part if isinstance(part, dict) else {}


def _prefilled(sandbox: State, session: Session) -> JSON:
	phone = _part(session, "phone")
	account = sandbox.accounts.get(session.waba_id or "")
	return {
		"display_name": str(phone.get("displayName") or (account.name if account else "")),
		"category": str(phone.get("category") or "OTHER"),
		"description": str(phone.get("description") or ""),
	}


def _accounts(sandbox: State, session: Session) -> list[JSON]:
	own = [one for one in sandbox.accounts.values() if one.business_id == session.business_id]
	return [{"id": one.id, "name": one.name} for one in own]


def _numbers(sandbox: State, session: Session) -> list[JSON]:
	account = sandbox.accounts.get(session.waba_id or "")
	return [
		{
			"id": number.id,
			"number": displayed(number.digits),
			"name": number.name,
			"verified": number.node()["code_verification_status"] == "VERIFIED",
		}
		for number in (sandbox.numbers_of(account) if account else [])
	]


def _chosen(sandbox: State, session: Session) -> dict[str, Any]:
	account = sandbox.accounts.get(session.waba_id or "")
	number = sandbox.numbers.get(session.phone_number_id or "")
	return {
		"business": sandbox.businesses.get(session.business_id or ""),
		"account": account.name if account else None,
		"number": displayed(number.digits) if number else None,
	}
