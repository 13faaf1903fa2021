"""Edges of a business phone number, except messages."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from whatsapp_channel.sandbox import errors, ids, nodes
from whatsapp_channel.sandbox.call import SUCCESS
from whatsapp_channel.sandbox.model import JSON, MediaFile, Number

if TYPE_CHECKING:
	from whatsapp_channel.sandbox.call import Call
	from whatsapp_channel.sandbox.core import Sandbox

PROFILE_LIMITS = {"about": 139, "address": 256, "description": 512, "email": 128}


def get_number(sandbox: Sandbox, call: Call, number: Number) -> JSON:
	"""GET /{phone number id}"""
	wanted = str(call.query.get("fields") or nodes.NUMBER_DEFAULT)
	return nodes.select(nodes.number_node(sandbox, number), wanted, nodes.NUMBER, nodes.NUMBER_EMPTY)


def change_number(sandbox: Sandbox, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}: change of the PIN"""
	pin = str(call.parameters.get("pin") or "")
	if len(pin) != 6 or not pin.isdigit():
		raise errors.invalid("Param pin must be 6 characters long.")
	number.pin = pin
	return dict(SUCCESS)


def register(sandbox: Sandbox, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}/register"""
	if call.parameters.get("messaging_product") != "whatsapp":
		raise errors.missing("messaging_product")
	pin = str(call.parameters.get("pin") or "")
	if len(pin) != 6 or not pin.isdigit():
		raise errors.invalid("Param pin must be 6 characters long.")
	if number.pin is not None and number.pin != pin:
		raise errors.cloud_error(133005)
	node = number.node()
	if node["account_mode"] == "LIVE" and node["code_verification_status"] != "VERIFIED":
		raise errors.cloud_error(133006)
	number.pin = pin
	number.fields["status"] = "CONNECTED"
	return dict(SUCCESS)


def deregister(sandbox: Sandbox, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}/deregister"""
	number.fields["status"] = "DISCONNECTED"
	return dict(SUCCESS)


def request_code(sandbox: Sandbox, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}/request_code: the code shows in /sandbox/state"""
	if call.parameters.get("code_method") not in ("SMS", "VOICE"):
		raise errors.invalid("Param code_method must be one of {SMS, VOICE}")
	if number.node()["code_verification_status"] == "VERIFIED":
		raise errors.user_error(
			136024, 2388091, "Phone number already verified", "The number is already verified."
		)
	number.code = str(int(hashlib.sha256(number.digits.encode()).hexdigest(), 16) % 900000 + 100000)
	return dict(SUCCESS)


def verify_code(sandbox: Sandbox, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}/verify_code"""
	if number.code is None or str(call.parameters.get("code") or "") != number.code:
		raise errors.user_error(136025, 2388093, "Incorrect code", "The code is incorrect. Try again.")
	number.code = None
	number.fields["code_verification_status"] = "VERIFIED"
	return dict(SUCCESS)


def get_profile(sandbox: Sandbox, call: Call, number: Number) -> JSON:
	"""GET /{phone number id}/whatsapp_business_profile: unset fields are left out (recorded)"""
	wanted = nodes.split_fields(str(call.query.get("fields") or ""))
	shown = {name: number.profile[name] for name in wanted if number.profile.get(name)}
	return {"data": [{**shown, "messaging_product": "whatsapp"}]}


def set_profile(sandbox: Sandbox, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}/whatsapp_business_profile"""
	given = dict(call.parameters)
	if given.pop("messaging_product", None) != "whatsapp":
		raise errors.missing("messaging_product")
	given.pop("access_token", None)
	for name, limit in PROFILE_LIMITS.items():
		if len(str(given.get(name) or "")) > limit:
			raise errors.invalid(f"Param {name} must be at most {limit} characters long.")
	if given.get("about") == "":
		raise errors.invalid("Param about must be a non-empty string")
	sites = given.get("websites") or []
	given["websites"] = [
		site if site.endswith("/") else f"{site}/" for site in ([sites] if isinstance(sites, str) else sites)
	]
	if len(given["websites"]) > 2:
		raise errors.invalid("Param websites must have at most 2 elements")
	number.profile.update({name: value for name, value in given.items() if value or name in call.parameters})
	return dict(SUCCESS)


def upload(sandbox: Sandbox, call: Call, number: Number) -> JSON:
	"""POST /{phone number id}/media"""
	if call.parameters.get("messaging_product") != "whatsapp":
		raise errors.missing("messaging_product")
	if call.file is None:
		raise errors.missing("file")
	mime_type = str(call.parameters.get("type") or call.file.mimetype)
	stored = MediaFile(ids.object_id(), call.file.read(), mime_type, call.file.filename)
	return {"id": sandbox.add_media(stored).id}
