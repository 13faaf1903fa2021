"""A site with one connected channel, and the steps that tests take on it in a word each."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import frappe
import httpx

from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api import signature
from whatsapp_channel.inbound import drain
from whatsapp_channel.inbound.media import fetching
from whatsapp_channel.outbound import outbox, send
from whatsapp_channel.sandbox import Sandbox

WEBHOOK = "/api/method/whatsapp_channel.api.webhook.receive"
TEAM = "WhatsApp Test Team"
AGENT = "whatsapp-agent@example.com"
MESSAGE = "WhatsApp Session Message"
DEADLINE = 60.0


def utc(**ago: float) -> datetime:
	"""A moment before now, to the second, as Meta's timestamps are."""
	return (datetime.now(timezone.utc) - timedelta(**ago)).replace(microsecond=0)


@dataclass
class Desk:
	"""The site under test and its sandbox."""

	web: Any
	sandbox: Sandbox
	account: str
	number: str
	channel: str

	# -- customer ------------------------------------------------------------------------------------------

	def writes(self, text: str, *, wa_id: str = "5511912345678", name: str = "Maria", ago: float = 0) -> str:
		"""A customer's text arrives by webhook and is filed; returns its wamid."""
		customer = self.sandbox.customer(wa_id, name)
		wamid = customer.sends(text, utc(seconds=ago))
		self.flush()
		self.settle()
		return wamid

	def post(self, payload: Any, *, secret: str | None = None, **headers: str) -> httpx.Response:
		"""Posts one delivery, signed with the channel's secret unless another is given."""
		body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
		signed = signature.sign(secret or self.sandbox.config.app_secret, body)
		sent = {"Content-Type": "application/json", "X-Hub-Signature-256": signed, **headers}
		return self.web.post(WEBHOOK, content=body, headers=sent)

	def payload(self, *messages: dict, name: str = "Maria", number: str | None = None) -> dict:
		"""A delivery with these messages."""
		senders = {message.get("from") for message in messages if isinstance(message, dict)} - {None}
		contacts = [{"profile": {"name": name}, "wa_id": sender} for sender in senders]
		return self.envelope({"messages": list(messages), "contacts": contacts}, number)

	def envelope(self, value: dict, number: str | None = None) -> dict:
		"""A delivery with this value of the field `messages`."""
		metadata = {"display_phone_number": "15550100200", "phone_number_id": number or self.number}
		value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
		entry = {"id": self.account, "changes": [{"field": "messages", "value": value}]}
		return {"object": "whatsapp_business_account", "entry": [entry]}

	def status(
		self, wamid: str, status: str, *, reference: str | None = None, code: int | None = None
	) -> dict:
		"""A delivery with one status of an outgoing message."""
		item = {
			"id": wamid,
			"status": status,
			"timestamp": str(int(time.time())),
			"recipient_id": "5511912345678",
		}
		if reference:
			item["biz_opaque_callback_data"] = reference
		if code:
			item["errors"] = [{"code": code, "title": "?", "message": "?"}]
		return self.envelope({"statuses": [item]})

	# -- work ----------------------------------------------------------------------------------------------

	def flush(self) -> bool:
		"""Everything that Meta sends arrives; whether it was answered 200 in time."""
		# The site's answer would wait for what this test has written and not committed.
		frappe.db.commit()
		return self.sandbox.flush(DEADLINE)

	def settle(self) -> None:
		"""Does all work that is due now, and what comes of it, whoever else works as well."""
		wait_until(self._settled)

	def _settled(self) -> bool:
		drain.drain()
		for lane in fetching.lanes_with_work():
			fetching.work(lane)
		for queue in outbox.queues_with_work():
			send.send_queued(*queue)
		self.flush()
		frappe.set_user("Administrator")
		frappe.db.commit()
		return not (drain.has_work() or fetching.lanes_with_work())

	# -- agent ---------------------------------------------------------------------------------------------

	def reply(self, ticket: str, text: str = "<p>Hello</p>", **more: Any) -> str:
		"""An agent replies in the ticket; returns the newest message row. Nothing is sent yet."""
		document = frappe.get_doc("HD Ticket", ticket)
		more.setdefault("to", document.raised_by)
		document.reply_via_agent(message=text, **more)
		frappe.db.commit()
		return newest(MESSAGE, direction="Outgoing")

	# -- what there is -------------------------------------------------------------------------------------

	def tickets(self) -> list[str]:
		"""The tickets of this channel, oldest first."""
		frappe.db.commit()
		names = frappe.get_all(
			"HD Ticket", {"whatsapp_channel": self.channel}, pluck="name", order_by="creation"
		)
		return [str(name) for name in names]

	def ticket(self) -> str:
		"""The only ticket of this channel."""
		(name,) = self.tickets()
		return name

	def conversation_of(self, ticket: str) -> list[str]:
		"""The contents of a ticket's communications in the order in which agents read them."""
		frappe.db.commit()
		return frappe.get_all(
			"Communication",
			{"reference_doctype": "HD Ticket", "reference_name": ticket},
			pluck="content",
			order_by="communication_date, creation",
		)

	def on_phone(self, wa_id: str = "5511912345678") -> list[str]:
		"""The texts that the customer's phone got from the business."""
		received = [message for message in self.sandbox.messages(wa_id) if message.outgoing]
		return [message.raw["text"]["body"] for message in received]

	def message(self, name: str) -> "frappe._dict":
		"""One message row as it is now."""
		frappe.db.commit()
		return frappe.db.get_value(MESSAGE, name, "*", as_dict=True)


def newest(doctype: str, **filters: Any) -> str:
	"""The name of the row that was made last."""
	frappe.db.commit()
	# A site whose zone was changed after its installation has rows from the future: no test made them.
	made = filters | {"creation": ["<=", site_now()]}
	return frappe.get_all(doctype, made, pluck="name", order_by="creation desc, name desc", limit=1)[0]


def wait_until(condition: Callable[[], Any], deadline: float = DEADLINE) -> Any:
	"""Returns the condition's first true value; fails after the deadline, in seconds."""
	end = time.monotonic() + deadline
	while True:
		if found := condition():
			return found
		if time.monotonic() > end:
			raise AssertionError(f"not true within {deadline} s: {condition}")
		time.sleep(0.01)  # what is waited for needs the processor


def text_message(
	text: str = "Hello", *, wamid: str = "wamid.1", sender: str = "5511912345678", **more: Any
) -> dict:
	"""A text as Meta puts it into `messages`."""
	stamp = str(int(time.time()))
	return {"from": sender, "id": wamid, "timestamp": stamp, "type": "text", "text": {"body": text}, **more}
