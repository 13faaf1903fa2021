"""The outbox: outgoing messages that Meta has not accepted yet, queued in order per customer (ADR 0006)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import frappe

from whatsapp_channel import rows
from whatsapp_channel.clock import age, sequence, site_now, to_site
from whatsapp_channel.cloud_api.outgoing import Outgoing, from_json, text, to_json
from whatsapp_channel.conversations.conversation_rows import OutgoingRow
from whatsapp_channel.doctypes import ACCOUNT, CHANNEL, MESSAGE, NUMBER
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.session_rules import Direction

WAITING = (MessageStatus.QUEUED, MessageStatus.SENDING)
# How long a customer's queue waits for the status webhook that settles an unknown outcome.
STATUS_WAIT = timedelta(seconds=60)


def add(
	*,
	customer: str,
	channel: str,
	conversation: str,
	ticket: str,
	communication: str,
	contents: Sequence[Outgoing],
	at: datetime,
) -> list[str]:
	"""Queues the contents of one reply, each as a message; `at` in UTC. Returns their names in order.

	Part of the caller's transaction: the reply and its messages are saved together or not at all.
	"""
	common = {
		"doctype": MESSAGE,
		"direction": Direction.OUTGOING,
		"status": MessageStatus.QUEUED,
		"sequence": sequence(),
		"message_timestamp": to_site(at),
		"customer": customer,
		"channel": channel,
		"conversation": conversation,
		"ticket": ticket,
		"communication": communication,
	}
	return [_insert(common, index, content) for index, content in enumerate(contents)]


def _insert(common: dict[str, Any], part: int, content: Outgoing) -> str:
	values = {
		"message_type": content.type,
		"text": content.plain,
		"content": to_json(content),
		"part": part,
		"client_reference": frappe.generate_hash(length=32),
	}
	return frappe.get_doc({**common, **values}).insert(ignore_permissions=True).name


def content_of(row: OutgoingRow) -> Outgoing:
	"""The content to send for a row. Rows from before the column `content` have only text."""
	return from_json(row.content) if row.content else text(row.text)


def first(customer: str, channel: str) -> OutgoingRow | None:
	"""The oldest message of a queue that is not accepted yet; later ones wait for it.

	A queue is one customer in one channel, so that a channel that cannot send does not block others.
	"""
	waiting = {
		"customer": customer,
		"channel": channel,
		"direction": Direction.OUTGOING,
		"status": ["in", WAITING],
	}
	return rows.first(OutgoingRow, waiting, "sequence, part")


def queues_with_work(limit: int = 500) -> list[tuple[str, str]]:
	"""Customer and channel of queues with a message that can be sent now, or whose unknown outcome is old enough to give up.

	Messages of deactivated channels and stopped accounts are left out, so that they cannot crowd out the others. Of an account to
	which Meta does not answer one queue is returned, when the next try is due.
	"""
	now = site_now()
	found = [*_ready("account.silent_since is null", (), now, limit), *_tries(now), *_unknown(now, limit)]
	return list(dict.fromkeys((row[0], row[1]) for row in found))


def _ready(condition: str, values: tuple[str, ...], now: datetime, limit: int) -> list[tuple[str, str]]:
	query = f"""select distinct message.customer, message.channel from `tab{MESSAGE}` message
		inner join `tab{CHANNEL}` channel on channel.name = message.channel and channel.enabled = 1
		inner join `tab{NUMBER}` number on number.name = channel.number
		inner join `tab{ACCOUNT}` account on account.name = number.account
		where message.status = '{MessageStatus.QUEUED}' and (message.next_attempt is null or message.next_attempt <= %s)
		and (account.attention_reason is null or account.attention_reason = '') and {condition} limit %s"""
	return [(row[0], row[1]) for row in frappe.db.sql(query, (now, *values, limit))]


def _tries(now: datetime) -> list[tuple[str, str]]:
	silent = {"silent_since": ["is", "set"], "next_probe": ["<=", now]}
	names = frappe.get_all(ACCOUNT, silent, pluck="name")
	return [queue for name in names for queue in _ready("account.name = %s", (name,), now, 1)]


def _unknown(now: datetime, limit: int) -> list[tuple[str, str]]:
	"""Queues with an unknown outcome that is old enough. An attempt in the future was made before clocks went back."""
	found = frappe.db.sql(
		f"""select customer, channel, last_attempt from `tab{MESSAGE}`
		where status = '{MessageStatus.SENDING}' and (last_attempt is null or last_attempt <= %s or last_attempt > %s) limit %s""",
		(now - STATUS_WAIT, now, limit),
	)
	return [(customer, channel) for customer, channel, attempt in found if _is_over(attempt)]


def _is_over(last_attempt: datetime | None) -> bool:
	return last_attempt is None or age(last_attempt) >= STATUS_WAIT


def is_due(row: OutgoingRow) -> bool:
	"""Whether a waiting message can be processed now."""
	if row.status == MessageStatus.SENDING:
		return _is_over(row.last_attempt)
	return row.next_attempt is None or row.next_attempt <= site_now()
