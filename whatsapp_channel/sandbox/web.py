"""Responses of the sandbox's own pages and APIs: JSON, static files, content security policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request as HTTPRequest
from werkzeug.wrappers import Response

from whatsapp_channel.sandbox.state.model import JSON, SandboxError

POLICY = (
	"default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; frame-ancestors 'none'"
)


def read_json(request: HTTPRequest) -> JSON:
	"""The JSON object of a request. Only application/json is accepted, because pages of other sites cannot send it."""
	if request.method == "GET" or not request.content_length:
		return {}
	if request.mimetype != "application/json":
		raise SandboxError("Content-Type: send application/json.")
	try:
		body = json.loads(request.get_data())
	except ValueError as problem:
		raise SandboxError(f"body: this is not JSON ({problem}).") from problem
	if not isinstance(body, dict):
		raise SandboxError("body: send a JSON object.")
	return body


def json_answer(answer: Any, status: int = 200) -> Response:
	"""An answer in JSON."""
	return Response(
		json.dumps(answer, ensure_ascii=False), status, content_type="application/json; charset=utf-8"
	)


def asset(file: Path, mimetype: str, policy: str = POLICY) -> Response:
	"""A static file that the browser must not cache, with a content security policy."""
	response = Response(file.read_bytes(), mimetype=mimetype)
	response.headers["Cache-Control"] = "no-store"
	response.headers["Content-Security-Policy"] = policy
	response.headers["X-Content-Type-Options"] = "nosniff"
	return response
