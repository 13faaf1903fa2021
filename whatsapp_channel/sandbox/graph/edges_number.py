"""Edges of a business phone number, except messages."""

from __future__ import annotations

from whatsapp_channel.sandbox.graph import edges_account, graph_errors, nodes, number_registration, uploads
from whatsapp_channel.sandbox.graph.call import SUCCESS, Call
from whatsapp_channel.sandbox.state import ids
from whatsapp_channel.sandbox.state.model import JSON, Callback, MediaFile, Number
from whatsapp_channel.sandbox.state.state import State

# Meta's list of categories, plus two that only Meta's Postman collection has.
VERTICALS = frozenset(
	[
		"ALCOHOL",
		"APPAREL",
		"AUTO",
		"BEAUTY",
		"EDU",
		"ENTERTAIN",
		"EVENT_PLAN",
		"FINANCE",
		"GOVT",
		"GROCERY",
		"HEALTH",
		"HOTEL",
		"NONPROFIT",
		"NOT_A_BIZ",
		"ONLINE_GAMBLING",
		"OTC_DRUGS",
		"OTHER",
		"PHYSICAL_GAMBLING",
		"PROF_SERVICES",
		"RESTAURANT",
		"RETAIL",
		"TRAVEL",
		"UNDEFINED",
	]
)
PROFILE_LIMITS = {"about": 139, "address": 256, "description": 512, "email": 128}


def get_number(sandbox: State, call: Call, number: Number) -> JSON:
	"""GET /{phone number id}"""
	wanted = str(call.query.get("fields") or nodes.NUMBER_DEFAULT)
	return nodes.select(nodes.number_node(sandbox, number), wanted, nodes.NUMBER, nodes.NUMBER_EMPTY)


def change_number(sandbox: State, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}: changes the display name, webhook address, or PIN"""
	given = call.parameters
	if "new_display_name" in given:
		number_registration.rename(sandbox, number, str(given["new_display_name"]).strip())
	elif isinstance(given.get("webhook_configuration"), dict):
		_redirect(sandbox, number, given["webhook_configuration"])
	else:
		number.pin = _pin(call)
	return dict(SUCCESS)


def _redirect(sandbox: State, number: Number, given: JSON) -> None:
	url, token = str(given.get("override_callback_uri") or ""), str(given.get("verify_token") or "")
	if url:
		edges_account.verify(url, token)
	with sandbox.condition:
		number.override = Callback(url, token, True) if url else None
	sandbox.courier.resume()


def _pin(call: Call) -> str:
	pin = str(call.parameters.get("pin") or "")
	if len(pin) != 6 or not (pin.isascii() and pin.isdigit()):
		raise graph_errors.invalid("Param pin must be 6 characters long.")
	return pin


def register(sandbox: State, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}/register"""
	if call.parameters.get("messaging_product") != "whatsapp":
		raise graph_errors.missing("messaging_product")
	number_registration.register(sandbox, number, _pin(call))
	return dict(SUCCESS)


def deregister(sandbox: State, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}/deregister"""
	number_registration.count_registration(sandbox, number)
	number.fields["status"] = "DISCONNECTED"
	return dict(SUCCESS)


def request_code(sandbox: State, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}/request_code: the code is shown on the number's phone on the page and in /sandbox/state"""
	method = call.parameters.get("code_method")
	if method not in ("SMS", "VOICE"):
		raise graph_errors.invalid("Param code_method must be one of {SMS, VOICE}")
	number_registration.send_code(sandbox, number, method, str(call.parameters.get("language") or "en_US"))
	return dict(SUCCESS)


def verify_code(sandbox: State, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}/verify_code"""
	number_registration.check_code(sandbox, number, str(call.parameters.get("code") or ""))
	return dict(SUCCESS)


def get_profile(sandbox: State, call: Call, number: Number) -> JSON:
	"""GET /{phone number id}/whatsapp_business_profile: unset fields are left out (recorded)"""
	wanted = nodes.split_fields(str(call.query.get("fields") or ""))
	shown = {name: number.profile[name] for name in wanted if number.profile.get(name)}
	return {"data": [{**shown, "messaging_product": "whatsapp"}]}


def set_profile(sandbox: State, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}/whatsapp_business_profile"""
	given = dict(call.parameters)
	if given.pop("messaging_product", None) != "whatsapp":
		raise graph_errors.missing("messaging_product")
	given.pop("access_token", None)
	for name, limit in PROFILE_LIMITS.items():
		if len(str(given.get(name) or "")) > limit:
			raise graph_errors.invalid(f"Param {name} must be at most {limit} characters long.")
	if given.get("about") == "":
		raise graph_errors.invalid("Param about must be a non-empty string")
	sites = given.get("websites") or []
	given["websites"] = [
		site if site.endswith("/") else f"{site}/" for site in ([sites] if isinstance(sites, str) else sites)
	]
	if len(given["websites"]) > 2:
		raise graph_errors.invalid("Param websites must have at most 2 elements")
	if given.get("vertical") and given["vertical"] not in VERTICALS:
		raise graph_errors.invalid(f"Param vertical must be one of {{{', '.join(sorted(VERTICALS))}}}")
	handle = given.pop("profile_picture_handle", None)
	if handle:
		uploads.set_picture(sandbox, call, number, str(handle))
	number.profile.update({name: value for name, value in given.items() if value or name in call.parameters})
	return dict(SUCCESS)


def upload(sandbox: State, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}/media"""
	if call.parameters.get("messaging_product") != "whatsapp":
		raise graph_errors.missing("messaging_product")
	if call.file is None:
		raise graph_errors.missing("file")
	mime_type = str(call.parameters.get("type") or call.file.mimetype)
	stored = MediaFile(ids.object_id(), call.file.read(), mime_type, call.file.filename)
	return {"id": sandbox.add_media(stored).id}
