"""Edges of the WhatsApp Business Account and of the app, and debug_token."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from whatsapp_channel.sandbox import errors, handshake, nodes
from whatsapp_channel.sandbox.call import SUCCESS
from whatsapp_channel.sandbox.model import JSON, Callback

if TYPE_CHECKING:
	from whatsapp_channel.sandbox.call import Call
	from whatsapp_channel.sandbox.core import Sandbox
	from whatsapp_channel.sandbox.templates import Template


def get_account(sandbox: Sandbox, call: Call, _: object) -> JSON:
	"""GET /{WABA id}"""
	wanted = str(call.query.get("fields") or nodes.ACCOUNT_DEFAULT)
	return nodes.select(nodes.account_node(sandbox), wanted, nodes.ACCOUNT, nodes.ACCOUNT_EMPTY)


def list_numbers(sandbox: Sandbox, call: Call, _: object) -> JSON:
	"""GET /{WABA id}/phone_numbers"""
	wanted = str(call.query.get("fields") or nodes.NUMBER_DEFAULT)
	shown = [
		nodes.select(nodes.number_node(sandbox, number), wanted, nodes.NUMBER, nodes.NUMBER_EMPTY)
		for number in sandbox.numbers.values()
	]
	return nodes.page(shown, call.query, call.base + call.path)


def get_subscriptions(sandbox: Sandbox, call: Call, _: object) -> JSON:
	"""GET /{WABA id}/subscribed_apps"""
	if not sandbox.subscribed:
		return {"data": []}
	config = sandbox.config
	link = f"https://www.facebook.com/games/?app_id={config.app_id}"
	row: JSON = {"whatsapp_business_api_data": {"id": config.app_id, "link": link, "name": config.app_name}}
	if sandbox.override:
		row["override_callback_uri"] = sandbox.override.url
	return {"data": [row]}


def subscribe(sandbox: Sandbox, call: Call, _: object) -> JSON:
	"""POST /{WABA id}/subscribed_apps: with override_callback_uri after its verification, without removes it"""
	url, token = call.parameters.get("override_callback_uri"), str(call.parameters.get("verify_token") or "")
	if url:
		_verify(str(url), token)
	with sandbox.condition:
		sandbox.subscribed = True
		sandbox.override = Callback(str(url), token, True) if url else None
	sandbox.courier.resume()
	return dict(SUCCESS)


def unsubscribe(sandbox: Sandbox, call: Call, _: object) -> JSON:
	"""DELETE /{WABA id}/subscribed_apps"""
	with sandbox.condition:
		sandbox.subscribed, sandbox.override = False, None
	return dict(SUCCESS)


def _verify(url: str, token: str) -> None:
	problem = handshake.verify(url, token)
	if problem:
		title = "Callback verification failed"
		raise errors.user_error(100, 2200, title, problem, message=f"(#2200) {title}: {problem}")


def get_app_webhook(sandbox: Sandbox, call: Call, _: object) -> JSON:
	"""GET /{app id}/subscriptions"""
	if sandbox.callback.url is None:
		return {"data": []}
	fields = [{"name": "messages", "version": call.version or "v26.0"}]
	row = {
		"object": "whatsapp_business_account",
		"callback_url": sandbox.callback.url,
		"active": True,
		"fields": fields,
	}
	return {"data": [row]}


def set_app_webhook(sandbox: Sandbox, call: Call, _: object) -> JSON:
	"""POST /{app id}/subscriptions"""
	for name in ("object", "callback_url", "verify_token"):
		if not call.parameters.get(name):
			raise errors.missing(name)
	url, token = str(call.parameters["callback_url"]), str(call.parameters["verify_token"])
	_verify(url, token)
	sandbox.configure_callback(url, token, verify=False)
	sandbox.callback.verified = True
	return dict(SUCCESS)


def debug_token(sandbox: Sandbox, call: Call) -> JSON:
	"""GET /debug_token with the app's token or a valid one"""
	config = sandbox.config
	if call.token not in sandbox.tokens and call.token != f"{config.app_id}|{config.app_secret}":
		raise errors.token_error(present=bool(call.token))
	asked = str(call.query.get("input_token") or "")
	if not asked:
		raise errors.missing("input_token")
	if asked not in sandbox.tokens:
		error = {"code": 190, "message": "Invalid OAuth access token."}
		return {"data": {"error": error, "is_valid": False, "scopes": []}}
	scopes = ["whatsapp_business_management", "whatsapp_business_messaging"]
	return {
		"data": {
			"app_id": config.app_id,
			"type": "SYSTEM_USER",
			"application": config.app_name,
			"data_access_expires_at": 0,
			"expires_at": 0,
			"is_valid": True,
			"issued_at": int(time.time()),
			"scopes": scopes,
			"granular_scopes": [{"scope": scope, "target_ids": [config.waba_id]} for scope in scopes],
			"user_id": "700000000000001",
		}
	}


def list_templates(sandbox: Sandbox, call: Call, _: object) -> JSON:
	"""GET /{WABA id}/message_templates"""
	asked = {
		name: str(call.query[name]).lower() for name in ("name", "status", "language") if call.query.get(name)
	}
	rows = [one.node() for one in sandbox.templates.all]
	fitting = [row for row in rows if all(str(row[name]).lower() == value for name, value in asked.items())]
	return nodes.page(fitting, call.query, call.base + call.path)


def create_template(sandbox: Sandbox, call: Call, _: object) -> JSON:
	"""POST /{WABA id}/message_templates"""
	made = sandbox.templates.create(call.parameters)
	return {"id": made.id, "status": made.status, "category": made.category}


def delete_template(sandbox: Sandbox, call: Call, _: object) -> JSON:
	"""DELETE /{WABA id}/message_templates"""
	sandbox.templates.delete(str(call.query.get("name") or ""), call.query.get("hsm_id"))
	return dict(SUCCESS)


def get_template(sandbox: Sandbox, call: Call, template: Template) -> JSON:
	"""GET /{template id}"""
	return template.node()


def change_template(sandbox: Sandbox, call: Call, template: Template) -> JSON:
	"""POST /{template id}"""
	sandbox.templates.change(template, call.body)
	return dict(SUCCESS)
