"""The WSGI application: Graph API, control API and phone page on one address."""

from __future__ import annotations

import json
import os
import re
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request as HTTPRequest
from werkzeug.wrappers import Response

from whatsapp_channel.sandbox import control, dialog, edges_media, errors, graph, outgoing, wire
from whatsapp_channel.sandbox.call import UPLOAD, Call, Download
from whatsapp_channel.sandbox.core import Request, Sandbox
from whatsapp_channel.sandbox.faults import Fault
from whatsapp_channel.sandbox.model import JSON, digits_of

if TYPE_CHECKING:
	from _typeshed.wsgi import StartResponse, WSGIEnvironment

DEFAULT_VERSION = "v26.0"
LARGEST_BODY = 110 * 1024 * 1024  # a document may have 100 MB
_VERSION = re.compile(r"/(v\d+\.\d+)(/.*|$)")
_PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Dropped(ConnectionResetError):
	"""The connection is closed without an answer, as a fault asks."""


def make_app(sandbox: Sandbox) -> Callable[[WSGIEnvironment, StartResponse], Any]:
	"""The application of one sandbox."""

	def application(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
		request = HTTPRequest(environ)
		request.max_content_length = LARGEST_BODY
		try:
			if dialog.owns(request.path):
				response = dialog.respond(sandbox, request)
			elif control.owns(request.path):
				response = control.respond(sandbox, request)
			else:
				response = _respond(sandbox, request)
		except HTTPException as problem:
			response = problem.get_response(environ)
		except Dropped as drop:
			_cut(environ.get("werkzeug.socket"), reset=str(drop) == "reset")
			raise
		return response(environ, start_response)

	return application


def _cut(connection: socket.socket | None, *, reset: bool) -> None:
	"""Closes the client's connection at once: with RST, or as a server that went away."""
	if connection is None:
		return
	if not reset:
		connection.shutdown(socket.SHUT_RDWR)
		return
	connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
	# The server still holds files on this descriptor; taking the connection from under it is what sends the RST.
	with open(os.devnull, "rb") as nothing:
		os.dup2(nothing.fileno(), connection.fileno())


def _read_body(request: HTTPRequest) -> JSON:
	"""JSON or form as one dict; `websites[]=…` becomes a list. What cannot be read is empty, as for Graph."""
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


_SECRET = ("client_secret", "code", "input_token")


def _kept(parameters: JSON) -> JSON:
	"""Parameters as `sandbox.requests` shows them: without what opens something."""
	return {name: "…" if name in _SECRET else value for name, value in parameters.items()}


def _customer_of(sandbox: Sandbox, call: Call) -> str | None:
	"""Digits of the customer whom a send addresses, for faults of one customer."""
	if call.body.get("to"):
		return digits_of(str(call.body["to"]))
	found = sandbox.find_customer(str(call.body.get("recipient")))
	return found.wa_id if found else None


def _respond(sandbox: Sandbox, request: HTTPRequest) -> Response:
	"""The Graph API with the faults that wait for it."""
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


def _graph_response(sandbox: Sandbox, call: Call, faults: dict[str, Fault]) -> Response:
	ordered = next((fault for kind, fault in faults.items() if kind in _REFUSING), None)
	try:
		if ordered is not None:
			raise ordered.error()
		answer = graph.answer(sandbox, call)
	except errors.GraphError as error:
		return _error_response(call, error)
	if isinstance(answer, Download):
		return edges_media.file_response(sandbox, answer.media, faults)
	return _json_response(call, answer, 200)


_REFUSING = ("token_refused", "server_error", "throttled", "error")


def _json_response(call: Call, answer: JSON, status: int) -> Response:
	response = Response(wire.dumps(answer), status, content_type="application/json; charset=UTF-8")
	response.headers["Facebook-Api-Version"] = call.version or DEFAULT_VERSION
	return response


def _error_response(call: Call, error: errors.GraphError) -> Response:
	response = _json_response(call, error.body(), error.status)
	if error.status in (400, 401):
		kind = "invalid_token" if error.status == 401 else "invalid_request"
		message = error.error["message"].encode("ascii", "replace").decode()
		response.headers["WWW-Authenticate"] = f'OAuth "Facebook Platform" "{kind}" "{message}"'
	return response


def _follow_up(sandbox: Sandbox, call: Call, faults: dict[str, Fault], response: Response) -> None:
	"""Statuses of an accepted message: after the answer, before it, or instead of it."""
	message = call.message
	if message is None:
		return
	if "status_first" in faults:
		outgoing.begin(sandbox, message)
		sandbox.courier.wait_for_status(message.wamid, sandbox.settings.status_first_timeout)
	elif "lost_answer" in faults:
		outgoing.begin(sandbox, message)
	else:
		response.call_on_close(lambda: outgoing.begin(sandbox, message))
	if "lost_answer" in faults:
		raise Dropped("lost answer")
