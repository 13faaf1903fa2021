"""Applies Meta's webhooks about accounts and numbers, or keeps them for the record (Z20, Z40)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe

from whatsapp_channel import rows, settings
from whatsapp_channel.accounts import access, event_times, restriction, status, timeline
from whatsapp_channel.accounts.account_rows import AccountRow, NumberRow
from whatsapp_channel.clock import to_site, utc_now
from whatsapp_channel.cloud_api.webhook_parser import Item
from whatsapp_channel.database import (
	differing,
	in_transaction,
	lock_row,
	plain_values,
	set_value,
	single_value,
)
from whatsapp_channel.doctypes import ACCOUNT, NUMBER
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.rules.accounts import account_events
from whatsapp_channel.rules.accounts.account_events import OnlyKept
from whatsapp_channel.rules.accounts.event_changes import Alert, Cell, Changes, Columns
from whatsapp_channel.rules.customers.phone import variants
from whatsapp_channel.sentences import Sentence, _, sentence
from whatsapp_channel.translate import to_all

KEPT = ItemState.DROPPED


@dataclass(frozen=True, slots=True)
class _Place:
	"""The row to which an event applies."""

	doctype: str
	name: str
	account: str


def file(item: Item) -> None:
	"""Applies an event of Meta. Idempotent.

	Raises ItemError (the item is kept for the record, with the reason) for an unknown event, account or number, and for an
	event that is older than the stored state. Runs its own transaction.
	"""
	now = utc_now()
	at = min(item.entry_time or now, now)
	found = account_events.changes(item.field, item.raw, at)
	if found is None:
		text = _("Kept for the record. This version does nothing with {0}.")
		raise ItemError(sentence(text, _name_of(item)), KEPT)
	if isinstance(found, OnlyKept):
		raise ItemError(found.why, KEPT)
	account = _known(found.about, item.account_id)
	if not account:
		text = _("It is about WhatsApp Business Account {0}, which is not entered here.")
		raise ItemError(sentence(text, found.about or item.account_id or "?"), KEPT)
	if reason := in_transaction(lambda: _apply(account, found, at)):
		raise ItemError(reason, KEPT)


def _name_of(item: Item) -> str:
	event = item.raw.get("event")
	return f"{item.field} ({event[:100]})" if isinstance(event, str) else item.field


def _apply(account: str, found: Changes, at: datetime) -> Sentence | None:
	"""Writes the changes under the lock of the account; returns the reason if it did not, else None."""
	lock_row(ACCOUNT, account)
	if found.app and not _is_ours(account, found.app):
		return sentence(_("It is about Meta app {0}, which this site does not use."), found.app)
	place = _place_of(found, account)
	if not place:
		text = _("It is about phone number {0}, which account {1} does not have here.")
		return sentence(text, found.digits or "?", account)
	known = event_times.known(place.doctype, place.name, found.topic)
	if known and at < known:
		return Sentence(_("It is older than what is known already, so it changed nothing."))
	if _write(place, found, is_new=known is None or at > known):
		timeline.note(place.doctype, place.name, to_all(found.note))
	event_times.remember(place.doctype, place.name, found.topic, at)
	status.refresh_account(account)
	return None


def _known(*names: str | None) -> str | None:
	# Looked up before it is locked: locking a missing row would block other processes from inserting it.
	return next((name for name in names if name and frappe.db.exists(ACCOUNT, name)), None)


def _is_ours(account: str, app: str) -> bool:
	"""Whether a Meta app is the one of our token; True if our app is unknown."""
	token_app = frappe.db.get_value(ACCOUNT, account, "token_app_id")
	ours = token_app or single_value(settings.SETTINGS, "meta_app_id")
	return not ours or ours == app


def _place_of(found: Changes, account: str) -> _Place | None:
	"""The row of an event; None if it is about a number that the account does not have here."""
	if not found.of_number:
		return _Place(ACCOUNT, account, account)
	wanted = set(variants(found.digits)) if found.digits else set()
	for row in rows.many(NumberRow, {"account": account}, "creation"):
		if wanted & set(variants(row.number.lstrip("+"))):
			return _Place(NUMBER, row.name, account)
	return None


def _write(place: _Place, found: Changes, *, is_new: bool) -> bool:
	"""Writes the columns; returns whether there is news: a change, or a new event that is only for the timeline."""
	columns = found.number if found.of_number else found.account
	if found.alert and not _may_mark(place.account, found.alert):
		# It is still reported; only the mark of another alert is kept.
		return is_new
	changed = _write_columns(place.doctype, place.name, columns)
	if found.restrictions is not None:
		changed |= restriction.replace(place.account, found.topic, found.restrictions)
	if found.ends_access:
		changed |= access.lose_access(place.account, to_all(found.ends_access), found.event)
	if found.restores_access:
		changed |= access.regain_access(place.account)
	return changed or (is_new and found.is_only_told)


def _may_mark(account: str, alert: Alert) -> bool:
	row = rows.one(AccountRow, account)
	return alert.may_change(row.alert_kind or "", row.alert_severity or "")


def _write_columns(doctype: str, name: str, columns: Columns) -> bool:
	if not columns:
		return False
	values = plain_values(doctype, {field: _stored(value) for field, value in columns.items()})
	changed = differing(doctype, name, values)
	# A time alone is not a change: the same alert may be reported again.
	if not {field for field in changed if not field.endswith("_since")}:
		return False
	set_value(doctype, name, changed)
	return True


def _stored(value: Cell) -> Any:
	if isinstance(value, Sentence):
		return to_all(value)
	return to_site(value) if isinstance(value, datetime) else value
