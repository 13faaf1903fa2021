"""What stands between the internet and the site: a proxy that can be told to misbehave."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Quiet(WSGIRequestHandler):
	"""A server that says nothing of what it is asked."""

	def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
		"""Say nothing."""


@dataclass
class Proxy:
	"""A WSGI application in front of another. What is None or empty is left as it is.

	`redirect`: where every request is sent. `status`, `post_status`: the answer to every request, to every POST.
	`dropped_header`: its name in the environment. `added`: bytes put behind every body.
	"""

	site: WSGI
	url: str = ""
	redirect: str = ""
	status: int = 0
	post_status: int = 0
	dropped_header: str = ""
	added: bytes = b""

	def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
		if self.redirect:
			return Response(status=301, headers={"Location": self.redirect})(environ, start_response)
		if status := self.status or (environ["REQUEST_METHOD"] == "POST" and self.post_status):
			return Response("Please log in.", status=status)(environ, start_response)
		environ.pop(self.dropped_header, None)
		if self.added and environ["REQUEST_METHOD"] == "POST":
			body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])) + self.added
			environ.update({"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
		return self.site(environ, start_response)


@contextmanager
def proxied(site: WSGI) -> Iterator[Proxy]:
	"""A threaded server of the site behind a proxy, on a free port."""
	proxy = Proxy(site)
	server = make_server("127.0.0.1", 0, proxy, threaded=True, request_handler=Quiet)
	proxy.url = f"http://127.0.0.1:{server.server_port}"
	thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
	thread.start()
	try:
		yield proxy
	finally:
		server.shutdown()
		thread.join()
		server.server_close()
