"""Control API of onboarding: accounts, numbers, tokens, the sign-up's switches, Meta's decisions, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

from whatsapp_channel.sandbox.control import views
from whatsapp_channel.sandbox.graph.number_registration import FAULTS
from whatsapp_channel.sandbox.simulation import Simulation
from whatsapp_channel.sandbox.state import ids
from whatsapp_channel.sandbox.state.model import JSON, SandboxError, digits_of


def _optional(body: JSON, *names: str) -> JSON:
	"""The given strings; raises SandboxError for a value that is not a string."""
	given = {name: body[name] for name in names if body.get(name) is not None}
	for name, value in given.items():
		if not isinstance(value, str):
			raise SandboxError(f"{name}: give text.")
	return given


def _needed(body: JSON, name: str) -> str:
	value = body.get(name)
	if not isinstance(value, str) or not value.strip():
		raise SandboxError(f"{name}: give a text that is not empty.")
	return value.strip()


def _object(body: JSON, name: str) -> JSON:
	value = body.get(name, {})
	if not isinstance(value, dict):
		raise SandboxError(f"{name}: give an object.")
	return value


def change_signup(sandbox: Simulation, body: JSON) -> JSON:
	"""POST signup {switch: value, …}"""
	with sandbox.condition:
		sandbox.signup.update(body)
		sandbox.touch()
	return asdict(sandbox.signup)


def add_account(sandbox: Simulation, body: JSON) -> JSON:
	"""POST accounts {waba_id?, name, business_id?, ownership?, subscribed?, fields?}"""
	account = sandbox.add_account(
		str(body.get("waba_id") or ids.object_id()), _needed(body, "name"),
		subscribed=body.get("subscribed") is True,
		**_optional(body, "business_id", "ownership"), **_object(body, "fields"),
	)  # fmt: skip
	sandbox.touch()
	return views.account(account)


def add_number(sandbox: Simulation, body: JSON) -> JSON:
	"""POST numbers {number, name, phone_number_id?, waba_id?, fields?}"""
	number = sandbox.add_number(
		str(body.get("phone_number_id") or ids.object_id()), _needed(body, "number"), _needed(body, "name"),
		**_optional(body, "waba_id"), **_object(body, "fields"),
	)  # fmt: skip
	sandbox.touch()
	return views.number(number)


def set_number_faults(sandbox: Simulation, body: JSON) -> JSON:
	"""POST number_faults {number: fault or null, …}"""
	with sandbox.condition:
		for number, fault in body.items():
			if fault is not None and fault not in FAULTS:
				raise SandboxError(f"number_faults: {fault!r} is not one of {', '.join(FAULTS)}.")
			sandbox.number_faults.pop(digits_of(number), None)
			if fault is not None:
				sandbox.number_faults[digits_of(number)] = fault
		sandbox.touch()
		return dict(sandbox.number_faults)


def add_token(sandbox: Simulation, body: JSON) -> JSON:
	"""POST tokens {token?, scopes?, waba_ids?, days?, app_id?}"""
	days = body.get("days")
	if days is not None and (not isinstance(days, int | float) or isinstance(days, bool)):
		raise SandboxError("days: give a number of days, 0 for never.")
	lists = {name: body[name] for name in ("scopes", "waba_ids") if isinstance(body.get(name), list)}
	grant = sandbox.oauth.grant(**_optional(body, "token", "app_id"), **lists, days=days)
	return {"token": grant.token}


def remove_token(sandbox: Simulation, body: JSON) -> JSON:
	"""DELETE tokens {token?}: one, or all"""
	with sandbox.condition:
		sandbox.tokens -= {body["token"]} if body.get("token") else set(sandbox.tokens)
		sandbox.touch()
		return {"tokens": len(sandbox.tokens)}


def add_code(sandbox: Simulation, body: JSON) -> JSON:
	"""POST codes {waba_ids?}: a code of Embedded Signup, as at the end of the dialog"""
	wanted = body.get("waba_ids") or [sandbox.config.waba_id]
	return {"code": sandbox.oauth.make_code([str(one) for one in wanted], given=True)}


def review(sandbox: Simulation, body: JSON) -> JSON:
	"""POST review {number?, decision, reason?} for a name, {account, decision} for an account"""
	if body.get("account"):
		sandbox.meta.reviews_account(_needed(body, "decision"), _needed(body, "account"))
	else:
		number = _optional(body, "number").get("number")
		reason = _optional(body, "reason").get("reason")
		sandbox.meta.reviews_name(number, _needed(body, "decision"), reason)
	return views.onboarding(sandbox)


def change_account(sandbox: Simulation, body: JSON) -> JSON:
	"""POST account {waba_id?, review?, verification?, payment?, restrictions?, expires?, violation?, ban?, lift?, update?}"""
	waba_id, meta = _optional(body, "waba_id").get("waba_id"), sandbox.meta
	given = _optional(body, "review", "verification", "violation", "ban", "update")
	for name, action in (
		("review", meta.reviews_account),
		("verification", meta.verifies_business),
		("violation", meta.finds_violation),
		("update", meta.updates),
	):
		if name in given:
			action(given[name], waba_id)
	if "ban" in given:
		meta.bans(given["ban"], waba_id=waba_id)
	if body.get("lift") is True:
		meta.lifts(waba_id)
	if isinstance(body.get("payment"), bool):
		meta.payment(body["payment"], waba_id)
	if isinstance(body.get("restrictions"), list):
		until = body.get("expires")
		expires = datetime.fromtimestamp(until, timezone.utc) if isinstance(until, int) else None
		meta.restricts(*map(str, body["restrictions"]), expires=expires, waba_id=waba_id)
	return views.onboarding(sandbox)


def rate(sandbox: Simulation, body: JSON) -> JSON:
	"""POST quality {number?, rating?, event?, limit?}"""
	sandbox.meta.rates(**_optional(body, "number", "rating", "event", "limit"))
	return views.onboarding(sandbox)


def change_number(sandbox: Simulation, body: JSON) -> JSON:
	"""POST number {number?, status?, security?, fields?}"""
	number = _optional(body, "number").get("number")
	given = _optional(body, "status", "security")
	if "status" in given:
		sandbox.meta.sets_status(number, given["status"])
	if "security" in given:
		sandbox.meta.notes_security(number, given["security"])
	with sandbox.condition:
		sandbox.find_number(number).fields.update(_object(body, "fields"))
		sandbox.touch()
	return views.onboarding(sandbox)


def post_event(sandbox: Simulation, body: JSON) -> JSON:
	"""POST event {field, value, waba_id?}: any webhook of an account"""
	waba_id = _optional(body, "waba_id").get("waba_id")
	sandbox.post(sandbox.event(_needed(body, "field"), _object(body, "value"), waba_id))
	return {"ok": True}


def turn_clock(sandbox: Simulation, body: JSON) -> JSON:
	"""POST clock {advance}: seconds that the sandbox's clock runs ahead, until reset"""
	seconds = body.get("advance")
	if not isinstance(seconds, int | float) or isinstance(seconds, bool):
		raise SandboxError("advance: give seconds.")
	sandbox.advance(seconds)
	return {"now": sandbox.clock().isoformat()}


Route = Callable[[Simulation, JSON], Any]
ROUTES: dict[tuple[str, str], Route] = {
	("GET", "signup"): lambda sandbox, query: asdict(sandbox.signup),
	("POST", "signup"): change_signup,
	("GET", "onboarding"): lambda sandbox, query: views.onboarding(sandbox),
	("POST", "accounts"): add_account,
	("POST", "numbers"): add_number,
	("POST", "number_faults"): set_number_faults,
	("POST", "tokens"): add_token,
	("DELETE", "tokens"): remove_token,
	("POST", "codes"): add_code,
	("POST", "review"): review,
	("POST", "account"): change_account,
	("POST", "quality"): rate,
	("POST", "number"): change_number,
	("POST", "event"): post_event,
	("POST", "clock"): turn_clock,
}
