"""The Graph API: finds the handler of a request and answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from whatsapp_channel.sandbox.graph import (
	edges_account,
	edges_media,
	edges_number,
	edges_oauth,
	graph_errors,
	nodes,
	oauth,
	uploads,
)
from whatsapp_channel.sandbox.graph.call import ATTACHMENTS, Call, Download
from whatsapp_channel.sandbox.graph.send_message import send
from whatsapp_channel.sandbox.state.accounts import Account
from whatsapp_channel.sandbox.state.model import JSON, Number
from whatsapp_channel.sandbox.state.state import State
from whatsapp_channel.sandbox.state.tokens import Grant

Handler = Callable[[State, Call, Any], "JSON | Download"]


def answer(sandbox: State, call: Call) -> JSON | Download:
	"""Graph's answer to a call; raises GraphError."""
	if call.segments[0] == "debug_token":
		return edges_oauth.debug_token(sandbox, call)
	if call.path == "/oauth/access_token" and call.method in ("GET", "POST"):
		return edges_oauth.exchange(sandbox, call)
	if call.segments[0] == sandbox.config.app_id and oauth.OAuth(sandbox).is_app(call.token):
		return _node_answer(sandbox, call, None)
	grant = oauth.OAuth(sandbox).authorise(call.token)
	if call.path.startswith(ATTACHMENTS):
		return edges_media.download(sandbox, call)
	return _node_answer(sandbox, call, grant)


def _node_answer(sandbox: State, call: Call, grant: Grant | None) -> JSON | Download:
	object_id, edge = call.segments[0], "/".join(call.segments[1:])
	kind, node = find(sandbox, object_id)
	if grant is not None and not _within(grant, node):
		kind, node = "", None
	handler = EDGES.get((kind, call.method, edge)) if node is not None else None
	if handler is not None:
		if grant is not None:
			_check_scope(sandbox, grant, kind, edge)
		return handler(sandbox, call, node)
	if node is not None and edge and call.method == "GET":
		raise graph_errors.no_such_field(edge, TYPES[kind])
	if node is None and call.method == "DELETE" and not edge:
		raise graph_errors.invalid("Invalid post_id parameter")
	raise graph_errors.no_such_object(call.method, object_id)


def _within(grant: Grant, node: Any) -> bool:
	"""Whether a token may access an object: only its own accounts and their numbers."""
	if grant.waba_ids is None or not isinstance(node, Account | Number):
		return True
	return (node.waba_id if isinstance(node, Number) else node.id) in grant.waba_ids


def _check_scope(sandbox: State, grant: Grant, kind: str, edge: str) -> None:
	"""Raises GraphError 10 or 200 if the token lacks the permission that an edge needs."""
	scopes = oauth.OAuth(sandbox).scopes(grant)
	if (kind == "media" or edge in ("messages", "media", "register")) and oauth.MESSAGING not in scopes:
		raise graph_errors.forbidden(10)
	managed = kind in ("account", "number", "business") and edge not in ("messages", "media")
	if managed and oauth.MANAGEMENT not in scopes:
		raise graph_errors.forbidden(200)


def find(sandbox: State, object_id: str) -> tuple[str, Any]:
	"""Kind and node of an id; ("", None) for an id that this account does not have."""
	if object_id == sandbox.config.app_id:
		return "app", object_id
	if object_id in sandbox.businesses:
		return "business", object_id
	places: tuple[tuple[str, Mapping[str, Any]], ...] = (
		("account", sandbox.accounts),
		("number", sandbox.numbers),
		("media", sandbox.media),
		("upload", sandbox.uploads),
	)
	for kind, known in places:
		if object_id in known:
			return kind, known[object_id]
	template = sandbox.templates.find(object_id)
	return ("template", template) if template else ("", None)


TYPES = {
	"number": nodes.NUMBER,
	"account": nodes.ACCOUNT,
	"app": "Application",
	"business": "Business",
	"upload": "UploadSession",
	"media": "WhatsAppBusinessMedia",
	"template": "WhatsAppMessageTemplate",
}
EDGES: dict[tuple[str, str, str], Handler] = {
	("number", "GET", ""): edges_number.get_number,
	("number", "POST", ""): edges_number.change_number,
	("number", "POST", "messages"): send,
	("number", "POST", "register"): edges_number.register,
	("number", "POST", "deregister"): edges_number.deregister,
	("number", "POST", "request_code"): edges_number.request_code,
	("number", "POST", "verify_code"): edges_number.verify_code,
	("number", "GET", "whatsapp_business_profile"): edges_number.get_profile,
	("number", "POST", "whatsapp_business_profile"): edges_number.set_profile,
	("number", "POST", "media"): edges_number.upload,
	("media", "GET", ""): edges_media.get_media,
	("media", "DELETE", ""): edges_media.delete_media,
	("account", "GET", ""): edges_account.get_account,
	("account", "GET", "phone_numbers"): edges_account.list_numbers,
	("account", "POST", "phone_numbers"): edges_account.add_number,
	("account", "GET", "subscribed_apps"): edges_account.get_subscriptions,
	("account", "POST", "subscribed_apps"): edges_account.subscribe,
	("account", "DELETE", "subscribed_apps"): edges_account.unsubscribe,
	("account", "GET", "message_templates"): edges_account.list_templates,
	("account", "POST", "message_templates"): edges_account.create_template,
	("account", "DELETE", "message_templates"): edges_account.delete_template,
	("template", "GET", ""): edges_account.get_template,
	("template", "POST", ""): edges_account.change_template,
	("business", "GET", ""): edges_oauth.get_business,
	("business", "GET", "owned_whatsapp_business_accounts"): edges_oauth.owned,
	("business", "GET", "client_whatsapp_business_accounts"): edges_oauth.shared,
	("app", "POST", "uploads"): uploads.start,
	("upload", "GET", ""): uploads.position,
	("upload", "POST", ""): uploads.receive,
	("app", "GET", "subscriptions"): edges_account.get_app_webhook,
	("app", "POST", "subscriptions"): edges_account.set_app_webhook,
}
