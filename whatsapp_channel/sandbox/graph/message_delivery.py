"""What happens to an outgoing message after the HTTP answer: statuses, each in its own webhook."""

from __future__ import annotations

import uuid
from datetime import timedelta

from whatsapp_channel.sandbox.graph import graph_errors
from whatsapp_channel.sandbox.state.model import JSON, Message, SandboxError
from whatsapp_channel.sandbox.state.people import Person
from whatsapp_channel.sandbox.state.state import State

RANK = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4}
STATUSES = ("sent", "delivered", "read", "played", "failed")


def refusal(sandbox: State, message: Message) -> int | None:
	"""Code with which Meta fails an accepted message: number not on WhatsApp (131026), or window closed (131047)."""
	customer = sandbox.customers.get(message.wa_id)
	if customer is None:
		return 131026 if sandbox.settings.unknown_recipient == "failed" else None
	return 131047 if outside_window(sandbox, message, customer) else None


def outside_window(sandbox: State, message: Message, customer: Person) -> bool:
	"""Whether a free-form message comes more than 24 h after the customer's last one."""
	if message.type == "template" or sandbox.settings.window == "off":
		return False
	return not customer.window_open(message.phone_number_id, message.at)


def begin(sandbox: State, message: Message) -> None:
	"""The first statuses of an accepted message, by the settings `statuses`, `auto_read` and the phone's state."""
	with sandbox.condition:
		if not sandbox.is_unsettled(message):
			return  # the sandbox was reset after the answer
		code = refusal(sandbox, message)
		customer = sandbox.customers.get(message.wa_id)
		if code is not None:
			report(sandbox, message, "failed", code=code)
		elif sandbox.settings.statuses == "auto":
			_once(sandbox, message, "sent")
			if customer is not None and customer.online and message.type != "reaction":
				_once(sandbox, message, "delivered")
				if sandbox.settings.auto_read:
					_once(sandbox, message, "read")
		sandbox.settled(message)


def _once(sandbox: State, message: Message, status: str) -> None:
	"""Reports a status that the phone page or a test may already have reported: each one at most once."""
	if status not in message.times and message.status != "failed":
		report(sandbox, message, status)


def report(
	sandbox: State, message: Message, status: str, *, code: int | None = None, details: str | None = None
) -> None:
	"""Posts one status webhook, whatever was posted before; the message keeps the furthest state it reached."""
	if status not in STATUSES:
		raise SandboxError(f"status: {status!r} is not one of {', '.join(STATUSES)}.")
	now = sandbox.clock()
	first_time = status not in message.times
	message.times.setdefault(status, now)
	if status == "failed":
		message.error = graph_errors.status_error(code or 131000, details)
		if RANK.get(message.status, 0) < RANK["delivered"]:
			message.status = "failed"
	elif RANK[status] > RANK.get(message.status, 0):
		message.status = status
	raw = status_object(sandbox, message, status, code=code, details=details)
	customer = sandbox.customers.get(message.wa_id)
	contact = customer.contact() if customer and customer.user_id and status != "failed" else None
	number = sandbox.number(message.phone_number_id)
	delay = sandbox.settings.status_delay_ms / 1000 if first_time else 0.0
	item = sandbox.item("status", raw, number, contact=contact, lane=message.wa_id, wamid=message.wamid)
	sandbox.courier.post(item, delay=delay)


def status_object(
	sandbox: State, message: Message, status: str, *, code: int | None = None, details: str | None = None
) -> JSON:
	"""An element of `statuses` [Meta's reference, status webhook]."""
	customer = sandbox.customers.get(message.wa_id)
	raw: JSON = {"id": message.wamid, "status": status, "timestamp": str(int(sandbox.clock().timestamp()))}
	if not (customer and customer.hides_number):
		raw["recipient_id"] = message.wa_id
	if customer and customer.user_id and (status != "failed" or customer.hides_number):
		raw["recipient_user_id"] = customer.user_id
	if message.reference is not None:
		raw["biz_opaque_callback_data"] = message.reference
	if status == "failed":
		raw["errors"] = [graph_errors.status_error(code or 131000, details)]
		return raw
	return {**raw, **_terms(sandbox, message, status, customer)}


def _terms(sandbox: State, message: Message, status: str, customer: Person | None) -> JSON:
	"""`conversation` and `pricing` of a status.

	From v24 on a conversation appears only in a free-entry-point window; pricing comes with sent and with delivered.
	"""
	now = sandbox.clock()
	free_until = customer.free_entry.get(message.phone_number_id) if customer else None
	free = free_until is not None and now < free_until
	category = _category(sandbox, message)
	terms: JSON = {}
	if free or sandbox.settings.webhook_version < 24:
		ends = free_until if free and free_until else now + timedelta(hours=24)
		terms["conversation"] = _conversation(
			message, status, "referral_conversion" if free else category, ends.timestamp()
		)
	if status in ("sent", "delivered"):
		terms["pricing"] = _pricing(category, free)
	return terms


def _category(sandbox: State, message: Message) -> str:
	if message.type != "template":
		return "service"
	return sandbox.templates.category(str(message.raw["template"].get("name"))).lower()


def _conversation(message: Message, status: str, origin: str, ends: float) -> JSON:
	identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{message.phone_number_id}/{message.wa_id}/{origin}").hex
	expiry = {"expiration_timestamp": str(int(ends))} if status == "sent" else {}
	return {"id": identity, **expiry, "origin": {"type": origin}}


def _pricing(category: str, free: bool) -> JSON:
	if free:
		kind, billable, category = "free_entry_point", False, "referral_conversion"
	elif category == "service":
		kind, billable = "free_customer_service", False
	else:
		kind, billable = "regular", True
	return {"billable": billable, "pricing_model": "PMP", "type": kind, "category": category}
