"""The sandbox's state, and what tests and the phone page do with it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from whatsapp_channel.sandbox import handshake, ids, outgoing, payloads, wire
from whatsapp_channel.sandbox.accounts import Holdings
from whatsapp_channel.sandbox.courier import Courier, Delivery, Target
from whatsapp_channel.sandbox.customer import Customer
from whatsapp_channel.sandbox.faults import FaultBook
from whatsapp_channel.sandbox.meta import Meta
from whatsapp_channel.sandbox.model import (
	JSON,
	Callback,
	Config,
	MediaFile,
	Message,
	Number,
	PhoneText,
	SandboxError,
	Settings,
	country_of,
	e164_digits,
	utc_now,
)
from whatsapp_channel.sandbox.oauth import OAuth
from whatsapp_channel.sandbox.payloads import Item
from whatsapp_channel.sandbox.signup import Session, Switches
from whatsapp_channel.sandbox.templates import Templates
from whatsapp_channel.sandbox.uploads import Upload

if TYPE_CHECKING:
	from _typeshed.wsgi import WSGIApplication

Result = TypeVar("Result")
# Fields that an address of the account or number takes over from the app's [Meta: webhook overrides].
OVERRIDABLE = frozenset(
	{
		"messages",
		"message_echoes",
		"smb_message_echoes",
		"history",
		"smb_app_state_sync",
		"calls",
		"user_preferences",
	}
)
KEPT = 5000  # requests remembered for inspection


@dataclass(slots=True)
class Request:
	"""One request to the Graph API, without its token. `body` is the parsed JSON or form."""

	at: datetime
	method: str
	path: str
	version: str | None
	query: JSON
	body: JSON
	status: int | None = None  # None: the connection was closed without an answer
	faults: tuple[str, ...] = ()

	def to_json(self) -> JSON:
		"""For the control API."""
		return {**asdict(self), "at": self.at.isoformat()}


class Sandbox(Holdings):
	"""A Cloud API of its own: state, Graph API, webhooks. Thread-safe.

	`Sandbox(callback_url=…, app_secret=…)` overrides fields of Config. `clock` gives the present time (UTC).
	Use as context manager, or call `close`.
	"""

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
		self._clock: Callable[[], datetime] | None = None  # the one that `advance` put aside
		self.condition = threading.Condition(threading.RLock())
		self.closing = threading.Event()
		self.settings = settings or Settings()
		self._initial = asdict(self.settings)
		self.faults = FaultBook()
		self.version = 0
		self.callback = Callback(self.config.callback_url, self.config.verify_token)
		self.courier = Courier(
			self.condition, self.config, self.settings, self.faults,
			target=self._target, clock=lambda: self.clock(), changed=self.touch,
		)  # fmt: skip
		self._forget()

	def _forget(self) -> None:
		self.customers: dict[str, Customer] = {}
		self.numbers: dict[str, Number] = {}
		self.media: dict[str, MediaFile] = {}
		self.templates = Templates()
		self.tokens = {self.config.token}
		self.oauth, self.meta = OAuth(self), Meta(self)
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

	# -- life ------------------------------------------------------------------------------------------------

	@property
	def app(self) -> WSGIApplication:
		"""The WSGI application: Graph API, control API under /sandbox/ and the phone page at /."""
		from whatsapp_channel.sandbox.app import make_app

		return make_app(self)

	def reset(self) -> None:
		"""Back to the start: no customers, messages, faults, requests; settings as given. Callback address stays."""
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

	def __enter__(self) -> Sandbox:
		return self

	def __exit__(self, *_: object) -> None:
		self.close()

	def touch(self) -> None:
		"""Wakes whoever waits for a change."""
		with self.condition:
			self.version += 1
			self.condition.notify_all()

	def wait_until(self, predicate: Callable[[], Result], timeout: float = 30.0) -> Result:
		"""Waits until `predicate()` is true and returns its value; TimeoutError after `timeout` seconds.

		It is asked after every change of the sandbox and every 50 ms, without the sandbox's lock, so it may look at
		the helpdesk as well.
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
		"""Waits up to `timeout` seconds for a version other than `seen`, or the end; returns the present one."""
		with self.condition:
			self.condition.wait_for(lambda: self.version != seen or self.closing.is_set(), timeout)
			return self.version

	def flush(self, timeout: float = 30.0) -> bool:
		"""Sends incomplete batches and waits until every status is posted and every webhook answered 200.

		False if that took longer than `timeout` seconds (a helpdesk that keeps refusing, for instance).
		"""
		self.courier.finish_collecting()
		with self.condition:
			return self.condition.wait_for(lambda: not self._unsettled and not self.courier.pending, timeout)

	# -- customers, messages ---------------------------------------------------------------------------------

	def customer(
		self, wa_id: str, name: str = "", *, user_id: str | None = None, hides_number: bool = False
	) -> Customer:
		"""The customer with this number (E.164, + or not), made if new. `name` and `user_id` change a known one.

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

	def find_customer(self, user_id: str) -> Customer | None:
		"""The customer with a business-scoped user id."""
		return next((one for one in self.customers.values() if one.user_id == user_id), None)

	def messages(self, wa_id: str) -> list[Message]:
		"""The conversation with one customer, in the order in which the sandbox learnt of the messages."""
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
		"""Waits until the customer's new messages have their first statuses, which follow the HTTP answer.

		Otherwise whoever reads at once would report "read" before "sent".
		"""
		with self.condition:
			own = {message.wamid for message in self._by_customer.get(wa_id, [])}
			self.condition.wait_for(lambda: not own & self._unsettled, timeout)

	def add_media(self, media: MediaFile) -> MediaFile:
		"""Stores a file under its media id."""
		with self.condition:
			self.media[media.id] = media
			return media

	# -- statuses and webhooks -------------------------------------------------------------------------------

	def mark(self, wamid: str, status: str, *, code: int | None = None, details: str | None = None) -> None:
		"""Posts one status (sent, delivered, read, played, failed) of a message of the business, in any order."""
		with self.condition:
			self.await_first_statuses(self.message(wamid).wa_id)
			outgoing.report(self, self.message(wamid), status, code=code, details=details)

	def status_item(
		self, wamid: str, status: str, *, code: int | None = None, details: str | None = None
	) -> Item:
		"""A status for `payload_for`; nothing is sent or remembered. The message need not be known."""
		first = next(iter(self.customers), "")
		message = self.find_message(wamid) or Message(
			wamid, True, first, self.number().id, self.clock(), "text", {"type": "text"}
		)
		raw = outgoing.status_object(self, message, status, code=code, details=details)
		return self.item("status", raw, self.number(message.phone_number_id), lane=message.wa_id, wamid=wamid)

	def item(
		self, kind: str, raw: Any, number: Number, *,
		contact: JSON | None = None, lane: str | None = None, wamid: str | None = None,
	) -> Item:  # fmt: skip
		"""An item of field `messages` for one of the business's numbers."""
		metadata = {"display_phone_number": number.digits, "phone_number_id": number.id}
		return Item(kind, number.waba_id, raw, "messages", metadata, contact, lane, wamid)

	def event(self, field: str, value: JSON, account_id: str | None = None) -> Item:
		"""An item of another webhook field (account_update, …), of the first account unless told."""
		owner = account_id or self.config.waba_id
		return Item("event", owner, value, field, time=int(self.clock().timestamp()))

	def post(self, *items: Item) -> None:
		"""Delivers items that were composed with `writes`, `composes`, `status_item` or `event`."""
		for item in items:
			self.courier.post(item)

	def payload_for(self, *items: Item, shape: str = "values") -> bytes:
		"""The bytes of one webhook with these items, not sent: the caller posts them. Shapes: see payloads.body."""
		return payloads.body(items, shape)

	def sign(self, body: bytes) -> str:
		"""Value of X-Hub-Signature-256 for these bytes."""
		return wire.sign(self.config.app_secret, body)

	def hold_webhooks(self) -> None:
		"""Keeps every further webhook back until `release`."""
		self.courier.hold()

	def release(
		self, order: str | Sequence[int] = "fifo", *, batch: bool = False, shape: str = "values"
	) -> int:
		"""Sends what was held one after the other, or all in one webhook. Orders: fifo, reverse, shuffle,
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
		with self.condition:
			self.callback = Callback(url, token, True if verify else None)
		self.courier.resume()
		self.touch()

	def advance(self, seconds: float) -> None:
		"""The sandbox's clock runs so much ahead, until `reset`; what it has already sent does not change."""
		before = self.clock
		self._clock = self._clock or before
		self.clock = lambda: before() + timedelta(seconds=seconds)
		self.touch()

	def _target(self, item: Item) -> Target:
		"""No webhooks of an account without a subscription. Another address of the number wins over that of the
		account, and that over the app's; account events go to the app's alone, as at Meta."""
		account = self.accounts.get(item.account_id)
		if account is not None and not account.subscribed:
			return Target(None, "The app is not subscribed to the business account (subscribed_apps).")
		callback = self.callback
		if account is not None and item.field in OVERRIDABLE:
			number = self.numbers.get(item.phone_number_id or "")
			callback = (number and number.override) or account.override or callback
		if callback.url is None:
			return Target(None, "No webhook address is configured.", later=True)
		return Target(callback.url)
