"""The growth gate: what a message costs on a site with a million of them beside one with a thousand.

	python -m benchmarks.growth --site LARGE --beside SMALL

Both are sites of one bench, of their own: they keep their rows. What is missing up to --messages and --few is loaded by
SQL first, as copies of what one real message made, with conversations of ten messages, two conversations per customer
and a ticket per conversation; then the statistics are brought up to date. Work alternates between the two sites in one
process, on customers spread over the whole table who have written in this run already.
"""

import argparse
import contextvars
import functools
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import frappe

from benchmarks import bench
from benchmarks.population import MESSAGES_EACH, grow, name_of, number_of, wamid_of
from whatsapp_channel.api import ticket as ticket_api
from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.webhook_parser import Item, read_delivery
from whatsapp_channel.inbound import delivery, dispatch, drain
from whatsapp_channel.inbound import statuses as status_items
from whatsapp_channel.outbound import outbox

GATE = 1.2
CUSTOMERS = 25
STATUSES = 100
MESSAGE = "WhatsApp Session Message"


class Site:
	"""One site, connected in a context of its own, so that two can be open at once."""

	def __init__(self, name: str, messages: int) -> None:
		self.context = contextvars.Context()
		self.run(bench.connect, name)
		self.run(bench.channel)
		self.customers = self.run(grow, messages)
		chosen = random.sample(range(1, self.customers + 1), min(CUSTOMERS, self.customers))
		self.chosen = [chosen[index % len(chosen)] for index in range(4 * CUSTOMERS)]
		for customer in set(chosen):
			self.run(dispatch.process, "benchmark", bench.message_item(number_of(customer)))
		self.turns: dict[str, Iterator[int]] = {}

	def run(self, work: Callable[..., Any], *arguments: Any) -> Any:
		"""Calls `work` with this site as the current one."""
		return self.context.run(work, *arguments)

	def next(self, purpose: str) -> int:
		"""The number of the next customer, in turn for each purpose."""
		turn = self.turns.setdefault(purpose, iter(()))
		found = next(turn, None)
		if found is None:
			self.turns[purpose] = iter(self.chosen)
			found = next(self.turns[purpose])
		return found


def main() -> int:
	"""Prints the ratios; exits 1 when a gate is missed."""
	arguments = _arguments()
	small, large = Site(arguments.beside, arguments.few), Site(arguments.site, arguments.messages)
	results = []
	for name, work, times in (
		("message in an open ticket", _append, 1),
		("message that quotes an old one", _quote, 1),
		("new customer, Contact and ticket", _newcomer, 1),
		("a delivery with one message", _delivery, 1),
		(f"{STATUSES} statuses", _statuses, 1),
		("state of a ticket for its page", _state, 5),
		("the drain's look for work", _look, 20),
		("the sweep's look for queues", _queues, 20),
	):
		prepares = [functools.partial(_prepared, site, work, times) for site in (small, large)]
		one, million = bench.interleaved(arguments.rounds, *prepares)
		results.append(bench.Result(name, one / times, million / times, GATE))
	title = f"{arguments.few} beside {arguments.messages} stored messages, {arguments.rounds} rounds, medians"
	return bench.report(title, ("few", "many"), results)


def _prepared(site: Site, work: Callable[[Site], Callable[[], Any]], times: int) -> Callable[[], None]:
	ready = site.run(work, site)

	def repeated() -> None:
		for _ in range(times):
			site.run(ready)

	return repeated


def _append(site: Site) -> Callable[[], Any]:
	item = bench.message_item(number_of(site.next("append")))
	return lambda: dispatch.process("benchmark", item)


def _quote(site: Site) -> Callable[[], Any]:
	customer = site.next("quote")
	item = _quoting(number_of(customer), wamid_of(customer * 2 * MESSAGES_EACH))
	return lambda: dispatch.process("benchmark", item)


def _quoting(sender: str, quoted: str) -> Item:
	message = {
		"from": sender,
		"id": bench.new_wamid(),
		"timestamp": str(int(time.time())),
		"type": "text",
		"text": {"body": "Yes, that one"},
		"context": {"from": "15550100000", "id": quoted},
	}
	(item,) = read_delivery(bench.delivery_body({"messages": [message]})).items
	return item


def _newcomer(_site: Site) -> Callable[[], Any]:
	item = bench.message_item(bench.new_number())
	return lambda: dispatch.process("benchmark", item)


def _delivery(site: Site) -> Callable[[], Any]:
	name = delivery.store(bench.message_body(number_of(site.next("delivery"))))
	return lambda: drain.process_delivery(name)


def _statuses(site: Site) -> Callable[[], Any]:
	"""Of messages that lie anywhere in the table; the same each time, as those that get statuses are fresh ones."""
	chosen = random.Random(1).sample(range(1, site.customers * 2 * MESSAGES_EACH + 1), STATUSES)
	values = {"direction": "Outgoing", "status": "Accepted", "read_on": None, "modified": site_now()}
	names = [name_of("message", number) for number in chosen]
	frappe.db.set_value(MESSAGE, {"name": ["in", names]}, values, update_modified=False)
	frappe.db.commit()
	at = str(int((site_now() - timedelta(seconds=5)).timestamp()))
	statuses = [{"id": wamid_of(number), "status": "read", "timestamp": at} for number in chosen]
	found = read_delivery(bench.delivery_body({"statuses": statuses})).items
	return lambda: status_items.apply_all(found)


def _state(site: Site) -> Callable[[], Any]:
	ticket = frappe.db.get_value(
		"WhatsApp Conversation", name_of("conversation", 2 * site.next("state")), "ticket"
	)
	return lambda: ticket_api.state(ticket)


def _look(_site: Site) -> Callable[[], Any]:
	return drain.has_work


def _queues(_site: Site) -> Callable[[], Any]:
	return outbox.queues_with_work


def _arguments() -> argparse.Namespace:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True, help="gets --messages messages")
	parser.add_argument("--beside", required=True, help="gets --few messages")
	parser.add_argument("--messages", type=int, default=1_000_000)
	parser.add_argument("--few", type=int, default=1_000)
	parser.add_argument("--rounds", type=int, default=60)
	return parser.parse_args()


if __name__ == "__main__":
	sys.exit(main())
