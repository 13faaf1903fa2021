"""Edges of the WhatsApp Business Account and of the app."""

from __future__ import annotations

from whatsapp_channel.sandbox.graph import graph_errors, nodes, number_registration, template_requests
from whatsapp_channel.sandbox.graph.call import SUCCESS, Call
from whatsapp_channel.sandbox.state.accounts import Account
from whatsapp_channel.sandbox.state.model import JSON, Callback
from whatsapp_channel.sandbox.state.state import State
from whatsapp_channel.sandbox.state.templates import Template
from whatsapp_channel.sandbox.webhooks import callback, handshake


def get_account(sandbox: State, call: Call, account: Account) -> JSON:
	"""GET /{WABA id}"""
	wanted = str(call.query.get("fields") or nodes.ACCOUNT_DEFAULT)
	return nodes.select(nodes.account_node(sandbox, account), wanted, nodes.ACCOUNT, nodes.ACCOUNT_EMPTY)


def add_number(sandbox: State, call: Call, account: Account) -> JSON:
	"""POST /{WABA id}/phone_numbers: cc, phone_number, verified_name"""
	given = call.parameters
	for name in ("phone_number", "verified_name"):
		if not given.get(name):
			raise graph_errors.missing(name)
	number = number_registration.dialled(str(given.get("cc") or ""), str(given["phone_number"]))
	return {"id": number_registration.add(sandbox, account, number, str(given["verified_name"]).strip()).id}


def list_numbers(sandbox: State, call: Call, account: Account) -> JSON:
	"""GET /{WABA id}/phone_numbers"""
	wanted = str(call.query.get("fields") or nodes.NUMBER_DEFAULT)
	shown = [
		nodes.select(nodes.number_node(sandbox, number), wanted, nodes.NUMBER, nodes.NUMBER_EMPTY)
		for number in sandbox.numbers_of(account)
	]
	return nodes.page(shown, call.query, call.base + call.path)


def get_subscriptions(sandbox: State, call: Call, account: Account) -> JSON:
	"""GET /{WABA id}/subscribed_apps"""
	if not account.subscribed:
		return {"data": []}
	config = sandbox.config
	link = f"https://www.facebook.com/games/?app_id={config.app_id}"
	row: JSON = {"whatsapp_business_api_data": {"id": config.app_id, "link": link, "name": config.app_name}}
	if account.override:
		row["override_callback_uri"] = account.override.url
	return {"data": [row]}


def subscribe(sandbox: State, call: Call, account: Account) -> JSON:
	"""POST /{WABA id}/subscribed_apps: an override_callback_uri is verified and set; without one, the override is removed"""
	url, token = call.parameters.get("override_callback_uri"), str(call.parameters.get("verify_token") or "")
	if url:
		verify(str(url), token)
	with sandbox.condition:
		account.subscribed = True
		account.override = Callback(str(url), token, True) if url else None
		sandbox.touch()
	sandbox.courier.resume()
	return dict(SUCCESS)


def unsubscribe(sandbox: State, call: Call, account: Account) -> JSON:
	"""DELETE /{WABA id}/subscribed_apps"""
	with sandbox.condition:
		account.subscribed, account.override = False, None
		sandbox.touch()
	return dict(SUCCESS)


def verify(url: str, token: str) -> None:
	"""Verifies a webhook address as Meta does; raises GraphError 100/2200 if that fails."""
	problem = handshake.verify(url, token)
	if problem:
		title = "Callback verification failed"
		raise graph_errors.user_error(100, 2200, title, problem, message=f"(#2200) {title}: {problem}")


def get_app_webhook(sandbox: State, call: Call, _: object) -> JSON:
	"""GET /{app id}/subscriptions"""
	if sandbox.callback.url is None:
		return {"data": []}
	fields = [{"name": name, "version": call.version or "v26.0"} for name in sandbox.app_fields]
	row = {
		"object": "whatsapp_business_account",
		"callback_url": sandbox.callback.url,
		"active": True,
		"fields": fields,
	}
	return {"data": [row]}


def set_app_webhook(sandbox: State, call: Call, _: object) -> JSON:
	"""POST /{app id}/subscriptions"""
	for name in ("object", "callback_url", "verify_token"):
		if not call.parameters.get(name):
			raise graph_errors.missing(name)
	url, token = str(call.parameters["callback_url"]), str(call.parameters["verify_token"])
	verify(url, token)
	callback.configure(sandbox, url, token, verified=True)
	given = call.parameters.get("fields") or sandbox.app_fields
	sandbox.app_fields = [one.strip() for one in given.split(",")] if isinstance(given, str) else list(given)
	return dict(SUCCESS)


def list_templates(sandbox: State, call: Call, account: Account) -> JSON:
	"""GET /{WABA id}/message_templates"""
	asked = {
		name: str(call.query[name]).lower() for name in ("name", "status", "language") if call.query.get(name)
	}
	first = account.id == sandbox.config.waba_id
	rows = [one.node() for one in sandbox.templates.all] if first else []
	fitting = [row for row in rows if all(str(row[name]).lower() == value for name, value in asked.items())]
	return nodes.page(fitting, call.query, call.base + call.path)


def create_template(sandbox: State, call: Call, _: object) -> JSON:
	"""POST /{WABA id}/message_templates"""
	made = template_requests.create(sandbox.templates, call.parameters)
	return {"id": made.id, "status": made.status, "category": made.category}


def delete_template(sandbox: State, call: Call, _: object) -> JSON:
	"""DELETE /{WABA id}/message_templates"""
	template_requests.delete(sandbox.templates, str(call.query.get("name") or ""), call.query.get("hsm_id"))
	return dict(SUCCESS)


def get_template(sandbox: State, call: Call, template: Template) -> JSON:
	"""GET /{template id}"""
	return template.node()


def change_template(sandbox: State, call: Call, template: Template) -> JSON:
	"""POST /{template id}"""
	template_requests.change(sandbox.templates, template, call.body)
	return dict(SUCCESS)
