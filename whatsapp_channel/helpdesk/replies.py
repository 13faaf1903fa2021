"""Replies that the set-up sends in the name of the user, by the path of Helpdesk's reply box and by no other."""

import frappe
from frappe import _

from whatsapp_channel.doctypes import CUSTOMER
from whatsapp_channel.documents import load_permitted
from whatsapp_channel.helpdesk import tickets


def answer(ticket: str, customer: str, html: str) -> None:
	"""Answers a customer in a ticket, as the user would there.

	Raises frappe.ValidationError for an administrator who is no agent, because Helpdesk lets nobody else into tickets;
	frappe.PermissionError unless he may write this one; and what `outbound.reply.send` raises.
	"""
	# Helpdesk is imported when it is needed: this module is loaded before Helpdesk's own are.
	from helpdesk.utils import is_agent

	if not is_agent():
		frappe.throw(
			_(
				"Only agents can answer in Helpdesk. Add yourself as an agent there, or let an agent answer in ticket {0}: that shows "
				"here as well."
			).format(ticket)
		)
	document = load_permitted("HD Ticket", ticket, "write")
	row = frappe.db.get_value(CUSTOMER, customer, ["name", "wa_id"], as_dict=True)
	document.reply_via_agent(message=html, to=tickets.address_of(row))
