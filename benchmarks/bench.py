"""What the benchmarks share: a site of a bench, a channel on it, deliveries as Meta writes them, and the table of results."""

import gc
import json
import os
import random
import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frappe

from whatsapp_channel.cloud_api.webhook_parser import Item, read_delivery

ACCOUNT = "900000000000001"
NUMBER = "900000000000002"
CHANNEL = "Benchmark"
TEAM = "Benchmark"
# Makes ready what one run of a work needs, and returns the work.
Prepare = Callable[[], Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Result:
	"""One line of the table: medians in seconds of the plain work and of ours, and the ratio that is allowed."""

	name: str
	plain: float
	ours: float
	gate: float

	@property
	def ratio(self) -> float:
		"""Ours by plain."""
		return self.ours / self.plain

	def line(self) -> str:
		"""For people."""
		verdict = "ok" if self.ratio <= self.gate else "MISSED"
		times = f"{self.plain * 1000:9.2f} ms {self.ours * 1000:9.2f} ms"
		return f"  {self.name:44} {times} {self.ratio:6.2f}  (gate {self.gate})  {verdict}"


def report(title: str, columns: tuple[str, str], results: Sequence[Result]) -> int:
	"""Prints the table; returns the exit code: 1 when a gate is missed."""
	print(f"{title}\n  {'':44} {columns[0]:>12} {columns[1]:>12} {'ratio':>6}")
	for result in results:
		print(result.line())
	return int(any(result.ratio > result.gate for result in results))


def connect(site: str) -> None:
	"""Connects as Administrator. Raises SystemExit unless the site allows tests: benchmarks leave their rows behind."""
	sites = Path(frappe.__file__).resolve().parents[3] / "sites"
	os.chdir(sites)
	frappe.init(site=site, sites_path=str(sites))
	frappe.connect()
	if not frappe.conf.allow_tests:
		raise SystemExit(f"{site} does not allow tests: bench --site {site} set-config allow_tests 1")
	frappe.set_user("Administrator")


def channel() -> str:
	"""The channel of the benchmarks, made when it is missing; returns its name."""
	_make("HD Team", TEAM, team_name=TEAM)
	_make("WhatsApp Business Account", ACCOUNT, waba_id=ACCOUNT, account_name=CHANNEL, access_token="none")
	_make("WhatsApp Number", NUMBER, phone_number_id=NUMBER, number="+15550100000", account=ACCOUNT)
	_make("WhatsApp Channel", CHANNEL, channel_name=CHANNEL, number=NUMBER, department=TEAM)
	frappe.db.commit()
	return CHANNEL


def _make(doctype: str, name: str, **values: str) -> None:
	if not frappe.db.exists(doctype, name):
		frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)


def new_number() -> str:
	"""A wa_id that nobody has yet."""
	return f"5521{random.randrange(10**8, 10**9)}"


def new_wamid() -> str:
	"""The id of a message that nobody has seen."""
	return f"wamid.{uuid.uuid4().hex}"


def message_body(sender: str, text: str = "Hello, where is my order?") -> bytes:
	"""A delivery with one new text of this customer."""
	message = {
		"from": sender,
		"id": new_wamid(),
		"timestamp": str(int(time.time())),
		"type": "text",
		"text": {"body": text},
	}
	contacts = [{"profile": {"name": f"Customer {sender}"}, "wa_id": sender}]
	return delivery_body({"contacts": contacts, "messages": [message]})


def delivery_body(value: dict[str, Any]) -> bytes:
	"""A delivery with this value of the field `messages`."""
	metadata = {"display_phone_number": "15550100000", "phone_number_id": NUMBER}
	whole = {"messaging_product": "whatsapp", "metadata": metadata, **value}
	entry = {"id": ACCOUNT, "changes": [{"value": whole, "field": "messages"}]}
	return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def message_item(sender: str, text: str = "Hello, where is my order?") -> Item:
	"""One new text of this customer as the drain reads it."""
	(item,) = read_delivery(message_body(sender, text)).items
	return item


def interleaved(rounds: int, *prepares: Prepare, warm_up: int = 5) -> list[float]:
	"""Runs each work `rounds` times, all of them in turn and in changing order; returns the medians in seconds.

	What `prepare` itself does is not timed.
	"""
	times: list[list[float]] = [[] for _ in prepares]
	for index in range(-warm_up, rounds):
		for place in random.sample(range(len(prepares)), len(prepares)):
			taken = timed(prepares[place]())
			if index >= 0:
				times[place].append(taken)
	return [statistics.median(series) for series in times]


def timed(work: Callable[[], object]) -> float:
	"""Seconds for one run. The collector runs before, so that nobody pays for the garbage of others."""
	gc.collect()
	gc.disable()
	start = time.perf_counter()
	work()
	taken = time.perf_counter() - start
	gc.enable()
	return taken
