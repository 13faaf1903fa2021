"""Orders in which held webhooks can go out."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from whatsapp_channel.sandbox.state.model import SandboxError
from whatsapp_channel.sandbox.state.webhook_items import Item


def _shuffled(items: Sequence[Item]) -> list[Item]:
	"""Always the same shuffle, so that a failing test can be repeated."""
	return random.Random(0).sample(list(items), len(items))  # noqa: S311 -- a shuffle, nothing secret


ORDERS: dict[str, Callable[[Sequence[Item]], list[Item]]] = {
	"fifo": list,
	"reverse": lambda items: list(reversed(items)),
	"shuffle": _shuffled,
	"statuses_first": lambda items: sorted(items, key=lambda item: item.kind != "status"),
	"messages_first": lambda items: sorted(items, key=lambda item: item.kind == "status"),
}


def arranged(items: Sequence[Item], order: str | Sequence[int]) -> list[Item]:
	"""Items in a named order, or in the order of the positions given (each exactly once).

	Raises SandboxError for an unknown name or positions that do not fit.
	"""
	if isinstance(order, str):
		if order not in ORDERS:
			raise SandboxError(
				f"order: {order!r} is not one of {', '.join(ORDERS)}, nor a list of positions."
			)
		return ORDERS[order](items)
	if sorted(order) != list(range(len(items))):
		raise SandboxError(
			f"order: {list(order)} does not name each position from 0 to {len(items) - 1} once."
		)
	return [items[position] for position in order]
