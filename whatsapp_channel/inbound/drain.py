"""Works off what the webhook stored: deliveries first, then items that wait for another try."""

import time
from collections.abc import Sequence

import frappe

from whatsapp_channel import jobs
from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.webhook import Item, ItemKind, read_delivery
from whatsapp_channel.database import named_lock
from whatsapp_channel.inbound import items
from whatsapp_channel.outbound import status

BATCH = 50
MAX_DELIVERY_ATTEMPTS = 5
# Well below the job's time limit, so that no item is ever broken off by it: what is left is done by the next job.
BUDGET_SECONDS = 300
STATUS_CHUNK = 100


def drain() -> None:
	"""Processes everything that is stored and due, until nothing is left. Safe to start any number of times.

	A second drain waits a moment and leaves: the first clears the wake flag before its last look, so whatever
	was stored before the second started is seen by the first.
	"""
	frappe.set_user("Administrator")
	with named_lock("drain", wait=2) as mine:
		if not mine:
			return
		until = time.monotonic() + BUDGET_SECONDS
		while time.monotonic() < until:
			jobs.answer_wake("drain")
			if not process_received(until) and not items.retry_due():
				return
	jobs.wake_drain()


def has_work() -> bool:
	"""Whether a drain would find something."""
	received = frappe.db.exists("WhatsApp Delivery", {"state": "Received"})
	return bool(received) or bool(items.due(limit=1))


def process_received(until: float) -> int:
	"""Works off the deliveries in the order in which they came; returns how many there were.

	Begins none after `until`, in seconds of time.monotonic.
	"""
	done = 0
	while names := _received():
		for name in names:
			if time.monotonic() >= until:
				return done
			process_delivery(name)
			done += 1
	return done


def _received() -> list[str]:
	frappe.db.commit()  # nosemgrep: a fresh snapshot, or deliveries stored meanwhile stay invisible
	return frappe.get_all(
		"WhatsApp Delivery", {"state": "Received"}, pluck="name", order_by="creation, name", limit=BATCH
	)


def process_delivery(name: str) -> None:
	"""Each item by itself (design decision 2). After a crash the whole delivery is done again: items are idempotent."""
	row = frappe.db.get_value("WhatsApp Delivery", name, ["body", "attempts"], as_dict=True)
	if not row:
		return
	if row.attempts >= MAX_DELIVERY_ATTEMPTS:
		_finish(name, "Failed", error="Processing was broken off several times. See the error log.")
		return
	# Counted before the work, so that a body that kills the worker is not tried for ever.
	frappe.db.set_value("WhatsApp Delivery", name, "attempts", row.attempts + 1)
	frappe.db.commit()  # nosemgrep
	delivery = read_delivery(row.body)
	for group in _groups(delivery.items):
		if group[0].kind is ItemKind.STATUS:
			_process_statuses(name, group)
		else:
			items.process(name, group[0])
	_finish(
		name, "Failed" if delivery.problem else "Processed", error=delivery.problem, items=len(delivery.items)
	)


def _groups(sequence: Sequence[Item]) -> list[list[Item]]:
	"""Runs of readable statuses together, in chunks; everything else alone. The order stays."""
	groups: list[list[Item]] = []
	for item in sequence:
		joins = groups and _is_status(item) and _is_status(groups[-1][0]) and len(groups[-1]) < STATUS_CHUNK
		if joins:
			groups[-1].append(item)
		else:
			groups.append([item])
	return groups


def _is_status(item: Item) -> bool:
	return item.kind is ItemKind.STATUS and item.status is not None and not item.problem


def _process_statuses(delivery: str, group: list[Item]) -> None:
	"""All in one transaction; when that fails each by itself, so that a bad one costs only itself."""
	if len(group) > 1:
		try:
			unsettled = status.apply_all(group)
		except Exception:
			unsettled = group
			frappe.db.rollback()
	else:
		unsettled = group
	for item in unsettled:
		items.process(delivery, item)


def _finish(name: str, state: str, *, error: str | None, items: int = 0) -> None:
	values = {"state": state, "error": error, "items": items, "processed_at": site_now()}
	frappe.db.set_value("WhatsApp Delivery", name, values)
	frappe.db.commit()  # nosemgrep: this delivery is done, whatever happens to the next
