"""Files in tickets: rows of Frappe's File that point at the content of one that is stored already."""

import frappe

from whatsapp_channel.database import insert_unless_there, set_value

COMMUNICATION = "Communication"
TICKET = "HD Ticket"
COPIED = ("file_name", "file_url", "file_size", "file_type", "content_hash", "folder")


def attach(file: str, communication: str, ticket: str) -> bool:
	"""Hands a File over to a Communication and puts it into the ticket as well; False when the File is gone.

	By statements that touch no disk: this runs under the customer's lock, and Frappe would read and hash the content
	again. The content goes with the last row that points at it, whichever that is.
	"""
	row = frappe.db.get_value("File", file, COPIED, as_dict=True)
	if not row:
		return False
	place = {"attached_to_doctype": COMMUNICATION, "attached_to_name": communication}
	set_value("File", file, place, update_modified=False)
	insert_unless_there(
		"File",
		{
			**{field: row[field] for field in COPIED},
			"name": _in_ticket(file),
			"is_private": 1,
			"attached_to_doctype": TICKET,
			"attached_to_name": str(ticket),
		},
	)
	return True


def _in_ticket(file: str) -> str:
	return f"{file}-ticket"


def forget_shown() -> None:
	"""Has Helpdesk look again which files a Communication has: it remembers that for an hour."""
	from helpdesk.helpdesk.doctype.hd_ticket.api import get_attachments

	if clear := getattr(get_attachments, "clear_cache", None):
		clear()


def remove(
	file: str, file_url: str | None, communications: list[str], tickets: list[str], *, all_rows: bool
) -> None:
	"""Deletes a File and, with `all_rows`, every row for the same content in these Communications and tickets.

	The last row takes the content along.
	"""
	names = [file, _in_ticket(file)]
	for doctype, among in (
		((COMMUNICATION, communications), (TICKET, tickets)) if all_rows and file_url else ()
	):
		place = {"attached_to_doctype": doctype, "attached_to_name": ["in", among or [""]]}
		names += frappe.get_all("File", {"file_url": file_url, **place}, pluck="name")
	for name in dict.fromkeys(names):
		if frappe.db.exists("File", name):
			# Detached first: Frappe would write the file's name into the timeline of what it was attached to.
			nowhere = {"attached_to_doctype": None, "attached_to_name": None}
			set_value("File", name, nowhere, update_modified=False)
			frappe.delete_doc("File", name, force=True, ignore_permissions=True, delete_permanently=True)
