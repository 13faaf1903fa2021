"""HD Tickets from the channel's side: their state, their creation, and the messages filed in them."""

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import logs
from whatsapp_channel.clock import to_utc
from whatsapp_channel.database import row_of, set_value
from whatsapp_channel.doctypes import CHANNEL, CONVERSATION, MESSAGE, SETTINGS
from whatsapp_channel.helpdesk.permissions import display_name
from whatsapp_channel.rules.customers import address
from whatsapp_channel.rules.messaging.ticket_choice import TicketState, follow_merges
from whatsapp_channel.rules.text import message_text

FLAG = "whatsapp_origin"


@dataclass(frozen=True, slots=True)
class Origin:
	"""Whose a new ticket is. An object, because clients send text, numbers, lists and mappings: none can send this."""

	customer: str
	channel: str


def state(name: str | None) -> TicketState | None:
	"""Whether a ticket is closed and since when, of the ticket it was merged into if it was; None when it is gone."""
	if not name:
		return None
	row = _state_of(name)
	if row and row.merged_with:
		row = _state_of(follow_merges(str(name), _merged_with))
	if not row:
		return None
	resolved = row.status_category == "Resolved"
	# A ticket whose SLA sets no resolution date was last changed when it was closed, or later.
	since = (row.resolution_date or row.modified) if resolved else None
	return TicketState(str(row.name), resolved, to_utc(since))


def _state_of(name: str) -> "frappe._dict | None":
	return row_of(
		"HD Ticket", name, ("name", "status_category", "resolution_date", "modified", "merged_with")
	)


def _merged_with(name: str) -> str | None:
	target = frappe.db.get_value("HD Ticket", name, "merged_with")
	return str(target) if target else None


def address_of(customer: "frappe._dict") -> str:
	"""The address that stands for a customer where Helpdesk wants an e-mail address; it can receive no mail.

	It shows the number unless the administrator hides numbers from agents.
	"""
	hidden = frappe.db.get_single_value(SETTINGS, "mask_numbers")
	return address.synthetic((None if hidden else customer.wa_id) or customer.name)


def create(customer: "frappe._dict", channel: str, first_text: str | None) -> str:
	"""Opens a ticket for a customer in the channel's department and returns its name.

	It has no description: Helpdesk would make a second first message of it, sent by us.
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
	# As Frappe's own path from e-mail: a field that is mandatory for people must not lose a customer's message.
	ticket.flags.ignore_mandatory = True
	return str(ticket.insert(ignore_permissions=True).name)


def _department(channel: str) -> str | None:
	"""The team that receives a channel's tickets; none when somebody removed it by force, so that no message is lost."""
	found = frappe.db.sql(
		f"""select team.name from `tab{CHANNEL}` channel
		inner join `tabHD Team` team on team.name = channel.department where channel.name = %s""",
		(channel,),
	)
	return found[0][0] if found else None


def record_reply(ticket: Document, html: str, recipient: str, *, delivery_status: str) -> str:
	"""Puts an outgoing Communication into the ticket without sending anything; returns its name."""
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
	"""Inserts a Communication of the ticket, or of what `values` say instead; returns its name.

	The medium is Chat: with Email Frappe would validate, link and hide it as a mail.
	"""
	place = {"status": "Linked", "reference_doctype": "HD Ticket", "reference_name": ticket}
	kind = {"communication_type": "Communication", "communication_medium": "Chat"}
	communication = frappe.get_doc({"doctype": "Communication", **kind, **place, **values})
	communication.flags.skip_add_signature = True
	return communication.insert(ignore_permissions=True).name


# What a Communication of no ticket is inserted with.
OF_NO_TICKET = dict.fromkeys(("reference_doctype", "reference_name", "status"))


def put_in(communication: str, ticket: str) -> None:
	"""Puts a Communication that has no ticket into one, and changes nothing in the ticket."""
	place = {
		"reference_doctype": "HD Ticket",
		"reference_name": ticket,
		"status": "Linked",
		"reference_owner": frappe.db.get_value("HD Ticket", ticket, "owner"),
	}
	set_value("Communication", communication, place, update_modified=False)


def subject_of(ticket: str) -> str:
	"""What a ticket is called."""
	return row_of("HD Ticket", ticket, ("subject",)).subject


def communications(ticket: str, field: str = "name", **filters: str) -> list[str]:
	"""One field of every Communication of a ticket and of those merged into it, oldest first."""
	of_ticket = {"reference_doctype": "HD Ticket", "reference_name": ["in", with_merged(ticket)], **filters}
	return frappe.get_all("Communication", of_ticket, pluck=field, order_by="creation")


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


def merged_into(communication: str) -> str | None:
	"""The ticket into which a Communication's own ticket was merged, where agents read a copy of it; else None."""
	own = frappe.db.get_value("Communication", communication, "reference_name")
	target = ticket_of(communication)
	return target if target != str(own) else None


def with_merged(ticket: str) -> list[str]:
	"""A ticket and all that were merged into it, directly or through others."""
	found = [str(ticket)]
	for name in found:
		sources = frappe.get_all("HD Ticket", {"merged_with": name, "is_merged": 1}, pluck="name")
		found.extend(str(source) for source in sources if str(source) not in found)
	return found


def split_from(ticket: Document) -> list[str]:
	"""The tickets that a ticket was split from, directly or through others, and those that these are merged with now."""
	found: list[str] = []
	source = ticket.get("ticket_split_from")
	while source and str(source) not in found:
		found += with_merged(follow_merges(str(source), _merged_with))
		found += [] if str(source) in found else [str(source)]
		source = frappe.db.get_value("HD Ticket", str(source), "ticket_split_from")
	return found


@logs.request
def carry_to_merge_target(ticket: Document, method: str | None = None) -> None:
	"""The ticket into which one of ours is merged learns at once which customer it speaks with.

	Called with every save of a ticket; only a merged one costs more than a comparison.
	"""
	if not (ticket.get("is_merged") and ticket.get("merged_with") and ticket.get("whatsapp_customer")):
		return
	target = follow_merges(str(ticket.merged_with), _merged_with)
	if not frappe.db.get_value("HD Ticket", target, "whatsapp_customer"):
		values = {"whatsapp_customer": ticket.whatsapp_customer, "whatsapp_channel": ticket.whatsapp_channel}
		set_value("HD Ticket", target, values, update_modified=False)


@logs.request
def forget_ticket(ticket: Document, method: str | None = None) -> None:
	"""A deleted ticket leaves no dangling link: its conversations and messages stay without it."""
	for doctype in (CONVERSATION, MESSAGE):
		set_value(doctype, {"ticket": str(ticket.name)}, "ticket", None, update_modified=False)
