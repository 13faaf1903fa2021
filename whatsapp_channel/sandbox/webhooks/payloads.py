"""Webhook bodies: one item each, or several combined (Meta's reference, field `messages`, Graph v24 and later)."""

from __future__ import annotations

from collections.abc import Sequence

from whatsapp_channel.sandbox.state.model import JSON, SandboxError
from whatsapp_channel.sandbox.state.webhook_items import Item
from whatsapp_channel.sandbox.webhooks import signed_json

SHAPES = ("values", "changes", "entries")


_LISTS = {"message": "messages", "status": "statuses", "error": "errors"}


def _value(items: Sequence[Item]) -> JSON:
	"""The `value` of one change for items of one kind and number."""
	first = items[0]
	if first.kind == "event":
		return dict(first.raw)
	value: JSON = {"messaging_product": "whatsapp", "metadata": first.metadata}
	contacts: list[JSON] = []
	for item in items:
		if item.contact and item.contact not in contacts:
			contacts.append(item.contact)
	if contacts:
		value["contacts"] = contacts
	value[_LISTS[first.kind]] = [item.raw for item in items]
	return value


def _entry(items: Sequence[Item], changes: list[JSON]) -> JSON:
	entry: JSON = {"id": items[0].account_id}
	if items[0].time is not None:
		entry["time"] = items[0].time
	return {**entry, "changes": changes}


def _runs(items: Sequence[Item]) -> list[list[Item]]:
	"""Runs of adjacent items that may share one `value`: same account, field, number and kind; never events."""
	runs: list[list[Item]] = []
	for item in items:
		if runs and item.kind != "event" and _alike(runs[-1][-1], item):
			runs[-1].append(item)
		else:
			runs.append([item])
	return runs


def _alike(one: Item, other: Item) -> bool:
	return (one.kind, one.account_id, one.metadata) == (other.kind, other.account_id, other.metadata)


def _by_account(groups: list[list[Item]]) -> list[list[list[Item]]]:
	"""Adjacent groups of one account, which may share one `entry`."""
	entries: list[list[list[Item]]] = []
	for group in groups:
		if entries and entries[-1][-1][0].account_id == group[0].account_id:
			entries[-1].append(group)
		else:
			entries.append([group])
	return entries


def body(items: Sequence[Item], shape: str = "values") -> bytes:
	"""One webhook with all `items`, in order.

	`shape` says how far they are combined: "values" (one change with several messages), "changes" (one entry with
	several changes), "entries" (an entry each). Raises SandboxError for another shape or no items.
	"""
	if shape not in SHAPES:
		raise SandboxError(f"shape: {shape!r} is not one of {', '.join(SHAPES)}.")
	if not items:
		raise SandboxError("items: a webhook needs at least one item.")
	groups = _runs(items) if shape == "values" else [[item] for item in items]
	entries = [[group] for group in groups] if shape == "entries" else _by_account(groups)
	return signed_json.dumps(
		{
			"object": "whatsapp_business_account",
			"entry": [
				_entry(groups[0], [{"value": _value(group), "field": group[0].field} for group in groups])
				for groups in entries
			],
		}
	)
