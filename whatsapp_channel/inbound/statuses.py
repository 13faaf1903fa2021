"""Applies Meta's statuses of outgoing messages, one by one or in chunks (ADR 0005)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

import frappe

from whatsapp_channel import rows
from whatsapp_channel.clock import site_now, to_site
from whatsapp_channel.cloud_api.webhook_parser import Item, StatusUpdate
from whatsapp_channel.conversations import delivery_status, status_reports
from whatsapp_channel.conversations.conversation_rows import StatusRow
from whatsapp_channel.database import in_transaction, plain_values
from whatsapp_channel.doctypes import MESSAGE, NUMBER
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.jobs import wake_sender_after_commit
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules.messaging.message_status import MessageStatus, from_meta
from whatsapp_channel.rules.messaging.origin import Origin
from whatsapp_channel.rules.messaging.session_rules import Direction
from whatsapp_channel.sentences import Sentence, _, sentence
from whatsapp_channel.translate import to_user

# Our own sender may still be saving the id of the status's message.
DROP_AFTER = timedelta(minutes=10)
# A status settles a message in these states, and the customer's queue can continue at once.
UNSETTLED = (MessageStatus.SENDING, MessageStatus.UNCONFIRMED)


def apply_all(items: Sequence[Item]) -> list[Item]:
	"""Applies a chunk of statuses in one transaction; returns those that need a transaction of their own.

	Those are statuses of unknown messages, of messages that are not counted in a session yet, which takes the customer's
	lock, and unknown statuses. Statuses of groups are ignored.
	"""
	ours = [item for item in items if not _is_of_group(item)]
	names = _names(ours)

	def work() -> list[Item]:
		found = _locked(names.values())
		alone: list[Item] = []
		reports: dict[str, list[StatusUpdate]] = defaultdict(list)
		for item in ours:
			row = found.get(names.get(_place(item), ""))
			if row and _is_ready(row, item.status):
				reports[row.name].append(item.status)
			else:
				alone.append(item)
		_advance(found, reports)
		return alone

	return in_transaction(work)


def apply(item: Item) -> None:
	"""Applies one status. Raises ItemError for an unknown status or message."""
	update = item.status
	if _is_of_group(item):
		return
	if not from_meta(update.status):
		raise ItemError(sentence(_("Unknown status {0}."), update.status), ItemState.DROPPED)
	name = _names([item]).get(_place(item))
	if not name:
		raise ItemError(
			Sentence(_("No message of ours has this id.")), ItemState.PENDING, drop_after=DROP_AFTER
		)
	if not _is_ready(rows.one(StatusRow, name), update):
		delivery_status.accept(name, wamid=update.id, at=update.timestamp)
	in_transaction(lambda: _advance(_locked([name]), {name: [update]}))


def _is_of_group(item: Item) -> bool:
	"""Whether it is about a group: this app sends nothing to groups; other applications on the same number may."""
	return item.raw.get("recipient_type") == "group" or bool(item.raw.get("group_id"))


def _is_ready(row: StatusRow, update: StatusUpdate) -> bool:
	"""Whether the status of a message can be changed right away.

	Our messages must be counted in a session first, unless they failed. Messages of the WhatsApp Business app, live or
	imported, belong to no session.
	"""
	new = from_meta(update.status)
	counted = row.session or (row.origin or Origin.CLOUD_API) != Origin.CLOUD_API
	return bool(new and (counted or new is MessageStatus.FAILED))


_Place = tuple[str | None, str]


def _place(item: Item) -> _Place:
	"""Our number and the wamid that a status refers to."""
	return item.phone_number_id, item.status.id


def _names(items: Sequence[Item]) -> dict[_Place, str]:
	"""The message of each status, found by number and wamid, or by our reference if the response with the id was lost."""
	keys = {key: _place(item) for item in items for key in _keys(item)}
	found = {
		keys[key]: name for key, name in _find("wamid_key", keys, f"and direction = '{Direction.OUTGOING}'")
	}
	lost = [item for item in items if item.status.reference and _place(item) not in found]
	references = {item.status.reference: _place(item) for item in lost}
	by_reference = dict(_find("client_reference", references))
	return found | {of: by_reference[each] for each, of in references.items() if each in by_reference}


def _keys(item: Item) -> list[str]:
	"""One key; for a status without a number, which Meta never sends, one for each of our numbers."""
	numbers = [item.phone_number_id] if item.phone_number_id else frappe.get_all(NUMBER, pluck="name")
	return [wamid_key(number, item.status.id) for number in numbers]


def _find(field: str, values: Collection[str], condition: str = "") -> Sequence[tuple[str, str]]:
	if not values:
		return ()
	query = f"select {field}, name from `tab{MESSAGE}` where {field} in %s {condition}"
	return frappe.db.sql(query, (tuple(values),))


def _locked(names: Collection[str]) -> dict[str, StatusRow]:
	"""Reads and locks the rows."""
	if not names:
		return {}
	return {row.name: row for row in rows.where(StatusRow, "name in %s for update", (tuple(names),))}


def _advance(found: Mapping[str, StatusRow], reports: Mapping[str, Sequence[StatusUpdate]]) -> None:
	"""Applies the reports to locked messages, with one statement for each distinct set of values."""
	outcomes = {
		name: status_reports.outcome(found[name], updates)
		for name, updates in reports.items()
		if name in found
	}
	_store({name: each.values for name, each in outcomes.items() if each.values})
	for name, each in outcomes.items():
		if each.failure:
			_fail_as_reported(name, each.failure)
		elif each.arrived_after_all:
			delivery_status.arrive_after_all(name)
	delivery_status.show_all({found[name].communication for name, each in outcomes.items() if each.moved})
	for queue in {(row.customer, row.channel) for row in map(found.get, outcomes) if row.status in UNSETTLED}:
		wake_sender_after_commit(*queue)


def _store(values: Mapping[str, Mapping[str, Any]]) -> None:
	alike: dict[tuple, list[str]] = defaultdict(list)
	for name, each in values.items():
		alike[tuple(sorted(plain_values(MESSAGE, each).items()))].append(name)
	for pairs, names in alike.items():
		assignments = ", ".join(f"`{field}` = %s" for field, _value in pairs)
		frappe.db.sql(
			f"update `tab{MESSAGE}` set {assignments}, modified = %s where name in %s",
			(*(value for _field, value in pairs), site_now(), tuple(names)),
		)


def _fail_as_reported(name: str, failure: status_reports.Failure) -> None:
	reason = failure.reason
	text = to_user(reason.text)
	if failure.corrects:
		delivery_status.correct(name, text, code=reason.code, words=reason.words)
	else:
		delivery_status.fail(name, text, code=reason.code, words=reason.words, at=to_site(failure.at))
