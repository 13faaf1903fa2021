"""Embedded Signup: what the dialog asks step by step, and what it tells the page that opened it.

Source: Meta, Embedded Signup implementation and its errors page; see `Switches` for what can be otherwise.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from whatsapp_channel.sandbox.model import JSON, SandboxError

if TYPE_CHECKING:
	from whatsapp_channel.sandbox.core import Sandbox

LOGIN, DONE = "LOGIN", "DONE"  # screens of the dialog that Meta's `current_step` does not name
BUSINESS, ACCOUNT = "BUSINESS_ACCOUNT_SELECTION", "WABA_PHONE_PROFILE_PICKER"
PROFILE, NUMBER = "WHATSAPP_BUSINESS_PROFILE_SETUP", "PHONE_NUMBER_SETUP"
VERIFICATION, PERMISSIONS = "PHONE_NUMBER_VERIFICATION", "PERMISSIONS"
SCREENS = (LOGIN, BUSINESS, ACCOUNT, PROFILE, NUMBER, VERIFICATION, PERMISSIONS, DONE)
REPORTED = "The customer reported a problem without an error on the screen."
REPORTED_CODE = "524126"


@dataclass(slots=True)
class Switches:
	"""How the sign-up behaves. They may change while the sandbox runs; `reset` sets them back."""

	event_before_code: bool = True  # the order of the two halves that the opener gets
	gap_ms: int = 100  # time between them
	omit_event: bool = False  # the opener gets no events at all
	omit_ids: bool = False  # the event names no ids
	expire_code: bool = False  # the code's 30 seconds are over at once
	wrong_origin: bool = False  # the dialog runs at another origin: localhost for 127.0.0.1, or the reverse
	third_party_cookies_blocked: bool = False  # the SDK's callback gets no code
	error_key: str = "error_code"  # or error_id: Meta's pages differ
	error_event: str = "CANCEL"  # or ERROR
	problems: dict[str, str] = field(default_factory=dict)  # screen -> what its next Continue shall say
	token_days: int = 60  # 0: tokens never expire
	missing_scopes: tuple[str, ...] = ()  # taken from every token
	omit_targets: bool = False  # debug_token names no accounts
	payment_method: bool = True  # of accounts made in the dialog, as the next two
	review: str = "APPROVED"
	verification: str = "not_verified"
	partner_webhook: bool = True  # account_update PARTNER_ADDED at the end

	def update(self, changes: JSON) -> None:
		"""Sets several switches; raises SandboxError naming the first one that is unknown or of a wrong kind."""
		for name, value in changes.items():
			setattr(self, name, _checked(name, value))


_CHOICES = {"error_key": ("error_code", "error_id"), "error_event": ("CANCEL", "ERROR")}


def _checked(name: str, value: Any) -> Any:
	defaults = Switches()
	known = [item.name for item in fields(Switches)]
	if name not in known:
		raise SandboxError(f"signup: there is no switch {name!r}. Known: {', '.join(known)}.")
	if name in _CHOICES and value not in _CHOICES[name]:
		raise SandboxError(f"signup.{name}: {value!r} is not one of {', '.join(_CHOICES[name])}.")
	default = getattr(defaults, name)
	if isinstance(default, tuple) and isinstance(value, list | tuple):
		return tuple(str(item) for item in value)
	if type(value) is not type(default) or (isinstance(value, int) and value < 0):
		raise SandboxError(f"signup.{name}: {value!r} is not a {type(default).__name__}.")
	if name == "problems" and set(value) - set(SCREENS):
		raise SandboxError(f"signup.problems: name screens, of {', '.join(SCREENS)}.")
	return value


class Problem(Exception):
	"""What a screen says instead of going on. `field`: the name of the input that it is about."""

	def __init__(self, text: str, code: int | str | None = None, field: str | None = None) -> None:
		super().__init__(text)
		self.text, self.code, self.field = text, str(code or REPORTED_CODE), field


@dataclass(slots=True)
class Session:
	"""One opened dialog. `callback` is the SDK's word for this call of FB.login."""

	callback: str
	origin: str
	extras: JSON
	id: str = field(default_factory=lambda: secrets.token_hex(8))
	screen: str = LOGIN
	business_id: str | None = None
	waba_id: str | None = None
	profile: JSON = field(default_factory=dict)
	phone_number_id: str | None = None  # None on the last screen: the account alone
	method: str = "SMS"
	code: str | None = None
	problem: Problem | None = None  # the last one that was shown
	outcome: str | None = None  # finished, cancelled or reported

	@property
	def setup(self) -> JSON:
		"""What the opener fills in beforehand [Meta: pre-filling screens]."""
		setup = self.extras.get("setup")
		return setup if isinstance(setup, dict) else {}


def open_session(sandbox: Sandbox, given: JSON) -> Session:
	"""A dialog for FB.login's options; raises SandboxError for what Facebook would not open."""
	app_id, config_id = str(given.get("app_id") or ""), str(given.get("config_id") or "")
	if app_id != sandbox.config.app_id:
		raise SandboxError(
			f"Invalid App ID: the provided app ID {app_id!r} does not look like a valid app ID."
		)
	if not config_id:
		raise SandboxError("Invalid configuration: FB.login was called without a config_id.")
	if given.get("response_type") != "code" or given.get("override_default_response_type") is not True:
		raise SandboxError(
			"Embedded Signup needs response_type 'code' and override_default_response_type true."
		)
	extras = given.get("extras")
	session = Session(
		callback=str(given.get("cb") or ""),
		origin=str(given.get("origin") or ""),
		extras=extras if isinstance(extras, dict) else {},
	)
	with sandbox.condition:
		sandbox.sessions[session.id] = session
		sandbox.touch()
	return session


# -- what the opener is told ---------------------------------------------------------------------------------------


def farewell(sandbox: Sandbox, session: Session) -> list[str]:
	"""What the dialog posts to its opener when it is closed on the present screen, in order."""
	if session.screen == DONE:
		halves = [_finish_event(sandbox, session), _code_message(sandbox, session)]
		return [half for half in (halves if sandbox.signup.event_before_code else halves[::-1]) if half]
	event = _event(sandbox, "CANCEL", {"current_step": session.screen}, 3)
	return [] if event is None or session.screen == LOGIN else [event]


def _event(sandbox: Sandbox, name: str, data: JSON, version: str | int) -> str | None:
	if sandbox.signup.omit_event:
		return None
	return json.dumps({"data": data, "type": "WA_EMBEDDED_SIGNUP", "event": name, "version": version})


def _finish_event(sandbox: Sandbox, session: Session) -> str | None:
	ids = {
		"phone_number_id": session.phone_number_id,
		"waba_id": session.waba_id,
		"business_id": session.business_id,
	}
	data = {} if sandbox.signup.omit_ids else {name: value for name, value in ids.items() if value}
	return _event(sandbox, "FINISH" if session.phone_number_id else "FINISH_ONLY_WABA", data, "3")


def _code_message(sandbox: Sandbox, session: Session) -> str | None:
	"""For the SDK, not for the page: no JSON, as Facebook's own messages between its windows."""
	if sandbox.signup.third_party_cookies_blocked:
		return None
	return urlencode({"cb": session.callback, "code": session.code, "status": "connected"})


def report(sandbox: Sandbox, session: Session) -> list[str]:
	"""The customer reports a problem, which ends the dialog. Returns what the opener is told."""
	switches, shown = sandbox.signup, session.problem
	data = {
		"error_message": shown.text if shown else REPORTED,
		switches.error_key: shown.code if shown else REPORTED_CODE,
		"session_id": session.id,
		"timestamp": str(int(sandbox.clock().timestamp())),
	}
	event = _event(sandbox, switches.error_event, data, 3)
	_close(sandbox, session, "reported")
	return [] if event is None else [event]


def cancel(sandbox: Sandbox, session: Session) -> list[str]:
	"""The customer leaves. Returns what the opener is told."""
	_close(sandbox, session, "cancelled")
	return farewell(sandbox, session)


def finish(sandbox: Sandbox, session: Session) -> list[str]:
	"""The customer is done, or closes the last screen: the code's time begins. Returns what the opener is told."""
	if session.screen != DONE or session.code is None:
		raise SandboxError("session: this dialog is not finished.")
	if session.outcome is None:
		sandbox.oauth.give(session.code)
		_close(sandbox, session, "finished")
		_tell_partner(sandbox, session)
	return farewell(sandbox, session)


def _close(sandbox: Sandbox, session: Session, outcome: str) -> None:
	with sandbox.condition:
		session.outcome = session.outcome or outcome
		sandbox.touch()


def _tell_partner(sandbox: Sandbox, session: Session) -> None:
	"""The webhook of a finished sign-up; its entry has the id of the app's own portfolio."""
	if sandbox.signup.partner_webhook:
		info = {"waba_id": session.waba_id, "owner_business_id": session.business_id}
		value = {"event": "PARTNER_ADDED", "waba_info": info}
		sandbox.post(sandbox.event("account_update", value, sandbox.config.business_id))
