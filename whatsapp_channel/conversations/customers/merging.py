"""Two customers turn out to be one person: one row goes, and everything that pointed at it points at the other."""

from datetime import datetime

import frappe
from frappe import _

from whatsapp_channel import rows
from whatsapp_channel.clock import site_now, utc_now
from whatsapp_channel.conversations.conversation_rows import ConversationRow, CustomerRow
from whatsapp_channel.conversations.customers import customer_timeline
from whatsapp_channel.conversations.customers.identities import (
	Kind,
	has_name,
	number_columns,
	remember,
	user_columns,
)
from whatsapp_channel.database import in_transaction, lock_row, set_value
from whatsapp_channel.doctypes import CONVERSATION, CUSTOMER, IDENTITY, MESSAGE, SESSION
from whatsapp_channel.helpdesk import contacts, customer_tickets, tickets
from whatsapp_channel.helpdesk.permissions import called
from whatsapp_channel.jobs import wake_sender_after_commit
from whatsapp_channel.rules.customers.phone import variants
from whatsapp_channel.rules.messaging.conversation_state import ConversationState
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.session_rules import Direction

# Conversations first: a reply that is being saved writes its conversation before its messages, so it either is
# done before its messages are moved, or reads the new customer from the conversation.
LINKS = ((CONVERSATION, "customer"), (SESSION, "customer"), (MESSAGE, "customer"))
REFERENCES = (
	("Comment", "reference_doctype", "reference_name"),
	("Communication", "reference_doctype", "reference_name"),
	("File", "attached_to_doctype", "attached_to_name"),
	("ToDo", "reference_type", "reference_name"),
)


def elder(one: str, other: str) -> tuple[str, str]:
	"""Which of two rows stays and which goes: the older stays, because its name stands in more places."""
	rows = frappe.get_all(
		CUSTOMER, {"name": ["in", [one, other]]}, pluck="name", order_by="creation, name", limit=1
	)
	return (other, one) if rows == [other] else (one, other)


def join(keep: str, gone: str, *, present: str | None = None, at: datetime | None = None) -> None:
	"""Joins two customers in one transaction. Does nothing if either is gone already, so it may be repeated.

	`present`: the one of the two whose ids are valid now, if both have some; the other's were valid until `at` (UTC).
	Without them it is the one that stays, and now. Calls from within a transaction would break that transaction.
	"""
	if keep != gone:
		in_transaction(lambda: _join(keep, gone, present or keep, at or utc_now()))


def _join(keep: str, gone: str, present: str, at: datetime) -> None:
	# In one order, whoever joins what: two joins of the same rows must wait for each other instead of deadlocking.
	for name in sorted((keep, gone)):
		if not lock_row(CUSTOMER, name):
			return
	lock_conversations(keep, gone)
	stays, goes = rows.one(CustomerRow, keep), rows.one(CustomerRow, gone)
	now, then = (stays, goes) if present == keep else (goes, stays)
	_move(keep, gone)
	frappe.db.delete(CUSTOMER, {"name": gone})
	frappe.clear_document_cache(CUSTOMER, gone)
	remember(keep, now.account, Kind.RECORD, gone, at)
	_keep_former(keep, now, then, at)
	changes = _united(stays, goes, now, then)
	set_value(CUSTOMER, keep, changes)
	row = stays.changed(changes)
	_follow(row, {stays.contact, goes.contact} - {None, row.contact})
	text = _("Joined with another row of the same customer: {0}, {1}.")
	known_by = ", ".join(customer_timeline.shown(each) for each in (then.wa_id, then.bsuid) if each) or "?"
	customer_timeline.tell(keep, text.format(called(goes), known_by), at)


def lock_conversations(*customers_locked: str) -> None:
	"""Before tickets are changed: a reply takes the conversation first and then the ticket, and the other way round the
	two would lock each other out. By name, so that no gap is locked in which another customer's conversation begins."""
	of_these = {"customer": ["in", customers_locked]}
	names = frappe.get_all(CONVERSATION, of_these, pluck="name", order_by="name")
	if names:
		frappe.db.sql(
			f"select name from `tab{CONVERSATION}` where name in %s order by name for update", (tuple(names),)
		)


def _move(keep: str, gone: str) -> None:
	for doctype, field in LINKS:
		set_value(doctype, {field: gone}, field, keep, update_modified=False)
	for doctype, kind, name in REFERENCES:
		set_value(doctype, {kind: CUSTOMER, name: gone}, name, keep, update_modified=False)
	former = {"parent": gone, "parenttype": CUSTOMER}
	set_value(IDENTITY, former, "parent", keep, update_modified=False)
	customer_tickets.move_tickets(gone, keep)


def _keep_former(keep: str, now: CustomerRow, then: CustomerRow, at: datetime) -> None:
	"""What the one was known by who is no more valid."""
	if now.wa_id and then.wa_id and then.wa_id not in variants(now.wa_id):
		remember(keep, now.account, Kind.PHONE, then.wa_id, at)
	if now.bsuid and then.bsuid and then.bsuid != now.bsuid:
		remember(keep, now.account, Kind.USER, then.bsuid, at)


def _united(keep: CustomerRow, gone: CustomerRow, now: CustomerRow, then: CustomerRow) -> dict[str, object]:
	stops = [row.marketing_stopped_on for row in (keep, gone) if row.marketing_stopped_on]
	return {
		**number_columns(now.account, now.wa_id or then.wa_id),
		**user_columns(now.account, now.bsuid or then.bsuid),
		"profile_name": keep.profile_name if has_name(keep) or not has_name(gone) else gone.profile_name,
		"contact": _better_contact(keep.contact, gone.contact),
		"username": now.username or then.username,
		# Whoever asked for no more marketing, as either, is not to get any.
		"marketing_stopped_on": max(stops) if stops else None,
	}


def _better_contact(keep: str | None, gone: str | None) -> str | None:
	"""One that people have worked with before one that only this app has made."""
	if contacts.is_ours_alone(keep) and not contacts.is_ours_alone(gone):
		return gone
	return keep or gone


def _follow(row: CustomerRow, other_contacts: set[str]) -> None:
	"""Contact, tickets and queues after a join; `row` is what stayed, as it is now."""
	if row.wa_id:
		contacts.add_number(row.contact, row.wa_id)
	for was in other_contacts:
		if contacts.is_ours_alone(was):
			customer_tickets.follow_contact(row.name, was, row.contact)
	customer_tickets.follow_address(row)
	for channel in _channels(CONVERSATION, {"customer": row.name}):
		_one_current_conversation(row.name, channel)
	waiting = {
		"customer": row.name,
		"direction": Direction.OUTGOING,
		"status": ["in", [MessageStatus.QUEUED, MessageStatus.SENDING]],
	}
	for channel in _channels(MESSAGE, waiting):
		wake_sender_after_commit(row.name, channel)
	open_tickets = customer_tickets.open_tickets(row.name)
	if len(open_tickets) > 1:
		text = _("WhatsApp knows now that these tickets are of one customer, {0}: {1}. You can merge them.")
		customer_tickets.tell_agents(row.name, text.format(called(row), ", ".join(open_tickets)))


def _channels(doctype: str, filters: dict[str, object]) -> list[str]:
	return sorted(set(filter(None, frappe.get_all(doctype, filters, pluck="channel"))))


def _one_current_conversation(customer: str, channel: str) -> None:
	"""A customer has one running conversation with a channel: the newest. It takes over an open ticket."""
	thread = {"customer": customer, "channel": channel}
	newest, *earlier = rows.many(ConversationRow, thread, "opened_at desc, creation desc")
	running = [row for row in earlier if row.state != ConversationState.ENDED]
	if not _is_open(newest.ticket):
		ticket = next((row.ticket for row in running if _is_open(row.ticket)), None)
		if ticket:
			values = {"ticket": ticket, "ended_at": None}
			set_value(
				CONVERSATION,
				newest.name,
				values
				if newest.state != ConversationState.ENDED
				else {**values, "state": ConversationState.OPEN},
			)
	if running:
		ended = {"state": ConversationState.ENDED, "ended_at": site_now()}
		set_value(CONVERSATION, {"name": ["in", [row.name for row in running]]}, ended)


def _is_open(ticket: str | None) -> bool:
	state = tickets.state(ticket)
	return bool(state and not state.is_resolved)
