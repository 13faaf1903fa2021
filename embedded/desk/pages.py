"""Serves the page in front of a site's web application."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from werkzeug.security import safe_join
from werkzeug.wrappers import Response

import whatsapp_channel
from embedded import web
from embedded.desk import api

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
PAGE = Path(__file__).parent / "page"
ASSETS = Path(whatsapp_channel.__file__).parent / "public"
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
# As in Helpdesk, the page evaluates form scripts from text, and their dialogs contain inline styles.
# `{sandbox}`: the script of Meta's sign-up window comes from the sandbox here; on a bench it comes from Meta.
POLICY = (
	"default-src 'self'; script-src 'self' 'unsafe-eval' {sandbox}; style-src 'self' 'unsafe-inline'; "
	"connect-src 'self' {sandbox}; frame-src {sandbox}; "
	"img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"
)
# The host's own methods must be registered: `frappe.get_attr` finds only those of installed apps.
web._BUILT_IN.update({f"embedded.desk.{method.__name__}": method for method in (api.overview, api.changes)})


class Desk:
	"""WSGI application: `/`, `/desk/…` and the app's `/assets/…` are pages, everything else goes to the site."""

	def __init__(self, site: WSGI, about: Mapping[str, str]) -> None:
		"""`about`: data of this start for the page, such as the agent's login and the phone's address."""
		self.site = site
		self.about = about

	def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
		path = environ.get("PATH_INFO") or "/"
		if path == "/favicon.ico":
			return Response(status=204)(environ, start_response)
		if path == "/desk/about.json":
			return self._answer(json.dumps(dict(self.about)), "application/json")(environ, start_response)
		if file := _file(path):
			return self._answer(file.read_text(), _TYPES[file.suffix])(environ, start_response)
		return self.site(environ, start_response)

	def _answer(self, text: str, mimetype: str) -> Response:
		response = Response(text, mimetype=mimetype)
		response.headers["Cache-Control"] = "no-store"
		response.headers["Content-Security-Policy"] = POLICY.format(
			sandbox=self.about.get("phone_url") or "'none'"
		)
		response.headers["X-Content-Type-Options"] = "nosniff"
		return response


def _file(path: str) -> Path | None:
	"""The static file for a path: of this page, or of the app's own pages."""
	if path == "/":
		return PAGE / "index.html"
	for prefix, folder in (("/desk/", PAGE), ("/assets/whatsapp_channel/", ASSETS)):
		name = safe_join(str(folder), path.removeprefix(prefix)) if path.startswith(prefix) else None
		if name and Path(name).is_file() and Path(name).suffix in _TYPES:
			return Path(name)
	return None
