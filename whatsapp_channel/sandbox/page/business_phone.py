"""The business's own phone: the WhatsApp Business app beside the Cloud API (Meta: coexistence).

Sources: Meta's webhook references `smb_message_echoes`, `history` and `smb_app_state_sync`, 21 May 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from whatsapp_channel.sandbox.state import ids
from whatsapp_channel.sandbox.state.model import JSON, Message, SandboxError, e164_digits
from whatsapp_channel.sandbox.state.state import State
from whatsapp_channel.sandbox.state.webhook_items import Item

ECHOES, HISTORY, CONTACTS = "smb_message_echoes", "history", "smb_app_state_sync"
DECLINED: JSON = {
	"code": 2593109,
	"title": "History sync is turned off by the business from the WhatsApp Business App",
	"message": "History sync is turned off by the business from the WhatsApp Business App",
	"error_data": {"details": "History sharing is turned off by the business from the WhatsApp Business App"},
}


class BusinessApp:
	"""The app on a colleague's phone, for one of the business's numbers (the first by default)."""

	def __init__(self, sandbox: State, phone_number_id: str | None = None) -> None:
		self.sandbox = sandbox
		self.number = sandbox.number(phone_number_id)

	# -- messages --------------------------------------------------------------------------------------------

	def writes(self, wa_id: str, text: str, at: datetime | None = None) -> str:
		"""A colleague writes to a customer, even one who never wrote before. Returns the wamid."""
		return self.sends(wa_id, {"type": "text", "text": {"body": text}}, at)

	def sends(self, wa_id: str, message: JSON, at: datetime | None = None) -> str:
		"""Like `writes`, with any message object of Meta's reference; its fields override the generated ones."""
		raw = self.echo(wa_id, message, at)
		self._remember(wa_id, raw, at)
		self.sandbox.post(self.echoes(raw, lane=e164_digits(wa_id)))
		return str(raw["id"])

	def edits(self, wa_id: str, wamid: str, text: str, at: datetime | None = None) -> str:
		"""Changes the text of an earlier message."""
		changed = {"type": "text", "text": {"body": text}}
		edit = {"original_message_id": wamid, "message": changed}
		return self.sends(wa_id, {"type": "edit", "edit": edit}, at)

	def deletes(self, wa_id: str, wamid: str, at: datetime | None = None) -> str:
		"""Deletes a message for everyone."""
		return self.sends(wa_id, {"type": "revoke", "revoke": {"original_message_id": wamid}}, at)

	def echo(self, wa_id: str, message: JSON, at: datetime | None = None) -> JSON:
		"""An element of `message_echoes`, not sent."""
		digits = e164_digits(wa_id)
		customer = self.sandbox.customers.get(digits)
		recipient = {"to": digits}
		if customer and customer.user_id:
			recipient["to_user_id"] = customer.user_id
		moment = at or self.sandbox.clock()
		common = {
			"from": self.number.digits,
			"id": ids.wamid(digits, outgoing=True),
			"timestamp": _seconds(moment),
		}
		return {**common, **recipient, **message}

	def echoes(self, *echoes: JSON, lane: str | None = None) -> Item:
		"""A webhook item with these echoes, for `Sandbox.post` or `payload_for`."""
		return self._item(ECHOES, {"message_echoes": list(echoes)}, lane=lane)

	def _remember(self, wa_id: str, raw: JSON, at: datetime | None) -> None:
		"""Adds the message to the chat. No status will follow, so the message counts as settled."""
		kind, moment = str(raw["type"]), at or self.sandbox.clock()
		digits = e164_digits(wa_id)
		record = Message(str(raw["id"]), True, digits, self.number.id, moment, kind, raw, status="delivered")
		with self.sandbox.condition:
			self.sandbox.record(record)
			self.sandbox.settled(record)

	# -- history and contacts --------------------------------------------------------------------------------

	def shares_history(self, wa_ids: Iterable[str] | None = None) -> int:
		"""Shares the chats with these customers (default: all). Returns the number of messages."""
		chosen = [e164_digits(one) for one in wa_ids] if wa_ids is not None else list(self.sandbox.customers)
		threads = {wa_id: [self._past(one) for one in self._own(wa_id)] for wa_id in chosen}
		self.sandbox.post(self.history(threads))
		return sum(len(messages) for messages in threads.values())

	def _own(self, wa_id: str) -> list[Message]:
		return [one for one in self.sandbox.messages(wa_id) if one.phone_number_id == self.number.id]

	def _past(self, message: Message) -> JSON:
		status = message.status if message.outgoing else "delivered"
		raw = dict(message.raw) if not message.outgoing else {message.type: message.raw.get(message.type)}
		sender = self.number.digits if message.outgoing else message.wa_id
		recipient = {"to": message.wa_id} if message.outgoing else {}
		common = {"from": sender, "id": message.wamid, "type": message.type}
		context = {"history_context": {"status": status.upper()}}
		return {**raw, **common, **recipient, "timestamp": _seconds(message.at), **context}

	def history(
		self, threads: Mapping[str, Sequence[JSON]], *, phase: int = 0, chunk: int = 1, progress: int = 100
	) -> Item:
		"""A webhook item with earlier messages, grouped by customer."""
		listed = [{"id": wa_id, "messages": list(messages)} for wa_id, messages in threads.items()]
		metadata = {"phase": phase, "chunk_order": chunk, "progress": progress}
		return self._item(HISTORY, {"history": [{"metadata": metadata, "threads": listed}]})

	def history_media(self, *messages: JSON) -> Item:
		"""A webhook item with the files of messages that the history webhook listed without their files."""
		return self._item(HISTORY, {"messages": list(messages)})

	def declines_history(self) -> None:
		"""The colleague declines to share the history."""
		self.sandbox.post(self._item(HISTORY, {"history": [{"errors": [DECLINED]}]}))

	def saves_contact(self, wa_id: str, name: str, *, action: str = "add") -> None:
		"""The colleague adds a person to the address book, or removes them (action "remove")."""
		if action not in ("add", "remove"):
			raise SandboxError(f"action: {action!r} is neither add nor remove.")
		self.sandbox.post(self.contacts({e164_digits(wa_id): name}, action=action))

	def contacts(self, names: dict[str, str], *, action: str = "add") -> Item:
		"""A webhook item with entries of the address book, by number."""
		stamp = {"timestamp": _seconds(self.sandbox.clock())}
		entries = []
		for number, name in names.items():
			contact = {"phone_number": number}
			if action == "add":
				contact |= {"full_name": name, "first_name": name.split()[0] if name.split() else name}
			entries.append({"type": "contact", "contact": contact, "action": action, "metadata": stamp})
		return self._item(CONTACTS, {"state_sync": entries})

	def _item(self, field: str, more: JSON, lane: str | None = None) -> Item:
		metadata = {"display_phone_number": self.number.digits, "phone_number_id": self.number.id}
		value = {"messaging_product": "whatsapp", "metadata": metadata, **more}
		return Item("event", self.number.waba_id, value, field, lane=lane)


def _seconds(moment: datetime) -> str:
	return str(int(moment.timestamp()))
