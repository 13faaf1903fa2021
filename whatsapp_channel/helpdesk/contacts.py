"""Contacts of customers. The synthetic address never goes on a Contact: Helpdesk would derive a company from it."""

import frappe
import phonenumbers

from whatsapp_channel.database import is_conflict
from whatsapp_channel.rules.address import DOMAIN
from whatsapp_channel.rules.phone import variants

# A Contact is named after its first name, with a number behind it when there are several: room for that is left.
NAME_LENGTH = 100
SAVEPOINT = "whatsapp_contact"


def find_or_create(wa_id: str | None, profile_name: str) -> str | None:
	"""The Contact that has exactly this number, or a new one with the profile name; None when none can be made."""
	return (wa_id and find(wa_id)) or _create(wa_id, profile_name)


def find(wa_id: str) -> str | None:
	"""The oldest Contact with this number, in any of the usual ways to write it."""
	spellings = [spelling for variant in variants(wa_id) for spelling in _spellings(variant)]
	rows = frappe.get_all(
		"Contact Phone",
		{"phone": ["in", spellings], "parenttype": "Contact"},
		pluck="parent",
		order_by="creation",
		limit=1,
	)
	return rows[0] if rows else None


def _spellings(digits: str) -> set[str]:
	"""People and importers write one number in several ways; equality with each of them can use an index, a
	comparison of bare digits or a LIKE cannot, and LIKE finds other people's numbers."""
	plain = {digits, f"+{digits}", f"00{digits}"}
	try:
		number = phonenumbers.parse(f"+{digits}")
	except phonenumbers.NumberParseException:
		return plain
	country, national = number.country_code, phonenumbers.national_significant_number(number)
	formats = phonenumbers.PhoneNumberFormat
	return plain | {
		phonenumbers.format_number(number, formats.INTERNATIONAL),
		f"+{country}-{national}",  # Frappe's Phone field
		f"+{country} {national}",
	}


def _create(wa_id: str | None, profile_name: str) -> str | None:
	"""A new Contact; None when Frappe takes none.

	It refuses some names ("New Contact") and numbers, and a customer's message must not be lost over that: then the
	Contact gets a neutral name, and if need be no number.
	"""
	neutral = f"WhatsApp {wa_id}" if wa_id else "WhatsApp"
	for name, number in ((profile_name[:NAME_LENGTH], wa_id), (neutral, wa_id), (neutral, None)):
		frappe.db.savepoint(SAVEPOINT)
		try:
			return _insert(name, number)
		except Exception as error:
			if is_conflict(error):
				raise
			frappe.db.rollback(save_point=SAVEPOINT)
			frappe.clear_last_message()
	return None


def _insert(name: str, wa_id: str | None) -> str:
	contact = frappe.new_doc("Contact")
	contact.first_name = name
	if wa_id:
		contact.append("phone_nos", {"phone": f"+{wa_id}", "is_primary_mobile_no": 1})
	contact.flags.ignore_mandatory = True
	return contact.insert(ignore_permissions=True).name


def silence(address: str) -> None:
	"""Has Frappe drop every mail to an address that can receive none.

	The ticket's own mails are not sent in the first place; this holds for what an administrator sets up besides, such
	as a Notification to the ticket's `raised_by`.
	"""
	row = {"doctype": "Email Unsubscribe", "email": address, "global_unsubscribe": 1}
	if not frappe.db.exists("Email Unsubscribe", {"email": address, "global_unsubscribe": 1}):
		frappe.get_doc(row).insert(ignore_permissions=True)


def forget_silenced() -> None:
	"""Removes what `silence` wrote."""
	frappe.db.delete("Email Unsubscribe", {"email": ["like", f"%@{DOMAIN}"]})
