"""To whom a number or a user id belongs, at the time of the message that carries it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import frappe

from whatsapp_channel.clock import to_site
from whatsapp_channel.conversations.customers.identities import Ids, former, key, number_keys
from whatsapp_channel.doctypes import CUSTOMER


@dataclass(frozen=True, slots=True)
class Owner:
	"""A customer and whether the id is his no more, because he has another one since."""

	name: str
	former: bool


@dataclass(frozen=True, slots=True)
class Owners:
	"""Who has the user id and who has the number of one message."""

	by_bsuid: Owner | None
	by_number: Owner | None


def owners(account: str, ids: Ids, at: datetime) -> Owners:
	"""Who had these ids when a message was written `at` (UTC).

	A former owner comes first if the message is older than his change: carriers give numbers to other people.
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
	# The one who gave it up first after the message was written had it then.
	return {row.identity_key: Owner(row.parent, former=True) for row in found}


def _present(numbers: list[str], users: list[str]) -> dict[str, Owner]:
	rows = frappe.db.sql(
		f"""select name, phone_key, bsuid_key from `tab{CUSTOMER}`
		where phone_key in %(numbers)s or bsuid_key in %(users)s""",
		{"numbers": numbers or [""], "users": users or [""]},
	)
	return {found: Owner(name, former=False) for name, *keys in rows for found in keys if found}


def is_free(account: str, *, wa_id: str | None = None, bsuid: str | None = None, but: str) -> bool:
	"""Whether no customer but one has this id now, in any of its spellings."""
	numbers = number_keys(account, wa_id) if wa_id else []
	present = _present(numbers, [key(account, bsuid)] if bsuid else [])
	return {owner.name for owner in present.values()} <= {but}
