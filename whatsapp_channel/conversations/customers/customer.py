"""Finds, creates and updates the customer's row. It is also the lock for all work on a conversation (ADR 0004)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import frappe
from frappe import _

from whatsapp_channel import rows
from whatsapp_channel.clock import to_site
from whatsapp_channel.cloud_api.webhook_parser import ContactCard, InboundMessage
from whatsapp_channel.conversations.conversation_rows import CustomerRow
from whatsapp_channel.conversations.customers import customer_timeline
from whatsapp_channel.conversations.customers.id_owners import is_free, owners
from whatsapp_channel.conversations.customers.identities import (
	Ids,
	Kind,
	gave_up,
	key,
	name_columns,
	number_columns,
	number_keys,
	remember,
	renumbered,
	user_columns,
)
from whatsapp_channel.conversations.customers.merging import lock_conversations, merge, primary_and_duplicate
from whatsapp_channel.conversations.customers.naming import name_contact
from whatsapp_channel.database import in_transaction, insert_row, lock_row, plain_values, set_value
from whatsapp_channel.doctypes import CUSTOMER, MESSAGE
from whatsapp_channel.helpdesk import contacts, customer_tickets, tickets
from whatsapp_channel.helpdesk.permissions import display_name
from whatsapp_channel.rules.customers.phone import variants
from whatsapp_channel.rules.messaging.session_rules import Direction
from whatsapp_channel.rules.text.message_text import clean_name

T = TypeVar("T")
TAKEN = (frappe.UniqueValidationError, frappe.DuplicateEntryError)


@dataclass(frozen=True, slots=True)
class DuplicatePair:
	"""Two rows that a message shows to be one person; `current` is the row whose ids are valid now."""

	one: str
	other: str
	current: str | None = None


def find_or_create(account: str, message: InboundMessage, card: ContactCard | None) -> str:
	"""The name of the customer's row. A new row is inserted and committed, because a row must exist before it can be locked.

	Merges two rows if the message shows them to be one person. Commits, so it must not be called within a transaction. The
	row may be merged into another before the caller has locked it: if database.lock_row returns False, call this again.
	"""
	ids = Ids(message.sender_wa_id, message.sender_user_id)
	return for_ids(account, ids, message.timestamp, card)


def under_lock(
	name: str | None,
	again: Callable[[], str | None],
	work: Callable[[str | None], T],
	still: Callable[[str | None], bool] | None = None,
) -> T:
	"""Runs `work` with a customer's name in a transaction, under the customer's lock (ADR 0004); returns its result.

	The row may be merged into another before it is locked: `again` then finds the customer again. `still` decides, under the
	lock, whether this is still the right customer; by default it is enough that the row exists. Raises what `work` raises.
	"""

	def attempt() -> tuple[T] | None:
		locked = bool(name) and lock_row(CUSTOMER, name)
		if not (still(name) if still else locked):
			return None
		return (work(name),)

	while not (done := in_transaction(attempt)):
		name = again()
	return done[0]


def for_ids(account: str, ids: Ids, at: datetime, card: ContactCard | None = None) -> str:
	"""As `find_or_create`, for the person who had these ids at `at` (UTC)."""
	# Nearly every message is from a known customer: finding them needs no transaction of its own.
	found = find(account, ids, at)
	while not isinstance(found, str):
		if found:
			merge(*primary_and_duplicate(found.one, found.other), current=found.current, at=at)
		# The unique keys decide which process inserts; the others find its row on the next try.
		found = in_transaction(lambda: _find_or_insert(account, ids, at, card), also_retry=TAKEN)
	return found


def _find_or_insert(account: str, ids: Ids, at: datetime, card: ContactCard | None) -> str | DuplicatePair:
	found = find(account, ids, at)
	if not found and not ids.bsuid and not is_free(account, wa_id=ids.wa_id or "", but=""):
		# Another connection inserted the number since the query above: find its customer again.
		raise frappe.DuplicateEntryError(CUSTOMER)
	return found or insert(account, ids, card)


def find(account: str, ids: Ids, at: datetime) -> str | DuplicatePair | None:
	"""The customer who had these ids at `at`; two rows if they are one person and not merged yet.

	No customer loses an id here. If the two ids belong to two customers who are known to be different people, the user id
	decides: only its owner can use it, whereas numbers are passed on to other people.
	"""
	found = owners(account, ids, at)
	by_bsuid, by_number = found.by_bsuid, found.by_number
	if not by_number:
		return by_bsuid.name if by_bsuid else None
	if not by_bsuid:
		if by_number.former or not _is_another(by_number.name, ids):
			return by_number.name
		_tell_apart(by_number.name, ids, at)
		return None
	if by_bsuid.name == by_number.name:
		return by_bsuid.name
	if _has_no_other_number(by_bsuid.name, ids) and not _is_another(by_number.name, ids):
		return DuplicatePair(by_bsuid.name, by_number.name)
	_tell_apart(by_bsuid.name, ids, at)
	return by_bsuid.name


def _is_another(name: str, ids: Ids) -> bool:
	"""Whether the owner of the number is known to have another user id."""
	known = ids.bsuid and frappe.db.get_value(CUSTOMER, name, "bsuid")
	return bool(known and known != ids.bsuid)


def _has_no_other_number(name: str, ids: Ids) -> bool:
	known = frappe.db.get_value(CUSTOMER, name, "wa_id")
	return not known or known in variants(ids.wa_id or "")


def _tell_apart(name: str, ids: Ids, at: datetime) -> None:
	text = _(
		"Messages of user ID {0} come with the number {1}, which another customer has. The two are kept apart, because they may be different people."
	).format(customer_timeline.shown(ids.bsuid), customer_timeline.shown(ids.wa_id))
	customer_timeline.note_once(name, text, at)


def insert(account: str, ids: Ids, card: ContactCard | None = None) -> str:
	"""Inserts a customer. A number that belongs to another customer stays with that one.

	Raises one of TAKEN if another connection was faster.
	"""
	number = ids.wa_id if ids.wa_id and is_free(account, wa_id=ids.wa_id, but="") else None
	columns = {**number_columns(account, number), **user_columns(account, ids.bsuid)}
	name = clean_name((card and card.name) or "", columns["phone"] or ids.bsuid or "")
	values = {
		"account": account,
		**columns,
		**name_columns(name, ids.bsuid),
		"username": _username(card),
	}
	return insert_row(CUSTOMER, values)


def refresh(name: str, message: InboundMessage, card: ContactCard | None) -> CustomerRow:
	"""Updates a locked customer from a message and returns the row.

	Finds or creates the Contact if the customer has none.
	"""
	row = rows.one(CustomerRow, name)
	if _tells_ids(row, message):
		lock_conversations(name)
	ids = _new_ids(row, message)
	# A name that is told counts for more than the number that stands for one.
	changes = {**ids, **_names(row, card)}
	if not row.contact or not frappe.db.exists("Contact", row.contact):
		now = row.changed(changes)
		changes["contact"] = contacts.find_or_create(now.wa_id, display_name(now))
	if changes:
		save(name, changes)
		row = row.changed(changes)
	if ids:
		follow_ids(row)
	elif "contact" in changes:
		contacts.silence(tickets.address_of(row))
	name_contact(row)
	return row


def _tells_ids(row: CustomerRow, message: InboundMessage) -> bool:
	"""Whether a message has a number or user id that is not in the customer's row."""
	told = {message.sender_wa_id, message.sender_user_id}
	return not told <= {row.wa_id, row.bsuid, None}


def _names(row: CustomerRow, card: ContactCard | None) -> dict[str, str]:
	if not card:
		return {}
	name = clean_name(card.name or "", row.profile_name or "")
	told = {**name_columns(name, row.bsuid), "username": _username(card)}
	now = plain_values(CUSTOMER, told)
	return {field: value for field, value in now.items() if value and value != getattr(row, field)}


def _username(card: ContactCard | None) -> str | None:
	return clean_name((card and card.username) or "", "") or None


def save(name: str, changes: dict[str, object]) -> None:
	"""Updates a locked customer. Raises frappe.QueryDeadlockError if another customer has just got the same id."""
	try:
		set_value(CUSTOMER, name, changes)
	except Exception as error:
		if frappe.db.is_duplicate_entry(error):
			# The caller starts again, as after a deadlock, and then sees the other row.
			raise frappe.QueryDeadlockError(str(error)) from error
		raise


def follow_ids(row: CustomerRow) -> None:
	"""Updates Contact and tickets after a change of number. The caller has locked the customer's conversations."""
	if row.wa_id:
		contacts.add_number(row.contact, row.wa_id)
	customer_tickets.follow_address(row)


def _new_ids(row: CustomerRow, message: InboundMessage) -> dict[str, str | None]:
	return {**_new_user_id(row, message), **_new_number(row, message)}


def _new_user_id(row: CustomerRow, message: InboundMessage) -> dict[str, str | None]:
	"""The user id that this message adds to a customer who is known by number."""
	bsuid, number, at = message.sender_user_id, message.sender_wa_id, message.timestamp
	if not bsuid or bsuid == row.bsuid or not is_free(row.account, bsuid=bsuid, but=row.name):
		return {}
	if gave_up(row.name, [key(row.account, bsuid)], at):
		return {}
	if number and (ended := gave_up(row.name, number_keys(row.account, number), at)):
		# A late message from a former number: that number's user id is no longer valid either.
		remember(row.name, row.account, Kind.USER, bsuid, ended)
		return {}
	return {} if row.bsuid else user_columns(row.account, bsuid)


def _new_number(row: CustomerRow, message: InboundMessage) -> dict[str, str | None]:
	"""The number that this message adds to a customer, or a new number whose change Meta has not reported.

	Another spelling of the same number is stored as well, because Meta delivers to the spelling that it sends.
	"""
	number, at = message.sender_wa_id, message.timestamp
	if not number or number == row.wa_id or not is_free(row.account, wa_id=number, but=row.name):
		return {}
	if gave_up(row.name, number_keys(row.account, number), at):
		return {}
	if row.wa_id:
		if _wrote_later(row.name, at):
			return {}
		if number not in variants(row.wa_id):
			remember(row.name, row.account, Kind.PHONE, row.wa_id, at)
			tell_number_change(row, row.wa_id, number, at)
	return renumbered(row, number)


def _wrote_later(name: str, at: datetime) -> bool:
	later = {"customer": name, "direction": Direction.INCOMING, "message_timestamp": [">", to_site(at)]}
	return bool(frappe.db.exists(MESSAGE, later))


def tell_number_change(row: CustomerRow, was: str | None, now: str, at: datetime) -> None:
	"""Adds an entry to the customer's timeline, and a note for agents to their open tickets."""
	text = _("{0}'s number changed from {1} to {2}.")
	text = text.format(display_name(row), customer_timeline.shown(was), customer_timeline.shown(now))
	if customer_timeline.note(row.name, text, at):
		customer_tickets.tell_agents(row.name, text)
