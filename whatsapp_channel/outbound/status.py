"""What became of an outgoing message: the only place that changes its status (design decision 5)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _

from whatsapp_channel.clock import site_now, to_site
from whatsapp_channel.cloud_api.errors import ASK_ADMIN, rule_for
from whatsapp_channel.cloud_api.webhook import Item, StatusUpdate
from whatsapp_channel.conversations import conversation, course, session, traces
from whatsapp_channel.database import in_transaction, lock_row, plain_values, set_value
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.helpdesk import badges, first_response, tickets
from whatsapp_channel.inbound.problems import ItemProblem
from whatsapp_channel.jobs import wake_sender_after_commit
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules.messaging import window
from whatsapp_channel.rules.messaging.message_status import MessageStatus, from_meta, replaceable_by

# Our own send may still be saving the id that a status speaks of.
PATIENCE = timedelta(minutes=10)
# A message in these states is settled by its status, and the customer's queue may go on at once.
UNSETTLED = ("Sending", "Unconfirmed")
FIELDS = [
	"name",
	"status",
	"session",
	"customer",
	"channel",
	"conversation",
	"communication",
	"ticket",
	"wamid",
	"wamid_key",
	"origin",
]
# What this app sends; other origins are messages that colleagues sent from a phone.
CLOUD_API = "Cloud API"


def change(name: str, values: dict[str, Any], *, only_from: Iterable[str]) -> bool:
	"""Changes a message only if its status is one of `only_from`, in one statement; returns whether it did."""
	values = plain_values(MESSAGE, values)
	assignments = ", ".join(f"`{field}` = %s" for field in values)
	allowed = tuple(only_from)
	marks = ", ".join(["%s"] * len(allowed))
	frappe.db.sql(
		f"update `tab{MESSAGE}` set {assignments}, modified = %s where name = %s and status in ({marks})",
		(*values.values(), site_now(), name, *allowed),
	)
	return bool(frappe.db._cursor.rowcount)


def accept(name: str, *, wamid: str, at: datetime) -> None:
	"""Meta has taken the message: counts it in its session and keeps its id. A second time changes nothing."""
	while not _accept_under(frappe.db.get_value(MESSAGE, name, "customer"), name, wamid, at):
		frappe.db.commit()  # nosemgrep: the customer was joined with another; look again whose the message is


def _accept_under(customer: str, name: str, wamid: str, at: datetime) -> bool:
	"""False when the message is no longer this customer's."""

	def work() -> bool:
		lock_row("WhatsApp Customer", customer)
		message = frappe.db.get_value(MESSAGE, name, FIELDS, as_dict=True)
		if message.customer != customer:
			return False
		if not message.session:
			_count(message, wamid, at)
			traces.catch_up(name, wamid_key(wamid))
		values = {"status": MessageStatus.ACCEPTED.value, "error": None, "error_code": 0}
		change(name, values, only_from=_replaceable(MessageStatus.ACCEPTED))
		show(message.communication)
		return True

	return in_transaction(work)


def _count(message: "frappe._dict", wamid: str, at: datetime) -> None:
	channel = frappe.db.get_value("WhatsApp Conversation", message.conversation, "channel")
	counted = session.record(
		customer=message.customer,
		number=frappe.db.get_value("WhatsApp Channel", channel, "number"),
		conversation=message.conversation,
		direction="Outgoing",
		at=at,
		window_open=window.is_open(conversation.window_ends(message.customer, channel), at),
	)
	values = {"session": counted, "accepted_on": to_site(at)}
	if not message.wamid_key:  # one without its id was erased, and the id holds the number
		values |= {"wamid": wamid, "wamid_key": wamid_key(wamid)}
	set_value(MESSAGE, message.name, values)


def _replaceable(new: MessageStatus) -> list[str]:
	return [status.value for status in replaceable_by(new)]


def apply_all(items: Sequence[Item]) -> list[Item]:
	"""Applies a chunk of statuses in one transaction; returns those that need one of their own.

	That are the ones whose message is not known or not yet counted, which takes the customer's lock, and those with
	a status that this app does not know. What concerns a group is left out.
	"""
	ours = [item for item in items if not _is_of_group(item)]
	names = _names([item.status for item in ours])

	def work() -> list[Item]:
		rows = _locked(names.values())
		alone: list[Item] = []
		reports: dict[str, list[StatusUpdate]] = defaultdict(list)
		for item in ours:
			row = rows.get(names.get(item.status.id, ""))
			if row and _is_ready(row, item.status):
				reports[row.name].append(item.status)
			else:
				alone.append(item)
		_advance(rows, reports)
		return alone

	return in_transaction(work)


def apply(item: Item) -> None:
	"""Applies one status. Raises ItemProblem when it is not known, or its message is not, or not yet."""
	update = item.status
	if _is_of_group(item):
		return
	if not from_meta(update.status):
		raise ItemProblem(_("Unknown status {0}.").format(update.status), "Dropped")
	name = _names([update]).get(update.id)
	if not name:
		raise ItemProblem(_("No message of ours has this id."), "Pending", patience=PATIENCE)
	if not _is_ready(frappe.db.get_value(MESSAGE, name, ["session", "origin"], as_dict=True), update):
		accept(name, wamid=update.id, at=update.timestamp)
	in_transaction(lambda: _advance(_locked([name]), {name: [update]}))


def _is_of_group(item: Item) -> bool:
	"""This channel sends nothing to groups; other applications on the same number may."""
	return item.raw.get("recipient_type") == "group" or bool(item.raw.get("group_id"))


def _is_ready(row: "frappe._dict", update: StatusUpdate) -> bool:
	"""Whether a message may move on as it is.

	One of ours is counted in its session first, unless it failed. What the WhatsApp Business app sent, or had sent
	before it was linked, belongs to no session.
	"""
	new = from_meta(update.status)
	counted = row.session or (row.origin or CLOUD_API) != CLOUD_API
	return bool(new and (counted or new is MessageStatus.FAILED))


def _names(updates: Sequence[StatusUpdate]) -> dict[str, str]:
	"""The message of each id in `updates`, found by id, or by our own reference when the answer with the id was lost."""
	keys = {wamid_key(update.id): update.id for update in updates}
	found = {keys[key]: name for key, name in _find("wamid_key", keys, "and direction = 'Outgoing'")}
	lost = [update for update in updates if update.reference and update.id not in found]
	references = {update.reference: update.id for update in lost}
	by_reference = dict(_find("client_reference", references))
	return found | {of: by_reference[each] for each, of in references.items() if each in by_reference}


def _find(field: str, values: Collection[str], condition: str = "") -> Sequence[tuple[str, str]]:
	if not values:
		return ()
	query = f"select {field}, name from `tab{MESSAGE}` where {field} in %s {condition}"
	return frappe.db.sql(query, (tuple(values),))


def _locked(names: Collection[str]) -> dict[str, "frappe._dict"]:
	"""The rows as they are now, so that nobody else changes them meanwhile."""
	if not names:
		return {}
	fields = ", ".join(dict.fromkeys((*FIELDS, *course.FIELDS)))
	query = f"select {fields} from `tab{MESSAGE}` where name in %s for update"
	return {row.name: row for row in frappe.db.sql(query, (tuple(names),), as_dict=True)}


def _advance(rows: Mapping[str, "frappe._dict"], reports: Mapping[str, Sequence[StatusUpdate]]) -> None:
	"""Applies what is reported of locked messages, with as few statements as there are different outcomes."""
	outcomes = {
		name: course.outcome(rows[name], updates) for name, updates in reports.items() if name in rows
	}
	_store({name: each.values for name, each in outcomes.items() if each.values})
	for name, each in outcomes.items():
		if each.failure:
			_fail_as_reported(name, each.failure)
	show_all({rows[name].communication for name, each in outcomes.items() if each.moved})
	for queue in {(row.customer, row.channel) for row in map(rows.get, outcomes) if row.status in UNSETTLED}:
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


def _fail_as_reported(name: str, update: StatusUpdate) -> None:
	code = update.errors[0].code if update.errors else None
	fail(name, _failure_text(update), code=code, at=to_site(update.timestamp))


def _failure_text(update: StatusUpdate) -> str:
	if not update.errors:
		return _("WhatsApp did not deliver this message and gave no reason.")
	error = update.errors[0]
	rule = rule_for(error.code)
	return _(rule.agent_text or ASK_ADMIN)


def fail(name: str, reason: str, *, code: int | None, at: datetime | None = None) -> None:
	"""The message will not arrive: shows the reason to the agents, once, and fails the parts behind it as well."""
	values = {
		"status": MessageStatus.FAILED.value,
		"error": reason,
		"error_code": code or 0,
		"failed_on": at or site_now(),
		"next_attempt": None,
	}
	if not change(name, values, only_from=_replaceable(MessageStatus.FAILED)):
		return
	message = frappe.db.get_value(MESSAGE, name, [*FIELDS, "text"], as_dict=True)
	_fail_rest(message, reason)
	show(message.communication)
	if message.communication:
		first_response.take_back(message.communication)
	ticket = tickets.ticket_of(message.communication) if message.communication else None
	if ticket:
		start = (message.text or "")[:80]
		tickets.note(ticket, _('WhatsApp message "{0}" was not delivered. {1}').format(start, reason))


def _fail_rest(message: "frappe._dict", reason: str) -> None:
	"""A reply without its beginning would puzzle the customer: its later parts wait for *Send again* with it."""
	if not message.communication:
		return
	rest = frappe.get_all(MESSAGE, {"communication": message.communication, "status": "Queued"}, pluck="name")
	for name in rest:
		values = {"status": MessageStatus.FAILED.value, "error": reason, "failed_on": site_now()}
		change(name, values, only_from=("Queued",))


def show(communication: str | None) -> None:
	"""Brings the state of a reply's messages into the ticket."""
	show_all({communication})


def show_all(communications: Collection[str | None]) -> None:
	"""The same for several replies at once."""
	wanted = tuple(name for name in communications if name)
	if not wanted:
		return
	states: dict[str, list[str]] = {name: [] for name in wanted}
	query = f"select communication, status from `tab{MESSAGE}` where communication in %s and sent_again = 0"
	for communication, status in frappe.db.sql(query, (wanted,)):
		states[communication].append(status)
	badges.show({name: delivery_status(found) for name, found in states.items()})


def delivery_status(states: Sequence[str]) -> str:
	"""Helpdesk's badge for the messages of one reply: the least advanced of them speaks for all."""
	if MessageStatus.FAILED.value in states:
		return "Error"
	if {"Queued", "Sending", "Unconfirmed"} & set(states):
		return "Sending"
	if states and set(states) <= {"Read", "Played"}:
		return "Read"
	return "Sent"
