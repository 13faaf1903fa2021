"""The Graph API: which request means what, and its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from whatsapp_channel.sandbox import edges_account, edges_media, edges_number, errors, nodes
from whatsapp_channel.sandbox.call import ATTACHMENTS, Call, Download
from whatsapp_channel.sandbox.messages import send
from whatsapp_channel.sandbox.model import JSON

if TYPE_CHECKING:
	from whatsapp_channel.sandbox.core import Sandbox

Handler = Callable[["Sandbox", Call, Any], "JSON | Download"]


def answer(sandbox: Sandbox, call: Call) -> JSON | Download:
	"""The answer of Graph to a call; raises GraphError."""
	if call.segments[0] == "debug_token":
		return edges_account.debug_token(sandbox, call)
	app_token = f"{sandbox.config.app_id}|{sandbox.config.app_secret}"
	on_app = call.segments[0] == sandbox.config.app_id
	if call.token not in sandbox.tokens and not (on_app and call.token == app_token):
		raise errors.token_error(present=bool(call.token))
	if call.path.startswith(ATTACHMENTS):
		return edges_media.download(sandbox, call)
	return _node_answer(sandbox, call)


def _node_answer(sandbox: Sandbox, call: Call) -> JSON | Download:
	object_id, edge = call.segments[0], "/".join(call.segments[1:])
	kind, node = find(sandbox, object_id)
	handler = EDGES.get((kind, call.method, edge)) if node is not None else None
	if handler is not None:
		return handler(sandbox, call, node)
	if node is not None and edge and call.method == "GET":
		raise errors.no_such_field(edge, TYPES[kind])
	if node is None and call.method == "DELETE" and not edge:
		raise errors.invalid("Invalid post_id parameter")
	raise errors.no_such_object(call.method, object_id)


def find(sandbox: Sandbox, object_id: str) -> tuple[str, Any]:
	"""Kind and node of an id; ("", None) for an id that this account does not have."""
	if object_id == sandbox.config.waba_id:
		return "account", sandbox
	if object_id == sandbox.config.app_id:
		return "app", sandbox
	for kind, known in (("number", sandbox.numbers), ("media", sandbox.media)):
		if object_id in known:
			return kind, known[object_id]
	template = sandbox.templates.find(object_id)
	return ("template", template) if template else ("", None)


TYPES = {
	"number": nodes.NUMBER,
	"account": nodes.ACCOUNT,
	"app": "Application",
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
	("account", "GET", "subscribed_apps"): edges_account.get_subscriptions,
	("account", "POST", "subscribed_apps"): edges_account.subscribe,
	("account", "DELETE", "subscribed_apps"): edges_account.unsubscribe,
	("account", "GET", "message_templates"): edges_account.list_templates,
	("account", "POST", "message_templates"): edges_account.create_template,
	("account", "DELETE", "message_templates"): edges_account.delete_template,
	("template", "GET", ""): edges_account.get_template,
	("template", "POST", ""): edges_account.change_template,
	("app", "GET", "subscriptions"): edges_account.get_app_webhook,
	("app", "POST", "subscriptions"): edges_account.set_app_webhook,
}
