"""The Graph API over HTTP: parses a request, applies the pending faults, and answers it."""

from __future__ import annotations

import json
import re

from werkzeug.wrappers import Request as HTTPRequest
from werkzeug.wrappers import Response

from whatsapp_channel.sandbox.graph import edges_media, graph_errors, message_delivery, routes
from whatsapp_channel.sandbox.graph.call import UPLOAD, Call, Download
from whatsapp_channel.sandbox.state.faults import Fault
from whatsapp_channel.sandbox.state.model import JSON, Request, digits_of
from whatsapp_channel.sandbox.state.state import State
from whatsapp_channel.sandbox.webhooks import signed_json

DEFAULT_VERSION = "v26.0"
_VERSION = re.compile(r"/(v\d+\.\d+)(/.*|$)")
_PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_SECRET = ("client_secret", "code", "input_token")
_REFUSING = ("token_refused", "server_error", "throttled", "error")
_DEFAULT_CODES = {"server_error": 131000, "throttled": 130429}


class Dropped(ConnectionResetError):
	"""The connection is closed without an answer, as a fault asks."""


def _read_body(request: HTTPRequest) -> JSON:
	"""JSON or form as one dict; `websites[]=…` becomes a list. An unreadable body counts as empty, as with Graph."""
	if request.mimetype == "application/json" or (request.mimetype == "" and request.content_length):
		try:
			parsed = json.loads(request.get_data() or b"{}")
		except ValueError:
			return {}
		return parsed if isinstance(parsed, dict) else {}
	body: JSON = {}
	for name, values in request.form.lists():
		body[name.removesuffix("[]")] = list(values) if name.endswith("[]") else values[-1]
	return body


def _read_call(request: HTTPRequest) -> Call:
	versioned = _VERSION.fullmatch(request.path)
	path = (versioned.group(2) or "/") if versioned else request.path
	query: JSON = {name: value for name, value in request.args.items() if name != "access_token"}
	raw = path.startswith(UPLOAD)
	body = {} if raw else _read_body(request)
	scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
	token = bearer.strip() if scheme.lower() in ("bearer", "oauth") else ""
	return Call(
		method=request.method,
		path=path,
		version=versioned.group(1) if versioned else None,
		query=query,
		body={name: value for name, value in body.items() if name != "access_token"},
		base=request.host_url.rstrip("/"),
		token=token or str(request.args.get("access_token") or body.get("access_token") or "") or None,
		file=None if raw else request.files.get("file"),
		headers={"file_offset": request.headers.get("file_offset", "")} if raw else {},
		data=request.get_data() if raw else b"",
	)


def _kept(parameters: JSON) -> JSON:
	"""Parameters as `sandbox.requests` shows them: without secrets."""
	return {name: "…" if name in _SECRET else value for name, value in parameters.items()}


def _customer_of(sandbox: State, call: Call) -> str | None:
	"""Digits of the recipient of a message, for faults that affect one customer only."""
	if call.body.get("to"):
		return digits_of(str(call.body["to"]))
	found = sandbox.find_customer(str(call.body.get("recipient")))
	return found.wa_id if found else None


def respond(sandbox: State, request: HTTPRequest) -> Response:
	"""Answers a Graph API request, with the pending faults applied."""
	call = _read_call(request)
	with sandbox.condition:
		tags = call.tags | {"media"} if call.segments[-1] in sandbox.media else call.tags
		faults = sandbox.faults.take_request(tags, _customer_of(sandbox, call))
		secret = call.segments[0] in ("oauth", "debug_token")
		query, body = (_kept(call.query), _kept(call.body)) if secret else (call.query, call.body)
		record = Request(sandbox.clock(), call.method, call.path, call.version, query, body)
		record.faults = tuple(faults)
		sandbox.requests.append(record)
		sandbox.touch()
	if "latency" in faults:
		sandbox.closing.wait(faults["latency"].ms / 1000)
	if "reset" in faults:
		raise Dropped("reset")
	response = _proxy_error(faults) or _graph_response(sandbox, call, faults)
	if call.message is not None:
		_follow_up(sandbox, call, faults, response)
	record.status = response.status_code
	sandbox.touch()
	return response


def _proxy_error(faults: dict[str, Fault]) -> Response | None:
	if "proxy_error" not in faults:
		return None
	return Response(_PROXY_PAGE, faults["proxy_error"].http_status or 502, mimetype="text/html")


def _graph_response(sandbox: State, call: Call, faults: dict[str, Fault]) -> Response:
	ordered = next((fault for kind, fault in faults.items() if kind in _REFUSING), None)
	try:
		if ordered is not None:
			raise _ordered(ordered)
		answer = routes.answer(sandbox, call)
	except graph_errors.GraphError as error:
		return _error_response(call, error)
	if isinstance(answer, Download):
		return edges_media.file_response(sandbox, answer.media, faults)
	return _json_response(call, answer, 200)


def _ordered(fault: Fault) -> graph_errors.GraphError:
	"""The Graph error that an error fault asks for."""
	if fault.kind == "token_refused":
		return graph_errors.token_error(present=True)
	code = fault.code or _DEFAULT_CODES.get(fault.kind, 1)
	status = fault.http_status
	if status is None and fault.kind == "server_error":
		status = max(500, graph_errors.CATALOGUE.get(code, (500, "", ""))[0])
	return graph_errors.cloud_error(code, fault.details, status=status, subcode=fault.subcode)


def _json_response(call: Call, answer: JSON, status: int) -> Response:
	response = Response(signed_json.dumps(answer), status, content_type="application/json; charset=UTF-8")
	response.headers["Facebook-Api-Version"] = call.version or DEFAULT_VERSION
	return response


def _error_response(call: Call, error: graph_errors.GraphError) -> Response:
	response = _json_response(call, error.body(), error.status)
	if error.status in (400, 401):
		kind = "invalid_token" if error.status == 401 else "invalid_request"
		message = error.error["message"].encode("ascii", "replace").decode()
		response.headers["WWW-Authenticate"] = f'OAuth "Facebook Platform" "{kind}" "{message}"'
	return response


def _follow_up(sandbox: State, call: Call, faults: dict[str, Fault], response: Response) -> None:
	"""Statuses of an accepted message: after the answer, before it, or instead of it."""
	message = call.message
	if message is None:
		return
	if "status_first" in faults:
		message_delivery.begin(sandbox, message)
		sandbox.courier.wait_for_status(message.wamid, sandbox.settings.status_first_timeout)
	elif "lost_answer" in faults:
		message_delivery.begin(sandbox, message)
	else:
		response.call_on_close(lambda: message_delivery.begin(sandbox, message))
	if "lost_answer" in faults:
		raise Dropped("lost answer")
