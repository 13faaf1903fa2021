"""HD Tickets: their state, creating them, and filing messages in them.

A ticket's name is an opaque string. Up to Helpdesk 1.24 it is an integer, from 1.25 on a text such as `0002`, and int("0002")
is another ticket or none. So a name is converted to `str` and passed on, never parsed, composed or sorted. Sort by time.
"""

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import jobs, logs
from whatsapp_channel.clock import to_utc
from whatsapp_channel.database import row_of, set_value, single_value
from whatsapp_channel.doctypes import CHANNEL, CONVERSATION, MESSAGE, SETTINGS
from whatsapp_channel.helpdesk.permissions import display_name
from whatsapp_channel.rules.customers import address
from whatsapp_channel.rules.messaging.ticket_choice import TicketState, follow_merges
from whatsapp_channel.rules.text import message_text

FLAG = "whatsapp_origin"


@dataclass(frozen=True, slots=True)
class Origin:
	"""The customer of a new ticket. A class of its own, because a client's request can only have JSON types."""

	customer: str
	channel: str


def state(name: str | None) -> TicketState | None:
	"""Whether and since when a ticket, or the one that it was merged into, is closed; None if it does not exist."""
	if not name:
		return None
	row = _state_of(name)
	if row and row.merged_with:
		row = _state_of(follow_merges(str(name), merged_with))
	if not row:
		return None
	resolved = row.status_category == "Resolved"
	# Without a resolution date from the SLA: the ticket was last changed when it was closed, or later.
	since = (row.resolution_date or row.modified) if resolved else None
	return TicketState(str(row.name), resolved, to_utc(since))


def _state_of(name: str) -> "frappe._dict | None":
	return row_of(
		"HD Ticket", name, ("name", "status_category", "resolution_date", "modified", "merged_with")
	)


def merged_with(name: str) -> str | None:
	"""The ticket into which a ticket itself was merged."""
	target = frappe.db.get_value("HD Ticket", name, "merged_with")
	return str(target) if target else None


def address_of(customer: "frappe._dict") -> str:
	"""The synthetic address of a customer for Helpdesk's e-mail fields; it cannot receive mail.

	It contains the number, unless the site hides numbers from agents.
	"""
	hidden = single_value(SETTINGS, "mask_numbers")
	return address.synthetic((None if hidden else customer.wa_id) or customer.name)


def create(customer: "frappe._dict", channel: str, first_text: str | None) -> str:
	"""Creates a ticket for a customer in the channel's department and returns its name.

	It has no description, from which Helpdesk would create an additional first message.
	"""
	ticket = frappe.new_doc("HD Ticket")
	ticket.update(
		{
			"subject": message_text.subject(
				first_text or "", _("WhatsApp message from {0}").format(display_name(customer))
			),
			"raised_by": address_of(customer),
			"contact": customer.contact,
			"agent_group": _department(channel),
			"via_customer_portal": 0,
		}
	)
	ticket.flags[FLAG] = Origin(customer.name, channel)
	# As for e-mails: a customer's message must not be lost because of a field that is mandatory on forms.
	ticket.flags.ignore_mandatory = True
	return str(ticket.insert(ignore_permissions=True).name)


def _department(channel: str) -> str | None:
	"""The team of a channel's tickets; None if it was deleted by force, so that no message is lost."""
	found = frappe.db.sql(
		f"""select team.name from `tab{CHANNEL}` channel
		inner join `tabHD Team` team on team.name = channel.department where channel.name = %s""",
		(channel,),
	)
	return found[0][0] if found else None


def record_reply(ticket: Document, html: str, recipient: str, *, delivery_status: str) -> str:
	"""Adds an outgoing Communication to the ticket without sending anything; returns its name."""
	return add_entry(
		ticket.name,
		sent_or_received="Sent",
		email_status="Open",
		subject=f"Re: {ticket.subject}",
		content=html,
		sender=frappe.session.user,
		recipients=recipient,
		delivery_status=delivery_status,
	)


def add_entry(ticket: str, **values: object) -> str:
	"""Inserts a Communication for the ticket, or for the reference in `values`; returns its name.

	Its medium is Chat: Frappe would validate, link and hide one of medium Email as a mail.
	"""
	place = {"status": "Linked", "reference_doctype": "HD Ticket", "reference_name": ticket}
	kind = {"communication_type": "Communication", "communication_medium": "Chat"}
	communication = frappe.get_doc({"doctype": "Communication", **kind, **place, **values})
	communication.flags.skip_add_signature = True
	return communication.insert(ignore_permissions=True).name


# The values of a Communication without a ticket.
OF_NO_TICKET = dict.fromkeys(("reference_doctype", "reference_name", "status"))


def put_in(communication: str, ticket: str) -> None:
	"""Moves a Communication without a ticket into one, without changing the ticket."""
	place = {
		"reference_doctype": "HD Ticket",
		"reference_name": ticket,
		"status": "Linked",
		"reference_owner": frappe.db.get_value("HD Ticket", ticket, "owner"),
	}
	set_value("Communication", communication, place, update_modified=False)


def subject_of(ticket: str) -> str:
	"""The subject of a ticket."""
	return row_of("HD Ticket", ticket, ("subject",)).subject


def communications(ticket: str, field: str = "name", **filters: str) -> list[str]:
	"""One field of every Communication of a ticket and the tickets merged into it, oldest first."""
	of_ticket = {"reference_doctype": "HD Ticket", "reference_name": ["in", with_merged(ticket)], **filters}
	return frappe.get_all("Communication", of_ticket, pluck=field, order_by="creation")


def note(ticket: str, text_for_agents: str) -> None:
	"""Adds an internal note that customers never see."""
	frappe.get_doc(
		{
			"doctype": "HD Ticket Comment",
			"reference_ticket": ticket,
			"commented_by": "Administrator",
			"content": frappe.utils.escape_html(text_for_agents),
		}
	).insert(ignore_permissions=True)


def publish_update(ticket: str) -> None:
	"""Makes open pages of the ticket reload its state."""
	frappe.publish_realtime(
		"helpdesk:ticket-update",
		{"ticket_id": str(ticket)},
		room=f"open_doc:HD Ticket/{ticket}",
		after_commit=True,
	)


def ticket_of(communication: str) -> str | None:
	"""The ticket in which agents now see a Communication: a split moves it, a merge copies it."""
	row = frappe.db.get_value(
		"Communication", communication, ["reference_doctype", "reference_name"], as_dict=True
	)
	if not row or row.reference_doctype != "HD Ticket":
		return None
	return follow_merges(str(row.reference_name), merged_with)


def merged_into(communication: str) -> str | None:
	"""The ticket into which a Communication's ticket was merged, where agents read a copy; else None."""
	own = frappe.db.get_value("Communication", communication, "reference_name")
	target = ticket_of(communication)
	return target if target != str(own) else None


def merge_target(ticket: str) -> str | None:
	"""The ticket at the end of a ticket's merges. None for one that was not merged, or whose merges lead to a ticket that
	is gone or round in a circle: then it is the ticket itself in which agents go on."""
	target = follow_merges(str(ticket), merged_with)
	row = _state_of(target) if target != str(ticket) else None
	return target if row and not row.merged_with else None


def with_merged(ticket: str) -> list[str]:
	"""A ticket and all that were merged into it, directly or through others."""
	found = [str(ticket)]
	for name in found:
		sources = frappe.get_all("HD Ticket", {"merged_with": name, "is_merged": 1}, pluck="name")
		found.extend(str(source) for source in sources if str(source) not in found)
	return found


def split_from(ticket: Document) -> list[str]:
	"""The tickets that a ticket was split from, directly or indirectly, and those into which they were merged."""
	found: list[str] = []
	source = ticket.get("ticket_split_from")
	while source and str(source) not in found:
		found += with_merged(follow_merges(str(source), merged_with))
		found += [] if str(source) in found else [str(source)]
		source = frappe.db.get_value("HD Ticket", str(source), "ticket_split_from")
	return found


@logs.request
def carry_to_merge_target(ticket: Document, method: str | None = None) -> None:
	"""The ticket into which one of ours is merged learns at once which customer it speaks with, and soon what has happened
	to the messages meanwhile.

	Runs with every save of a ticket; it is only a comparison unless the ticket is merged.
	"""
	if not (ticket.get("is_merged") and ticket.get("merged_with") and ticket.get("whatsapp_customer")):
		return
	target = follow_merges(str(ticket.merged_with), merged_with)
	if not frappe.db.get_value("HD Ticket", target, "whatsapp_customer"):
		values = {"whatsapp_customer": ticket.whatsapp_customer, "whatsapp_channel": ticket.whatsapp_channel}
		set_value("HD Ticket", target, values, update_modified=False)
	jobs.wake_copies_after_commit(str(ticket.name))


@logs.request
def forget_ticket(ticket: Document, method: str | None = None) -> None:
	"""Removes the links of conversations and messages to a deleted ticket."""
	for doctype in (CONVERSATION, MESSAGE):
		set_value(doctype, {"ticket": str(ticket.name)}, "ticket", None, update_modified=False)
