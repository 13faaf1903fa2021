"""Parses a webhook delivery: every item by itself, so that an invalid one does not affect the others.

Source: Meta's webhook reference (fields, `messages`, `statuses`, `errors`, `smb_message_echoes`, `history`,
`user_preferences`) and business-scoped user ids. Nothing here raises on hostile input, except `Item.from_json` for JSON
that this module did not write.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from whatsapp_channel.sentences import Sentence

from .contact_cards import by_person, lone_card, people_of
from .payload import MAX_NAME, list_of, load, object_of, optional_digits, optional_id, optional_time, shown
from .payload_errors import (
	ANOTHER_OBJECT,
	BODY_NOT_AN_OBJECT,
	ENTRY_NOT_A_LIST,
	LEFT_OUT,
	MISSING,
	NO_ENTRIES,
	NO_OBJECT,
	NOT_A_LIST,
	NOT_AN_OBJECT,
	NOT_LOOKED_AT,
	NOT_STORED,
	InvalidPayload,
	about,
	problem_from_json,
	problem_to_json,
)
from .webhook_objects import (
	ContactCard,
	ErrorObject,
	InboundMessage,
	Preference,
	StatusUpdate,
	problem_with_time,
	read_contact,
	read_error,
	read_message,
	read_preference,
	read_status,
)

__all__ = [
	"ContactCard",
	"Delivery",
	"ErrorObject",
	"InboundMessage",
	"Item",
	"ItemKind",
	"Preference",
	"StatusUpdate",
	"problem_with_time",
	"read_delivery",
	"read_item",
]

OBJECT = "whatsapp_business_account"
MESSAGES = "messages"
HISTORY = "history"


class ItemKind(str, Enum):
	"""The kind of an item of a delivery."""

	MESSAGE = "Message"
	STATUS = "Status"
	ERROR = "Error"
	ECHO = "Echo"
	"""A message that the business wrote in the WhatsApp Business app."""
	HISTORY = "History"
	"""A message of either side from before the number was connected."""
	PREFERENCE = "Preference"
	"""A customer stops or resumes marketing messages."""
	OTHER = "Other"


_MESSAGE_KINDS = frozenset({ItemKind.MESSAGE, ItemKind.ECHO, ItemKind.HISTORY})
# Each of these becomes a log row, or changes an account.
_NOT_FILED = frozenset({ItemKind.ERROR, ItemKind.OTHER})
MOST_OTHERS = 1000
MOST_LOOKED_AT = 10_000
# By field of a change: the lists in its value, and the kind of their entries.
_LISTS: Mapping[str, tuple[tuple[str, ItemKind], ...]] = {
	MESSAGES: (("messages", ItemKind.MESSAGE), ("statuses", ItemKind.STATUS), ("errors", ItemKind.ERROR)),
	"smb_message_echoes": (("message_echoes", ItemKind.ECHO), ("errors", ItemKind.ERROR)),
	HISTORY: (("messages", ItemKind.HISTORY), ("errors", ItemKind.ERROR)),
	"user_preferences": (("user_preferences", ItemKind.PREFERENCE),),
}


@dataclass(frozen=True, slots=True)
class Item:
	"""One message, status, error, preference or other change of a delivery.

	`position` is "entry/change/list/index" and unique in its delivery. `raw` is the item as Meta sent it, text made
	storable; for OTHER it is the change's value. `problem` says why it cannot be read, naming field and way out: then
	`message`, `status` and `preference` are None. `phone_number_id` is None when the change names no number. `peer` is,
	for HISTORY, the customer (wa_id) in whose chat the message stands, whoever wrote it. `entry_time` is when Meta made the
	delivery's entry (aware UTC), None when it does not say.
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
	problem: Sentence | None = None
	error: ErrorObject | None = None
	peer: str | None = None
	preference: Preference | None = None
	entry_time: datetime | None = None

	def to_json(self) -> str:
		"""The item for storage, pure ASCII."""
		stored = {
			"position": self.position,
			"kind": self.kind.value,
			"account_id": self.account_id,
			"phone_number_id": self.phone_number_id,
			"field": self.field,
			"raw": self.raw,
			"contact": _card_to_json(self.contact) if self.contact else None,
			"peer": self.peer,
			"told": int(self.entry_time.timestamp()) if self.entry_time else None,
			"problem": problem_to_json(self.problem) if self.problem else None,
		}
		return json.dumps(stored)

	@staticmethod
	def from_json(text: str) -> Item:
		"""A stored item, parsed again: a newer version may understand what an older one did not.

		Raises ValueError when `text` is not from `to_json`.
		"""
		stored = load(text)
		raw = stored.get("raw") if isinstance(stored, dict) else None
		if not isinstance(raw, dict):
			raise InvalidPayload(NOT_STORED)
		card = stored.get("contact")
		return read_item(
			ItemKind(stored.get("kind")),
			raw,
			position=str(stored.get("position")),
			account_id=optional_id(stored, "account_id"),
			phone_number_id=optional_id(stored, "phone_number_id"),
			field=str(stored.get("field") or ""),
			contact=read_contact(card) if isinstance(card, dict) else None,
			problem=problem_from_json(stored.get("problem")),
			peer=optional_digits(stored, "peer"),
			entry_time=optional_time(stored, "told"),
		)


@dataclass(frozen=True, slots=True)
class Delivery:
	"""The contents of one webhook POST. `problem` says, naming the field, why nothing could be read."""

	items: tuple[Item, ...]
	problem: Sentence | None = None


def read_item(
	kind: ItemKind,
	raw: Mapping[str, Any],
	*,
	position: str,
	account_id: str | None = None,
	phone_number_id: str | None = None,
	field: str = MESSAGES,
	contact: ContactCard | None = None,
	problem: Sentence | None = None,
	peer: str | None = None,
	entry_time: datetime | None = None,
) -> Item:
	"""One item from its raw object. `problem` is kept only as long as the item still cannot be read."""
	message: InboundMessage | None = None
	status: StatusUpdate | None = None
	preference: Preference | None = None
	try:
		message = read_message(raw) if kind in _MESSAGE_KINDS else None
		status = read_status(raw) if kind is ItemKind.STATUS else None
		preference = read_preference(raw) if kind is ItemKind.PREFERENCE else None
		problem = None if message or status or preference else problem
	except InvalidPayload as error:
		problem = problem or error.sentence
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
		peer=peer,
		preference=preference,
		entry_time=entry_time,
	)


def read_delivery(body: bytes | str) -> Delivery:
	"""Parses a webhook body. Never raises: an unreadable item has a `problem`, and so has the delivery if there are no items
	at all."""
	try:
		return Delivery(tuple(_limited(_items(_entries(load(body))))))
	except InvalidPayload as error:
		return Delivery((), error.sentence)


def _card_to_json(card: ContactCard) -> dict[str, Any]:
	profile = {"name": card.name, "username": card.username}
	return {"profile": profile, "wa_id": card.wa_id, "user_id": card.user_id}


def _entries(body: Any) -> list[Any]:
	if not isinstance(body, dict):
		raise InvalidPayload(BODY_NOT_AN_OBJECT, found=shown(body))
	if "object" not in body:
		raise InvalidPayload(NO_OBJECT)
	if body["object"] != OBJECT:
		raise InvalidPayload(ANOTHER_OBJECT, found=shown(body["object"]), wanted=OBJECT)
	entries = body.get("entry")
	if entries is None:
		raise InvalidPayload(NO_ENTRIES)
	if not isinstance(entries, list):
		raise InvalidPayload(ENTRY_NOT_A_LIST, found=shown(entries))
	return entries


def _limited(items: Iterator[Item]) -> Iterator[Item]:
	"""All that can be filed, and of the rest no more than MOST_OTHERS, with an item in the place of those left out.

	Each of them becomes a row, and a body has room for a million. Meta puts no more than 1,000 updates into one.
	"""
	others = 0
	for item in items:
		is_other = item.kind in _NOT_FILED or bool(item.problem)
		others += is_other
		if others >= MOST_LOOKED_AT:
			yield _left_out(NOT_LOOKED_AT, others)
			return
		if not is_other or others <= MOST_OTHERS:
			yield item
	if others > MOST_OTHERS:
		yield _left_out(LEFT_OUT, others - MOST_OTHERS)


def _left_out(why: str, count: int) -> Item:
	return _Change("rest", None, "").item(
		ItemKind.OTHER, {"left_out": count}, "0/0", problem=about(why, count=count)
	)


def _items(entries: list[Any]) -> Iterator[Item]:
	for number, entry in enumerate(entries):
		whole = _Change(f"{number}/0", None, "")
		if not isinstance(entry, dict):
			yield whole.broken("entry/0", f"entry[{number}]", entry, NOT_AN_OBJECT)
		elif not isinstance(entry.get("changes"), list):
			yield whole.broken("entry/0", "changes", entry.get("changes"), NOT_A_LIST, raw=entry)
		else:
			for place, change in enumerate(entry["changes"]):
				entry_time = optional_time(entry, "time")
				yield from _change_items(f"{number}/{place}", optional_id(entry, "id"), change, entry_time)


def _change_items(
	place: str, account_id: str | None, change: Any, entry_time: datetime | None
) -> Iterator[Item]:
	if not isinstance(change, dict):
		yield _Change(place, account_id, "").broken("change/0", "change", change, NOT_AN_OBJECT)
		return
	value = change.get("value")
	if not isinstance(value, dict):
		whole = _Change(place, account_id, _field(change, {}))
		yield whole.broken("change/0", "value", value, NOT_AN_OBJECT, raw=change)
		return
	found = _Change.of(place, account_id, _field(change, value), value, entry_time)
	is_empty = True
	for item in _listed(found, value):
		is_empty = False
		yield item
	if is_empty:
		yield found.item(ItemKind.OTHER, value, "value/0")


def _listed(change: _Change, value: dict[str, Any]) -> Iterator[Item]:
	"""The entries of the lists in one value, each independent of the others."""
	if change.field == HISTORY:
		yield from _chunks(change, value.get("history"))
	for name, kind in _LISTS.get(change.field, ()):
		yield from change.listed(name, value.get(name), kind)


def _chunks(change: _Change, chunks: Any) -> Iterator[Item]:
	"""The messages of the history, chat by chat, or the errors that Meta sends instead of a declined history."""
	for name, chunk in change.objects("history", chunks):
		if isinstance(chunk, Item):
			yield chunk
			continue
		yield from change.listed(f"{name}.errors", chunk.get("errors"), ItemKind.ERROR)
		for chat, thread in change.objects(f"{name}.threads", chunk.get("threads")):
			if isinstance(thread, Item):
				yield thread
				continue
			peer = optional_digits(thread, "id") or optional_digits(thread.get("context"), "wa_id")
			yield from change.listed(f"{chat}.messages", thread.get("messages"), ItemKind.HISTORY, peer)


@dataclass(frozen=True, slots=True)
class _Change:
	"""What all items of one change have in common; `place` is "entry/change"."""

	place: str
	account_id: str | None
	field: str
	number: str | None = None
	own_number: str | None = None
	cards: tuple[ContactCard, ...] = ()
	entry_time: datetime | None = None

	@classmethod
	def of(
		cls,
		place: str,
		account_id: str | None,
		field: str,
		value: dict[str, Any],
		entry_time: datetime | None,
	) -> _Change:
		metadata = object_of(value, "metadata")
		cards = (read_contact(card) for card in list_of(value, "contacts") if isinstance(card, dict))
		return cls(
			place,
			account_id,
			field,
			optional_id(metadata, "phone_number_id"),
			optional_digits(metadata, "display_phone_number"),
			tuple(cards),
			entry_time,
		)

	def item(self, kind: ItemKind, raw: dict[str, Any], where: str, **more: Any) -> Item:
		return read_item(
			kind,
			raw,
			position=f"{self.place}/{where}",
			account_id=self.account_id,
			phone_number_id=self.number,
			field=self.field,
			entry_time=self.entry_time,
			**more,
		)

	def broken(
		self,
		where: str,
		name: str,
		found: Any,
		wanted: str,
		*,
		kind: ItemKind = ItemKind.OTHER,
		raw: dict[str, Any] | None = None,
	) -> Item:
		"""An item that only reports that `found` has the wrong type; `raw` is stored if given, else `found`."""
		whole = found if isinstance(found, dict) else {"value": found}
		problem = (
			about(MISSING, field=name) if found is None else about(wanted, field=name, found=shown(found))
		)
		return self.item(kind, whole if raw is None else raw, where, problem=problem)

	def objects(self, name: str, entries: Any) -> Iterator[tuple[str, dict[str, Any] | Item]]:
		"""The objects of a list with their names; an entry that is not an object becomes a broken item."""
		if entries is None:
			return
		if not isinstance(entries, list):
			yield name, self.broken(f"{name}/0", name, entries, NOT_A_LIST, raw={name: entries})
			return
		for index, entry in enumerate(entries):
			if isinstance(entry, dict):
				yield f"{name}.{index}", entry
			else:
				label = f"{name}[{index}]"
				yield label, self.broken(f"{name}/{index}", label, entry, NOT_AN_OBJECT)

	def listed(self, name: str, entries: Any, kind: ItemKind, peer: str | None = None) -> Iterator[Item]:
		"""An item for every entry of the list `name`."""
		if entries is None:
			return
		if not isinstance(entries, list):
			whole = {name: entries}
			yield self.broken(f"{name}/0", name, entries, NOT_A_LIST, kind=kind, raw=whole)
			return
		known, lone = by_person(self.cards), lone_card(self.cards, entries)
		for index, raw in enumerate(entries):
			where = f"{name}/{index}"
			if not isinstance(raw, dict):
				yield self.broken(where, f"{name}[{index}]", raw, NOT_AN_OBJECT, kind=kind)
				continue
			card = next((known[person] for person in people_of(raw) if person in known), lone)
			yield self.item(kind, raw, where, contact=card, peer=self._peer(raw, kind, peer))

	def _peer(self, raw: dict[str, Any], kind: ItemKind, thread: str | None) -> str | None:
		"""The customer of a history item. Files of the history arrive without their chat, so their message names them."""
		if kind is not ItemKind.HISTORY or thread:
			return thread
		sender = optional_digits(raw, "from")
		return optional_digits(raw, "to") or (sender if sender != self.own_number else None)


def _field(change: dict[str, Any], value: dict[str, Any]) -> str:
	"""The change's field. A change without one that carries messages or statuses is of the field `messages`."""
	field = change.get("field")
	if isinstance(field, str) and field:
		return field[:MAX_NAME]
	return MESSAGES if any(isinstance(value.get(name), list) for name, _kind in _LISTS[MESSAGES]) else ""
