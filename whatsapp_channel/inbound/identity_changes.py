"""Changes of a customer's number, user id and marketing preference.

Sources: Meta's webhook reference for messages of type system (`user_changed_number`, `user_changed_user_id`,
`customer_identity_changed`) and for user_preferences, and its page on business-scoped user ids, which change with the
number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe

from whatsapp_channel import rows
from whatsapp_channel.clock import to_site, to_utc
from whatsapp_channel.cloud_api.content import System
from whatsapp_channel.cloud_api.webhook_parser import InboundMessage, Item
from whatsapp_channel.conversations.conversation_rows import CustomerRow
from whatsapp_channel.conversations.customers import customer, customer_timeline
from whatsapp_channel.conversations.customers.customer import DuplicatePair
from whatsapp_channel.conversations.customers.id_owners import Owner, owners
from whatsapp_channel.conversations.customers.identities import (
	Ids,
	Kind,
	gave_up,
	key,
	number_columns,
	number_keys,
	remember,
	renumbered,
	user_columns,
)
from whatsapp_channel.conversations.customers.merging import lock_conversations, merge, primary_and_duplicate
from whatsapp_channel.database import in_transaction, lock_row, new_transaction, set_value
from whatsapp_channel.doctypes import CUSTOMER, MESSAGE
from whatsapp_channel.helpdesk import customer_tickets
from whatsapp_channel.helpdesk.permissions import display_name
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.inbound.routing import route
from whatsapp_channel.rules.customers.phone import variants
from whatsapp_channel.rules.messaging.session_rules import Direction
from whatsapp_channel.sentences import _, sentence
from whatsapp_channel.translate import to_user

__all__ = ["apply_preference", "apply_system"]

# Carriers wait before they reassign a number; in the USA for at least 45 days (47 CFR 52.15(f)).
NUMBERS_REST = timedelta(days=45)
MARKETING = "marketing_messages"


@dataclass(frozen=True, slots=True)
class Change:
	"""A change of ids, and its time (UTC). `new` has only the changed ids."""

	old: Ids
	new: Ids
	at: datetime


def apply_system(account: str, message: InboundMessage) -> None:
	"""Applies a message of type system. Repetitions and the order of several have no influence on the result.

	Runs transactions of its own: must not be called within one.
	"""
	content = message.content
	if not isinstance(content, System):
		return
	change = _change_in(content, message)
	if change.new.wa_id or change.new.bsuid:
		_apply_change(account, change)
	elif change.old.wa_id or change.old.bsuid:
		name = customer.for_ids(account, change.old, change.at)
		in_transaction(lambda: customer_timeline.note(name, _words(content), change.at))


def _words(content: System) -> str:
	if content.kind == "customer_identity_changed":
		return to_user(
			_("The customer's security code changed: WhatsApp was installed anew or moved to another phone.")
		)
	return to_user(sentence(_("WhatsApp reports: {0}"), content.body or content.kind or "?"))


def _change_in(content: System, message: InboundMessage) -> Change:
	"""The change in a message. Meta repeats unchanged ids, and may name the new user id as the sender's."""
	number, new_number = message.sender_wa_id, content.new_wa_id
	if content.kind == "user_changed_number" and number == new_number:
		number = None
	elif new_number and number and new_number in variants(number):
		new_number = None
	sender = message.sender_user_id if message.sender_user_id != content.new_user_id else None
	old_user = content.old_user_id or sender
	new_user = content.new_user_id if content.new_user_id != old_user else None
	return Change(Ids(number, old_user), Ids(new_number, new_user), message.timestamp)


def _apply_change(account: str, change: Change) -> None:
	while True:
		found = in_transaction(lambda: _whose(account, change), also_retry=customer.TAKEN)
		if isinstance(found, DuplicatePair):
			merge(*primary_and_duplicate(found.one, found.other), current=found.current, at=change.at)
		elif in_transaction(lambda name=found: _record(account, name, change)):
			return


def _whose(account: str, change: Change) -> str | DuplicatePair:
	"""The customer whom a change is about; two rows to merge first if the new id already has a row of its own.

	That happens when a message arrived before the news of the change, or when two changes were reported in the wrong order.
	"""
	before = customer.find(account, change.old, change.at)
	if isinstance(before, DuplicatePair):
		return before
	after = owners(account, _not_yet_of(before, account, change) if before else change.new, change.at)
	same = [after.by_bsuid.name] if after.by_bsuid else []
	if after.by_number and not _was_somebody_else(after.by_number, change, before):
		same.append(after.by_number.name)
	others = [name for name in dict.fromkeys(same) if name != before]
	if before and others:
		return DuplicatePair(before, others[0], current=others[0])
	if len(others) > 1:
		return DuplicatePair(*others[:2])
	return before or (others[0] if others else _unknown(account, change))


def _not_yet_of(name: str, account: str, change: Change) -> Ids:
	"""The new ids without those that the customer has or had since: then the change was already applied.

	Then former owners of the number do not matter, even if the two reports have different times.
	"""
	row, new = rows.one(CustomerRow, name), change.new
	if not row:
		return new
	wa_id, bsuid = new.wa_id, new.bsuid
	if wa_id and (row.wa_id in variants(wa_id) or gave_up(name, number_keys(account, wa_id), change.at)):
		wa_id = None
	if bsuid and (row.bsuid == bsuid or gave_up(name, [key(account, bsuid)], change.at)):
		bsuid = None
	return Ids(wa_id, bsuid)


def _was_somebody_else(owner: Owner, change: Change, name: str | None) -> bool:
	"""Whether the new number belonged to another person before: with another user id, or silent for a long time.

	`name`: the customer whom the change is about. A user id belongs to its number. So someone who wrote from this number
	before the change, with a user id, is another person; someone who wrote only since is this customer with the new id.
	"""
	if owner.former:
		return False
	known = frappe.db.get_value(CUSTOMER, owner.name, "bsuid")
	if known and change.new.bsuid and known != change.new.bsuid:
		return True
	last = _last_before(owner.name, change.at)
	if not last:
		return False
	own = change.old.bsuid or (name and frappe.db.get_value(CUSTOMER, name, "bsuid"))
	# It is the same person if the user id is the one that Meta reports as new.
	other = known and own and known not in (own, change.new.bsuid)
	return bool(other) or change.at - last >= NUMBERS_REST


def _last_before(name: str, at: datetime) -> datetime | None:
	"""The time (UTC) of a customer's last message before a moment."""
	before = {"customer": name, "direction": Direction.INCOMING, "message_timestamp": ["<", to_site(at)]}
	last = frappe.get_all(
		MESSAGE, before, pluck="message_timestamp", order_by="message_timestamp desc", limit=1
	)
	return to_utc(last[0]) if last else None


def _unknown(account: str, change: Change) -> str:
	"""The row of a customer who never wrote, or whose later change arrived first; created with the old ids if necessary."""
	old, new = change.old, change.new
	return customer.insert(account, Ids(old.wa_id or new.wa_id, old.bsuid or new.bsuid))


def _record(account: str, name: str, change: Change) -> bool:
	"""Writes the change into the customer's row; False if rows were created or deleted meanwhile.

	The former owner of the number, who loses it to this customer, is locked as well.
	"""
	new = _not_yet_of(name, account, change)
	after = owners(account, Ids(new.wa_id), change.at).by_number
	loser = after.name if after and after.name != name else None
	if loser and not _was_somebody_else(after, change, name):
		return False
	new_transaction()  # the locks must be the first statements of their transaction
	for each in sorted(filter(None, (name, loser))):
		if not lock_row(CUSTOMER, each):
			return False
	lock_conversations(*filter(None, (name, loser)))
	if loser:
		_give_up_number(account, loser, change)
	row = was = rows.one(CustomerRow, name)
	changes = {**_number_change(row, change), **_user_change(row, change)}
	if changes:
		customer.save(name, changes)
		row = row.changed(changes)
		customer.follow_ids(row)
	_tell(was, row, change)
	return True


def _give_up_number(account: str, loser: str, change: Change) -> None:
	row = rows.one(CustomerRow, loser)
	if not row.wa_id or change.new.wa_id not in variants(row.wa_id):
		return
	# Valid until the second before: from that moment on it belongs to the new owner.
	remember(loser, account, Kind.PHONE, row.wa_id, change.at - timedelta(seconds=1))
	without = number_columns(account, None)
	set_value(CUSTOMER, loser, without)
	customer_tickets.follow_address(row.changed(without))
	text = to_user(
		sentence(_("The number {0} belongs to somebody else now."), customer_timeline.shown(change.new.wa_id))
	)
	customer_timeline.note(loser, text, change.at)


def _number_change(row: CustomerRow, change: Change) -> dict[str, str | None]:
	"""The columns to update for a change of number: none if a later change was applied already."""
	new, old = change.new.wa_id, change.old.wa_id
	if not new:
		return {}
	if old:
		remember(row.name, row.account, Kind.PHONE, old, change.at)
	if row.wa_id in variants(new) or gave_up(row.name, number_keys(row.account, new), change.at):
		return {}
	if row.wa_id and row.wa_id not in variants(old or ""):
		remember(row.name, row.account, Kind.PHONE, row.wa_id, change.at)
	found = renumbered(row, new)
	if row.bsuid and not change.new.bsuid:
		# The user id belongs to the old number. The next message has the new one.
		remember(row.name, row.account, Kind.USER, row.bsuid, change.at)
		found |= user_columns(row.account, None)
	return found


def _user_change(row: CustomerRow, change: Change) -> dict[str, str | None]:
	new, old = change.new.bsuid, change.old.bsuid
	if not new:
		return {}
	if old:
		remember(row.name, row.account, Kind.USER, old, change.at)
	if row.bsuid == new or gave_up(row.name, [key(row.account, new)], change.at):
		return {}
	if row.bsuid and row.bsuid != old:
		remember(row.name, row.account, Kind.USER, row.bsuid, change.at)
	return user_columns(row.account, new)


def _tell(was: CustomerRow, row: CustomerRow, change: Change) -> None:
	new, old = change.new, change.old
	if new.wa_id:
		said = sentence(
			_("{0}'s number changed from {1} to {2}."),
			display_name(row),
			customer_timeline.shown(old.wa_id or was.wa_id),
			customer_timeline.shown(new.wa_id),
		)
	else:
		said = sentence(
			_("{0}'s WhatsApp user ID changed from {1} to {2}."),
			display_name(row),
			customer_timeline.shown(old.bsuid or was.bsuid),
			customer_timeline.shown(new.bsuid),
		)
	text = to_user(said)
	if customer_timeline.note(row.name, text, change.at) and new.wa_id:
		customer_tickets.tell_agents(row.name, text)


def apply_preference(item: Item) -> None:
	"""Stores whether a customer wants marketing messages, unless a newer preference is known.

	Raises ItemError for a number that is not ours, and for an unknown preference.
	"""
	wish = item.preference
	if wish.category != MARKETING or wish.value not in ("stop", "resume"):
		text = sentence(_("Unknown preference {0}: {1}."), wish.category, wish.value)
		raise ItemError(text, ItemState.DROPPED)
	account = route(item.phone_number_id).account

	def who() -> str:
		return customer.for_ids(account, Ids(wish.wa_id, wish.user_id), wish.timestamp, item.contact)

	customer.under_lock(who(), who, lambda name: _keep_wish(name, wish.value == "stop", wish.timestamp))


def _keep_wish(name: str, stop: bool, at: datetime) -> None:
	known = customer_timeline.last(name, customer_timeline.MARKETING)
	if known and at < known:
		return
	text = (
		_("The customer wants no marketing messages.")
		if stop
		else _("The customer wants marketing messages again.")
	)
	set_value(CUSTOMER, name, "marketing_stopped_on", to_site(at) if stop else None)
	customer_timeline.note(name, to_user(text), at, customer_timeline.MARKETING)
