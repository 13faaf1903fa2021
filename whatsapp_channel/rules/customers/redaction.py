"""One person's part of a stored webhook body, which may speak of many."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

# Where Meta names the other end of a message, status, card, echo, preference or thread (Webhooks reference: messages,
# statuses, contacts, message_echoes, user_preferences; history's threads have the number as their id).
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
# Lists whose entries hold people's items one level down, under these names.
_CONTAINERS = {"history": ("threads",)}


def without(body: Any, people: Set[str]) -> tuple[Any, int]:
	"""A webhook body without the items from, to or about these people (digits or user ids), and how many went.

	What somebody else wrote about them stays: it is that customer's message. Structure and other people's items stay
	as they are; a body of an unknown shape is returned unchanged.
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
	"""The same body with every item where none was before, and without changes that hold no item any more.

	A place (entry/change/list/index) stands for an item: it says how far the work on a body has come, and it is what a
	kept item is known by. When items are taken out, those behind them move up, and would be taken for others. Entries
	without changes in front, in which the reader finds nothing, give all of them places that were never used.
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
	"""Whether nothing is left of what a change told: the reader would take the rest for news of another kind."""
	value = change.get("value") if isinstance(change, Mapping) else None
	return isinstance(value, Mapping) and bool(_lists(value)) and not _holds_items(value)


def _lists(value: Mapping[str, Any]) -> dict[str, list[Any]]:
	"""All but the cards, which only go with something else."""
	return {key: found for key, found in value.items() if isinstance(found, list) and key != "contacts"}


def _holds_items(value: Mapping[str, Any]) -> bool:
	lists = _lists(value)
	inner = [entry for key in _CONTAINERS for entry in lists.pop(key, ())]
	return any(lists.values()) or any(
		not isinstance(entry, Mapping) or _holds_items(entry) for entry in inner
	)


def is_about(item: Any, people: Set[str]) -> bool:
	"""Whether one message, status, card or the like is from, to or about one of these people."""
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
