"""Replies that the set-up sends for the user, through the same method as Helpdesk's reply box."""

import frappe
from frappe import _

from whatsapp_channel.doctypes import CUSTOMER
from whatsapp_channel.documents import load_permitted
from whatsapp_channel.helpdesk import tickets


def answer(ticket: str, customer: str, html: str) -> None:
	"""Replies to a customer in a ticket, as the user would on the ticket page.

	Raises frappe.ValidationError for an administrator who is not an agent, because only agents may open tickets,
	frappe.PermissionError without write permission for this one, and what `outbound.reply.send` raises.
	"""
	# Imported here because this module is loaded before Helpdesk's modules.
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
