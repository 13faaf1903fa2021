"""Updates tickets when their WhatsApp customer is merged or gets another address or Contact."""

import frappe

from whatsapp_channel.database import set_value
from whatsapp_channel.helpdesk import contacts, tickets
from whatsapp_channel.rules.customers.address import DOMAIN


def move_tickets(duplicate: str, primary: str) -> None:
	"""Moves the tickets of a duplicate customer to the primary one."""
	_change(
		"whatsapp_customer = %(primary)s",
		"whatsapp_customer = %(duplicate)s",
		duplicate=duplicate,
		primary=primary,
	)


def _change(values: str, where: str, **parameters: str) -> None:
	"""Updates tickets by SQL, because saving a closed ticket has side effects.

	Open tickets get a new time of change, so that open pages notice; closed ones keep theirs, because the ticket policy may
	count from it.
	"""
	frappe.db.sql(
		f"""update `tabHD Ticket`
		set modified = case when status_category = 'Resolved' then modified else %(now)s end, {values} where {where}""",
		{"now": frappe.utils.now_datetime(), **parameters},
	)


def follow_address(customer: "frappe._dict") -> None:
	"""Sets the customer's current address on their tickets, unless an agent entered a real one."""
	present = tickets.address_of(customer)
	contacts.silence(present)
	_change(
		"raised_by = %(present)s",
		"whatsapp_customer = %(customer)s and raised_by like %(synthetic)s and raised_by != %(present)s",
		present=present,
		customer=customer.name,
		synthetic=f"%@{DOMAIN}",
	)


def follow_contact(customer: str, was: str, contact: str) -> None:
	"""Replaces a Contact that this app created by the customer's current one on their tickets."""
	mine = {"whatsapp_customer": customer, "contact": was}
	set_value("HD Ticket", mine, "contact", contact, update_modified=False)


def open_tickets(customer: str) -> list[str]:
	"""The open tickets of a customer, oldest first, without merged ones."""
	rows = frappe.get_all(
		"HD Ticket",
		{"whatsapp_customer": customer, "status_category": ["!=", "Resolved"], "is_merged": 0},
		pluck="name",
		order_by="creation",
	)
	return [str(name) for name in rows]


def tell_agents(customer: str, text: str) -> None:
	"""Adds an internal note to every open ticket of a customer, and updates open pages."""
	for ticket in open_tickets(customer):
		tickets.note(ticket, text)
		tickets.publish_update(ticket)
