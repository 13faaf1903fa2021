"""Whom a request is about: the customers that a number or user id stands for, on every account."""

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
	"""What somebody entered: the spellings of a number in digits, or a user id."""

	numbers: tuple[str, ...] = ()
	user_id: str | None = None

	@property
	def ids(self) -> tuple[str, ...]:
		"""Every identity it may be stored under."""
		return (self.user_id,) if self.user_id else self.numbers

	@property
	def masked(self) -> str:
		"""What may stand in an audit trail and on a progress bar."""
		return mask(self.ids[0])


@dataclass(frozen=True, slots=True)
class Owner:
	"""A customer who has this identity, or had it `until`, a time of the site."""

	name: str
	account: str
	profile_name: str
	phone: str
	until: object = None


@dataclass(frozen=True, slots=True)
class Person:
	"""Everything by which the rows of the chosen customers are found."""

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
		"""The texts that give a person away wherever they stand: numbers as usually written, ids, addresses."""
		written = {spelling for number in self.numbers for spelling in (number, *_as_written(number))}
		packed = {in_message_ids(each) for each in self.ids}
		return tuple(sorted(filter(gives_away, written | packed | self.ids | self.addresses)))


def asked(text: str) -> Asked:
	"""Reads a number in international spelling, or a user id. Raises frappe.ValidationError with what to enter."""
	entered = (text or "").strip()
	if USER_ID.fullmatch(entered):
		return Asked(user_id=entered)
	try:
		plus = "" if not entered or entered.startswith(("+", "00")) else "+"
		return Asked(variants(digits(to_e164(plus + entered))))
	except InvalidNumber as error:
		# Of what was entered, without the + that stands before it here.
		refusal = InvalidNumber(entered, error.problem.text, error.way_out.text)
		frappe.throw(frappe.utils.escape_html(to_user(refusal.explanation)))


def owners(wanted: Asked) -> list[Owner]:
	"""The customers with this identity, those first who have it now; one person may be a customer of several accounts."""
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
	"""Under which these are stored as somebody's, on any account."""
	accounts = {
		*frappe.get_all(ACCOUNT, pluck="name"),
		# Somebody may have deleted the account and left its customers.
		*frappe.get_all(CUSTOMER, pluck="account", distinct=True, order_by=None),
	}
	return [key(account, each) for account in accounts for each in identities]


def _owner(row: CustomerRow, until: object = None) -> Owner:
	phone = f"+{row.wa_id}" if row.wa_id else row.bsuid
	return Owner(row.name, row.account, row.profile_name, phone, until)


def choose(wanted: Asked, customers: list[str] | None = None) -> list[Owner]:
	"""The customers whom a request means: those named, else whoever has the identity now, else whoever had it.

	A number that was given up may be somebody else's by now; so its former owner is meant only when named, or alone.
	"""
	found = owners(wanted)
	if customers is not None:
		return [owner for owner in found if owner.name in customers]
	return [owner for owner in found if not owner.until] or found


def person(wanted: Asked, chosen: list[Owner]) -> Person:
	"""Collects every identity of the chosen customers, also the former ones, unless they are others' by now."""
	names = [owner.name for owner in chosen]
	chosen_rows = rows.many(CustomerRow, {"name": among(names)}) if names else []
	past = _former(names)
	ids = _all_ids(chosen_rows, past) | set(wanted.ids) - _ids_of_others(wanted, names)
	ids -= _others_now(ids - _all_ids(chosen_rows, []), names)
	ids = set(filter(gives_away, ids))
	# A row that was joined into one of these has left its name in addresses, and nowhere else.
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
	except ValueError:  # no ticket can have it either
		return ()


def _all_ids(found: list[CustomerRow], past: list[IdentityRow]) -> set[str]:
	phones = {row.wa_id for row in found} | _of_kind(Kind.PHONE, past)
	users = {row.bsuid for row in found} | _of_kind(Kind.USER, past)
	return {spelling for phone in phones if phone for spelling in variants(phone)} | (users - {None, ""})


def _of_kind(kind: Kind, past: list[IdentityRow]) -> set[str]:
	return {each.identity for each in past if each.kind == kind}


def _ids_of_others(wanted: Asked, names: list[str]) -> set[str]:
	"""What was entered, if the chosen had it once and somebody else has it now."""
	now = [owner for owner in owners(wanted) if not owner.until]
	return set(wanted.ids) if now and not any(owner.name in names for owner in now) else set()


def _others_now(ids: set[str], names: list[str]) -> set[str]:
	"""Of former identities those that are another customer's by now."""
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
