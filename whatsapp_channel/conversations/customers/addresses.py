"""The addresses that tickets may know a customer by."""

import frappe

from whatsapp_channel.conversations.conversation_rows import CustomerRow
from whatsapp_channel.conversations.customers.identities import Kind, former
from whatsapp_channel.doctypes import CUSTOMER
from whatsapp_channel.rules.customers import address
from whatsapp_channel.rules.messaging.coexistence import app_address


def former_addresses(customer: str) -> set[str]:
	"""Addresses that a page opened earlier may still show for a customer.

	A number that somebody else has by now is left out: it would be unclear who is meant.
	"""
	mine = {"parent": customer, "kind": ["in", [Kind.PHONE, Kind.RECORD]]}
	identities = [row.identity for row in former(mine)]
	if not identities:
		return set()
	taken = frappe.get_all(CUSTOMER, {"wa_id": ["in", identities]}, pluck="wa_id")
	return {address.synthetic(identity) for identity in identities if identity not in taken}


def addresses_of(customer: CustomerRow) -> set[str]:
	"""Every address that a ticket may know a customer by: numbers change, may be hidden or shown, one known by user id
	alone may have got a number, and pages that were opened before still show the former address."""
	own = {address.synthetic(known) for known in (customer.wa_id, customer.name) if known}
	return own | {app_address(customer.name)} | former_addresses(customer.name)
