"""To whom a number or a user id belongs, at the time of the message that carries it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import frappe

from whatsapp_channel.clock import to_site, to_utc
from whatsapp_channel.database import insert_unless_there
from whatsapp_channel.doctypes import CUSTOMER, IDENTITY
from whatsapp_channel.rules.closed_set import ClosedSet
from whatsapp_channel.rules.customers.phone import variants


class Kind(ClosedSet):
	"""What a former identity was. RECORD: the name of a row that was joined into this one, part of its address."""

	PHONE = "Phone Number"
	USER = "User ID"
	RECORD = "Record"


@dataclass(frozen=True, slots=True)
class Ids:
	"""What Meta tells of a person: WhatsApp id (digits) and business-scoped user id; either may be missing."""

	wa_id: str | None = None
	bsuid: str | None = None


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


def key(account: str, identity: str) -> str:
	"""The unique key of a number or user id within an account.

	The database compares without case and Meta with it: ids with small letters carry their own hash besides.
	"""
	exact = "" if identity == identity.upper() else f":{sha256(identity.encode()).hexdigest()[:8]}"
	return f"{account}:{identity}{exact}"


def number_keys(account: str, wa_id: str) -> list[str]:
	"""The keys under which the owner of a number may be found, the exact one first."""
	return [key(account, variant) for variant in variants(wa_id)]


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
	rows = frappe.get_all(
		IDENTITY,
		{"identity_key": ["in", keys], "parenttype": CUSTOMER, "until": [">=", to_site(at)]},
		["parent", "identity_key"],
		order_by="until desc",
	)
	# The one who gave it up first after the message was written had it then.
	return {row.identity_key: Owner(row.parent, former=True) for row in rows}


def _present(numbers: list[str], users: list[str]) -> dict[str, Owner]:
	rows = frappe.db.sql(
		f"""select name, phone_key, bsuid_key from `tab{CUSTOMER}`
		where phone_key in %(numbers)s or bsuid_key in %(users)s""",
		{"numbers": numbers or [""], "users": users or [""]},
	)
	return {found: Owner(name, former=False) for name, *keys in rows for found in keys if found}


def gave_up(name: str, keys: list[str], at: datetime) -> datetime | None:
	"""When (UTC) this customer gave an id up that he had at `at`; None if he did not."""
	wanted = {"parent": name, "identity_key": ["in", keys], "until": [">=", to_site(at)]}
	found = frappe.get_all(IDENTITY, wanted, pluck="until", order_by="until", limit=1)
	return to_utc(found[0]) if found else None


def is_free(account: str, *, wa_id: str | None = None, bsuid: str | None = None, but: str) -> bool:
	"""Whether no customer but one has this id now, in any of its spellings."""
	numbers = number_keys(account, wa_id) if wa_id else []
	present = _present(numbers, [key(account, bsuid)] if bsuid else [])
	return {owner.name for owner in present.values()} <= {but}


def remember(name: str, account: str, kind: Kind, identity: str, until: datetime) -> bool:
	"""Keeps an id that was a customer's until a time (UTC); False when that is known already."""
	row = {
		"name": sha256(f"{name}:{kind}:{identity}:{until.isoformat()}".encode()).hexdigest()[:20],
		"parent": name,
		"parenttype": CUSTOMER,
		"parentfield": "former_identities",
		"idx": frappe.db.count(IDENTITY, {"parent": name}) + 1,
		"kind": kind,
		"identity": identity,
		"until": to_site(until),
		# Records are part of addresses alone, no message ever carries one.
		"identity_key": None if kind is Kind.RECORD else key(account, identity),
	}
	return insert_unless_there(IDENTITY, row)
