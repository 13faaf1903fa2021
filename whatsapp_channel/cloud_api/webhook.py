"""A webhook delivery, read at the edge: every item by itself, whatever the rest looks like.

Source: Meta's webhook reference (fields, `messages`, `statuses`, `errors`) and business-scoped user ids. Nothing here
raises on what comes from outside, except `Item.from_json` on what this module never wrote.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .inbound import (
	ContactCard,
	ErrorObject,
	InboundMessage,
	StatusUpdate,
	problem_with_time,
	read_contact,
	read_error,
	read_message,
	read_status,
)
from .wire import KEPT, MAX_NAME, Unreadable, list_of, load, object_of, optional_id, shown

__all__ = [
	"ContactCard",
	"Delivery",
	"ErrorObject",
	"InboundMessage",
	"Item",
	"ItemKind",
	"StatusUpdate",
	"problem_with_time",
	"read_delivery",
	"read_item",
]

OBJECT = "whatsapp_business_account"
MESSAGES = "messages"


class ItemKind(str, Enum):
	"""What one item of a delivery is."""

	MESSAGE = "Message"
	STATUS = "Status"
	ERROR = "Error"
	OTHER = "Other"


_LISTS = (("messages", ItemKind.MESSAGE), ("statuses", ItemKind.STATUS), ("errors", ItemKind.ERROR))


@dataclass(frozen=True, slots=True)
class Item:
	"""One message, status, error or other change of a delivery.

	`position` is "entry/change/list/index" and unique in its delivery. `raw` is the item as Meta sent it, text made
	storable; for OTHER it is the change's value. `problem` says why it cannot be read, naming field and way out: then
	`message` and `status` are None. `phone_number_id` is None when the change names no number.
	"""

	position: str
	kind: ItemKind
	account_id: str | None
	phone_number_id: str | None
	field: str
	raw: Mapping[str, Any]
	message: InboundMessage | None = None
	status: StatusUpdate | None = None
	contact: ContactCard | None = None
	problem: str | None = None
	error: ErrorObject | None = None

	def to_json(self) -> str:
		"""The item for storage, pure ASCII."""
		card = self.contact
		stored = {
			"position": self.position,
			"kind": self.kind.value,
			"account_id": self.account_id,
			"phone_number_id": self.phone_number_id,
			"field": self.field,
			"raw": self.raw,
			"contact": card
			and {"profile": {"name": card.name}, "wa_id": card.wa_id, "user_id": card.user_id},
			"problem": self.problem,
		}
		return json.dumps(stored)

	@staticmethod
	def from_json(text: str) -> Item:
		"""A stored item, read anew: a newer version may understand what an older one did not.

		Raises ValueError when `text` is not from `to_json`.
		"""
		stored = load(text)
		raw = stored.get("raw") if isinstance(stored, dict) else None
		if not isinstance(raw, dict):
			raise Unreadable("This is not a stored item: it has no object in the field raw.")
		card, problem = stored.get("contact"), stored.get("problem")
		return read_item(
			ItemKind(stored.get("kind")),
			raw,
			position=str(stored.get("position")),
			account_id=optional_id(stored, "account_id"),
			phone_number_id=optional_id(stored, "phone_number_id"),
			field=str(stored.get("field") or ""),
			contact=read_contact(card) if isinstance(card, dict) else None,
			problem=problem if isinstance(problem, str) else None,
		)


@dataclass(frozen=True, slots=True)
class Delivery:
	"""What one webhook POST carried. `problem` says, naming the field, why nothing could be read."""

	items: tuple[Item, ...]
	problem: str | None = None


def read_item(
	kind: ItemKind,
	raw: Mapping[str, Any],
	*,
	position: str,
	account_id: str | None = None,
	phone_number_id: str | None = None,
	field: str = MESSAGES,
	contact: ContactCard | None = None,
	problem: str | None = None,
) -> Item:
	"""One item from its raw object. `problem` is kept only as long as the item still cannot be read."""
	message: InboundMessage | None = None
	status: StatusUpdate | None = None
	try:
		message = read_message(raw) if kind is ItemKind.MESSAGE else None
		status = read_status(raw) if kind is ItemKind.STATUS else None
		problem = None if message or status else problem
	except Unreadable as error:
		problem = problem or str(error)
	return Item(
		position=position,
		kind=kind,
		account_id=account_id,
		phone_number_id=phone_number_id,
		field=field,
		raw=raw,
		message=message,
		status=status,
		contact=contact,
		problem=problem,
		error=read_error(raw) if kind is ItemKind.ERROR else None,
	)


def read_delivery(body: bytes | str) -> Delivery:
	"""Everything a webhook body carries. Never raises: what cannot be read is an item with its problem, or, when
	there are no items to speak of, the delivery's problem."""
	try:
		return Delivery(tuple(_items(_entries(load(body)))))
	except Unreadable as error:
		return Delivery((), str(error))


def _entries(body: Any) -> list[Any]:
	if not isinstance(body, dict):
		raise Unreadable(f"The body is {shown(body)}, not an object. It is kept as it came.")
	if body.get("object") != OBJECT:
		found = "missing" if "object" not in body else shown(body["object"])
		raise Unreadable(
			f"object is {found}, not {OBJECT}. Check which product of the Meta app sends to this address."
		)
	entries = body.get("entry")
	if not isinstance(entries, list):
		found = "missing" if entries is None else f"{shown(entries)}, not a list"
		raise Unreadable(f"entry is {found}. The delivery is kept as it came.")
	return entries


def _items(entries: list[Any]) -> Iterator[Item]:
	for number, entry in enumerate(entries):
		if not isinstance(entry, dict):
			yield _broken(f"{number}/0/entry/0", f"entry[{number}]", entry, "an object")
		elif not isinstance(entry.get("changes"), list):
			yield _broken(f"{number}/0/entry/0", "changes", entry, "a list", entry.get("changes"))
		else:
			for place, change in enumerate(entry["changes"]):
				yield from _change_items(f"{number}/{place}", optional_id(entry, "id"), change)


def _change_items(place: str, account_id: str | None, change: Any) -> Iterator[Item]:
	if not isinstance(change, dict):
		yield _broken(f"{place}/change/0", "change", change, "an object", account_id=account_id)
		return
	value = change.get("value")
	if not isinstance(value, dict):
		field = _field(change, {})
		yield _broken(
			f"{place}/change/0", "value", change, "an object", value, account_id=account_id, field=field
		)
		return
	field = _field(change, value)
	listed = list(_listed(place, account_id, value)) if field == MESSAGES else []
	yield from listed or [_other(f"{place}/value/0", account_id, field, value)]


def _other(position: str, account_id: str | None, field: str, value: dict[str, Any]) -> Item:
	number = _number_id(value)
	return read_item(
		ItemKind.OTHER, value, position=position, account_id=account_id, phone_number_id=number, field=field
	)


def _listed(place: str, account_id: str | None, value: dict[str, Any]) -> Iterator[Item]:
	"""The messages, statuses and errors of one value, each beside whatever the others are."""
	number = _number_id(value)
	cards = [read_contact(card) for card in list_of(value, "contacts") if isinstance(card, dict)]
	known = _by_person(cards)
	for name, kind in _LISTS:
		entries = value.get(name)
		if entries is None:
			continue
		if not isinstance(entries, list):
			whole = {name: entries}
			where = f"{place}/{name}/0"
			yield _broken(
				where, name, whole, "a list", entries, account_id=account_id, number=number, kind=kind
			)
			continue
		lone = _lone_card(cards, entries)
		for index, raw in enumerate(entries):
			where = f"{place}/{name}/{index}"
			if not isinstance(raw, dict):
				label = f"{name}[{index}]"
				yield _broken(where, label, raw, "an object", account_id=account_id, number=number, kind=kind)
				continue
			card = next((known[person] for person in _people(raw) if person in known), lone)
			yield read_item(
				kind, raw, position=where, account_id=account_id, phone_number_id=number, contact=card
			)


def _broken(
	position: str,
	name: str,
	raw: Any,
	wanted: str,
	value: Any = ...,
	*,
	account_id: str | None = None,
	number: str | None = None,
	kind: ItemKind = ItemKind.OTHER,
	field: str | None = None,
) -> Item:
	"""An item that only says what stands at `position` instead of `wanted`; `value`, where `raw` is what holds it."""
	found = raw if value is ... else value
	seen = "missing" if found is None else f"{shown(found)}, not {wanted}"
	return read_item(
		kind,
		raw if isinstance(raw, dict) else {"value": raw},
		position=position,
		account_id=account_id,
		phone_number_id=number,
		field=field if field is not None else ("" if kind is ItemKind.OTHER else MESSAGES),
		problem=f"{name} is {seen}. {KEPT}",
	)


def _field(change: dict[str, Any], value: dict[str, Any]) -> str:
	"""The change's field. A change without one that carries messages or statuses is of the field `messages`."""
	field = change.get("field")
	if isinstance(field, str) and field:
		return field[:MAX_NAME]
	return MESSAGES if any(isinstance(value.get(name), list) for name, _kind in _LISTS) else ""


def _number_id(value: dict[str, Any]) -> str | None:
	return optional_id(object_of(value, "metadata"), "phone_number_id")


def _by_person(cards: list[ContactCard]) -> dict[str, ContactCard]:
	return {found: card for card in reversed(cards) for found in (card.wa_id, card.user_id) if found}


def _lone_card(cards: list[ContactCard], entries: list[Any]) -> ContactCard | None:
	"""The only card, where it can only be that of the only person: Meta spells some numbers in two ways."""
	if len(cards) != 1:
		return None
	people = {frozenset(_people(raw)) for raw in entries if isinstance(raw, dict)}
	return cards[0] if len(people) == 1 else None


def _people(raw: dict[str, Any]) -> list[str]:
	"""The ids of the other end of a message or status, the more lasting one first."""
	names = ("from_user_id", "from", "recipient_user_id", "recipient_id")
	return [found for name in names if (found := optional_id(raw, name))]
