"""The WSGI application: Graph API, control API, sign-up dialog and phone page on one address."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request as HTTPRequest

from whatsapp_channel.sandbox.control import api as control
from whatsapp_channel.sandbox.graph import http as graph
from whatsapp_channel.sandbox.signup import dialog
from whatsapp_channel.sandbox.simulation import Simulation

if TYPE_CHECKING:
	from _typeshed.wsgi import StartResponse, WSGIEnvironment

LARGEST_BODY = 110 * 1024 * 1024  # a document may have 100 MB


def make_app(sandbox: Simulation) -> Callable[[WSGIEnvironment, StartResponse], Any]:
	"""The application of one sandbox."""

	def application(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
		request = HTTPRequest(environ)
		request.max_content_length = LARGEST_BODY
		try:
			if dialog.owns(request.path):
				response = dialog.respond(sandbox, request)
			elif control.owns(request.path):
				response = control.respond(sandbox, request)
			else:
				response = graph.respond(sandbox, request)
		except HTTPException as problem:
			response = problem.get_response(environ)
		except graph.Dropped as drop:
			_cut(environ.get("werkzeug.socket"), reset=str(drop) == "reset")
			raise
		return response(environ, start_response)

	return application


def _cut(connection: socket.socket | None, *, reset: bool) -> None:
	"""Closes the client's connection at once: with a TCP RST, or as a server that was shut down."""
	if connection is None:
		return
	if not reset:
		connection.shutdown(socket.SHUT_RDWR)
		return
	connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
	# The server still has this descriptor open as files; only replacing the descriptor itself sends the RST.
	with open(os.devnull, "rb") as nothing:
		os.dup2(nothing.fileno(), connection.fileno())
