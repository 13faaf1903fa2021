"""The synthetic e-mail addresses under which tickets may know a customer."""

import frappe

from whatsapp_channel.conversations.conversation_rows import CustomerRow
from whatsapp_channel.conversations.customers.identities import Kind, former
from whatsapp_channel.doctypes import CUSTOMER
from whatsapp_channel.rules.customers import address
from whatsapp_channel.rules.messaging.coexistence import app_address


def former_addresses(customer: str) -> set[str]:
	"""Former addresses of a customer, which a ticket page that was opened earlier may still show.

	A number that now belongs to another customer is left out, because it would be ambiguous.
	"""
	mine = {"parent": customer, "kind": ["in", [Kind.PHONE, Kind.RECORD]]}
	identities = [row.identity for row in former(mine)]
	if not identities:
		return set()
	taken = frappe.get_all(CUSTOMER, {"wa_id": ["in", identities]}, pluck="wa_id")
	return {address.synthetic(identity) for identity in identities if identity not in taken}


def addresses_of(customer: CustomerRow) -> set[str]:
	"""Every address under which a ticket may know a customer. There are several because numbers change, can be hidden, or
	become known later than the user id, and open pages still show the former address."""
	own = {address.synthetic(known) for known in (customer.wa_id, customer.name) if known}
	return own | {app_address(customer.name)} | former_addresses(customer.name)
