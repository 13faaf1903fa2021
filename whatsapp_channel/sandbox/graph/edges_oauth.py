"""oauth/access_token, debug_token, and the accounts of a portfolio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whatsapp_channel.sandbox.graph import graph_errors, nodes, oauth
from whatsapp_channel.sandbox.graph.call import Call
from whatsapp_channel.sandbox.state.accounts import Account
from whatsapp_channel.sandbox.state.model import JSON
from whatsapp_channel.sandbox.state.state import State
from whatsapp_channel.sandbox.state.tokens import Grant

if TYPE_CHECKING:
	from collections.abc import Callable


def exchange(sandbox: State, call: Call) -> JSON:
	"""GET or POST /oauth/access_token: exchanges a code of Embedded Signup for a business token"""
	given = {name: str(call.parameters.get(name) or "") for name in ("client_id", "client_secret", "code")}
	if not given["client_id"]:
		error = {"message": "Missing client_id parameter.", "type": "OAuthException", "code": 101}
		raise graph_errors.GraphError(400, error)
	if not given["code"]:
		raise graph_errors.GraphError(
			400, {"message": "Missing authorization code", "type": "OAuthException", "code": 1}
		)
	grant = oauth.OAuth(sandbox).exchange(given["client_id"], given["client_secret"], given["code"])
	answer: JSON = {"access_token": grant.token, "token_type": "bearer"}
	if grant.expires_at:
		answer["expires_in"] = round((grant.expires_at - sandbox.clock()).total_seconds())
	return answer


def debug_token(sandbox: State, call: Call) -> JSON:
	"""GET /debug_token with the app's token or a valid one"""
	if not oauth.OAuth(sandbox).is_app(call.token):
		oauth.OAuth(sandbox).authorise(call.token)
	asked = str(call.query.get("input_token") or "")
	if not asked:
		raise graph_errors.missing("input_token")
	grant = oauth.OAuth(sandbox).find(asked)
	if grant is None:
		error = {"code": 190, "message": "Invalid OAuth access token."}
		return {"data": {"error": error, "is_valid": False, "scopes": []}}
	return {"data": _described(sandbox, grant)}


def _described(sandbox: State, grant: Grant) -> JSON:
	scopes = list(oauth.OAuth(sandbox).scopes(grant))
	ended = oauth.OAuth(sandbox).expired(grant)
	shown: JSON = {
		"app_id": grant.app_id,
		"type": "SYSTEM_USER",
		"application": sandbox.config.app_name,
		"data_access_expires_at": 0,
		"expires_at": int(grant.expires_at.timestamp()) if grant.expires_at else 0,
		"is_valid": not ended,
		"issued_at": int(grant.issued_at.timestamp()),
		"scopes": scopes,
		"granular_scopes": [_granular(sandbox, grant, scope) for scope in scopes],
		"user_id": oauth.USER_ID,
	}
	if ended:
		error = oauth.expiry_error(grant)
		shown["error"] = {"code": 190, "message": error["message"], "subcode": error["error_subcode"]}
	return shown


def _granular(sandbox: State, grant: Grant, scope: str) -> JSON:
	"""The accounts of one scope, newest first; none with the switch omit_targets."""
	if sandbox.signup.omit_targets:
		return {"scope": scope}
	targets = list(reversed(sandbox.accounts)) if grant.waba_ids is None else list(grant.waba_ids)
	return {"scope": scope, "target_ids": targets}


def get_business(sandbox: State, call: Call, business_id: str) -> JSON:
	"""GET /{business id}"""
	node = {"id": business_id, "name": sandbox.businesses[business_id], "verification_status": "not_verified"}
	return nodes.select(node, str(call.query.get("fields") or "id,name"), "Business", frozenset())


def owned(sandbox: State, call: Call, business_id: str) -> JSON:
	"""GET /{business id}/owned_whatsapp_business_accounts"""
	return _accounts(sandbox, call, lambda one: one.ownership == "owned" and one.business_id == business_id)


def shared(sandbox: State, call: Call, business_id: str) -> JSON:
	"""GET /{business id}/client_whatsapp_business_accounts: what clients share with the helpdesk's portfolio"""
	with_us = business_id == sandbox.config.business_id
	return _accounts(
		sandbox,
		call,
		lambda one: one.ownership == "shared" and (with_us or one.business_id == business_id),
	)


def _accounts(sandbox: State, call: Call, fits: Callable[[Account], bool]) -> JSON:
	grant = oauth.OAuth(sandbox).authorise(call.token)
	wanted = str(call.query.get("fields") or nodes.ACCOUNT_DEFAULT)
	rows = [
		nodes.select(nodes.account_node(sandbox, one), wanted, nodes.ACCOUNT, nodes.ACCOUNT_EMPTY)
		for one in sandbox.accounts.values()
		if fits(one) and (grant.waba_ids is None or one.id in grant.waba_ids)
	]
	return nodes.page(rows, call.query, call.base + call.path)
