"""The sandbox with its HTTP application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whatsapp_channel.sandbox.app import make_app
from whatsapp_channel.sandbox.simulation import Simulation

if TYPE_CHECKING:
	from _typeshed.wsgi import WSGIApplication


class Sandbox(Simulation):
	"""A complete local Cloud API: state, Graph API, webhooks. Thread-safe.

	`Sandbox(callback_url=…, app_secret=…)` overrides fields of Config. `clock` gives the present time (UTC).
	Use it as a context manager, or call `close`.
	"""

	@property
	def app(self) -> WSGIApplication:
		"""The WSGI application: Graph API, control API under /sandbox/ and the phone page at /."""
		return make_app(self)

	def __enter__(self) -> Sandbox:
		return self

	def __exit__(self, *_: object) -> None:
		self.close()
