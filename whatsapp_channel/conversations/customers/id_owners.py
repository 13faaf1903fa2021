"""Finds the customer to whom a number or user id belonged at the time of a message."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import frappe

from whatsapp_channel.clock import to_site
from whatsapp_channel.conversations.customers.identities import Ids, former, key, number_keys
from whatsapp_channel.doctypes import CUSTOMER


@dataclass(frozen=True, slots=True)
class Owner:
	"""A customer, and whether they have given up the id since."""

	name: str
	former: bool


@dataclass(frozen=True, slots=True)
class Owners:
	"""The owners of a message's user id and number."""

	by_bsuid: Owner | None
	by_number: Owner | None


def owners(account: str, ids: Ids, at: datetime) -> Owners:
	"""The customers who had these ids when a message was written `at` (UTC).

	A former owner is preferred if the message is older than their change of id: carriers reassign numbers.
	"""
	numbers = number_keys(account, ids.wa_id) if ids.wa_id else []
	users = [key(account, ids.bsuid)] if ids.bsuid else []
	if not numbers and not users:
		return Owners(None, None)
	found = _former(numbers + users, at)
	found = {**_present(numbers, users), **found}
	return Owners(_first(found, users), _first(found, numbers))


def _first(found: dict[str, Owner], keys: Iterable[str]) -> Owner | None:
	return next((found[each] for each in keys if each in found), None)


def _former(keys: list[str], at: datetime) -> dict[str, Owner]:
	found = former({"identity_key": ["in", keys], "until": [">=", to_site(at)]}, "until desc")
	# The first to give the id up after the message was written had it at that time.
	return {row.identity_key: Owner(row.parent, former=True) for row in found}


def _present(numbers: list[str], users: list[str]) -> dict[str, Owner]:
	rows = frappe.db.sql(
		f"""select name, phone_key, bsuid_key from `tab{CUSTOMER}`
		where phone_key in %(numbers)s or bsuid_key in %(users)s""",
		{"numbers": numbers or [""], "users": users or [""]},
	)
	return {found: Owner(name, former=False) for name, *keys in rows for found in keys if found}


def is_free(account: str, *, wa_id: str | None = None, bsuid: str | None = None, but: str) -> bool:
	"""Whether no customer other than `but` has this id now, in any of its spellings."""
	numbers = number_keys(account, wa_id) if wa_id else []
	present = _present(numbers, [key(account, bsuid)] if bsuid else [])
	return {owner.name for owner in present.values()} <= {but}
