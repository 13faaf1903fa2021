"""The test message on the last screen: a customer writes, and a reply is sent and delivered (Z35).

Free-form text may only be sent as a reply. So the administrator writes to the new channel from any phone, the message becomes
an ordinary ticket, and the test message is a reply in it, sent by the same code as an agent's. It leaves one ticket behind.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import frappe
from frappe import _

from whatsapp_channel import rows
from whatsapp_channel.clock import utc_now
from whatsapp_channel.doctypes import CHANNEL, CUSTOMER, MESSAGE
from whatsapp_channel.helpdesk import replies, tickets
from whatsapp_channel.outbound import gate
from whatsapp_channel.rows import Row
from whatsapp_channel.rules.customers.masking import mask
from whatsapp_channel.rules.messaging.origin import Origin
from whatsapp_channel.rules.messaging.session_rules import Direction


@dataclass(frozen=True, slots=True)
class Sample(Row):
	"""A message of the test, or the reply to it: how far it has come, and without its text. Times are the site's."""

	DOCTYPE: ClassVar[str] = MESSAGE
	name: str
	customer: str
	ticket: str | None
	message_timestamp: datetime
	status: str
	error: str | None
	creation: datetime


def state(channel: str) -> dict[str, Any]:
	"""The newest message of a customer, the newest reply to them since, and whether a reply is allowed now.

	`in_use`: there were replies on this channel before, so the newest message may be a real customer's.
	"""
	frappe.get_doc(CHANNEL, channel).check_permission("read")
	in_use = bool(frappe.db.exists(MESSAGE, {"channel": channel, "direction": Direction.OUTGOING}))
	received = _newest(channel, Direction.INCOMING)
	if not received:
		return {"received": None, "reply": None, "window_open": False, "in_use": in_use}
	answer = _newest(channel, Direction.OUTGOING, customer=received.customer)
	return {
		"received": _received(received),
		"reply": _shown(answer) if answer and answer.creation >= received.creation else None,
		"window_open": gate.verdict(received.customer, channel, utc_now()).window_open,
		"in_use": in_use,
	}


def _received(row: Sample) -> dict[str, Any]:
	number = frappe.db.get_value(CUSTOMER, row.customer, ["wa_id", "bsuid"])
	masked = mask(number[0] or number[1])
	return {"message": row.name, "at": row.message_timestamp, "from_masked": masked, "ticket": row.ticket}


def _shown(answer: Sample) -> dict[str, Any]:
	return {"status": answer.status, "reason": answer.error or None, "at": answer.message_timestamp}


def send(channel: str, message: str) -> None:
	"""Replies to `message`, which the page shows, in its ticket, as an agent would; never to a newer message.

	Raises frappe.ValidationError if it is not a customer's message on this channel, and whatever an agent's reply raises.
	"""
	frappe.get_doc(CHANNEL, channel).check_permission("write")
	wanted = {"name": message, **_of(channel, Direction.INCOMING)}
	received = rows.first(Sample, wanted) if message else None
	if not received:
		frappe.throw(
			_(
				"There is no such message of a customer on this channel, and WhatsApp allows free texts as answers only. Scan the code "
				"with a phone, write something, and send the test when it is shown."
			)
		)
	state = tickets.state(received.ticket)
	if not state:
		frappe.throw(
			_(
				"The message has no ticket, so there is nothing to answer in. Choose another policy for tickets on the form of the "
				"channel, or open a ticket for the conversation."
			)
		)
	text = _("This is a test message. WhatsApp and the helpdesk are connected.")
	replies.answer(state.name, received.customer, f"<p>{text}</p>")


def _of(channel: str, direction: str) -> dict[str, str]:
	return {"channel": channel, "direction": direction, "origin": Origin.CLOUD_API}


def _newest(channel: str, direction: str, **more: str | None) -> Sample | None:
	filters = {**_of(channel, direction), **more}
	return rows.first(Sample, filters, "message_timestamp desc, creation desc")
