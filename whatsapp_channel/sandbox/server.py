"""An HTTP server for a sandbox, on loopback by default."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from whatsapp_channel.sandbox.core import Sandbox
from whatsapp_channel.sandbox.hosts import own_hosts_only

if TYPE_CHECKING:
	from _typeshed.wsgi import WSGIEnvironment

SIGNAL_SECONDS = 0.5  # longest delay until a signal is noticed


class _Quiet(WSGIRequestHandler):
	"""Logs only errors of the sandbox itself; requests are in sandbox.requests."""

	def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
		return

	def make_environ(self) -> WSGIEnvironment:
		"""Adds the header file_offset of resumable uploads: werkzeug drops headers with an underscore."""
		environ = super().make_environ()
		if "file_offset" in self.headers:
			environ["HTTP_FILE_OFFSET"] = self.headers["file_offset"]
		return environ

	def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:
		"""A fault, or the client, closed the connection: there is nothing more to read from it."""
		self.close_connection = True


class Running:
	"""A running server. `url` has no trailing slash."""

	def __init__(self, sandbox: Sandbox, host: str, port: int) -> None:
		self.sandbox = sandbox
		self.host = host
		self._server: BaseWSGIServer | None = None
		self._thread: threading.Thread | None = None
		self.port = port
		self.listen()

	@property
	def url(self) -> str:
		"""Address of the page and, as base URL, of the Graph API."""
		return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

	def listen(self) -> None:
		"""Accepts connections, on the same port as before."""
		app = own_hosts_only(self.sandbox.app, self.host)
		server = make_server(self.host, self.port, app, threaded=True, request_handler=_Quiet)
		self.port = server.server_port
		# Closing takes up to one poll interval; the default of half a second adds up in tests.
		self._thread = threading.Thread(
			target=server.serve_forever, args=(0.02,), name="sandbox-http", daemon=True
		)
		self._server = server
		self._thread.start()

	def stop_listening(self) -> None:
		"""Refuses new connections; the sandbox and its webhooks keep running."""
		if self._server is not None and self._thread is not None:
			self._server.shutdown()
			self._thread.join()
			self._server.server_close()
			self._server = None

	@contextmanager
	def refusing(self) -> Iterator[None]:
		"""Connections are refused inside the `with` block."""
		self.stop_listening()
		try:
			yield
		finally:
			self.listen()

	def close(self) -> None:
		"""Stops server and sandbox."""
		self.sandbox.closing.set()
		self.sandbox.touch()
		self.stop_listening()
		self.sandbox.close()

	def wait(self) -> None:
		"""Blocks until the server is closed by another thread or a signal handler."""
		wait_for(self.sandbox.closing)

	def __enter__(self) -> Running:
		return self

	def __exit__(self, *_: object) -> None:
		self.close()


def wait_for(stopped: threading.Event) -> None:
	"""Blocks the main thread until a signal handler sets the event.

	It waits in steps: handlers run in the main thread only, and a signal that the system delivers to another thread does
	not interrupt the main thread's wait.
	"""
	while not stopped.wait(SIGNAL_SECONDS):
		pass


def serve(sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0) -> Running:
	"""Serves a sandbox; port 0 picks a free one. Raises OSError or SystemExit if the port is in use."""
	return Running(sandbox, host, port)
