"""What there is about a person, counted for whoever has to decide."""

from typing import Any

import frappe

from whatsapp_channel.doctypes import CONVERSATION, MESSAGE
from whatsapp_channel.helpdesk import personal_data as in_helpdesk
from whatsapp_channel.helpdesk.personal_data import among
from whatsapp_channel.privacy import audit, deliveries, person_files
from whatsapp_channel.privacy.person import Asked, Owner, choose, owners, person

# Beyond so many stored webhooks a dialog would wait too long for their count.
COUNTED_DELIVERIES = 20000


def find(wanted: Asked, customers: list[str] | None = None) -> dict[str, Any]:
	"""Customers with this identity, each with what it holds, and what else would be exported or erased with them.

	`deliveries` is None where they are too many to be counted now.
	"""
	chosen = choose(wanted, customers)
	whom = person(wanted, chosen)
	records = in_helpdesk.records_of(whom.customers, whom.addresses)
	return {
		"number": wanted.masked,
		"customers": [_described(owner, owner in chosen) for owner in owners(wanted)],
		"messages": _count(MESSAGE, whom.customers),
		"conversations": _count(CONVERSATION, whom.customers),
		"files": _contents(person_files.of(whom, records)),
		"tickets": list(records.own),
		"shared_tickets": list(records.shared),
		"communications": len(records.communications),
		"contacts": list(whom.contacts),
		"deliveries": deliveries.count(whom, COUNTED_DELIVERIES),
		"earlier": audit.earlier(wanted),
	}


def _described(owner: Owner, chosen: bool) -> dict[str, Any]:
	return {
		"name": owner.name,
		"account": owner.account,
		"profile_name": owner.profile_name,
		"phone": owner.phone,
		"until": str(owner.until)[:16] if owner.until else None,
		"messages": _count(MESSAGE, (owner.name,)),
		"chosen": chosen,
	}


def _contents(names: list[str]) -> int:
	"""Files as people count them: one that is attached in two places is one."""
	return len(set(frappe.get_all("File", {"name": among(names)}, pluck="file_url")))


def _count(doctype: str, customers: tuple[str, ...]) -> int:
	return frappe.db.count(doctype, {"customer": among(customers)})
