"""What became of an outgoing message: the only place that changes its status (design decision 5)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _

from whatsapp_channel.clock import site_now, to_site
from whatsapp_channel.cloud_api.errors import ASK_ADMIN, rule_for
from whatsapp_channel.cloud_api.webhook import Item, StatusUpdate
from whatsapp_channel.database import in_transaction, lock_row
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.inbound import conversation, session
from whatsapp_channel.inbound.problems import ItemProblem
from whatsapp_channel.jobs import wake_sender_after_commit
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.rules import window
from whatsapp_channel.rules.status import MessageStatus, from_meta, replaceable_by

TABLE = "WhatsApp Session Message"
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
]


def change(name: str, values: dict[str, Any], *, only_from: Iterable[str]) -> bool:
	"""Changes a message only if its status is one of `only_from`, in one statement; returns whether it did."""
	assignments = ", ".join(f"`{field}` = %s" for field in values)
	allowed = tuple(only_from)
	marks = ", ".join(["%s"] * len(allowed))
	frappe.db.sql(
		f"update `tab{TABLE}` set {assignments}, modified = %s where name = %s and status in ({marks})",
		(*values.values(), site_now(), name, *allowed),
	)
	return bool(frappe.db._cursor.rowcount)


def accept(name: str, *, wamid: str, at: datetime) -> None:
	"""Meta has taken the message: counts it in its session and keeps its id. A second time changes nothing."""
	customer = frappe.db.get_value(TABLE, name, "customer")

	def work() -> None:
		lock_row("WhatsApp Customer", customer)
		message = frappe.db.get_value(TABLE, name, FIELDS, as_dict=True)
		if not message.session:
			_count(message, wamid, at)
		values = {"status": MessageStatus.ACCEPTED.value, "error": None, "error_code": 0}
		change(name, values, only_from=_replaceable(MessageStatus.ACCEPTED))
		show(message.communication)

	in_transaction(work)


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
	values = {"session": counted, "wamid": wamid, "wamid_key": wamid_key(wamid), "accepted_on": to_site(at)}
	frappe.db.set_value(TABLE, message.name, values)


def _replaceable(new: MessageStatus) -> list[str]:
	return [status.value for status in replaceable_by(new)]


def apply_all(items: Sequence[Item]) -> list[Item]:
	"""Applies a chunk of statuses in one transaction; returns those that need one of their own.

	That are the ones whose message is not known or not yet counted, which takes the customer's lock.
	"""

	def work() -> list[Item]:
		alone = []
		for item in items:
			message = _find(item.status)
			if message and message.session:
				_advance(message, item.status)
			else:
				alone.append(item)
		return alone

	return in_transaction(work)


def apply(item: Item) -> None:
	"""Applies one status. Raises ItemProblem when its message is not known, or not yet."""
	update = item.status
	message = _find(update)
	if not message:
		raise ItemProblem(_("No message of ours has this id."), "Pending", patience=PATIENCE)
	known = from_meta(update.status)
	if not known:
		raise ItemProblem(_("Unknown status {0}.").format(update.status), "Dropped")
	if not message.session and known is not MessageStatus.FAILED:
		accept(message.name, wamid=update.id, at=update.timestamp)
	in_transaction(lambda: _advance(message, update))


def _find(update: StatusUpdate) -> "frappe._dict | None":
	"""By id, and by our own reference when the answer with the id was lost."""
	filters = {"wamid_key": wamid_key(update.id), "direction": "Outgoing"}
	found = frappe.db.get_value(TABLE, filters, FIELDS, as_dict=True)
	if not found and update.reference:
		found = frappe.db.get_value(TABLE, {"client_reference": update.reference}, FIELDS, as_dict=True)
	return found


def _advance(message: "frappe._dict", update: StatusUpdate) -> None:
	new = from_meta(update.status)
	if not new:
		return
	at = to_site(update.timestamp)
	if new is MessageStatus.FAILED:
		code = update.errors[0].code if update.errors else None
		fail(message.name, _failure_text(update), code=code, at=at)
	else:
		# A later status implies the earlier ones, but only its own time is known.
		values = {"status": new.value, "error": None, "error_code": 0, f"{new.value.lower()}_on": at}
		if not change(message.name, values, only_from=_replaceable(new)):
			_keep_time(message.name, f"{new.value.lower()}_on", at)
		if update.window_ends:
			conversation.extend_window(message.conversation, update.window_ends)
		show(message.communication)
	if message.status in UNSETTLED:
		wake_sender_after_commit(message.customer, message.channel)


def _keep_time(name: str, field: str, at: datetime) -> None:
	"""A status that comes late changes nothing but tells when it happened."""
	if not frappe.db.get_value(TABLE, name, field):
		frappe.db.set_value(TABLE, name, field, at)


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
	message = frappe.db.get_value(TABLE, name, [*FIELDS, "text"], as_dict=True)
	_fail_rest(message, reason)
	show(message.communication)
	ticket = tickets.ticket_of(message.communication) if message.communication else None
	if ticket:
		start = (message.text or "")[:80]
		tickets.note(ticket, _('WhatsApp message "{0}" was not delivered. {1}').format(start, reason))


def _fail_rest(message: "frappe._dict", reason: str) -> None:
	"""A reply without its beginning would puzzle the customer: its later parts wait for *Send again* with it."""
	if not message.communication:
		return
	rest = frappe.get_all(TABLE, {"communication": message.communication, "status": "Queued"}, pluck="name")
	for name in rest:
		values = {"status": MessageStatus.FAILED.value, "error": reason, "failed_on": site_now()}
		change(name, values, only_from=("Queued",))


def show(communication: str | None) -> None:
	"""Brings the state of a reply's messages into the ticket.

	By db.set_value: saving a Communication again would open its ticket again.
	"""
	if not communication:
		return
	states = frappe.get_all(TABLE, {"communication": communication, "sent_again": 0}, pluck="status")
	badge = delivery_status(states)
	if badge == frappe.db.get_value("Communication", communication, "delivery_status"):
		return
	frappe.db.set_value("Communication", communication, "delivery_status", badge, update_modified=False)
	if ticket := tickets.ticket_of(communication):
		tickets.publish_update(ticket)


def delivery_status(states: Sequence[str]) -> str:
	"""Helpdesk's badge for the messages of one reply: the least advanced of them speaks for all."""
	if MessageStatus.FAILED.value in states:
		return "Error"
	if {"Queued", "Sending", "Unconfirmed"} & set(states):
		return "Sending"
	if states and set(states) <= {"Read", "Played"}:
		return "Read"
	return "Sent"
