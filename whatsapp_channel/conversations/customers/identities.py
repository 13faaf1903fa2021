"""Ids of customers: the columns and keys under which current and former numbers and user ids are stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar

import frappe

from whatsapp_channel import rows
from whatsapp_channel.clock import to_site, to_utc
from whatsapp_channel.conversations.conversation_rows import CustomerRow
from whatsapp_channel.database import insert_unless_there, set_value
from whatsapp_channel.doctypes import CUSTOMER, IDENTITY
from whatsapp_channel.rows import Row
from whatsapp_channel.rules.customers.identity_kind import Kind
from whatsapp_channel.rules.customers.masking import for_everybody, mask
from whatsapp_channel.rules.customers.phone import of_wa_id, variants

NAME_LENGTH = 140


@dataclass(frozen=True, slots=True)
class Ids:
	"""A person's ids at Meta: WhatsApp id (digits) and business-scoped user id; either may be missing."""

	wa_id: str | None = None
	bsuid: str | None = None


@dataclass(frozen=True, slots=True)
class IdentityRow(Row):
	"""A former id of the customer `parent`, valid until a time in the site's zone; records have no key."""

	DOCTYPE: ClassVar[str] = IDENTITY
	parent: str
	kind: str
	identity: str
	identity_key: str | None
	until: datetime


def key(account: str, identity: str) -> str:
	"""The unique key of a number or user id within an account.

	The database ignores case and Meta does not, so the key of an id with lower-case letters includes its hash.
	"""
	exact = "" if identity == identity.upper() else f":{sha256(identity.encode()).hexdigest()[:8]}"
	return f"{account}:{identity}{exact}"


def number_keys(account: str, wa_id: str) -> list[str]:
	"""The keys under which the owner of a number may be stored, the exact one first."""
	return [key(account, variant) for variant in variants(wa_id)]


def number_columns(account: str, wa_id: str | None) -> dict[str, str | None]:
	"""All columns of a customer's row that depend on the number."""
	phone = of_wa_id(wa_id) if wa_id else None
	return {
		"wa_id": wa_id,
		"phone": phone,
		"phone_masked": mask(phone) or None,
		"phone_key": key(account, wa_id) if wa_id else None,
	}


def renumbered(row: CustomerRow, wa_id: str) -> dict[str, str | None]:
	"""The same for a customer who gets a new number; a profile name that is only an id becomes the new number."""
	columns = number_columns(row.account, wa_id)
	return columns if has_name(row) else {**columns, **name_columns(columns["phone"], row.bsuid)}


def name_columns(name: str | None, bsuid: str | None) -> dict[str, str | None]:
	"""Everything that a customer's row says of a name. Frappe gives links their title without asking who reads it, so the
	title is a column without numbers."""
	return {"profile_name": name, "shown_name": for_everybody(name or "", bsuid)[:NAME_LENGTH]}


def user_columns(account: str, bsuid: str | None) -> dict[str, str | None]:
	"""All columns of a customer's row that depend on the user id."""
	return {"bsuid": bsuid, "bsuid_key": key(account, bsuid) if bsuid else None}


def has_name(row: CustomerRow) -> bool:
	"""Whether the profile name is a real name, and not a number or id used as one."""
	return row.profile_name not in (None, "", row.phone, row.bsuid, f"+{row.wa_id}")


def gave_up(name: str, keys: list[str], at: datetime) -> datetime | None:
	"""When (UTC) this customer gave up an id that they had at `at`; None if they still have it."""
	wanted = {"parent": name, "identity_key": ["in", keys], "until": [">=", to_site(at)]}
	found = rows.first(IdentityRow, wanted, "until")
	return to_utc(found.until) if found else None


def former(filters: Mapping[str, Any], order_by: str | None = None) -> list[IdentityRow]:
	"""Former ids of customers."""
	return rows.many(IdentityRow, {**filters, "parenttype": CUSTOMER}, order_by)


def remember(name: str, account: str, kind: Kind, identity: str, until: datetime) -> bool:
	"""Stores an id that was the customer's until a time (UTC); False if it is stored already."""
	row = {
		"name": sha256(f"{name}:{kind}:{identity}:{until.isoformat()}".encode()).hexdigest()[:20],
		"parent": name,
		"parenttype": CUSTOMER,
		"parentfield": "former_identities",
		"idx": frappe.db.count(IDENTITY, {"parent": name}) + 1,
		"kind": kind,
		"identity": identity,
		"until": to_site(until),
		# Records occur only in addresses, never in messages.
		"identity_key": None if kind is Kind.RECORD else key(account, identity),
	}
	return insert_unless_there(IDENTITY, row)


def move_former(customer: str, to: str) -> None:
	"""Gives a customer's former ids to another, into whom the row is merged."""
	set_value(IDENTITY, _of(customer), "parent", to, update_modified=False)


def forget_former(customer: str) -> None:
	"""Deletes a customer's former ids."""
	frappe.db.delete(IDENTITY, _of(customer))


def _of(customer: str) -> dict[str, str]:
	return {"parent": customer, "parenttype": CUSTOMER}
