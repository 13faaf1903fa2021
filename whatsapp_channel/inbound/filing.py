"""Filing a message in a conversation: the part that customers' messages and colleagues' echoes have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from whatsapp_channel.cloud_api.webhook_parser import Item
from whatsapp_channel.conversations import messages, traces
from whatsapp_channel.conversations.customers import customer
from whatsapp_channel.inbound.media import fetching
from whatsapp_channel.inbound.routing import Route
from whatsapp_channel.keys import wamid_key


@dataclass(frozen=True, slots=True)
class Arrival:
	"""A message that is being filed: the item, its channel and number, its customer, and the rows of its files.

	`says`: the direction, status and origin of its row.
	"""

	item: Item
	way: Route
	customer: str
	files: list[dict[str, Any]]
	says: dict[str, Any]

	def insert(self, conversation: str | None, **more: Any) -> str:
		"""Inserts the message into a conversation, or without one; returns the name of its row."""
		return messages.insert_row(
			{
				**self.says,
				"customer": self.customer,
				"channel": self.way.channel,
				"conversation": conversation,
				**messages.columns(self.way.number, self.item.message, self.item.raw),
				**more,
			}
		)

	def apply_pending(self, stored: str) -> None:
		"""Applies the traces that arrived before this message."""
		traces.apply_pending(stored, wamid_key(self.way.number, self.item.message.id))

	def file_quiet(self, conversation: str | None) -> None:
		"""Stores a trace (reaction, edit or deletion) and shows it at the message that it refers to (ADR 0031)."""
		self.insert(conversation)
		message = self.item.message
		key = wamid_key(self.way.number, message.quoted_wamid) if message.quoted_wamid else None
		if key and message.type in traces.EVENTS:
			traces.apply_event(self.customer, key)
		if change := traces.unseen_change(message, self.says["direction"]):
			traces.note_unseen(change, self.customer, conversation, key)


def file(
	item: Item,
	way: Route,
	*,
	whose: Callable[[], str],
	says: dict[str, Any],
	check: Callable[[str], None],
	work: Callable[[Arrival, bool], None],
) -> None:
	"""Files a message that does not exist yet, exactly once, under the lock of its customer.

	`whose` finds or creates the customer; `check` may raise ItemError before anything is downloaded; `work` gets the message
	and whether it is a quiet one. Raises ItemError while its file is being downloaded.
	"""
	message = item.message
	name = whose()
	check(name)
	quiet = traces.is_quiet(message)
	files = [] if quiet else fetching.fetched(way.account, name, item)

	def locked(owner: str) -> None:
		if not messages.exists(way.number, message.id):
			work(Arrival(item, way, owner, files, says), quiet)

	customer.under_lock(name, whose, locked)
