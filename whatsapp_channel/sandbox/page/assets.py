"""The files of the phone page."""

from __future__ import annotations

from pathlib import Path

from werkzeug.wrappers import Response

from whatsapp_channel.sandbox.web import asset

PAGE = Path(__file__).parent
# The module with which the app's own pages create elements; it imports nothing.
_ELEMENTS = PAGE.parents[1] / "public" / "js" / "components" / "dom.js"
ASSETS = {
	"/": (PAGE / "phone.html", "text/html"),
	"/sandbox/phone.css": (PAGE / "phone.css", "text/css"),
	"/sandbox/phone.js": (PAGE / "phone.js", "text/javascript"),
	"/sandbox/texts.js": (PAGE / "texts.js", "text/javascript"),
	"/sandbox/components/dom.js": (_ELEMENTS, "text/javascript"),
}


def respond(path: str) -> Response:
	"""The file at one of the addresses in ASSETS."""
	return asset(*ASSETS[path])
