"""The simulated Meta: the state, with every operation that tests, the control API and the phone page use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from whatsapp_channel.sandbox.graph import message_delivery
from whatsapp_channel.sandbox.graph.meta import Meta
from whatsapp_channel.sandbox.graph.oauth import OAuth
from whatsapp_channel.sandbox.page.customer_phone import Customer
from whatsapp_channel.sandbox.state import ids
from whatsapp_channel.sandbox.state.model import (
	Config,
	Message,
	SandboxError,
	Settings,
	country_of,
	e164_digits,
	utc_now,
)
from whatsapp_channel.sandbox.state.state import State
from whatsapp_channel.sandbox.state.webhook_items import Item
from whatsapp_channel.sandbox.webhooks import callback, handshake, payloads, signed_json
from whatsapp_channel.sandbox.webhooks.courier import Courier, Delivery


class Simulation(State):
	"""State, the logic of the Graph API and webhooks, without an HTTP server."""

	customers: dict[str, Customer]
	courier: Courier

	def __init__(
		self,
		config: Config | None = None,
		*,
		settings: Settings | None = None,
		clock: Callable[[], datetime] = utc_now,
		**overrides: Any,
	) -> None:
		super().__init__(config, settings=settings, clock=clock, **overrides)
		self._clock: Callable[[], datetime] | None = None  # the original clock while `advance` is in use
		self._initial = asdict(self.settings)
		self.oauth, self.meta = OAuth(self), Meta(self)
		self.courier = Courier(
			self.condition, self.config, self.settings, self.faults,
			target=lambda item: callback.target(self, item), clock=lambda: self.clock(), changed=self.touch,
		)  # fmt: skip

	# -- life ------------------------------------------------------------------------------------------------

	def reset(self) -> None:
		"""Back to the start: no customers, messages, faults, requests; settings as given. The callback address stays."""
		self.courier.reset(self.settings.webhook_timeout)
		with self.condition:
			self.faults.clear()
			self.settings.update(self._initial)
			self.clock, self._clock = self._clock or self.clock, None
			self._forget()
			self.touch()

	def close(self) -> None:
		"""Stops delivering."""
		self.closing.set()
		self.courier.close()
		self.touch()

	def flush(self, timeout: float = 30.0) -> bool:
		"""Sends incomplete batches and waits until every status is posted and every webhook answered 200.

		False if that took longer than `timeout` seconds (for example because the helpdesk keeps refusing).
		"""
		self.courier.finish_collecting()
		with self.condition:
			return self.condition.wait_for(lambda: not self._unsettled and not self.courier.pending, timeout)

	# -- customers, messages ---------------------------------------------------------------------------------

	def customer(
		self, wa_id: str, name: str = "", *, user_id: str | None = None, hides_number: bool = False
	) -> Customer:
		"""The customer with this number (E.164, + optional), created if new. `name` and `user_id` update a known one.

		`user_id`: None for a generated one (if the setting user_ids is on), "" for none.
		"""
		digits = e164_digits(wa_id)
		with self.condition:
			known = self.customers.get(digits)
			if known is None:
				generated = ids.user_id(digits, country_of(digits)) if self.settings.user_ids else None
				known = Customer(self, digits, name or f"+{digits}", generated, hides_number)
				self.customers[digits] = known
			known.name = name or known.name
			known.user_id = known.user_id if user_id is None else user_id or None
			known.hides_number = hides_number or known.hides_number
			self.touch()
			return known

	# -- statuses and webhooks -------------------------------------------------------------------------------

	def mark(self, wamid: str, status: str, *, code: int | None = None, details: str | None = None) -> None:
		"""Posts one status (sent, delivered, read, played, failed) of a message of the business, in any order."""
		with self.condition:
			self.await_first_statuses(self.message(wamid).wa_id)
			message_delivery.report(self, self.message(wamid), status, code=code, details=details)

	def status_item(
		self, wamid: str, status: str, *, code: int | None = None, details: str | None = None
	) -> Item:
		"""A status for `payload_for`; nothing is sent or stored, and the message may be unknown."""
		first = next(iter(self.customers), "")
		message = self.find_message(wamid) or Message(
			wamid, True, first, self.number().id, self.clock(), "text", {"type": "text"}
		)
		raw = message_delivery.status_object(self, message, status, code=code, details=details)
		return self.item("status", raw, self.number(message.phone_number_id), lane=message.wa_id, wamid=wamid)

	def payload_for(self, *items: Item, shape: str = "values") -> bytes:
		"""The bytes of one webhook with these items, for the caller to post. Shapes: see payloads.body."""
		return payloads.body(items, shape)

	def sign(self, body: bytes) -> str:
		"""Value of X-Hub-Signature-256 for these bytes."""
		return signed_json.sign(self.config.app_secret, body)

	def hold_webhooks(self) -> None:
		"""Keeps every further webhook back until `release`."""
		self.courier.hold()

	def release(
		self, order: str | Sequence[int] = "fifo", *, batch: bool = False, shape: str = "values"
	) -> int:
		"""Sends the held items one after the other, or all in one webhook. Orders: fifo, reverse, shuffle,
		statuses_first, messages_first, or the positions. Returns how many items."""
		return self.courier.release(order, batch=batch, shape=shape)

	@property
	def webhooks(self) -> list[Delivery]:
		"""Webhooks so far, oldest first, with their attempts and answers."""
		with self.condition:
			return list(self.courier.deliveries)

	def delivery_of(self, wamid: str) -> Delivery | None:
		"""The webhook that carries a customer's message."""
		return self.courier.carrier(wamid)

	def configure_callback(self, url: str, verify_token: str | None = None, *, verify: bool = True) -> None:
		"""Sets the app's webhook address; SandboxError if it does not pass Meta's verification."""
		token = self.config.verify_token if verify_token is None else verify_token
		problem = handshake.verify(url, token) if verify else None
		if problem:
			with self.condition:
				self.callback.verified, self.callback.problem = False, problem
				self.touch()
			raise SandboxError(f"callback_url: {problem}")
		callback.configure(self, url, token, verified=True if verify else None)

	def advance(self, seconds: float) -> None:
		"""Moves the sandbox's clock ahead until `reset`; what was already sent does not change."""
		before = self.clock
		self._clock = self._clock or before
		self.clock = lambda: before() + timedelta(seconds=seconds)
		self.touch()
