"""Lines: in which order received items are worked off, and who works on whom at a moment (ADR 0066).

Each person has a line at each number. What is nobody's stands in a line of its number: statuses, history, and the rest.
Whoever works a line off holds the lock of its person, who may have lines at several numbers.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

import frappe

from whatsapp_channel import jobs
from whatsapp_channel.cloud_api.content import System
from whatsapp_channel.cloud_api.webhook_objects import InboundMessage
from whatsapp_channel.cloud_api.webhook_parser import Item, ItemKind
from whatsapp_channel.conversations.customers.identities import key
from whatsapp_channel.database import named_lock, new_transaction
from whatsapp_channel.doctypes import CUSTOMER, DELIVERY
from whatsapp_channel.inbound.delivery import DeliveryState
from whatsapp_channel.rules.customers.phone import variants

PERSONS = (ItemKind.MESSAGE, ItemKind.ECHO)
STATUSES, HISTORY, REST = "statuses", "history", "rest"
_OF_NUMBER = {ItemKind.STATUS: STATUSES, ItemKind.HISTORY: HISTORY}
# A worker looks anew after so many lines at most: whoever comes meanwhile shall not wait for all that were there before.
LOOKED_UP = 50
_NUMBER_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Place:
	"""Where an item stands. `other` is a line that it also belongs to: it waits for what is earlier there, and what is
	later there waits for it."""

	line: str
	other: str | None = None


def place_of(item: Item, links: Mapping[str, str]) -> Place:
	"""The line of an item. `links`: the lines of those who are being sorted, by the other line that they belong to.

	Costs two queries for a person known by user id alone.
	"""
	number = item.phone_number_id or item.account_id or ""
	ids = [] if item.problem or item.kind not in PERSONS else ids_of(item)
	if not ids:
		return Place(_line(number, REST if item.problem else _OF_NUMBER.get(item.kind, REST)))
	own = _line(number, _person(ids[0]))
	others = [_line(number, _person(each)) for each in (*_new_ids(item.message), *ids[1:])]
	other = next((line for line in others if line != own), None)
	if len(ids) == 1 and not ids[0].isdigit():
		own = links.get(own) or _line_with(own) or own
	return Place(own, other if other != own else None)


def _line_with(other: str) -> str | None:
	"""The line of a message that waits and tells the number of somebody who is known here by user id alone."""
	waits = {"state": DeliveryState.RECEIVED, "other_line": other}
	return frappe.db.get_value(DELIVERY, waits, "line")


def ids_of(item: Item) -> list[str]:
	"""What a message says of the other end of the conversation, whoever wrote: the number before the user id, and the
	number too where only the stored customer tells it."""
	found = item.message
	if item.kind is ItemKind.ECHO:
		wa_id, user_id = found.recipient_wa_id, found.recipient_user_id
	else:
		wa_id, user_id = found.sender_wa_id, found.sender_user_id
	return [each for each in (wa_id or number_of(item.account_id, user_id), user_id) if each]


def number_of(account: str | None, user_id: str | None) -> str | None:
	"""The number of a stored customer who is known by this user id."""
	if not account or not user_id:
		return None
	return frappe.db.get_value(CUSTOMER, {"bsuid_key": key(account, user_id)}, "wa_id")


def _new_ids(message: InboundMessage) -> Iterator[str]:
	"""Whoever writes by them from now on is this person, and this news comes first."""
	if isinstance(message.content, System):
		yield from filter(None, (message.content.new_wa_id, message.content.new_user_id))


def of_sender(number: str | None, sender: str | None) -> str:
	"""The line of a kept item: of its sender, or of what is nobody's at its number."""
	return _line(number or "", _person(sender) if sender else REST)


def _line(number: str, whose: str) -> str:
	return f"{_hash(number)[:_NUMBER_DIGITS]}.{whose}"


def _person(known_as: str) -> str:
	"""The same for the spellings of a number: they are one person. A hash, so that the line tells nothing of them."""
	spelling = min(variants(known_as)) if known_as.isdigit() else known_as
	return _hash(spelling)[:24]


def _hash(text: str) -> str:
	return sha256(text.encode()).hexdigest()


def is_of_statuses(line: str) -> bool:
	"""Whether what stands in it has no order and is best done together."""
	return line.endswith(f".{STATUSES}")


@contextmanager
def held(line: str, wait: float = 0) -> Iterator[bool]:
	"""Yields whether this connection may work the line off; `wait` in seconds.

	Whoever may not, leaves it: who holds it looks again after letting go.
	"""
	_number, _dot, whose = line.partition(".")
	alone = whose in (STATUSES, HISTORY, REST)
	with named_lock(f"line:{line}" if alone else f"person:{whose}", wait) as mine:
		yield mine


def waiting() -> list[str]:
	"""Lines in which something waits: of each number the one that has waited longest, then the next of each, so that
	no crowd at one number keeps the others waiting."""
	new_transaction()  # a fresh snapshot, or deliveries sorted meanwhile stay invisible
	found = frappe.db.sql(
		f"""select line from (
			select line, min(sequence) as since, row_number() over (
				partition by substr(line, 1, {_NUMBER_DIGITS}) order by min(sequence)) as turn
			from `tab{DELIVERY}` where state = %s and line is not null group by line) lines_with_work
		order by turn, since limit {LOOKED_UP}""",
		(DeliveryState.RECEIVED,),
		pluck=True,
	)
	return jobs.apart(found)
