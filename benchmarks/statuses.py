"""The gate for statuses: what a delivery with 1,000 of them costs beside 1,000 plain UPDATEs, measured in turn.

	python -m benchmarks.statuses --site NAME

Run it with the Python of a bench, from the root of this repository, on a site of its own: it leaves its rows behind. A
plain UPDATE sets status, time and `modified` of one message by its primary key, in transactions of 100. Ours is the
whole way of a stored delivery: reading it, finding the messages, moving them forward, prices, badges and realtime.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import frappe

from benchmarks import bench
from whatsapp_channel.clock import site_now
from whatsapp_channel.inbound import delivery, drain
from whatsapp_channel.keys import wamid_key

GATE = 4.0
COUNT = 1000
TICKETS = 100
CHUNK = 100
MESSAGE = "WhatsApp Session Message"
# No two runs tell the same time: a delivery that was stored before is not processed again, and a run took nothing.
_began, _seconds_back = int(time.time()), itertools.count(COUNT)
PRICING = {
	"billable": False,
	"pricing_model": "PMP",
	"type": "free_customer_service",
	"category": "service",
}


def main() -> int:
	"""Prints the ratios; exits 1 when a gate is missed."""
	arguments = _arguments()
	bench.connect(arguments.site)
	bench.channel()
	messages = list(accepted(COUNT))
	results = []
	for name, status, spread in (
		("sent, within 15 seconds", "sent", 15),
		("read, within 15 seconds, every badge changes", "read", 15),
		("read, each at another second", "read", COUNT),
	):
		plain, ours = bench.interleaved(
			arguments.rounds, _plain(messages), ours_of(messages, status, spread), warm_up=1
		)
		results.append(bench.Result(name, plain, ours, GATE))
	title = f"A delivery with {COUNT} statuses, {arguments.rounds} rounds, medians"
	return bench.report(title, ("UPDATEs", "ours"), results)


def _plain(messages: list[tuple[str, str]]) -> bench.Prepare:
	query = f"update `tab{MESSAGE}` set status = %s, sent_on = %s, modified = %s where name = %s"

	def work() -> None:
		for index, (name, _wamid) in enumerate(messages):
			now = site_now()
			frappe.db.sql(query, ("Sent", now, now, name))
			if index % CHUNK == CHUNK - 1:
				frappe.db.commit()

	return _after_reset(messages, lambda: work)


def ours_of(messages: list[tuple[str, str]], status: str, spread: int) -> bench.Prepare:
	"""Stores a delivery that moves all of `messages` to `status`; returns its processing."""

	def prepare() -> Callable[[], None]:
		name = delivery.store(body(messages, status, spread))
		return lambda: drain.process_delivery(name)

	return _after_reset(messages, prepare)


def body(messages: list[tuple[str, str]], status: str, spread: int) -> bytes:
	"""A delivery with one status for each message, over `spread` seconds of the past; never the same twice."""
	start = _began - next(_seconds_back)
	statuses = [
		_status(wamid, status, start + index * spread // len(messages))
		for index, (_name, wamid) in enumerate(messages)
	]
	return bench.delivery_body({"statuses": statuses})


def _status(wamid: str, status: str, at: int) -> dict[str, Any]:
	"""As Meta sends it since v24."""
	return {
		"id": wamid,
		"status": status,
		"timestamp": str(at),
		"recipient_id": "15550100910",
		"recipient_user_id": "US.13491208655302741918",
		"pricing": PRICING,
	}


def _after_reset(messages: list[tuple[str, str]], prepare: bench.Prepare) -> bench.Prepare:
	"""Every run finds messages that Meta has accepted and nothing more."""
	names = tuple(name for name, _wamid in messages)

	def reset_and_prepare() -> Callable[[], object]:
		frappe.db.sql(
			f"""update `tab{MESSAGE}` message join tabCommunication reply on reply.name = message.communication
			set message.status = 'Accepted', message.sent_on = null, message.delivered_on = null,
			message.read_on = null, message.price_category = null, message.price_type = null,
			message.price_model = null, reply.delivery_status = 'Sent' where message.name in %s""",
			(names,),
		)
		frappe.db.commit()
		return prepare()

	return reset_and_prepare


def accepted(count: int) -> Iterator[tuple[str, str]]:
	"""Name and wamid of `count` accepted messages, each the reply of its own in one of some tickets."""
	customer = _insert("WhatsApp Customer", profile_name="Statuses", account=bench.ACCOUNT)
	conversation = _insert("WhatsApp Conversation", customer=customer, channel=bench.CHANNEL)
	now = site_now()
	session = _insert(
		"WhatsApp Session",
		customer=customer,
		number=bench.NUMBER,
		conversation=conversation,
		kind="Continuation",
		opened_at=now,
		ends_at=now + timedelta(hours=24),
	)
	tickets = [
		_insert("HD Ticket", subject="Statuses", agent_group=bench.TEAM) for _ in range(min(TICKETS, count))
	]
	for index in range(count):
		wamid = bench.new_wamid()
		communication = _raw(
			"Communication",
			communication_type="Communication",
			sent_or_received="Sent",
			reference_doctype="HD Ticket",
			reference_name=tickets[index % len(tickets)],
			delivery_status="Sent",
		)
		name = _raw(
			MESSAGE,
			direction="Outgoing",
			status="Accepted",
			customer=customer,
			channel=bench.CHANNEL,
			conversation=conversation,
			session=session,
			communication=communication,
			wamid=wamid,
			wamid_key=wamid_key(bench.NUMBER, wamid),
			message_timestamp=now,
		)
		yield name, wamid
	frappe.db.commit()


def _insert(doctype: str, **values: Any) -> str:
	document = frappe.get_doc({"doctype": doctype, **values})
	return str(document.insert(ignore_permissions=True, ignore_mandatory=True).name)


def _raw(doctype: str, **values: Any) -> str:
	document = frappe.get_doc({"doctype": doctype, **values})
	document.db_insert()
	return document.name


def _arguments() -> argparse.Namespace:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True)
	parser.add_argument("--rounds", type=int, default=9)
	return parser.parse_args()


if __name__ == "__main__":
	sys.exit(main())
