"""Checks the Host of requests: a page on the internet must not reach the sandbox under the page's own host name."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

if TYPE_CHECKING:
	from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

EVERY_ADDRESS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared, not bound


def own_hosts_only(app: WSGIApplication, bound: str) -> WSGIApplication:
	"""Wraps `app` so that only requests with a Host of this computer reach it; all others are answered 421.

	An attacker can make their host name resolve to 127.0.0.1 (DNS rebinding). The browser then takes the sandbox for that
	name's own server, and the attacker's page can read the credentials.
	"""

	def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
		host = environ.get("HTTP_HOST", "")
		if is_own(host, bound):
			return app(environ, start_response)
		text = f"The sandbox does not answer as {host[:200]!r}. Use its address, or start it with --host and this name.\n"
		return Response(text, 421, mimetype="text/plain")(environ, start_response)

	return guarded


def is_own(host: str, bound: str) -> bool:
	"""Whether a Host header names this computer: loopback, the address or name that the server is `bound` to, and any
	IP address if it is bound to all of them, since only names can be rebound."""
	try:
		name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
	except ValueError:
		return False
	if name and name in ("localhost", bound.lower()):
		return True
	try:
		address = ip_address(name)
	except ValueError:
		return False
	return address.is_loopback or bound in EVERY_ADDRESS
