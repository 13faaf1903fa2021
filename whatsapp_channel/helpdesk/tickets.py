"""HD Tickets from the channel's side: their state, their creation, and the messages filed in them."""

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel.clock import to_utc
from whatsapp_channel.rules import address, text
from whatsapp_channel.rules.ticket_choice import TicketState, follow_merges

MESSAGE = "WhatsApp Session Message"


def state(name: str | None) -> TicketState | None:
	"""Whether a ticket is closed and since when, of the ticket it was merged into if it was; None when it is gone."""
	if not name:
		return None
	target = follow_merges(str(name), _merged_with)
	fields = ["name", "status_category", "resolution_date", "modified"]
	row = frappe.db.get_value("HD Ticket", target, fields, as_dict=True)
	if not row:
		return None
	resolved = row.status_category == "Resolved"
	# A ticket whose SLA sets no resolution date was last changed when it was closed, or later.
	since = (row.resolution_date or row.modified) if resolved else None
	return TicketState(str(row.name), resolved, to_utc(since))


def _merged_with(name: str) -> str | None:
	target = frappe.db.get_value("HD Ticket", name, "merged_with")
	return str(target) if target else None


def address_of(customer: "frappe._dict") -> str:
	"""The address that stands for a customer where Helpdesk wants an e-mail address; it can receive no mail."""
	return address.synthetic(customer.wa_id or customer.name)


def addresses_of(customer: "frappe._dict") -> set[str]:
	"""Every address that a ticket may know a customer by: one known by user id alone may have got a number since."""
	return {address_of(customer), address.synthetic(customer.name)}


def create(customer: "frappe._dict", channel: str, first_text: str | None) -> str:
	"""Opens a ticket for a customer in the channel's department and returns its name.

	It has no description: Helpdesk would make a second first message of it, sent by us.
	"""
	ticket = frappe.new_doc("HD Ticket")
	ticket.update(
		{
			"subject": text.subject(
				first_text or "", _("WhatsApp message from {0}").format(customer.profile_name)
			),
			"raised_by": address_of(customer),
			"contact": customer.contact,
			"agent_group": frappe.db.get_value("WhatsApp Channel", channel, "department"),
			"via_customer_portal": 0,
			"whatsapp_customer": customer.name,
			"whatsapp_channel": channel,
		}
	)
	# As Frappe's own path from e-mail: a field that is mandatory for people must not lose a customer's message.
	ticket.flags.ignore_mandatory = True
	return str(ticket.insert(ignore_permissions=True).name)


def file_conversation(conversation: str, ticket: str, customer: "frappe._dict") -> None:
	"""Files every message of a conversation that no ticket shows yet, in the order in which they were written."""
	frappe.db.set_value("WhatsApp Conversation", conversation, "ticket", ticket)
	waiting = frappe.get_all(
		MESSAGE,
		{
			"conversation": conversation,
			"direction": "Incoming",
			"communication": ["is", "not set"],
			"session": ["is", "set"],
		},
		["name", "text", "message_type", "message_timestamp"],
		order_by="message_timestamp, creation",
	)
	for message in waiting:
		communication = _communicate(ticket, customer, message)
		frappe.db.set_value(
			MESSAGE, message.name, {"ticket": ticket, "communication": communication}, update_modified=False
		)


def _communicate(ticket: str, customer: "frappe._dict", message: "frappe._dict") -> str:
	communication = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Chat",
			"sent_or_received": "Received",
			"status": "Linked",
			"subject": frappe.db.get_value("HD Ticket", ticket, "subject"),
			"sender": address_of(customer),
			"sender_full_name": customer.profile_name,
			"content": text.to_html(readable(message.message_type, message.text)),
			"communication_date": message.message_timestamp,
			"reference_doctype": "HD Ticket",
			"reference_name": ticket,
		}
	)
	communication.flags.skip_add_signature = True
	return communication.insert(ignore_permissions=True).name


def record_reply(ticket: Document, html: str, recipient: str, *, delivery_status: str) -> str:
	"""Puts an outgoing Communication into the ticket without sending anything; returns its name.

	The medium is Chat: with Email Frappe would validate, link and hide it as a mail.
	"""
	communication = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Chat",
			"sent_or_received": "Sent",
			"status": "Linked",
			"email_status": "Open",
			"subject": f"Re: {ticket.subject}",
			"content": html,
			"sender": frappe.session.user,
			"recipients": recipient,
			"delivery_status": delivery_status,
			"reference_doctype": "HD Ticket",
			"reference_name": ticket.name,
		}
	)
	communication.flags.skip_add_signature = True
	return communication.insert(ignore_permissions=True).name


def communications(ticket: str, field: str = "name", **filters: str) -> list[str]:
	"""One field of every Communication of a ticket and of those merged into it, oldest first."""
	of_ticket = {"reference_doctype": "HD Ticket", "reference_name": ["in", with_merged(ticket)], **filters}
	return frappe.get_all("Communication", of_ticket, pluck=field, order_by="creation")


def readable(message_type: str, body: str | None) -> str:
	"""What an agent reads of a message: its text, and for other types what it was."""
	if message_type == "text" and body:
		return body
	kind = _("[WhatsApp message of type {0}. Open WhatsApp Session Message for its content.]").format(
		message_type
	)
	return f"{kind}\n{body}" if body else kind


def note(ticket: str, text_for_agents: str) -> None:
	"""Leaves an internal remark that customers never see."""
	frappe.get_doc(
		{
			"doctype": "HD Ticket Comment",
			"reference_ticket": ticket,
			"commented_by": "Administrator",
			"content": frappe.utils.escape_html(text_for_agents),
		}
	).insert(ignore_permissions=True)


def publish_update(ticket: str) -> None:
	"""Has agents who look at the ticket see its present state."""
	frappe.publish_realtime(
		"helpdesk:ticket-update",
		{"ticket_id": str(ticket)},
		room=f"open_doc:HD Ticket/{ticket}",
		after_commit=True,
	)


def ticket_of(communication: str) -> str | None:
	"""The ticket in which agents see a Communication now: a split moves it, a merge copies it elsewhere."""
	row = frappe.db.get_value(
		"Communication", communication, ["reference_doctype", "reference_name"], as_dict=True
	)
	if not row or row.reference_doctype != "HD Ticket":
		return None
	return follow_merges(str(row.reference_name), _merged_with)


def with_merged(ticket: str) -> list[str]:
	"""A ticket and all that were merged into it, directly or through others."""
	found = [str(ticket)]
	for name in found:
		sources = frappe.get_all("HD Ticket", {"merged_with": name, "is_merged": 1}, pluck="name")
		found.extend(str(source) for source in sources if str(source) not in found)
	return found


def carry_to_merge_target(ticket: Document, method: str | None = None) -> None:
	"""The ticket into which one of ours is merged learns at once which customer it speaks with.

	Called with every save of a ticket; only a merged one costs more than a comparison.
	"""
	if not (ticket.get("is_merged") and ticket.get("merged_with") and ticket.get("whatsapp_customer")):
		return
	target = follow_merges(str(ticket.merged_with), _merged_with)
	if not frappe.db.get_value("HD Ticket", target, "whatsapp_customer"):
		values = {"whatsapp_customer": ticket.whatsapp_customer, "whatsapp_channel": ticket.whatsapp_channel}
		frappe.db.set_value("HD Ticket", target, values, update_modified=False)


def forget_ticket(ticket: Document, method: str | None = None) -> None:
	"""A deleted ticket leaves no dangling link: its conversations and messages stay without it."""
	for doctype in ("WhatsApp Conversation", MESSAGE):
		frappe.db.set_value(doctype, {"ticket": str(ticket.name)}, "ticket", None, update_modified=False)
