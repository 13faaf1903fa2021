"""The sandbox's state as JSON for the control API and the phone page."""

from __future__ import annotations

from dataclasses import asdict

from whatsapp_channel.sandbox.page.customer_phone import Customer
from whatsapp_channel.sandbox.simulation import Simulation
from whatsapp_channel.sandbox.state.accounts import Account
from whatsapp_channel.sandbox.state.faults import REQUEST_FAULTS, WEBHOOK_FAULTS
from whatsapp_channel.sandbox.state.model import JSON, Message, Number, PhoneText, displayed
from whatsapp_channel.sandbox.webhooks.courier import Delivery


def message(sandbox: Simulation, one: Message) -> JSON:
	"""A chat bubble. `post` is set for the customer's own messages: posted, answered or refused, with the reason."""
	shown: JSON = {
		"wamid": one.wamid,
		"outgoing": one.outgoing,
		"at": one.at.isoformat(),
		"type": one.type,
		"text": one.text(),
		"status": one.status if one.outgoing else None,
		"times": {status: at.isoformat() for status, at in one.times.items()},
		"error": one.error,
		"reference": one.reference,
		"quoted": _quoted(one),
		"read_by_business": one.read_by_business,
		"raw": one.raw,
	}
	if not one.outgoing:
		shown["post"] = post_state(sandbox.delivery_of(one.wamid))
	return shown


def conversation(sandbox: Simulation, wa_id: str) -> list[JSON]:
	"""The bubbles of one chat sorted by time, as on a phone."""
	messages = sorted(sandbox.messages(wa_id), key=lambda one: one.at)
	return [message(sandbox, one) for one in messages]


def _quoted(one: Message) -> str | None:
	context = one.raw.get("context")
	if not isinstance(context, dict):
		return None
	return context.get("message_id") or context.get("id")


def post_state(delivery: Delivery | None) -> JSON:
	"""Delivery state of the webhook for a customer's message."""
	if delivery is None:
		return {"state": "held", "reason": None, "http_status": None, "answer": "", "attempts": 0}
	last = delivery.attempts[-1] if delivery.attempts else None
	reason = delivery.reason
	if last is not None and last.status != 200:
		reason = last.error or f"HTTP {last.status}"
	if delivery.state == "answered":
		state, reason = "answered", None
	else:
		state = "refused" if reason else "posted"
	answer = last.answer if last and state == "refused" else ""
	status, attempts = last.status if last else None, len(delivery.attempts)
	return {"state": state, "reason": reason, "http_status": status, "answer": answer, "attempts": attempts}


def customer(sandbox: Simulation, one: Customer) -> JSON:
	"""A row of the list on the left."""
	messages = sandbox.messages(one.wa_id)
	last = messages[-1] if messages else None
	typing = one.typing_until is not None and one.typing_until > sandbox.clock()
	unread = sum(1 for item in messages if item.outgoing and item.status in ("accepted", "sent", "delivered"))
	return {
		"wa_id": one.wa_id,
		"number": displayed(one.wa_id),
		"name": one.name,
		"user_id": one.user_id,
		"online": one.online,
		"typing": typing,
		"unread": unread,
		"last": {"text": last.text(), "at": last.at.isoformat(), "outgoing": last.outgoing} if last else None,
	}


def customers(sandbox: Simulation) -> list[JSON]:
	"""All customers, the one with the latest message first."""
	with sandbox.condition:
		rows = [customer(sandbox, one) for one in sandbox.customers.values()]
	return sorted(rows, key=lambda row: row["last"]["at"] if row["last"] else "", reverse=True)


def business(sandbox: Simulation) -> JSON:
	"""The business side: its webhook address and the last answer from there."""
	with sandbox.condition:
		callback = sandbox.override or sandbox.callback
		tried = [one for one in sandbox.webhooks if one.attempts]
		latest = max(tried, key=lambda one: one.attempts[-1].at, default=None)
		last = asdict(latest.attempts[-1]) if latest else None
		if last:
			last["at"] = last["at"].isoformat()
		return {
			"callback_url": callback.url,
			"verified": callback.verified,
			"problem": callback.problem,
			"subscribed": sandbox.subscribed,
			"last_answer": last,
			"pending": sandbox.courier.pending,
			"unsent": sum(1 for one in sandbox.webhooks if one.state == "unsent"),
			"held": len(sandbox.courier.held()),
			"name": sandbox.number().name,
			"number": displayed(sandbox.number().digits),
			"phone_number_id": sandbox.number().id,
		}


def settings(sandbox: Simulation) -> JSON:
	"""Switches with their values."""
	return asdict(sandbox.settings)


def faults(sandbox: Simulation) -> JSON:
	"""Pending faults and the kinds that can be added."""
	kinds = {
		kind: {"on": on, "match": match, "help": text}
		for on, table in (("request", REQUEST_FAULTS), ("webhook", WEBHOOK_FAULTS))
		for kind, (match, text) in table.items()
	}
	with sandbox.condition:
		return {"waiting": [fault.to_json() for fault in sandbox.faults.waiting()], "kinds": kinds}


def phone(sandbox: Simulation, wa_id: str | None) -> JSON:
	"""Everything that the page shows, in one answer."""
	with sandbox.condition:
		chosen = sandbox.customers.get((wa_id or "").lstrip("+"))
		return {
			"version": sandbox.version,
			"business": business(sandbox),
			"customers": customers(sandbox),
			"messages": conversation(sandbox, chosen.wa_id) if chosen else [],
			"chosen": chosen.wa_id if chosen else None,
			"faults": faults(sandbox)["waiting"],
			"codes": [phone_text(one) for one in sandbox.phone_texts],
		}


def number(one: Number) -> JSON:
	"""A business number with all its data."""
	own = {"waba_id": one.waba_id, "verification_code": one.code, "profile": one.profile}
	return {**one.node(), **own}


def account(one: Account) -> JSON:
	"""An account and the state of its subscription."""
	override = one.override.url if one.override else None
	return {**asdict(one), "override": override}


def phone_text(one: PhoneText) -> JSON:
	"""A text message or call from WhatsApp to a business number."""
	return {**asdict(one), "at": one.at.isoformat(), "number": displayed(one.digits)}


def onboarding(sandbox: Simulation) -> JSON:
	"""Accounts, numbers, verification codes (newest last), sign-ups and their switches."""
	with sandbox.condition:
		return {
			"accounts": [account(one) for one in sandbox.accounts.values()],
			"numbers": [number(one) for one in sandbox.numbers.values()],
			"codes": [phone_text(one) for one in sandbox.phone_texts],
			"number_faults": dict(sandbox.number_faults),
			"signup": asdict(sandbox.signup),
			"sessions": [
				{"id": one.id, "screen": one.screen, "outcome": one.outcome, "waba_id": one.waba_id}
				for one in sandbox.sessions.values()
			],
		}


def state(sandbox: Simulation) -> JSON:
	"""Identity, credentials, accounts, numbers with their verification codes, settings and counters."""
	with sandbox.condition:
		return {
			"config": asdict(sandbox.config),
			"business": business(sandbox),
			**onboarding(sandbox),
			"settings": settings(sandbox),
			"counts": {
				"customers": len(sandbox.customers),
				"requests": len(sandbox.requests),
				"webhooks": len(sandbox.webhooks),
			},
		}
