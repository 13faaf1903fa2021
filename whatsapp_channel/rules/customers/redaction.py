"""Removes one person's items from a stored webhook body, which may contain items of many people."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

# The fields with the customer's id in a message, status, card, echo, preference or thread (Webhooks reference: messages,
# # statuses, contacts, message_echoes, user_preferences; history's threads have the number as their id).
_WHO = (
	"from",
	"from_user_id",
	"to",
	"to_user_id",
	"recipient_id",
	"recipient_user_id",
	"wa_id",
	"user_id",
	"phone_number",
)
_SYSTEM_WHO = ("wa_id", "new_wa_id", "user_id", "previous_user_id", "customer", "identity")
# Lists whose entries contain items one level deeper, under these names.
_CONTAINERS = {"history": ("threads",)}


def without(body: Any, people: Set[str]) -> tuple[Any, int]:
	"""A webhook body without the items from, to or about these people (digits or user ids), and the number removed.

	Messages of others that mention them stay. The structure and other people's items do not change; a body of an unknown shape
	is returned unchanged.
	"""
	if not isinstance(body, Mapping) or not isinstance(body.get("entry"), list):
		return body, 0
	gone = 0
	for entry in body["entry"]:
		changes = entry.get("changes") if isinstance(entry, Mapping) else None
		for change in changes if isinstance(changes, list) else ():
			value = change.get("value") if isinstance(change, Mapping) else None
			if isinstance(value, dict):
				gone += _thin_out(value, people)
	return body, gone


def at_new_places(body: dict[str, Any]) -> dict[str, Any]:
	"""The same body with every item at a new position, and without changes that have no items left.

	A position (entry/change/list/index) identifies an item: the progress of a delivery is stored as a position, and so is a kept
	item. If items are removed, later ones move up and would be taken for others. Empty entries at the beginning, which the
	parser skips, shift all items to positions that were never used.
	"""
	entries = body["entry"]
	used = next((place for place, entry in enumerate(entries) if entry != _NO_CHANGES), len(entries))
	return {**body, "entry": [_NO_CHANGES] * len(entries) + [_without_spent(each) for each in entries[used:]]}


_NO_CHANGES: dict[str, Any] = {"changes": []}


def _without_spent(entry: Any) -> Any:
	if not isinstance(entry, Mapping) or not isinstance(entry.get("changes"), list):
		return entry
	return {**entry, "changes": [change for change in entry["changes"] if not _is_spent(change)]}


def _is_spent(change: Any) -> bool:
	"""Whether a change has no items left: the parser would treat the rest as an event of another kind."""
	value = change.get("value") if isinstance(change, Mapping) else None
	return isinstance(value, Mapping) and bool(_lists(value)) and not _holds_items(value)


def _lists(value: Mapping[str, Any]) -> dict[str, list[Any]]:
	"""All lists except the contact cards, which only accompany other items."""
	return {key: found for key, found in value.items() if isinstance(found, list) and key != "contacts"}


def _holds_items(value: Mapping[str, Any]) -> bool:
	lists = _lists(value)
	inner = [entry for key in _CONTAINERS for entry in lists.pop(key, ())]
	return any(lists.values()) or any(
		not isinstance(entry, Mapping) or _holds_items(entry) for entry in inner
	)


def is_about(item: Any, people: Set[str]) -> bool:
	"""Whether a message, status, card etc. is from, to or about one of these people."""
	if not isinstance(item, Mapping):
		return False
	if _names(item, _WHO) & people or _names(item.get("contact"), _WHO) & people:
		return True
	if _names(item.get("system"), _SYSTEM_WHO) & people or _names(item.get("history_context"), _WHO) & people:
		return True
	return "messages" in item and _plain(item.get("id")) in people


def _thin_out(value: dict[str, Any], people: Set[str]) -> int:
	gone = 0
	for key, entries in value.items():
		if not isinstance(entries, list):
			continue
		kept = [entry for entry in entries if not is_about(entry, people)]
		gone += len(entries) - len(kept)
		value[key] = kept
		for entry in kept if key in _CONTAINERS else ():
			if isinstance(entry, dict):
				gone += _thin_out(entry, people)
	return gone


def _names(holder: Any, fields: tuple[str, ...]) -> set[str]:
	if not isinstance(holder, Mapping):
		return set()
	return {found for field in fields if (found := _plain(holder.get(field)))}


def _plain(value: Any) -> str:
	return str(value).lstrip("+") if isinstance(value, str | int) else ""
