"""The customer's side: a person with WhatsApp on a phone."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

from whatsapp_channel.sandbox.graph import edges_media, message_delivery
from whatsapp_channel.sandbox.state import ids
from whatsapp_channel.sandbox.state.model import JSON, MediaFile, Message
from whatsapp_channel.sandbox.state.people import Person
from whatsapp_channel.sandbox.state.state import State
from whatsapp_channel.sandbox.state.webhook_items import Item


class Customer(Person):
	"""A customer and the phone."""

	__slots__ = ("sandbox",)

	def __init__(
		self, sandbox: State, wa_id: str, name: str, user_id: str | None = None, hides_number: bool = False
	) -> None:
		super().__init__(wa_id, name, user_id, hides_number)
		self.sandbox = sandbox

	def sends(
		self, text: str, at: datetime | None = None, *, quoted: str | None = None, to: str | None = None
	) -> str:
		"""Writes a text to the business and posts the webhook. `at`: when (default now); `to`: phone number id.

		Returns the wamid.
		"""
		return self._post(self.writes(text, at, quoted=quoted, to=to))

	def sends_raw(self, message: JSON, at: datetime | None = None, *, to: str | None = None) -> str:
		"""Like `sends`, with any message object of Meta's reference; its from, id and timestamp override the generated ones."""
		return self._post(self.composes(message, at, to=to))

	def sends_file(
		self,
		kind: str,
		data: bytes,
		mime_type: str,
		at: datetime | None = None,
		**details: Any,
	) -> str:
		"""Sends an image, video, audio, document or sticker that the business can fetch; `details` as in `file_message`.

		Returns the wamid.
		"""
		return self.sends_raw(self.file_message(kind, data, mime_type, **details), at)

	def file_message(
		self,
		kind: str,
		data: bytes,
		mime_type: str,
		*,
		filename: str | None = None,
		caption: str | None = None,
		voice: bool = False,
		link_base: str | None = None,
		link_seconds: float = edges_media.MEDIA_URL_SECONDS,
		**other: Any,
	) -> JSON:
		"""The message object of a file, for `sends_raw` and `composes`; the file can be fetched from now on.

		With `link_base`, the address of the sandbox, it also has a link that expires after `link_seconds`, as Meta's
		objects do since November 2025. `other` overrides keys of the object, for example id=None or sha256="...".
		"""
		media = self.sandbox.add_media(MediaFile(ids.object_id(), data, mime_type, filename))
		link = edges_media.link(self.sandbox, media.id, link_base, link_seconds) if link_base else None
		content = {
			"caption": caption,
			"filename": filename,
			"mime_type": mime_type,
			"sha256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
			"id": media.id,
			"url": link,
			"voice": voice or None,
			**other,
		}
		return {"type": kind, kind: {key: value for key, value in content.items() if value is not None}}

	def writes(
		self, text: str, at: datetime | None = None, *, quoted: str | None = None, to: str | None = None
	) -> Item:
		"""Like `sends`, but the caller posts the webhook: see Sandbox.payload_for."""
		message: JSON = {"type": "text", "text": {"body": text}}
		if quoted:
			message["context"] = {"from": self.sandbox.number(to).digits, "id": quoted}
		return self.composes(message, at, to=to)

	def composes(self, message: JSON, at: datetime | None = None, *, to: str | None = None) -> Item:
		"""Like `sends_raw`, but the caller posts the webhook."""
		with self.sandbox.condition:
			number = self.sandbox.number(to)
			moment = at or self.sandbox.clock()
			raw = {**self._sender(), "id": ids.wamid(self.wa_id, outgoing=False), **_stamp(moment), **message}
			kind = str(raw.get("type"))
			record = Message(str(raw["id"]), False, self.wa_id, number.id, moment, kind, raw)
			self.sandbox.record(record)
			self.open_window(number.id, moment, raw)
			contact = None if kind == "system" else self.contact()
			return self.sandbox.item(
				"message", raw, number, contact=contact, lane=self.wa_id, wamid=record.wamid
			)

	def reads(self) -> list[str]:
		"""Opens the chat: every message from the business becomes read. Returns their wamids."""
		with self.sandbox.condition:
			self.sandbox.await_first_statuses(self.wa_id)
			unread = [one for one in self._received() if one.status in ("accepted", "sent", "delivered")]
			if not self.online:
				return []
			for message in unread:
				if message.status != "delivered":
					message_delivery.report(self.sandbox, message, "delivered")
				message_delivery.report(self.sandbox, message, "read")
			return [message.wamid for message in unread]

	def switch_off(self) -> None:
		"""The phone is off: messages stay at "sent"."""
		self._switch(False)

	def switch_on(self) -> None:
		"""The phone is on again: waiting messages are delivered."""
		self._switch(True)
		with self.sandbox.condition:
			self.sandbox.await_first_statuses(self.wa_id)
			for message in self._received():
				if message.status == "sent":
					message_delivery.report(self.sandbox, message, "delivered")

	def _sender(self) -> JSON:
		sender = {} if self.hides_number else {"from": self.wa_id}
		return {**sender, "from_user_id": self.user_id} if self.user_id else sender

	def _post(self, item: Item) -> str:
		self.sandbox.courier.post(item)
		return str(item.wamid)

	def _received(self) -> list[Message]:
		return [message for message in self.sandbox.messages(self.wa_id) if message.outgoing]

	def _switch(self, online: bool) -> None:
		with self.sandbox.condition:
			self.online = online
			self.sandbox.touch()


def _stamp(moment: datetime) -> JSON:
	return {"timestamp": str(int(moment.timestamp()))}
