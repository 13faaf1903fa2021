"""What an agent can do about a message that did not arrive, or may not have (design decision 6)."""

import frappe
from frappe import _

from whatsapp_channel.clock import utc_now
from whatsapp_channel.database import lock_row
from whatsapp_channel.inbound import conversation
from whatsapp_channel.jobs import wake_sender_after_commit
from whatsapp_channel.outbound import outbox, reply, status

TABLE = outbox.TABLE


def send_again(name: str) -> list[str]:
	"""Sends the text of an undelivered message as a new message; returns the new rows.

	A new row with a new reference, because a late status of the first attempt must not be taken for the second.
	Raises frappe.ValidationError when the message is not undelivered any more, reply.WindowClosed outside the window.
	"""
	frappe.db.commit()  # nosemgrep: the lock must be the first statement of its transaction
	lock_row(TABLE, name)
	message = frappe.get_doc(TABLE, name)
	if message.status not in ("Failed", "Unconfirmed") or message.sent_again:
		frappe.throw(_("This message is no longer waiting to be sent again. Reload the ticket."))
	customer = frappe.db.get_value(
		"WhatsApp Customer", message.customer, ["name", "profile_name"], as_dict=True
	)
	now = utc_now()
	reply.usable_channel(message.channel)
	reply.check_window(customer, message.channel, now)
	frappe.db.set_value(TABLE, name, "sent_again", 1)
	new = outbox.add(
		customer=message.customer,
		channel=message.channel,
		conversation=message.conversation,
		ticket=message.ticket,
		communication=message.communication,
		text=message.text,
		at=now,
	)
	conversation.note_outbound(message.conversation, now, frappe.session.user)
	status.show(message.communication)
	wake_sender_after_commit(message.customer)
	return new


def check(name: str) -> str:
	"""Says in words what is known of a message now: Meta tells by webhook alone, it cannot be asked."""
	row = frappe.db.get_value(TABLE, name, ["status", "error"], as_dict=True)
	if row.status == "Unconfirmed":
		return _("Still no confirmation from WhatsApp. Ask the customer, or send the message again.")
	return _("Status: {0}").format(_(row.status))
