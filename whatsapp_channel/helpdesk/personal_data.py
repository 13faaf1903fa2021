"""A WhatsApp customer's data in Helpdesk and Frappe's desk: finding, exporting and erasing it (ADR 0029).

A ticket of this customer alone is emptied: its times, states and counts stay for statistics. In a ticket that they share
with others after a merge, only their own data is removed.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

import frappe
from frappe import _

from whatsapp_channel.database import set_value
from whatsapp_channel.doctypes import CONVERSATION, CUSTOMER, MESSAGE
from whatsapp_channel.helpdesk import contacts, tickets
from whatsapp_channel.helpdesk.copies import copies_of
from whatsapp_channel.helpdesk.setup import MODULE
from whatsapp_channel.rules.customers.address import is_synthetic
from whatsapp_channel.rules.customers.phone import digits

QUOTATION_MARKS = "\"'“”„«»‘’"
TICKET = "HD Ticket"
COMMUNICATION = "Communication"
# Text fields of a ticket; the site's own text fields are added.
TICKET_TEXTS = ("description", "resolution_details", "feedback_extra", "summary", "attachment")
NO_NAME = "::"
FREE_TEXT = (
	"Data",
	"Small Text",
	"Text",
	"Long Text",
	"Text Editor",
	"HTML Editor",
	"Code",
	"Phone",
	"Attach",
)
# Records that Frappe keeps about a document: DocType, field with the document's DocType, field with its name.
TRAILS = (
	("Version", "ref_doctype", "docname"),
	("Comment", "reference_doctype", "reference_name"),
	("Notification Log", "document_type", "document_name"),
	("View Log", "reference_doctype", "reference_name"),
	("Activity Log", "reference_doctype", "reference_name"),
	("Email Queue", "reference_doctype", "reference_name"),
	("Deleted Document", "deleted_doctype", "deleted_name"),
	("Tag Link", "document_type", "document_name"),
)


# The DocTypes that conversations use. Records about other documents belong to their owners.
CONVERSATIONAL = (
	TICKET,
	"HD Ticket Comment",
	"HD Ticket Activity",
	"Communication",
	"Contact",
	"File",
	"Comment",
)


@dataclass(frozen=True, slots=True)
class HelpdeskRecords:
	"""A customer's tickets and Communications. `own` tickets are of this customer alone, `shared` ones also of others."""

	own: tuple[str, ...]
	shared: tuple[str, ...]
	communications: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoteTexts:
	"""Personal data in this app's own notes in tickets: beginnings of messages, and ids as shown to people."""

	beginnings: tuple[str, ...] = ()
	identities: tuple[str, ...] = ()


def among(names: Iterable[str]) -> list:
	"""A filter for these names; without names, one that matches nothing: Frappe lets an empty name match NULL too."""
	return ["in", list(names) or [NO_NAME]]


def contacts_of(numbers: Collection[str], linked: Iterable[str]) -> list[str]:
	"""The Contacts with one of these numbers (digits) in any spelling, and the linked ones."""
	found = {name: None for name in linked if frappe.db.exists("Contact", name)}
	for number in numbers:
		rows = frappe.get_all(
			"Contact Phone",
			{"phone": ["like", f"%{number[-2:]}"], "parenttype": "Contact"},
			["parent", "phone"],
			order_by="creation",
		)
		found |= {row.parent: None for row in rows if _digits(row.phone) in numbers}
	return list(found)


def _digits(written: str | None) -> str:
	return digits(written or "").removeprefix("00")


def records_of(customers: Sequence[str], addresses: Collection[str]) -> HelpdeskRecords:
	"""Every ticket and Communication of these customers, also after merges (which copy) and splits."""
	if not customers:
		return HelpdeskRecords((), (), ())
	named = _tickets(customers)
	own = [name for name in named if _is_own(name, customers)]
	shared = [name for name in named if name not in own]
	found = dict.fromkeys(_linked_communications(customers))
	found |= dict.fromkeys(_communications({"reference_name": among(own)}))
	for address in sorted(addresses):
		for field in ("sender", "recipients", "cc", "bcc"):
			filters = {"reference_name": among(shared), field: ["like", f"%{address}%"]}
			found |= dict.fromkeys(_communications(filters))
	return HelpdeskRecords(tuple(own), tuple(shared), tuple(found))


def _tickets(customers: Sequence[str]) -> list[str]:
	mine = {"whatsapp_customer": among(customers)}
	found = dict.fromkeys(str(name) for name in frappe.get_all("HD Ticket", mine, pluck="name"))
	linked = _linked_communications(customers)
	filters = {"name": among(linked), "reference_doctype": "HD Ticket"}
	for name in frappe.get_all("Communication", filters, pluck="reference_name"):
		found[str(name)] = None
	for doctype in (MESSAGE, CONVERSATION):
		filters = {"customer": among(customers), "ticket": ["is", "set"]}
		found |= dict.fromkeys(frappe.get_all(doctype, filters, pluck="ticket", distinct=True, order_by=None))
	for name in list(found):
		target = frappe.db.get_value("HD Ticket", name, "merged_with")
		while target and str(target) not in found:
			found[str(target)] = None
			target = frappe.db.get_value("HD Ticket", target, "merged_with")
	return [name for name in found if frappe.db.exists("HD Ticket", name)]


def _is_own(ticket: str, customers: Sequence[str]) -> bool:
	"""Whether no other customer is in the ticket. An e-mail customer's ticket into which one was merged is not their own."""
	for name in tickets.with_merged(ticket):
		row = frappe.db.get_value("HD Ticket", name, ["whatsapp_customer", "raised_by"], as_dict=True)
		if not row or row.whatsapp_customer not in customers or not is_synthetic(row.raised_by or ""):
			return False
	return True


def _linked_communications(customers: Sequence[str]) -> list[str]:
	filters = {"customer": among(customers), "communication": ["is", "set"]}
	found = frappe.get_all(MESSAGE, filters, pluck="communication", distinct=True, order_by=None)
	return [*found, *(copy for each in copies_of(found).values() for copy in each)]


def _communications(filters: dict) -> list[str]:
	return frappe.get_all("Communication", {"reference_doctype": "HD Ticket", **filters}, pluck="name")


def erase_records(
	records: HelpdeskRecords, customers: Collection[str], note_texts: NoteTexts, shell: "frappe._dict"
) -> None:
	"""Empties the `records` and replaces `customers` by `shell`; `note_texts` identifies the notes about the person.

	Part of the caller's transaction. It uses SQL and db.set_value: saving would write versions and reopen tickets.
	"""
	for name in records.communications:
		_empty_communication(name, shell)
	for name in records.own:
		_empty_ticket(name, shell)
	_delete_notes(records.shared, note_texts)
	for name in records.shared:
		_forget_entries(name, records.communications)
		if frappe.db.get_value(TICKET, name, "whatsapp_customer") in customers:
			set_value(TICKET, name, "whatsapp_customer", shell.name, update_modified=False)
	for doctype, names in (("HD Ticket", records.own), ("Communication", records.communications)):
		forget_trails(doctype, names)


def _empty_communication(name: str, shell: "frappe._dict") -> None:
	row = frappe.db.get_value("Communication", name, ["sent_or_received", "user"], as_dict=True)
	stand_in = tickets.address_of(shell)
	values = {
		"subject": _("Erased"),
		"content": _("Erased on request."),
		"text_content": None,
		"phone_no": None,
	}
	values |= {"cc": None, "bcc": None, "message_id": None}
	if row.sent_or_received == "Received":
		values |= {"sender": stand_in, "sender_full_name": shell.profile_name}
	else:
		values |= {"recipients": stand_in}
	_write("Communication", name, values)


def _empty_ticket(name: str, shell: "frappe._dict") -> None:
	values = {"subject": _("Erased"), "raised_by": tickets.address_of(shell), "contact": None}
	values |= {"whatsapp_customer": shell.name}
	values |= dict.fromkeys((*TICKET_TEXTS, *_own_fields()), None)
	_write("HD Ticket", name, values)
	for doctype, field in (
		("HD Ticket Comment", "reference_ticket"),
		("HD Ticket Activity", "ticket"),
		("HD Notification", "reference_ticket"),
		("HD Email Feedback", "ticket"),
	):
		if frappe.db.table_exists(doctype):
			frappe.db.delete(doctype, {field: name})
	assigned = {"reference_type": TICKET, "reference_name": name}
	for task in frappe.get_all("ToDo", assigned, pluck="name"):
		_write("ToDo", task, {"description": _("Erased")})
		forget_trails("ToDo", [task])
	frappe.clear_document_cache("HD Ticket", name)


def _own_fields() -> list[str]:
	"""The site's own text fields on tickets, which may contain anything."""
	filters = {"dt": "HD Ticket", "fieldtype": ["in", FREE_TEXT]}
	return frappe.get_all("Custom Field", filters, pluck="fieldname")


def _write(doctype: str, name: str, values: dict) -> None:
	columns = set(frappe.db.get_table_columns(doctype))
	values = {**values, "_comments": None, "_user_tags": None}
	present = {field: value for field, value in values.items() if field in columns}
	set_value(doctype, name, present, update_modified=False)


def _forget_entries(ticket: str, communications: Collection[str]) -> None:
	"""Removes the entries from the column `_comments` of the ticket, in which Frappe keeps copies."""
	entries = frappe.db.get_value(TICKET, ticket, "_comments")
	if not entries:
		return
	kept = [entry for entry in frappe.parse_json(entries) if entry.get("name") not in communications]
	set_value(TICKET, ticket, "_comments", frappe.as_json(kept, indent=None), update_modified=False)


def _delete_notes(shared: Collection[str], note_texts: NoteTexts) -> None:
	"""Deletes this app's notes that quote the beginning of a message, in quotation marks, or contain an id."""
	marks = f"[{QUOTATION_MARKS}]"
	quoted = [re.compile(rf"{marks}\s*{re.escape(text)}\s*{marks}") for text in note_texts.beginnings]
	filters = {"reference_ticket": among(shared), "commented_by": "Administrator"}
	for row in frappe.get_all("HD Ticket Comment", filters, ["name", "content"]):
		content = unescape(row.content or "")
		named = any(identity in content for identity in note_texts.identities)
		if named or any(pattern.search(content) for pattern in quoted):
			frappe.db.delete("HD Ticket Comment", {"name": row.name})


def trails_of_conversations(mentioned: Callable[[str], list[str]]) -> Iterator[tuple[str, list[str]]]:
	"""Frappe's records about conversations and this app's documents: each DocType with those of its rows from `mentioned`."""
	ours = frappe.get_all("DocType", {"module": MODULE}, pluck="name")
	for trail, type_field, _name_field in TRAILS:
		names = mentioned(trail) if frappe.db.table_exists(trail) else []
		about = {"name": among(names), type_field: among((*CONVERSATIONAL, *ours))}
		yield trail, frappe.get_all(trail, about, pluck="name") if names else []


def forget_trails(doctype: str, names: Collection[str]) -> None:
	"""Deletes versions, comments, notifications etc. of these documents, and their entries in the desk's search."""
	if not names:
		return
	for trail, type_field, name_field in TRAILS:
		if not frappe.db.table_exists(trail):
			continue
		found = frappe.get_all(trail, {type_field: doctype, name_field: among(names)}, pluck="name")
		for field in frappe.get_meta(trail).get_table_fields() if found else ():
			frappe.db.delete(field.options, {"parent": among(found), "parenttype": trail})
		if found:
			frappe.db.delete(trail, {"name": among(found)})
	# Only erasing needs the desk's search, which reads the hooks of all apps.
	from frappe.utils.global_search import delete_for_document

	for name in names:
		delete_for_document(frappe._dict(doctype=doctype, name=name))


def flush_search() -> None:
	"""Writes the queued updates of the desk's search now, so that an erased document is not indexed later."""
	# Only erasing needs the desk's search, which reads the hooks of all apps.
	from frappe.utils.global_search import sync_global_search

	sync_global_search()


def erase_contact(name: str, numbers: Collection[str]) -> bool:
	"""Deletes a Contact that is only this person's WhatsApp contact; from others only the numbers are removed.

	Returns whether it was deleted. The caller has removed it from the person's tickets and customers.
	"""
	if not frappe.db.exists("Contact", name):
		return False
	rows = frappe.get_all("Contact Phone", {"parent": name, "parenttype": "Contact"}, ["name", "phone"])
	others = [row for row in rows if _digits(row.phone) not in numbers]
	deleted = not others and not _is_used(name) and _delete_contact(name)
	if not deleted:
		_take_numbers_off(name, [row.name for row in rows if row not in others], numbers)
	forget_trails("Contact", [name])
	frappe.clear_document_cache("Contact", name)
	return deleted


def _is_used(name: str) -> bool:
	"""Whether the site uses the Contact for anything besides WhatsApp."""
	row = frappe.db.get_value("Contact", name, ["email_id", "user"], as_dict=True)
	if row.email_id or row.user:
		return True
	of_contact = {"parent": name, "parenttype": "Contact"}
	if frappe.db.exists("Contact Email", of_contact) or contacts.is_linked(name):
		return True
	return bool(
		frappe.db.exists(CUSTOMER, {"contact": name}) or frappe.db.exists("HD Ticket", {"contact": name})
	)


def _delete_contact(name: str) -> bool:
	"""False if another app's document links to it."""
	frappe.db.savepoint("erase_contact")
	try:
		frappe.delete_doc("Contact", name, ignore_permissions=True, delete_permanently=True)
	except frappe.LinkExistsError:
		frappe.db.rollback(save_point="erase_contact")
		frappe.clear_last_message()
		return False
	# Frappe logs every deletion with the deleted document's name.
	feed = {"comment_type": "Deleted", "reference_doctype": "Contact", "subject": f"{_('Contact')} {name}"}
	frappe.db.delete("Comment", feed)
	return True


def _take_numbers_off(name: str, rows: Collection[str], numbers: Collection[str]) -> None:
	if rows:
		frappe.db.delete("Contact Phone", {"name": among(rows)})
	present = frappe.db.get_value("Contact", name, ["phone", "mobile_no"], as_dict=True)
	mine = {field: None for field, value in present.items() if value and _digits(value) in numbers}
	if mine:
		set_value("Contact", name, mine)


def silence_shell(shell: "frappe._dict") -> None:
	"""Makes Frappe drop every mail to the address of emptied tickets."""
	contacts.silence(tickets.address_of(shell))


def rebuild_search() -> None:
	"""Rebuilds Helpdesk's full-text index, if there is one: otherwise removed words stay in the pages of its file."""
	try:
		# Missing in older versions of Frappe.
		from frappe.search.sqlite_search import get_search_classes
	except ImportError:  # before the search came to Frappe
		return
	for search_class in get_search_classes():
		search = search_class()
		if search.is_search_enabled() and search.index_exists():
			search.build_index()


def exported(records: HelpdeskRecords, names: Collection[str]) -> dict[str, Any]:
	"""Tickets with their Communications, including agents' notes, and Contacts, for an export."""
	return {
		"tickets": [_exported_ticket(name, records) for name in (*records.own, *records.shared)],
		"contacts": [_exported_contact(name) for name in names],
	}


def _exported_ticket(name: str, records: HelpdeskRecords) -> dict[str, Any]:
	own = name in records.own
	fields = ["name", "subject", "status", "opening_date", "resolution_date", "agent_group", "description"]
	row = frappe.db.get_value("HD Ticket", name, fields if own else ["name", "status"], as_dict=True)
	said = frappe.get_all(
		"Communication",
		{"name": among(records.communications), "reference_name": name},
		["communication_date", "sent_or_received", "sender_full_name", "content"],
		order_by="communication_date, creation",
	)
	notes = (
		frappe.get_all("HD Ticket Comment", {"reference_ticket": name}, ["creation", "content"])
		if own
		else []
	)
	return {**row, "communications": said, "notes": notes}


def _exported_contact(name: str) -> dict[str, Any]:
	row = frappe.db.get_value("Contact", name, ["name", "first_name", "last_name", "email_id"], as_dict=True)
	phones = frappe.get_all("Contact Phone", {"parent": name, "parenttype": "Contact"}, pluck="phone")
	return {**row, "phones": phones}
