"""Contacts of customers. They never get the synthetic address, from which Helpdesk would derive a company."""

import re
from collections.abc import Callable
from datetime import datetime

import frappe
from frappe.model.document import Document

from whatsapp_channel.database import insert_row, is_conflict, set_value, single_value
from whatsapp_channel.doctypes import CUSTOMER, IDENTITY, SETTINGS
from whatsapp_channel.rules.customers.address import DOMAIN
from whatsapp_channel.rules.customers.identity_kind import Kind
from whatsapp_channel.rules.customers.phone import of_wa_id, spellings, variants
from whatsapp_channel.timeouts import OutOfTime

# A Contact's name is its first name plus a number if there are several: this leaves room for the number.
NAME_LENGTH = 100
# A number or a mask of one, a business-scoped user id, or the neutral name with or without a number.
_NUMBER_OR_ID = re.compile(r"[\W\d•]+|[A-Z]{2}\.[\w.•]+|WhatsApp(?: \d+)?")
SAVEPOINT = "whatsapp_contact"
MEMBER = "HD Customer Member"


def find_or_create(wa_id: str | None, profile_name: str) -> str | None:
	"""The Contact with exactly this number, or a new one with the profile name; None if it cannot be created.

	If numbers are hidden from agents, a new Contact has no number, because agents can read Contacts.
	"""
	return (wa_id and find(wa_id)) or _create(None if _are_hidden() else wa_id, profile_name)


def _are_hidden() -> bool:
	return bool(single_value(SETTINGS, "mask_numbers"))


def find(wa_id: str) -> str | None:
	"""The oldest Contact with this number, in any usual spelling.

	Contacts whose customer has given the number up are left out: carriers reassign numbers.
	"""
	rows = frappe.get_all(
		"Contact Phone",
		{"phone": ["in", list(spellings(wa_id))], "parenttype": "Contact"},
		pluck="parent",
		order_by="creation",
	)
	moved_on = _contacts_that_gave_up(wa_id) if rows else set()
	return next((name for name in rows if name not in moved_on), None)


def _contacts_that_gave_up(wa_id: str) -> set[str]:
	former = frappe.get_all(
		IDENTITY,
		{"kind": Kind.PHONE, "identity": ["in", list(variants(wa_id))]},
		pluck="parent",
	)
	if not former:
		return set()
	rows = frappe.get_all(CUSTOMER, {"name": ["in", former]}, ["contact", "wa_id"])
	return {row.contact for row in rows if row.contact and row.wa_id not in variants(wa_id)}


def _create(wa_id: str | None, profile_name: str) -> str | None:
	"""Creates a Contact; None if Frappe refuses it.

	Frappe refuses some names ("New Contact") and numbers, and a customer's message must not be lost over that: then the
	Contact gets a neutral name, and if necessary no number.
	"""
	instead = neutral(wa_id)
	for name, number in ((profile_name[:NAME_LENGTH], wa_id), (instead, wa_id), (instead, None)):
		if created := _unless_refused(lambda name=name, number=number: _insert(name, number)):
			return created
	return None


def neutral(wa_id: str | None) -> str:
	"""The name of a Contact whose own Frappe does not take."""
	return f"WhatsApp {wa_id}" if wa_id else "WhatsApp"


def called(name: str, since: datetime) -> str | None:
	"""The name of a Contact that this app made, as long as nobody has added to it; None for any other, and one that is gone.

	`since` (the site's time): when its customer became known. An older one was found, and somebody else named it.
	"""
	fields = ["owner", "creation", "first_name", "middle_name", "last_name"]
	row = frappe.db.get_value("Contact", name, fields, as_dict=True)
	if not row or row.owner != "Administrator" or row.creation < since or row.middle_name or row.last_name:
		return None
	return row.first_name


def is_number_or_id(name: str) -> bool:
	"""Whether a name may be a number, a user id or what stands for them, and nothing that people are called."""
	return bool(_NUMBER_OR_ID.fullmatch(name))


def give_name(name: str, told: str) -> None:
	"""Calls a Contact by a name. Its record keeps the id by which tickets point at it."""
	shown = told[:NAME_LENGTH]
	set_value("Contact", name, {"first_name": shown, "full_name": shown})


def _unless_refused(work: Callable[[], str]) -> str | None:
	"""Runs `work` on a Contact; None if Frappe or another app refuses it."""
	frappe.db.savepoint(SAVEPOINT)
	try:
		return work()
	except OutOfTime:
		raise
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
		_append_number(contact, wa_id)
	contact.flags.ignore_mandatory = True
	return contact.insert(ignore_permissions=True).name


def _append_number(contact: Document, wa_id: str) -> None:
	for row in contact.phone_nos:
		row.is_primary_mobile_no = 0
	contact.append("phone_nos", {"phone": of_wa_id(wa_id), "is_primary_mobile_no": 1})


def add_number(name: str | None, wa_id: str) -> None:
	"""Adds a customer's new number to their Contact; older numbers stay.

	Does nothing if the number is there, or if numbers are hidden from agents.
	"""
	if not name or _are_hidden() or not frappe.db.exists("Contact", name):
		return
	contact = frappe.get_doc("Contact", name)
	known = {row.phone for row in contact.phone_nos}
	if known & set(spellings(wa_id)):
		return

	def work() -> str:
		_append_number(contact, wa_id)
		contact.flags.ignore_mandatory = True
		return contact.save(ignore_permissions=True).name

	_unless_refused(work)


def is_ours_alone(name: str | None) -> bool:
	"""Whether a Contact is unchanged since this app created it, or deleted.

	Of two Contacts of one person the other one is then preferred.
	"""
	row = name and frappe.db.get_value("Contact", name, ["owner", "email_id", "user"], as_dict=True)
	if not row:
		return True
	return row.owner == "Administrator" and not (row.email_id or row.user or is_linked(name))


def is_linked(name: str) -> bool:
	"""Whether a Contact belongs to a company or another document.

	Helpdesk's companies are in the Contact's own links up to 1.27, and since 1.28 the Contact is a row of the company.
	"""
	if frappe.db.exists("Dynamic Link", {"parent": name, "parenttype": "Contact"}):
		return True
	has_members = frappe.db.table_exists(MEMBER)
	return has_members and bool(frappe.db.exists(MEMBER, {"contact_name": name}))


def silence(address: str) -> None:
	"""Makes Frappe drop every mail to a synthetic address.

	The ticket's own mails are never sent; this covers what an administrator configures in addition, such as a Notification to
	the ticket's `raised_by`. It uses a row of *Email Unsubscribe* for each address instead of a hook on mails, which
	would affect the whole site (ADR 0015). The rows are deleted when the person is erased or the app is removed.
	"""
	row = {"email": address, "global_unsubscribe": 1}
	if not frappe.db.exists("Email Unsubscribe", row):
		insert_row("Email Unsubscribe", row)


def forget_silenced() -> None:
	"""Removes the rows that `silence` wrote."""
	frappe.db.delete("Email Unsubscribe", {"email": ["like", f"%@{DOMAIN}"]})
