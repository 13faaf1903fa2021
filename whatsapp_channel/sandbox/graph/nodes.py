"""Reading Graph nodes: `fields=`, paging, and the nodes of an account."""

from __future__ import annotations

import re

from whatsapp_channel.sandbox.graph import graph_errors
from whatsapp_channel.sandbox.state import ids
from whatsapp_channel.sandbox.state.accounts import Account
from whatsapp_channel.sandbox.state.model import JSON, Number
from whatsapp_channel.sandbox.state.state import State

NUMBER, ACCOUNT = "WhatsAppBusinessPhoneNumber", "WhatsAppBusinessAccount"
NUMBER_DEFAULT = (
	"verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,throughput,"
	"last_onboarded_time,id"
)
ACCOUNT_DEFAULT = "id,name,timezone_id,message_template_namespace"
# Fields that exist but are empty unless set: Graph leaves them out of the answer.
NUMBER_EMPTY = frozenset({"certificate", "new_certificate", "new_display_name", "host_platform", "username"})
ACCOUNT_EMPTY = frozenset(
	{"country", "primary_business_location", "primary_funding_id", "on_behalf_of_business_info", "status"}
)
_NAME = re.compile(r"\s*(\w+)")


def split_fields(text: str) -> list[str]:
	"""Top-level names of a `fields` parameter: "id,analytics.start(1).end(2),waba{id,name}" -> 3 pieces."""
	pieces, depth = [""], 0
	for character in text:
		depth += (character in "({[") - (character in ")}]")
		if character == "," and depth == 0:
			pieces.append("")
		else:
			pieces[-1] += character
	return [piece.strip() for piece in pieces if piece.strip()]


def select(node: JSON, wanted: str, node_type: str, empty: frozenset[str]) -> JSON:
	"""The requested fields in the requested order, with `id`; GraphError 100 for a field that the node does not have."""
	shown: JSON = {}
	for piece in split_fields(wanted):
		found = _NAME.match(piece)
		name = found.group(1) if found else piece
		if name == "analytics" and node_type == ACCOUNT:
			granularity = re.search(r"granularity\((\w+)\)", piece)
			shown[name] = {"granularity": granularity.group(1) if granularity else "DAY"}
		elif name in node:
			shown[name] = node[name]
		elif name not in empty:
			raise graph_errors.no_such_field(name, node_type)
	return shown if "id" in shown else {**shown, "id": node["id"]}


def number_node(sandbox: State, number: Number) -> JSON:
	"""All fields of a number's node."""
	account = sandbox.account_of(number)
	extra: JSON = {"health_status": health(sandbox, account, number)}
	addresses = {
		"phone_number": number.override,
		"whatsapp_business_account": account.override,
		"application": sandbox.callback,
	}
	shown = {name: one.url for name, one in addresses.items() if one is not None and one.url}
	if shown:
		extra["webhook_configuration"] = shown
	return {**extra, **number.node()}


def account_node(sandbox: State, account: Account) -> JSON:
	"""All fields of the account's node; the account's `fields` override them, None hides one."""
	node: JSON = {
		"id": account.id,
		"name": account.name,
		"timezone_id": "138",
		"currency": "USD",
		"message_template_namespace": "9d1f930f_bea0_46c5_9099_bc3291e9d6b4",
		"account_review_status": "APPROVED",
		"business_verification_status": "not_verified",
		"ownership_type": "SELF",
		"primary_funding_id": "600000000000001",
		"owner_business_info": {"name": sandbox.businesses[account.business_id], "id": account.business_id},
		"health_status": health(sandbox, account, None),
		"whatsapp_business_manager_messaging_limit": "TIER_250",
		**account.fields,
	}
	return {name: value for name, value in node.items() if value is not None}


def health(sandbox: State, account: Account, number: Number | None) -> JSON:
	"""`health_status`: the worst state of number, account, business and app."""
	entities: list[JSON] = [
		{"entity_type": "WABA", "id": account.id, "can_send_message": account.health},
		{"entity_type": "BUSINESS", "id": account.business_id, "can_send_message": "AVAILABLE"},
		{"entity_type": "APP", "id": sandbox.config.app_id, "can_send_message": "AVAILABLE"},
	]
	if number is not None:
		entities.insert(0, _number_health(number))
	worst = min((one["can_send_message"] for one in entities), key=_WORST_FIRST.index)
	return {"can_send_message": worst, "entities": entities}


_WORST_FIRST = ("BLOCKED", "LIMITED", "AVAILABLE")


def _number_health(number: Number) -> JSON:
	"""A number that is not connected cannot send; while its name is not approved, it is limited."""
	shown: JSON = {"entity_type": "PHONE_NUMBER", "id": number.id, "can_send_message": "AVAILABLE"}
	if not number.connected:
		shown["can_send_message"] = "BLOCKED"
	elif number.node()["name_status"] in ("PENDING_REVIEW", "DECLINED"):
		text = (
			"Your display name has not been approved yet. Your message limit will increase after the display name "
			"is approved."
		)
		shown.update(can_send_message="LIMITED", additional_info=[text])
	return shown


def page(rows: list[JSON], query: JSON, url: str) -> JSON:
	"""One page of a list with cursors; an empty list has no cursors (recorded). `limit` is 25 by default."""
	if not rows:
		return {"data": []}
	start = ids.position_of(str(query.get("after") or ""))
	limit = int(query["limit"]) if str(query.get("limit", "")).isdigit() else 25
	shown = rows[start : start + max(limit, 1)]
	paging: JSON = {"cursors": {"before": ids.cursor(start), "after": ids.cursor(start + len(shown))}}
	if start + len(shown) < len(rows):
		paging["next"] = f"{url}?limit={limit}&after={paging['cursors']['after']}"
	return {"data": shown, "paging": paging}
