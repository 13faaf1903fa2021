"""Puts the page in front of a site's web."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Response

from embedded import web
from embedded.desk import api

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
PAGE = Path(__file__).parent / "page"
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
# Form scripts are text that Helpdesk's page evaluates, and dialogs of theirs carry styles: both as in Helpdesk.
POLICY = (
	"default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
	"img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"
)
# Methods of the host itself: `frappe.get_attr` finds only those of installed apps.
web._BUILT_IN.update({f"embedded.desk.{method.__name__}": method for method in (api.overview, api.changes)})


class Desk:
	"""WSGI application: `/` and `/desk/…` are the page, everything else is the site's."""

	def __init__(self, site: WSGI, about: Mapping[str, str]) -> None:
		"""`about`: what the page shows and needs of this start, such as the agent to log in and the phone's address."""
		self.site = site
		self.about = about

	def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
		path = environ.get("PATH_INFO") or "/"
		if path == "/favicon.ico":
			return Response(status=204)(environ, start_response)
		if path == "/desk/about.json":
			return _answer(json.dumps(dict(self.about)), "application/json")(environ, start_response)
		file = PAGE / ("index.html" if path == "/" else path.removeprefix("/desk/"))
		if (path == "/" or path.startswith("/desk/")) and file.parent == PAGE and file.is_file():
			return _answer(file.read_text(), _TYPES[file.suffix])(environ, start_response)
		return self.site(environ, start_response)


def _answer(text: str, mimetype: str) -> Response:
	response = Response(text, mimetype=mimetype)
	response.headers["Cache-Control"] = "no-store"
	response.headers["Content-Security-Policy"] = POLICY
	response.headers["X-Content-Type-Options"] = "nosniff"
	return response
