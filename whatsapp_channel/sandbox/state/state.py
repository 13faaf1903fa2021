"""All data of the sandbox and its look-ups. What Meta does with the data is not in here."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from whatsapp_channel.sandbox.state.accounts import Holdings
from whatsapp_channel.sandbox.state.dialogs import Session, Switches
from whatsapp_channel.sandbox.state.faults import FaultBook
from whatsapp_channel.sandbox.state.model import (
	JSON,
	Callback,
	Config,
	MediaFile,
	Message,
	Number,
	PhoneText,
	Request,
	SandboxError,
	Settings,
	Upload,
	utc_now,
)
from whatsapp_channel.sandbox.state.people import Person
from whatsapp_channel.sandbox.state.templates import Templates
from whatsapp_channel.sandbox.state.tokens import Code, Grant
from whatsapp_channel.sandbox.state.webhook_items import Item

Result = TypeVar("Result")
KEPT = 5000  # requests remembered for inspection


class Post(Protocol):
	"""Delivers webhooks to the helpdesk, so that the state itself needs no connections."""

	def post(self, item: Item, *, delay: float = 0.0) -> None:
		"""Queues one item, `delay` seconds from now."""

	def resume(self) -> None:
		"""Called when an address has changed: webhooks without an address may be deliverable now."""

	def wait_for_status(self, wamid: str, timeout: float) -> bool:
		"""Waits up to `timeout` seconds until the first status of a message was answered 200."""


class State(Holdings):
	"""The data: accounts, numbers, customers, messages, tokens, dialogs, faults, requests. Thread-safe by `condition`.

	`Sandbox(callback_url=…, app_secret=…)` overrides fields of Config. `clock` gives the present time (UTC).
	"""

	customers: Mapping[str, Person]
	courier: Post

	def __init__(
		self,
		config: Config | None = None,
		*,
		settings: Settings | None = None,
		clock: Callable[[], datetime] = utc_now,
		**overrides: Any,
	) -> None:
		self.config = replace(config or Config(), **overrides)
		self.clock = clock
		self.condition = threading.Condition(threading.RLock())
		self.closing = threading.Event()
		self.settings = settings or Settings()
		self.faults = FaultBook()
		self.version = 0
		self.callback = Callback(self.config.callback_url, self.config.verify_token)
		self._forget()

	def _forget(self) -> None:
		self.customers = {}
		self.media: dict[str, MediaFile] = {}
		self.templates = Templates()
		self.tokens = {self.config.token}
		self.codes: dict[str, Code] = {}
		self.grants: dict[str, Grant] = {}
		self.signup = Switches()
		self.sessions: dict[str, Session] = {}
		self.uploads: dict[str, Upload] = {}
		self.phone_texts: list[PhoneText] = []
		self.app_fields = ["messages"]
		self.requests: deque[Request] = deque(maxlen=KEPT)
		self._messages: dict[str, Message] = {}
		self._by_customer: dict[str, list[Message]] = {}
		self._unsettled: set[str] = set()
		self._forget_holdings()

	# -- changes -------------------------------------------------------------------------------------------------

	def touch(self) -> None:
		"""Wakes all threads that wait for a change."""
		with self.condition:
			self.version += 1
			self.condition.notify_all()

	def wait_until(self, predicate: Callable[[], Result], timeout: float = 30.0) -> Result:
		"""Waits until `predicate()` is true and returns its value; TimeoutError after `timeout` seconds.

		The predicate runs after every change of the sandbox and every 50 ms, without the sandbox's lock, so it may also
		check the helpdesk.
		"""
		deadline = time.monotonic() + timeout
		while True:
			version = self.version
			if result := predicate():
				return result
			left = deadline - time.monotonic()
			if left <= 0:
				raise TimeoutError(f"The sandbox waited {timeout:g} s for something that did not happen.")
			with self.condition:
				if self.version == version:
					self.condition.wait(min(left, 0.05))

	def wait_for_change(self, seen: int, timeout: float) -> int:
		"""Waits up to `timeout` seconds for a version other than `seen` or until closed; returns the current one."""
		with self.condition:
			self.condition.wait_for(lambda: self.version != seen or self.closing.is_set(), timeout)
			return self.version

	# -- customers, messages, files ------------------------------------------------------------------------------

	def find_customer(self, user_id: str) -> Person | None:
		"""The customer with a business-scoped user id."""
		return next((one for one in self.customers.values() if one.user_id == user_id), None)

	def messages(self, wa_id: str) -> list[Message]:
		"""The conversation with one customer, in the order in which the sandbox got the messages."""
		with self.condition:
			return list(self._by_customer.get(wa_id.lstrip("+"), []))

	def message(self, wamid: str) -> Message:
		"""One message; SandboxError if the id is unknown."""
		with self.condition:
			if wamid not in self._messages:
				raise SandboxError(f"wamid: there is no message {wamid!r}.")
			return self._messages[wamid]

	def find_message(self, wamid: str) -> Message | None:
		"""One message, or None."""
		return self._messages.get(wamid)

	def record(self, message: Message) -> None:
		"""Adds a message to its conversation. An accepted message of the business is unsettled until its statuses
		are posted (see `settled`)."""
		with self.condition:
			self._messages[message.wamid] = message
			self._by_customer.setdefault(message.wa_id, []).append(message)
			if message.outgoing:
				self._unsettled.add(message.wamid)
			self.touch()

	def is_unsettled(self, message: Message) -> bool:
		"""Whether a message of the business still waits for its first statuses."""
		return message.wamid in self._unsettled

	def settled(self, message: Message) -> None:
		"""The first statuses of a message are posted."""
		with self.condition:
			self._unsettled.discard(message.wamid)
			self.touch()

	def await_first_statuses(self, wa_id: str, timeout: float = 10.0) -> None:
		"""Waits until new messages to the customer have their first statuses, which are posted after the HTTP answer.

		Otherwise a customer who reads at once would report "read" before "sent".
		"""
		with self.condition:
			own = {message.wamid for message in self._by_customer.get(wa_id, [])}
			self.condition.wait_for(lambda: not own & self._unsettled, timeout)

	def add_media(self, media: MediaFile) -> MediaFile:
		"""Stores a file under its media id."""
		with self.condition:
			self.media[media.id] = media
			return media

	# -- webhooks ------------------------------------------------------------------------------------------------

	def item(
		self, kind: str, raw: Any, number: Number, *,
		contact: JSON | None = None, lane: str | None = None, wamid: str | None = None,
	) -> Item:  # fmt: skip
		"""An item of field `messages` for one of the business's numbers."""
		metadata = {"display_phone_number": number.digits, "phone_number_id": number.id}
		return Item(kind, number.waba_id, raw, "messages", metadata, contact, lane, wamid)

	def event(self, field: str, value: JSON, account_id: str | None = None) -> Item:
		"""An item of another webhook field (account_update, …), of the first account by default."""
		owner = account_id or self.config.waba_id
		return Item("event", owner, value, field, time=int(self.clock().timestamp()))

	def post(self, *items: Item) -> None:
		"""Delivers items that were composed with `writes`, `composes`, `status_item` or `event`."""
		for item in items:
			self.courier.post(item)
