"""Counts a person's data before it is exported or erased."""

from typing import Any

import frappe

from whatsapp_channel.doctypes import CONVERSATION, MESSAGE
from whatsapp_channel.helpdesk import personal_data as in_helpdesk
from whatsapp_channel.helpdesk.personal_data import among
from whatsapp_channel.privacy import audit, deliveries, person_files
from whatsapp_channel.privacy.person import Asked, Owner, choose, owners, person

# With more stored deliveries, counting would take too long for a dialog.
COUNTED_DELIVERIES = 20000


def find(wanted: Asked, customers: list[str] | None = None) -> dict[str, Any]:
	"""The customers with this id, each with counts of their data, and what else would be exported or erased with them.

	`deliveries` is None if there are too many to count.
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
	"""The number of distinct contents: a file that is attached in two places counts once."""
	return len(set(frappe.get_all("File", {"name": among(names)}, pluck="file_url")))


def _count(doctype: str, customers: tuple[str, ...]) -> int:
	return frappe.db.count(doctype, {"customer": among(customers)})
