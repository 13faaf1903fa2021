"""POST /{phone number id}/messages: sending, reactions, read receipts and the typing indicator."""

from __future__ import annotations

from datetime import timedelta

from whatsapp_channel.sandbox.graph import graph_errors, message_delivery
from whatsapp_channel.sandbox.graph.call import Call
from whatsapp_channel.sandbox.graph.validate import check_message, recipient_digits
from whatsapp_channel.sandbox.state import ids
from whatsapp_channel.sandbox.state.model import JSON, Message, Number
from whatsapp_channel.sandbox.state.people import Person
from whatsapp_channel.sandbox.state.state import State

TYPING = timedelta(seconds=25)  # Meta shows the indicator for 25 s or until the reply


def send(sandbox: State, call: Call, number: Number) -> JSON:
	"""Accepts a message and answers with its wamid, or accepts a read receipt. The statuses are posted later."""
	if "status" in call.body:
		return _read_receipt(sandbox, call.body)
	kind = check_message(sandbox, number, call.body)
	with sandbox.condition:
		customer, contact = _recipient(sandbox, number, call.body)
		message = _message(sandbox, number, call.body, kind, customer, contact)
		if sandbox.settings.window == "sync" and message_delivery.refusal(sandbox, message) == 131047:
			raise graph_errors.cloud_error(131047)
		if customer is not None:
			customer.typing_until = None
		sandbox.record(message)
		call.message = message
	sent: JSON = {"id": message.wamid}
	if kind == "template":
		sent["message_status"] = "accepted"
	return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}


def _recipient(sandbox: State, number: Number, body: JSON) -> tuple[Person | None, JSON]:
	"""The customer, if known, and the element of `contacts` in the answer. `to` takes precedence over `recipient`."""
	if body.get("to"):
		digits = recipient_digits(sandbox, number, body["to"])
		return sandbox.customers.get(digits), {"input": str(body["to"]), "wa_id": digits}
	user_id = str(body["recipient"])
	return sandbox.find_customer(user_id), {"input": user_id, "user_id": user_id}


def _message(
	sandbox: State, number: Number, body: JSON, kind: str, customer: Person | None, contact: JSON
) -> Message:
	wa_id = customer.wa_id if customer else str(contact.get("wa_id") or contact.get("user_id"))
	reference = body.get("biz_opaque_callback_data")
	return Message(
		wamid=ids.wamid(wa_id, outgoing=True),
		outgoing=True,
		wa_id=wa_id,
		phone_number_id=number.id,
		at=sandbox.clock(),
		type=kind,
		raw=body,
		reference=None if reference is None else str(reference),
	)


def _read_receipt(sandbox: State, body: JSON) -> JSON:
	"""Marks a customer's message and the earlier ones as read by the business (the errors are recorded ones)."""
	if body.get("messaging_product") != "whatsapp":
		raise graph_errors.missing("messaging_product")
	wamid = str(body.get("message_id") or "")
	if not wamid:
		raise graph_errors.missing("message_id")
	message = sandbox.find_message(wamid)
	if message is None:
		raise _bad_receipt("Please check the message ID you have provided.")
	if message.outgoing:
		raise _bad_receipt(
			f"Message supplied to mark message as read API with message ID: {wamid} is outgoing. "
			"Please use an incoming message ID."
		)
	with sandbox.condition:
		for earlier in sandbox.messages(message.wa_id):
			if not earlier.outgoing and earlier.at <= message.at:
				earlier.read_by_business = True
		if body.get("typing_indicator"):
			sandbox.customers[message.wa_id].typing_until = sandbox.clock() + TYPING
		sandbox.touch()
	return {"success": True}


def _bad_receipt(details: str) -> graph_errors.GraphError:
	return graph_errors.cloud_error(100, details)
