"""Merges two customer rows that turn out to be one person: the duplicate is deleted and its links move to the primary."""

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
	move_former,
	name_columns,
	number_columns,
	remember,
	user_columns,
)
from whatsapp_channel.conversations.customers.naming import name_contact
from whatsapp_channel.database import in_transaction, lock_row, set_value
from whatsapp_channel.doctypes import CONVERSATION, CUSTOMER, MESSAGE, SESSION
from whatsapp_channel.helpdesk import contacts, customer_tickets, tickets
from whatsapp_channel.helpdesk.permissions import display_name
from whatsapp_channel.jobs import wake_sender_after_commit
from whatsapp_channel.rules.customers.phone import variants
from whatsapp_channel.rules.messaging.conversation_state import ConversationState
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.session_rules import Direction

# Conversations come first. A reply locks its conversation before it writes messages, so it either commits before its
# messages are moved, or reads the primary customer from the conversation.
LINKS = ((CONVERSATION, "customer"), (SESSION, "customer"), (MESSAGE, "customer"))
REFERENCES = (
	("Comment", "reference_doctype", "reference_name"),
	("Communication", "reference_doctype", "reference_name"),
	("File", "attached_to_doctype", "attached_to_name"),
	("ToDo", "reference_type", "reference_name"),
)


def primary_and_duplicate(one: str, other: str) -> tuple[str, str]:
	"""Which of two rows to keep and which to delete, in this order. The older one is kept: more rows link to it."""
	rows = frappe.get_all(
		CUSTOMER, {"name": ["in", [one, other]]}, pluck="name", order_by="creation, name", limit=1
	)
	return (other, one) if rows == [other] else (one, other)


def merge(primary: str, duplicate: str, *, current: str | None = None, at: datetime | None = None) -> None:
	"""Merges two customers in a transaction of its own. Does nothing if either row no longer exists, so it can be repeated.

	`current`: the row whose ids are valid now, where both rows have ids; those of the other were valid until `at` (UTC).
	Defaults: the primary, and now. Must not be called within a transaction.
	"""
	if primary != duplicate:
		in_transaction(lambda: _merge(primary, duplicate, current or primary, at or utc_now()))


def _merge(primary: str, duplicate: str, current: str, at: datetime) -> None:
	# Always locked in the same order, so that two merges of the same rows wait for each other instead of deadlocking.
	for name in sorted((primary, duplicate)):
		if not lock_row(CUSTOMER, name):
			return
	lock_conversations(primary, duplicate)
	primary_row, duplicate_row = rows.one(CustomerRow, primary), rows.one(CustomerRow, duplicate)
	current_ids, former_ids = (
		(primary_row, duplicate_row) if current == primary else (duplicate_row, primary_row)
	)
	_move(primary, duplicate)
	frappe.db.delete(CUSTOMER, {"name": duplicate})
	frappe.clear_document_cache(CUSTOMER, duplicate)
	remember(primary, current_ids.account, Kind.RECORD, duplicate, at)
	_keep_former(primary, current_ids, former_ids, at)
	changes = _merged_values(primary_row, duplicate_row, current_ids, former_ids)
	set_value(CUSTOMER, primary, changes)
	row = primary_row.changed(changes)
	_follow(row, {primary_row.contact, duplicate_row.contact} - {None, row.contact})
	text = _("Joined with another row of the same customer: {0}, {1}.")
	known_by = (
		", ".join(customer_timeline.shown(each) for each in (former_ids.wa_id, former_ids.bsuid) if each)
		or "?"
	)
	customer_timeline.note(primary, text.format(display_name(duplicate_row), known_by), at)


def lock_conversations(*customers_locked: str) -> None:
	"""Call it before changing tickets: a reply locks its conversation first and then the ticket, so the opposite order would
	deadlock. Locks row by row, by name: a gap lock would keep other customers' new conversations waiting."""
	of_these = {"customer": ["in", customers_locked]}
	names = frappe.get_all(CONVERSATION, of_these, pluck="name", order_by="name")
	if names:
		frappe.db.sql(
			f"select name from `tab{CONVERSATION}` where name in %s order by name for update", (tuple(names),)
		)


def _move(primary: str, duplicate: str) -> None:
	for doctype, field in LINKS:
		set_value(doctype, {field: duplicate}, field, primary, update_modified=False)
	for doctype, kind, name in REFERENCES:
		set_value(doctype, {kind: CUSTOMER, name: duplicate}, name, primary, update_modified=False)
	move_former(duplicate, primary)
	customer_tickets.move_tickets(duplicate, primary)


def _keep_former(primary: str, current_ids: CustomerRow, former_ids: CustomerRow, at: datetime) -> None:
	"""Keeps the ids that are no longer valid, so that old messages still find the customer."""
	if current_ids.wa_id and former_ids.wa_id and former_ids.wa_id not in variants(current_ids.wa_id):
		remember(primary, current_ids.account, Kind.PHONE, former_ids.wa_id, at)
	if current_ids.bsuid and former_ids.bsuid and former_ids.bsuid != current_ids.bsuid:
		remember(primary, current_ids.account, Kind.USER, former_ids.bsuid, at)


def _merged_values(
	primary: CustomerRow, duplicate: CustomerRow, current_ids: CustomerRow, former_ids: CustomerRow
) -> dict[str, object]:
	stops = [row.marketing_stopped_on for row in (primary, duplicate) if row.marketing_stopped_on]
	columns = {
		**number_columns(current_ids.account, current_ids.wa_id or former_ids.wa_id),
		**user_columns(current_ids.account, current_ids.bsuid or former_ids.bsuid),
	}
	told = [row.profile_name for row in (primary, duplicate) if has_name(row)]
	return {
		**columns,
		**name_columns(told[0] if told else columns["phone"] or columns["bsuid"], columns["bsuid"]),
		"contact": _better_contact(primary.contact, duplicate.contact),
		"username": current_ids.username or former_ids.username,
		# If they opted out of marketing under either row, they stay opted out.
		"marketing_stopped_on": max(stops) if stops else None,
	}


def _better_contact(primary: str | None, duplicate: str | None) -> str | None:
	"""Prefers a Contact that people have edited to one that only this app has made."""
	if contacts.is_ours_alone(primary) and not contacts.is_ours_alone(duplicate):
		return duplicate
	return primary or duplicate


def _follow(row: CustomerRow, other_contacts: set[str]) -> None:
	"""Updates Contact, tickets and send queues after a merge; `row` is the primary as it is now."""
	if row.wa_id:
		contacts.add_number(row.contact, row.wa_id)
	name_contact(row)
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
		customer_tickets.tell_agents(row.name, text.format(display_name(row), ", ".join(open_tickets)))


def _channels(doctype: str, filters: dict[str, object]) -> list[str]:
	return sorted(set(filter(None, frappe.get_all(doctype, filters, pluck="channel"))))


def _one_current_conversation(customer: str, channel: str) -> None:
	"""Ends all but the newest conversation with a channel; the newest takes over an open ticket of the others."""
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
