"""Facebook's JavaScript SDK and the sign-up dialog over HTTP: /en_US/sdk.js and /signup/…"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from werkzeug.wrappers import Request as HTTPRequest
from werkzeug.wrappers import Response

from whatsapp_channel.sandbox.signup import screens
from whatsapp_channel.sandbox.signup import signup_session as signup
from whatsapp_channel.sandbox.state.dialogs import Problem, Session
from whatsapp_channel.sandbox.state.model import JSON, SandboxError
from whatsapp_channel.sandbox.state.state import State
from whatsapp_channel.sandbox.web import asset, json_answer, read_json

# No Cross-Origin-Opener-Policy: it would cut the dialog's link to its opener.
POLICY = (
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
	"form-action 'none'; frame-ancestors 'none'"
)
FOLDER = Path(__file__).parent
ASSETS = {
	"/signup/dialog": ("dialog.html", "text/html"),
	"/signup/dialog.css": ("dialog.css", "text/css"),
	"/signup/dialog.js": ("dialog.js", "text/javascript"),
}
_SDK = re.compile(r"/[a-z]{2,3}_[A-Z]{2}/sdk\.js")
_OTHER_HOST = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}


def owns(path: str) -> bool:
	"""Whether a path belongs to the SDK or the dialog."""
	return path.startswith("/signup/") or _SDK.fullmatch(path) is not None


def respond(sandbox: State, request: HTTPRequest) -> Response:
	"""Answers the SDK's and the dialog's requests; 400 with {"error": text, …} if it cannot be done."""
	if request.method == "GET" and _SDK.fullmatch(request.path):
		return _sdk()
	if request.method == "GET" and request.path in ASSETS:
		moved = _elsewhere(sandbox, request) if request.path == "/signup/dialog" else None
		return moved or _asset(*ASSETS[request.path])
	try:
		answer = _answer(sandbox, request)
	except Problem as problem:
		return json_answer({"error": problem.text, "code": problem.code, "field": problem.field}, 400)
	except SandboxError as problem:
		return json_answer({"error": str(problem), "code": None, "field": None}, 400)
	return (
		json_answer(answer) if answer is not None else json_answer({"error": "There is nothing here."}, 404)
	)


def _asset(name: str, mimetype: str) -> Response:
	return asset(FOLDER / name, mimetype, POLICY)


def _sdk() -> Response:
	"""The SDK, which pages of every origin may load."""
	response = asset(FOLDER / "sdk.js", "text/javascript")
	response.headers["Access-Control-Allow-Origin"] = "*"
	response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
	return response


def _elsewhere(sandbox: State, request: HTTPRequest) -> Response | None:
	"""A redirect to the same dialog at another origin, if the switch wrong_origin is on."""
	host, _, port = request.host.partition(":")
	if not sandbox.signup.wrong_origin or host not in _OTHER_HOST or "moved" in request.args:
		return None
	query = urlencode([*request.args.items(), ("moved", "1")])
	address = f"{request.scheme}://{_OTHER_HOST[host]}:{port}/signup/dialog?{query}"
	return Response("", 302, headers={"Location": address, "Cache-Control": "no-store"})


def _answer(sandbox: State, request: HTTPRequest) -> JSON | None:
	segments = request.path.removeprefix("/signup/").strip("/").split("/")
	if request.method != "POST" or segments[0] != "sessions" or len(segments) > 3:
		return None
	body = read_json(request)
	if len(segments) == 1:
		return screens.view(sandbox, signup.open_session(sandbox, body))
	action = ACTIONS.get(segments[2]) if len(segments) == 3 else None
	session = sandbox.sessions.get(segments[1])
	if session is None:
		raise SandboxError("This dialog is not known any more. Close it and begin again.")
	return action(sandbox, session, body) if action else None


def _go_on(sandbox: State, session: Session, body: JSON) -> JSON:
	if body.get("screen") == session.screen:  # a second click on Continue changes nothing
		screens.go_on(sandbox, session, body)
	return screens.view(sandbox, session)


def _resend(sandbox: State, session: Session, body: JSON) -> JSON:
	screens.resend(sandbox, session, body)
	return screens.view(sandbox, session)


Action = Callable[[State, Session, JSON], JSON]
ACTIONS: dict[str, Action] = {
	"continue": _go_on,
	"resend": _resend,
	"finish": lambda sandbox, session, body: {"messages": signup.finish(sandbox, session)},
	"cancel": lambda sandbox, session, body: {"messages": signup.cancel(sandbox, session)},
	"report": lambda sandbox, session, body: {"messages": signup.report(sandbox, session)},
}
