"""Every endpoint that a stranger can reach, and what the security suite must know of it.

A new `@frappe.whitelist(allow_guest=True)` needs an entry here; then test_security_guest.py runs over it too. Whoever adds
one thinks of its purpose, not of a truncated signature, a changed bit, `cmd` in the body or a length that is not true.
"""

import ast
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frappe
import httpx

import whatsapp_channel
from tests.app.desk import Desk, text_message, wait_until
from whatsapp_channel.cloud_api import signature

MODULE = "WhatsApp Channel"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class GuestEndpoint:
	"""One method that needs no login.

	`body`: a request that it accepts. `signed`: how the header of a body is made with a secret, None where nothing is
	signed. `accepted`, `refused`, `too_large`: its answers. `limit`: bytes that it takes.
	"""

	method: str
	body: Callable[[Desk], bytes]
	signed: Callable[[str, bytes], dict[str, str]] | None
	limit: int
	accepted: int = 200
	refused: int = 401
	too_large: int = 413

	@property
	def path(self) -> str:
		return f"/api/method/{self.method}"

	def headers(self, desk: Desk, body: bytes, secret: str | None = None) -> dict[str, str]:
		"""What an honest sender puts into the header."""
		sign = self.signed or (lambda _secret, _body: {})
		return JSON | sign(secret or desk.sandbox.config.app_secret, body)

	def post(self, desk: Desk, body: bytes, headers: dict[str, str]) -> httpx.Response:
		return desk.web.post(self.path, content=body, headers=headers)


def _meta_signature(secret: str, body: bytes) -> dict[str, str]:
	return {"X-Hub-Signature-256": signature.sign(secret, body)}


def _delivery(desk: Desk) -> bytes:
	return json.dumps(desk.payload(text_message("Hello"))).encode()


ENDPOINTS = [
	GuestEndpoint(
		"whatsapp_channel.api.webhook.receive", _delivery, signed=_meta_signature, limit=3 * 1024 * 1024
	),
]


def guest_methods() -> set[str]:
	"""The dotted names of all functions of the app that are whitelisted for guests, read from its source."""
	root = Path(whatsapp_channel.__file__).parent
	return {name for path in root.rglob("*.py") for name in _guest_methods_in(path, root)}


def _guest_methods_in(path: Path, root: Path) -> Iterator[str]:
	module = ".".join((root.name, *path.relative_to(root).with_suffix("").parts))
	for node in ast.walk(ast.parse(path.read_text())):
		decorators = getattr(node, "decorator_list", [])
		if any(_lets_guests_in(decorator) for decorator in decorators):
			yield f"{module}.{node.name}"


def _lets_guests_in(decorator: ast.expr) -> bool:
	if not isinstance(decorator, ast.Call) or not ast.unparse(decorator.func).endswith("whitelist"):
		return False
	named = any(
		word.arg in (None, "allow_guest") and ast.unparse(word.value) != "False"
		for word in decorator.keywords
	)
	return named or bool(decorator.args)


def rows() -> dict[str, int]:
	"""How many rows of the app and of the desk there are, by DocType."""
	frappe.db.commit()
	ours = frappe.get_all("DocType", {"module": MODULE, "issingle": 0}, pluck="name")
	foreign = ("HD Ticket", "Communication", "Contact", "File", "User", "ToDo")
	return {doctype: frappe.db.count(doctype) for doctype in (*ours, *foreign)}


@contextmanager
def web_server(host: Any, web: Any) -> Iterator[tuple[str, int]]:
	"""Address of the host's own web server: gunicorn on a bench, the embedded one of the tests' `web` otherwise."""
	if host.kind == "embedded":
		url = httpx.URL(web.url)
		yield url.host, int(url.port or 80)
		return
	with socket.socket() as listener:
		listener.bind(("127.0.0.1", 0))
		port = listener.getsockname()[1]
	command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "1", "--threads", "4"]
	process = subprocess.Popen([*command, "frappe.app:application"], cwd=host.sites, env=os.environ)
	try:
		wait_until(lambda: _answers(port), deadline=60)
		yield "127.0.0.1", port
	finally:
		process.terminate()
		process.wait(timeout=60)


def _answers(port: int) -> bool:
	with socket.socket() as attempt:
		return attempt.connect_ex(("127.0.0.1", port)) == 0
