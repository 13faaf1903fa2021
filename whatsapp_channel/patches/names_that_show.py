"""Names of customers and of their Contacts from before they were kept readable: turned around, blank, or a number."""

from collections.abc import Iterator

import frappe

from whatsapp_channel import rows
from whatsapp_channel.conversations.conversation_rows import CustomerRow
from whatsapp_channel.conversations.customers.naming import name_contact
from whatsapp_channel.database import save_now
from whatsapp_channel.doctypes import CUSTOMER
from whatsapp_channel.helpdesk import contacts
from whatsapp_channel.rules.text.message_text import clean_name

AT_ONCE = 500


def execute() -> None:
	"""Commits after each chunk. A second time changes nothing."""
	for chunk in _chunks():
		known = _contacts([row.contact for row in chunk if row.contact])
		for row in chunk:
			_make_readable(row, known.get(row.contact or "", ""))
		save_now()


def _chunks() -> Iterator[list[CustomerRow]]:
	last = ""
	while chunk := rows.many(CustomerRow, {"name": [">", last]}, "name asc", AT_ONCE):
		yield chunk
		last = chunk[-1].name


def _contacts(names: list[str]) -> dict[str, str]:
	among = {"name": ["in", names or [""]]}
	return dict(frappe.get_all("Contact", among, ["name", "first_name"], as_list=True))


def _make_readable(row: CustomerRow, contact: str) -> None:
	was = row.profile_name or ""
	name = clean_name(was, row.phone or row.bsuid or "")
	if was and name != was:
		frappe.db.set_value(CUSTOMER, row.name, "profile_name", name, update_modified=False)
		if contact == was[: contacts.NAME_LENGTH] and contacts.called(row.contact, row.creation):
			contacts.give_name(row.contact, name)
	if contacts.is_number_or_id(contact):
		name_contact(row.changed({"profile_name": name}))
