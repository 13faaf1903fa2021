"""Embedded Signup: the steps of the dialog, and its messages to the page that opened it.

Source: Meta, Embedded Signup implementation and its errors page; `Switches` in state/dialogs.py lists what can be changed.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

from whatsapp_channel.sandbox.graph.oauth import OAuth
from whatsapp_channel.sandbox.state.dialogs import DONE, LOGIN, REPORTED, REPORTED_CODE, Session
from whatsapp_channel.sandbox.state.model import JSON, SandboxError
from whatsapp_channel.sandbox.state.state import State


def open_session(sandbox: State, given: JSON) -> Session:
	"""Opens a dialog for FB.login's options; raises SandboxError for options that Facebook would not accept."""
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


def farewell(sandbox: State, session: Session) -> list[str]:
	"""What the dialog posts to its opener if it is closed on the current screen, in order."""
	if session.screen == DONE:
		halves = [_finish_event(sandbox, session), _code_message(sandbox, session)]
		return [half for half in (halves if sandbox.signup.event_before_code else halves[::-1]) if half]
	event = _event(sandbox, "CANCEL", {"current_step": session.screen}, 3)
	return [] if event is None or session.screen == LOGIN else [event]


def _event(sandbox: State, name: str, data: JSON, version: str | int) -> str | None:
	if sandbox.signup.omit_event:
		return None
	return json.dumps({"data": data, "type": "WA_EMBEDDED_SIGNUP", "event": name, "version": version})


def _finish_event(sandbox: State, session: Session) -> str | None:
	ids = {
		"phone_number_id": session.phone_number_id,
		"waba_id": session.waba_id,
		"business_id": session.business_id,
	}
	data = {} if sandbox.signup.omit_ids else {name: value for name, value in ids.items() if value}
	return _event(sandbox, "FINISH" if session.phone_number_id else "FINISH_ONLY_WABA", data, "3")


def _code_message(sandbox: State, session: Session) -> str | None:
	"""For the SDK, not for the page. It is not JSON, like Facebook's messages between its own windows."""
	if sandbox.signup.third_party_cookies_blocked:
		return None
	return urlencode({"cb": session.callback, "code": session.code, "status": "connected"})


def report(sandbox: State, session: Session) -> list[str]:
	"""The customer reports a problem, which ends the dialog. Returns the messages for the opener."""
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


def cancel(sandbox: State, session: Session) -> list[str]:
	"""The customer leaves. Returns the messages for the opener."""
	_close(sandbox, session, "cancelled")
	return farewell(sandbox, session)


def finish(sandbox: State, session: Session) -> list[str]:
	"""The customer is done, or closes the last screen: the code's time begins. Returns the messages for the opener."""
	if session.screen != DONE or session.code is None:
		raise SandboxError("session: this dialog is not finished.")
	if session.outcome is None:
		OAuth(sandbox).give(session.code)
		_close(sandbox, session, "finished")
		_tell_partner(sandbox, session)
	return farewell(sandbox, session)


def _close(sandbox: State, session: Session, outcome: str) -> None:
	with sandbox.condition:
		session.outcome = session.outcome or outcome
		sandbox.touch()


def _tell_partner(sandbox: State, session: Session) -> None:
	"""Posts the webhook of a finished sign-up; the id of its entry is the app's own portfolio."""
	if sandbox.signup.partner_webhook:
		info = {"waba_id": session.waba_id, "owner_business_id": session.business_id}
		value = {"event": "PARTNER_ADDED", "waba_info": info}
		sandbox.post(sandbox.event("account_update", value, sandbox.config.business_id))
