"""The files of the phone page."""

from __future__ import annotations

from pathlib import Path

from werkzeug.wrappers import Response

from whatsapp_channel.sandbox.web import asset

PAGE = Path(__file__).parent
ASSETS = {
	"/": ("phone.html", "text/html"),
	"/sandbox/phone.css": ("phone.css", "text/css"),
	"/sandbox/phone.js": ("phone.js", "text/javascript"),
	"/sandbox/texts.js": ("texts.js", "text/javascript"),
}


def respond(path: str) -> Response:
	"""The file at one of the addresses in ASSETS."""
	name, mimetype = ASSETS[path]
	return asset(PAGE / name, mimetype)
