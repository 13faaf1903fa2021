"""The person of a privacy request: the customers with a number or user id, on all accounts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import frappe
import phonenumbers

from whatsapp_channel import rows
from whatsapp_channel.conversations.conversation_rows import CustomerRow
from whatsapp_channel.conversations.customers.identities import IdentityRow, Kind, former, key
from whatsapp_channel.doctypes import ACCOUNT, CUSTOMER
from whatsapp_channel.helpdesk import personal_data as in_helpdesk
from whatsapp_channel.helpdesk.personal_data import among
from whatsapp_channel.rules.customers.address import synthetic
from whatsapp_channel.rules.customers.masking import gives_away, in_message_ids, mask
from whatsapp_channel.rules.customers.phone import InvalidNumber, digits, to_e164, variants
from whatsapp_channel.translate import to_user

USER_ID = re.compile(r"[A-Za-z]{2}\.[A-Za-z0-9._-]{4,}")


@dataclass(frozen=True, slots=True)
class Asked:
	"""The input of a request: all spellings of a number in digits, or a user id."""

	numbers: tuple[str, ...] = ()
	user_id: str | None = None

	@property
	def ids(self) -> tuple[str, ...]:
		"""Every id under which the person may be stored."""
		return (self.user_id,) if self.user_id else self.numbers

	@property
	def masked(self) -> str:
		"""The masked form for the audit trail and progress bar."""
		return mask(self.ids[0])


@dataclass(frozen=True, slots=True)
class Owner:
	"""A customer who has this id, or had it `until` a time in the site's zone."""

	name: str
	account: str
	profile_name: str
	phone: str
	until: object = None


@dataclass(frozen=True, slots=True)
class Person:
	"""All ids and addresses by which data of the chosen customers is found."""

	customers: tuple[str, ...]
	ids: frozenset[str]
	addresses: frozenset[str]
	contacts: tuple[str, ...]

	@property
	def numbers(self) -> frozenset[str]:
		"""Digits only."""
		return frozenset(each for each in self.ids if each.isdigit())

	@property
	def mentions(self) -> tuple[str, ...]:
		"""The texts that identify the person: numbers in usual spellings, ids, addresses."""
		written = {spelling for number in self.numbers for spelling in (number, *_as_written(number))}
		packed = {in_message_ids(each) for each in self.ids}
		return tuple(sorted(filter(gives_away, written | packed | self.ids | self.addresses)))


def asked(text: str) -> Asked:
	"""Parses a number in international format, or a user id. Raises frappe.ValidationError with what to enter."""
	entered = (text or "").strip()
	if USER_ID.fullmatch(entered):
		return Asked(user_id=entered)
	try:
		plus = "" if not entered or entered.startswith(("+", "00")) else "+"
		return Asked(variants(digits(to_e164(plus + entered))))
	except InvalidNumber as error:
		# The error is about the input, without the + that was added here.
		refusal = InvalidNumber(entered, error.problem.text, error.way_out.text)
		frappe.throw(frappe.utils.escape_html(to_user(refusal.explanation)))


def owners(wanted: Asked) -> list[Owner]:
	"""The customers with this id, current owners first; a person may be a customer of several accounts."""
	keys = _keys(wanted.ids)
	if not keys:
		return []
	field = "bsuid_key" if wanted.user_id else "phone_key"
	now = [_owner(row) for row in rows.many(CustomerRow, {field: among(keys)}, "creation")]
	past = former({"identity_key": among(keys)}, "until")
	until = {row.parent: row.until for row in past if row.parent not in {owner.name for owner in now}}
	had = rows.many(CustomerRow, {"name": among(until)}, "creation") if until else []
	return now + [_owner(row, until[row.name]) for row in had]


def _keys(identities: Iterable[str]) -> list[str]:
	"""The keys of these ids on all accounts."""
	accounts = {
		*frappe.get_all(ACCOUNT, pluck="name"),
		# The account of a customer may have been deleted.
		*frappe.get_all(CUSTOMER, pluck="account", distinct=True, order_by=None),
	}
	return [key(account, each) for account in accounts for each in identities]


def _owner(row: CustomerRow, until: object = None) -> Owner:
	phone = f"+{row.wa_id}" if row.wa_id else row.bsuid
	return Owner(row.name, row.account, row.profile_name, phone, until)


def choose(wanted: Asked, customers: list[str] | None = None) -> list[Owner]:
	"""The customers of a request: the named ones, else the current owners of the id, else the former ones.

	A number that was given up may belong to somebody else now, so a former owner counts only if named, or if there is no
	current one.
	"""
	found = owners(wanted)
	if customers is not None:
		return [owner for owner in found if owner.name in customers]
	return [owner for owner in found if not owner.until] or found


def person(wanted: Asked, chosen: list[Owner]) -> Person:
	"""Collects all ids of the chosen customers, including former ones unless they belong to others now."""
	names = [owner.name for owner in chosen]
	chosen_rows = rows.many(CustomerRow, {"name": among(names)}) if names else []
	past = _former(names)
	ids = _all_ids(chosen_rows, past) | set(wanted.ids) - _ids_of_others(wanted, names)
	ids -= _others_now(ids - _all_ids(chosen_rows, []), names)
	ids = set(filter(gives_away, ids))
	# The name of a duplicate that was merged into one of these is still in addresses, and nowhere else.
	joined = {each.identity for each in past if each.kind == Kind.RECORD}
	addresses = {address for each in ids | set(names) | joined for address in _address(each)}
	numbers = [each for each in ids if each.isdigit()]
	contacts = in_helpdesk.contacts_of(numbers, [row.contact for row in chosen_rows if row.contact])
	return Person(tuple(names), frozenset(ids), frozenset(addresses), tuple(contacts))


def _former(names: list[str]) -> list[IdentityRow]:
	return former({"parent": among(names)}) if names else []


def _address(local: str) -> tuple[str, ...]:
	try:
		return (synthetic(local),)
	except ValueError:  # then no ticket can have it either
		return ()


def _all_ids(found: list[CustomerRow], past: list[IdentityRow]) -> set[str]:
	phones = {row.wa_id for row in found} | _of_kind(Kind.PHONE, past)
	users = {row.bsuid for row in found} | _of_kind(Kind.USER, past)
	return {spelling for phone in phones if phone for spelling in variants(phone)} | (users - {None, ""})


def _of_kind(kind: Kind, past: list[IdentityRow]) -> set[str]:
	return {each.identity for each in past if each.kind == kind}


def _ids_of_others(wanted: Asked, names: list[str]) -> set[str]:
	"""The entered ids, if the chosen customers had them once and somebody else has them now."""
	now = [owner for owner in owners(wanted) if not owner.until]
	return set(wanted.ids) if now and not any(owner.name in names for owner in now) else set()


def _others_now(ids: set[str], names: list[str]) -> set[str]:
	"""Those former ids that belong to another customer now."""
	found = set()
	for each in ids:
		field = "phone_key" if each.isdigit() else "bsuid_key"
		holders = frappe.get_all(CUSTOMER, {field: among(_keys([each]))}, pluck="name")
		if holders and not set(holders) & set(names):
			found.add(each)
	return found


def _as_written(number: str) -> tuple[str, ...]:
	try:
		parsed = phonenumbers.parse(f"+{number}")
	except phonenumbers.NumberParseException:
		return ()
	rest = number[len(str(parsed.country_code)) :]
	international = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
	return (international, f"{parsed.country_code}-{rest}", f"{parsed.country_code} {rest}")
