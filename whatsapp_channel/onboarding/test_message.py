"""The last screen: a customer's message arrives, an answer goes out and is delivered (Z35)."""

from typing import Any

import frappe
from frappe import _

from whatsapp_channel.clock import utc_now
from whatsapp_channel.doctypes import CHANNEL, MESSAGE
from whatsapp_channel.helpdesk import replies, tickets
from whatsapp_channel.inbound import conversation
from whatsapp_channel.rules import window
from whatsapp_channel.rules.masking import mask

FIELDS = ["name", "customer", "ticket", "conversation", "message_timestamp", "status", "error", "creation"]


def test_state(channel: str) -> dict[str, Any]:
	"""The newest message of a customer, the newest answer to that customer since, and whether one is allowed now."""
	frappe.get_doc(CHANNEL, channel).check_permission("read")
	received = _newest(channel, "Incoming")
	if not received:
		return {"received": None, "reply": None, "window_open": False}
	answer = _newest(channel, "Outgoing", customer=received.customer)
	number = frappe.db.get_value("WhatsApp Customer", received.customer, ["wa_id", "bsuid"])
	return {
		"received": {
			"at": received.message_timestamp,
			"from_masked": mask(number[0] or number[1]),
			"ticket": received.ticket,
		},
		"reply": _shown(answer) if answer and answer.creation >= received.creation else None,
		"window_open": window.is_open(conversation.window_ends(received.customer, channel), utc_now()),
	}


def _shown(answer: "frappe._dict") -> dict[str, Any]:
	return {"status": answer.status, "reason": answer.error or None, "at": answer.message_timestamp}


def send_test(channel: str) -> None:
	"""Answers the newest message of a customer in its ticket, as an agent's reply does.

	Raises frappe.ValidationError before a customer wrote, and for whatever refuses an agent's reply.
	"""
	frappe.get_doc(CHANNEL, channel).check_permission("write")
	received = _newest(channel, "Incoming")
	state = tickets.state(received.ticket) if received else None
	if not received:
		frappe.throw(
			_(
				"No customer has written yet, and WhatsApp allows free texts as answers only. Scan the code with a phone, write "
				"something, and send the test then."
			)
		)
	if not state:
		frappe.throw(
			_(
				"The newest message has no ticket, so there is nothing to answer in. Choose another policy for tickets on the "
				"form of the channel, or open a ticket for the conversation."
			)
		)
	text = _("This is a test message. WhatsApp and the helpdesk are connected.")
	replies.answer(state.name, received.customer, f"<p>{text}</p>")


def _newest(channel: str, direction: str, **more: str | None) -> "frappe._dict | None":
	filters = {"channel": channel, "direction": direction, "origin": "Cloud API", **more}
	rows = frappe.get_all(MESSAGE, filters, FIELDS, order_by="creation desc, name desc", limit=1)
	return rows[0] if rows else None


# pytest would take functions of this name for tests wherever they are imported.
test_state.__test__ = False  # type: ignore[attr-defined]
