"""Pending faults, which the next matching requests or webhooks will meet."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from whatsapp_channel.sandbox.state.model import JSON, SandboxError

# kind: (what it matches by default, explanation)
REQUEST_FAULTS: dict[str, tuple[str, str]] = {
	"latency": ("send", "answer only after ms milliseconds"),
	"server_error": ("send", "a Graph error with HTTP 500 or 503 (code 131000 unless told)"),
	"proxy_error": ("send", "HTTP 502 (or http_status) with an HTML page, as a proxy answers"),
	"throttled": ("send", "code 130429, or 131056 when told"),
	"error": ("send", "the error with this code"),
	"token_refused": ("any", "HTTP 401 code 190, whatever the token"),
	"reset": ("send", "the connection is reset before anything is processed"),
	"lost_answer": (
		"send",
		"the message is accepted and its statuses flow, but the connection closes unanswered",
	),
	"status_first": ("send", "the sent status reaches the helpdesk before the answer does"),
	"media_gone": ("download", "the link of a file leads nowhere: HTTP 404, or http_status"),
	"media_drip": ("download", "the file comes a byte at a time, with ms milliseconds between them"),
	"media_changed": ("download", "the file comes with another content than announced"),
	"media_type": ("download", "the file comes as text/html, or as details says"),
	"media_endless": ("download", "the file comes times times over, without a length"),
	"media_cut": ("download", "the connection ends in the middle of the file"),
	"media_redirect": ("download", "the file is said to be at another address, given in details"),
	"media_bomb": ("download", "the file comes packed and unpacks to times megabytes"),
}
WEBHOOK_FAULTS: dict[str, tuple[str, str]] = {
	"duplicate": ("any", "times further copies with the same bytes"),
	"reorder": ("any", "the next count webhooks are collected and sent in another order"),
	"batch": ("any", "the next count items travel in one webhook"),
	"delay": ("any", "the webhook waits ms milliseconds and may be overtaken"),
	"drop": ("any", "the webhook is never sent"),
}
KINDS = {**REQUEST_FAULTS, **WEBHOOK_FAULTS}
_FAILING = ("reset", "token_refused", "proxy_error", "server_error", "throttled", "error")


@dataclass(slots=True)
class Fault:
	"""One fault and how many more times it applies."""

	kind: str
	count: int = 1
	match: str = "any"
	customer: str | None = None  # digits of a number: only this customer's messages
	ms: int = 0
	http_status: int | None = None
	code: int | None = None
	subcode: int | None = None
	details: str | None = None
	times: int = 1
	order: str = "reverse"
	shape: str = "values"
	id: int = field(default=0)

	def strikes(self, tags: Collection[str], customer: str | None) -> bool:
		"""Whether the fault applies to this request or webhook."""
		return self.match in tags and self.customer in (None, customer)

	def to_json(self) -> JSON:
		"""For the control API."""
		return asdict(self)


def _check(options: JSON) -> None:
	"""Raises SandboxError with the field, the problem and how to fix it."""
	known = {item.name: item for item in fields(Fault)}
	for name, value in options.items():
		if name not in known or name == "id":
			raise SandboxError(f"fault: there is no option {name!r}. Known: {', '.join(sorted(known))}.")
		wants_number = name in ("count", "ms", "http_status", "code", "subcode", "times")
		if wants_number and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
			raise SandboxError(f"fault.{name}: {value!r} is not a whole number of 0 or more.")
		if not wants_number and not isinstance(value, str):
			raise SandboxError(f"fault.{name}: {value!r} is not text.")


class FaultBook:
	"""The pending faults. It has no lock: the sandbox calls it under its own."""

	def __init__(self) -> None:
		self._faults: list[Fault] = []
		self._ids = itertools.count(1)

	def add(self, kind: str, **options: Any) -> Fault:
		"""Adds a fault for the next `count` requests or webhooks; raises SandboxError for unknown kinds or options."""
		if kind not in KINDS:
			raise SandboxError(f"fault: there is no fault {kind!r}. Known: {', '.join(KINDS)}.")
		given = {name: value for name, value in options.items() if value is not None}
		_check(given)
		if kind == "error" and not given.get("code"):
			raise SandboxError(
				"fault.code: the fault 'error' needs the code to answer with, for example 131026."
			)
		given.setdefault("match", KINDS[kind][0])
		fault = Fault(kind=kind, **given)
		fault.id = next(self._ids)
		if fault.count:
			self._faults.append(fault)
		return fault

	def waiting(self) -> list[Fault]:
		"""Faults that still have to be applied."""
		return list(self._faults)

	def clear(self, fault_id: int | None = None) -> None:
		"""Removes one fault, or all."""
		self._faults = [fault for fault in self._faults if fault_id is not None and fault.id != fault_id]

	def take_request(self, tags: Collection[str], customer: str | None) -> dict[str, Fault]:
		"""Faults to apply to this request, by kind: at most one that makes it fail, plus others such as latency."""
		taken: dict[str, Fault] = {}
		for fault in list(self._faults):
			if fault.kind not in REQUEST_FAULTS or fault.kind in taken or not fault.strikes(tags, customer):
				continue
			if fault.kind in _FAILING and any(kind in taken for kind in _FAILING):
				continue
			taken[fault.kind] = fault
			self._use(fault)
		return taken

	def take_webhook(self, kind: str, tags: Collection[str], customer: str | None) -> Fault | None:
		"""The first pending fault of a kind that matches a webhook item; counts as one use."""
		fault = self._find(kind, tags, customer)
		if fault is not None:
			self._use(fault)
		return fault

	def take_collector(self, tags: Collection[str], customer: str | None) -> Fault | None:
		"""A pending batch or reorder; its `count` is the number of items to collect, so it is removed at once."""
		fault = self._find("batch", tags, customer) or self._find("reorder", tags, customer)
		if fault is not None:
			self._faults.remove(fault)
		return fault

	def _find(self, kind: str, tags: Collection[str], customer: str | None) -> Fault | None:
		matching = (fault for fault in self._faults if fault.kind == kind and fault.strikes(tags, customer))
		return next(matching, None)

	def _use(self, fault: Fault) -> None:
		fault.count -= 1
		if fault.count <= 0:
			self._faults.remove(fault)
