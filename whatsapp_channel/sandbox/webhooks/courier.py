"""Delivers signed webhooks from a pool of threads, with retries until the helpdesk answers 200.

First attempts of one lane (one customer) go out in order; retries wait for their back-off without blocking the
others, as at Meta, where order is not guaranteed.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

import httpx

from whatsapp_channel.sandbox.state.faults import Fault, FaultBook
from whatsapp_channel.sandbox.state.model import JSON, Config, SandboxError, Settings
from whatsapp_channel.sandbox.state.webhook_items import Item
from whatsapp_channel.sandbox.webhooks import payloads, signed_json
from whatsapp_channel.sandbox.webhooks.release import arranged

WORKERS = 4
KEPT = 5000  # webhooks remembered for inspection


@dataclass(frozen=True, slots=True)
class Attempt:
	"""One POST and its answer: an HTTP status, or the error if there was no answer."""

	at: datetime
	status: int | None
	error: str | None
	answer: str
	ms: int


@dataclass(slots=True)
class Delivery:
	"""One webhook. state: waiting, sending, answered (200), unsent (no address yet), dropped, abandoned."""

	id: int
	body: bytes
	items: tuple[Item, ...]
	signature: str
	lane: str | None
	created: float
	state: str = "waiting"
	reason: str | None = None
	attempts: list[Attempt] = field(default_factory=list)
	due: float = 0.0  # monotonic time of the next attempt; a queue entry with another time is stale

	def to_json(self) -> JSON:
		"""For the control API."""
		attempts = [{**asdict(attempt), "at": attempt.at.isoformat()} for attempt in self.attempts]
		wamids = [item.wamid for item in self.items if item.wamid]
		kinds = [item.raw["status"] if item.kind == "status" else item.kind for item in self.items]
		shown = {"id": self.id, "state": self.state, "reason": self.reason, "kinds": kinds, "wamids": wamids}
		return {**shown, "body": self.body.decode(), "signature": self.signature, "attempts": attempts}


@dataclass(frozen=True, slots=True)
class Target:
	"""Where webhooks go; `url` None: nowhere, because of `reason`. `later`: it may still be configured."""

	url: str | None
	reason: str | None = None
	later: bool = False


class Courier:
	"""Queue and threads. Shares the sandbox's condition, so that one wait covers both messages and webhooks."""

	def __init__(
		self,
		condition: threading.Condition,
		config: Config,
		settings: Settings,
		faults: FaultBook,
		*,
		target: Callable[[Item], Target],
		clock: Callable[[], datetime],
		changed: Callable[[], None],
	) -> None:
		self._condition = condition
		self._config = config
		self._settings = settings
		self._faults = faults
		self._target = target
		self._clock = clock
		self._changed = changed
		self._ids = itertools.count(1)
		self._sequence = itertools.count()
		self._threads: list[threading.Thread] = []
		self._closing = False
		self._client = httpx.Client(verify=signed_json.tls_context(), trust_env=False, follow_redirects=False)
		self._forget()

	def _forget(self) -> None:
		self.deliveries: deque[Delivery] = deque(maxlen=KEPT)
		self._ready: list[tuple[float, int, Delivery]] = []
		self._lanes: defaultdict[str, deque[Delivery]] = defaultdict(deque)
		self._held: list[Item] | None = None
		self._collecting: Fault | None = None
		self._collected: list[Item] = []
		self._unsettled: set[int] = set()
		self._carriers: dict[str, Delivery] = {}

	# -- posting ---------------------------------------------------------------------------------------------

	def post(self, item: Item, *, delay: float = 0.0) -> None:
		"""Queues one item, unless webhooks are held or a fault collects, delays or drops it."""
		with self._condition:
			if self._held is not None:
				self._held.append(item)
			elif self._faults.take_webhook("drop", item.tags, item.lane) is None and not self._collect(item):
				self._post_one(item, delay)
			self._changed()

	def _post_one(self, item: Item, delay: float) -> None:
		slow = self._faults.take_webhook("delay", item.tags, item.lane)
		copies = self._faults.take_webhook("duplicate", item.tags, item.lane)
		lane = None if slow else item.lane
		self._enqueue([item], lane, delay + (slow.ms / 1000 if slow else 0.0))
		for _ in range(copies.times if copies else 0):
			self._enqueue([item], lane, delay)

	def _collect(self, item: Item) -> bool:
		"""Keeps an item for a pending batch or reorder; returns whether it did."""
		if self._collecting is None:
			self._collecting = self._faults.take_collector(item.tags, item.lane)
		elif not self._collecting.strikes(item.tags, item.lane):
			return False
		if self._collecting is None:
			return False
		self._collected.append(item)
		if len(self._collected) >= self._collecting.count:
			self._finish_collecting()
		return True

	def _finish_collecting(self) -> None:
		fault, items = self._collecting, self._collected
		self._collecting, self._collected = None, []
		if fault is not None and items:
			self._send_all(
				items, fault.order if fault.kind == "reorder" else "fifo", fault.kind == "batch", fault.shape
			)

	def _send_all(self, items: Sequence[Item], order: str | Sequence[int], batch: bool, shape: str) -> None:
		"""Queues several items in an order, one after the other, or all in one webhook."""
		ordered = arranged(items, order)
		groups = [ordered] if batch else [[item] for item in ordered]
		lane = f"ordered {next(self._sequence)}"
		for group in groups:
			self._enqueue(group, lane, 0.0, shape)

	def _enqueue(
		self, items: Sequence[Item], lane: str | None, delay: float, shape: str = "values"
	) -> Delivery:
		body = payloads.body(items, shape)
		signature = signed_json.sign(self._config.app_secret, body)
		now = time.monotonic()
		delivery = Delivery(next(self._ids), body, tuple(items), signature, lane, now, due=now + delay)
		self.deliveries.append(delivery)
		for item in items:
			if item.wamid and item.kind == "message":
				self._carriers.setdefault(item.wamid, delivery)
		self._place(delivery)
		self._start()
		return delivery

	def _place(self, delivery: Delivery) -> None:
		"""Queues a delivery, or marks it unsent or dropped if it has no address."""
		target = self._target(delivery.items[0])
		if target.url is None:
			delivery.state, delivery.reason = "unsent" if target.later else "dropped", target.reason
			return
		delivery.state, delivery.reason = "waiting", None
		self._unsettled.add(delivery.id)
		if delivery.lane is None:
			self._push(delivery)
			return
		lane = self._lanes[delivery.lane]
		lane.append(delivery)
		if lane[0] is delivery:
			self._push(delivery)

	def _push(self, delivery: Delivery) -> None:
		heapq.heappush(self._ready, (delivery.due, next(self._sequence), delivery))
		self._condition.notify_all()

	# -- control ---------------------------------------------------------------------------------------------

	def hold(self) -> None:
		"""Keeps every further webhook back until `release`."""
		with self._condition:
			self._held = self._held if self._held is not None else []

	def release(
		self, order: str | Sequence[int] = "fifo", *, batch: bool = False, shape: str = "values"
	) -> int:
		"""Sends the held items, in an order of release.arranged, and stops holding. Returns how many items."""
		with self._condition:
			items = self._held or []
			if items:
				arranged(items, order)  # raises before held items are lost
			self._held = None
			if items:
				self._send_all(items, order, batch, shape)
			self._changed()
			return len(items)

	def carrier(self, wamid: str) -> Delivery | None:
		"""The first webhook that carries a customer's message."""
		return self._carriers.get(wamid)

	def held(self) -> list[Item]:
		"""Items that wait for `release`."""
		return list(self._held or [])

	def retry(self, wamid: str) -> Delivery:
		"""Sends the webhook of one message now; raises SandboxError if no webhook carries it."""
		with self._condition:
			delivery = self.carrier(wamid)
			if delivery is None:
				raise SandboxError(f"wamid: no webhook carries the message {wamid!r}.")
			if delivery.state in ("unsent", "dropped", "abandoned"):
				delivery.due = time.monotonic()
				self._place(delivery)
			elif delivery.state == "waiting" and delivery.attempts:
				delivery.due = time.monotonic()
				self._push(delivery)
			return delivery

	def resume(self) -> None:
		"""For a new callback address: queues deliveries that had none, and retries the waiting ones at once."""
		with self._condition:
			for delivery in list(self.deliveries):
				if delivery.state == "unsent" and self._target(delivery.items[0]).url:
					delivery.due = time.monotonic()
					self._place(delivery)
				elif delivery.state == "waiting" and delivery.attempts:
					delivery.due = time.monotonic()
					self._push(delivery)
			self._start()

	def wait_for_status(self, wamid: str, timeout: float) -> bool:
		"""Waits up to `timeout` seconds until the first status of a message was answered 200."""

		def answered() -> bool:
			return any(
				one.state == "answered"
				and any(item.wamid == wamid and item.kind == "status" for item in one.items)
				for one in reversed(self.deliveries)
			)

		with self._condition:
			return self._condition.wait_for(answered, timeout)

	def finish_collecting(self) -> None:
		"""Sends the items of a batch or reorder that is not full yet."""
		with self._condition:
			self._finish_collecting()

	@property
	def pending(self) -> int:
		"""Webhooks that are neither answered nor abandoned."""
		return len(self._unsettled)

	def reset(self, timeout: float) -> None:
		"""Forgets every webhook; waits up to `timeout` seconds for POSTs under way."""
		with self._condition:
			under_way = [delivery for delivery in self.deliveries if delivery.state == "sending"]
			self._forget()
			self._condition.wait_for(lambda: all(one.state != "sending" for one in under_way), timeout)

	def close(self) -> None:
		"""Stops the threads; running POSTs end at the latest with their time-out."""
		with self._condition:
			self._closing = True
			self._condition.notify_all()
		for thread in self._threads:
			thread.join(timeout=self._settings.webhook_timeout)
		self._client.close()

	# -- threads ---------------------------------------------------------------------------------------------

	def _start(self) -> None:
		while len(self._threads) < WORKERS and not self._closing:
			thread = threading.Thread(target=self._work, name="sandbox-webhook", daemon=True)
			self._threads.append(thread)
			thread.start()

	def _work(self) -> None:
		while (delivery := self._next()) is not None:
			attempt = self._attempt(delivery)
			with self._condition:
				self._settle(delivery, attempt)

	def _next(self) -> Delivery | None:
		"""Waits for the next due webhook; None when closing."""
		with self._condition:
			while not self._closing:
				wait = self._ready[0][0] - time.monotonic() if self._ready else None
				if wait is not None and wait <= 0:
					due, _, delivery = heapq.heappop(self._ready)
					if delivery.state == "waiting" and delivery.due == due:
						delivery.state = "sending"
						return delivery
					continue
				self._condition.wait(wait)
			return None

	def _attempt(self, delivery: Delivery) -> Attempt:
		url = self._target(delivery.items[0]).url
		headers = {
			"Content-Type": "application/json",
			"User-Agent": "facebookexternalua",
			"X-Hub-Signature-256": delivery.signature,
		}
		started = time.monotonic()
		status, error, answer = None, None, ""
		try:
			if url is None:
				raise httpx.UnsupportedProtocol("No webhook address is configured any more.")
			timeout = self._settings.webhook_timeout
			response = self._client.post(url, content=delivery.body, headers=headers, timeout=timeout)
			status, answer = response.status_code, response.text[:500]
		except (httpx.HTTPError, httpx.InvalidURL) as problem:
			error = f"{type(problem).__name__}: {problem}"
		return Attempt(self._clock(), status, error, answer, round((time.monotonic() - started) * 1000))

	def _settle(self, delivery: Delivery, attempt: Attempt) -> None:
		"""Records an attempt: the delivery is done, or retried after the back-off."""
		delivery.attempts.append(attempt)
		first = len(delivery.attempts) == 1
		delivery.state = "answered" if attempt.status == 200 else "waiting"
		if delivery.state == "waiting" and time.monotonic() - delivery.created > self._settings.give_up_after:
			delivery.state = "abandoned"
		if delivery.id in self._unsettled:
			if delivery.state == "waiting":
				delays = self._settings.retry_delays
				delivery.due = time.monotonic() + delays[min(len(delivery.attempts), len(delays)) - 1]
				self._push(delivery)
			else:
				self._unsettled.discard(delivery.id)
			if first:
				self._open_lane(delivery)
		self._changed()

	def _open_lane(self, delivery: Delivery) -> None:
		"""Starts the lane's next delivery once the first attempt of this one is made."""
		lane = self._lanes.get(delivery.lane or "")
		if lane and lane[0] is delivery:
			lane.popleft()
			if lane:
				self._push(lane[0])
			else:
				del self._lanes[delivery.lane or ""]
