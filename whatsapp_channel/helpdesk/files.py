"""Customers' files as Frappe File rows: stored without Frappe processing the content, and shown in tickets by further rows
for the same content."""

import os
from collections.abc import Iterator, Sequence
from functools import partial
from mmap import mmap
from typing import Any
from urllib.parse import unquote

import frappe
from frappe.core.doctype.file.utils import generate_file_name, get_content_hash
from frappe.model.document import Document
from frappe.utils import call_hook_method, get_hook_method, get_url

from whatsapp_channel.database import insert_unless_there, set_value
from whatsapp_channel.doctypes import CUSTOMER, MEDIA

COMMUNICATION = "Communication"
TICKET = "HD Ticket"
COPIED = ("file_name", "file_url", "file_size", "file_type", "content_hash", "folder")
# The columns that rows for the same content share.
CONTENT = ("file_url", "is_private", "file_size", "content_hash")


def insert(key: str, name: str, content: mmap) -> Document:
	"""Stores a private file with `key` as the name of its row, using Frappe's rules for names, sizes and folders, and the
	hooks of other apps.

	Frappe's processing of the content is skipped: it reads every PDF with pypdf and re-encodes every JPEG with Pillow, without
	a time limit. The content is already checked (conversations/media/store.py). Raises what Document.insert raises.
	"""
	values = {
		"doctype": "File",
		"file_name": name,
		"is_private": 1,
		"folder": "Home/Attachments",
		"content": content,
	}
	document = frappe.get_doc(values)
	# Replaced on this document, not on the class, which other apps may replace.
	document.save_file = partial(_save, document)
	return document.insert(ignore_permissions=True, set_name=key)


def _save(document: Document, content: Any = None, **_more: Any) -> None:
	"""Does what File.save_file does with a new file, without opening the content."""
	del document.save_file
	document.file_size = document.check_max_file_size()
	document.content_hash = get_content_hash(content)
	document.file_url = _equal(document.content_hash)
	if not document.file_url:
		_write(document, content)
	# Other code that gets the row, for example a job of another app, finds the content by its URL.
	document.content = document._content = b""


def _equal(content_hash: str) -> str | None:
	"""The URL of equal content that is stored already: like Frappe, we store it once."""
	same = {"content_hash": content_hash, "is_private": 1}
	for name in frappe.get_all("File", same, pluck="name", limit=1):
		known = frappe.get_doc("File", name)
		return known.file_url if known.exists_on_disk() else None
	return None


def _write(document: Document, content: mmap) -> None:
	call_hook_method("before_write_file", file_size=document.file_size)
	if elsewhere := get_hook_method("write_file"):
		elsewhere(document)
		return
	wanted, suffix = document.file_name, document.content_hash[-6:]
	while True:
		document.file_name = generate_file_name(name=wanted, suffix=suffix, is_private=True)
		document.file_url = f"/private/files/{document.file_name}"
		try:
			# Never overwrites a file that another process has just written under this name.
			with open(document.get_full_path(), "xb") as file:
				file.write(content)
				file.flush()
				os.fsync(file.fileno())
			return
		except FileExistsError:
			suffix = None


def attach(file: str, communication: str, ticket: str, copies: Sequence[str] = ()) -> bool:
	"""Hands a File over to a Communication and puts it into the ticket as well; False when the File is gone.

	`copies`: Communications that a merge made of this one, where agents look for the file.

	By statements that touch no disk: this runs under the customer's lock, and Frappe would read and hash the content
	again. The content goes with the last row that points at it, whichever that is.
	"""
	row = frappe.db.get_value("File", file, COPIED, as_dict=True)
	if not row:
		return False
	place = {"attached_to_doctype": COMMUNICATION, "attached_to_name": communication}
	set_value("File", file, place, update_modified=False)
	_insert_further(_in_ticket(file), row, TICKET, str(ticket))
	for copy in copies:
		_insert_further(f"{file}-{copy}", row, COMMUNICATION, copy)
	return True


def _insert_further(name: str, row: "frappe._dict", doctype: str, document: str) -> None:
	place = {"attached_to_doctype": doctype, "attached_to_name": document}
	content = {field: row[field] for field in COPIED}
	insert_unless_there("File", {**content, "name": name, "is_private": 1, **place})


def customers(document: Document) -> dict[str, Any] | None:
	"""CONTENT and file_name of the customer's file to which a File row's URL leads; None for other files.

	The row may come from a client's request: what counts is the file that Frappe would open for it.
	"""
	for address in dict.fromkeys(_addresses(document)):
		if _is_customers(address):
			rows = frappe.get_all("File", {"file_url": address}, ["file_name", *CONTENT], order_by="creation")
			# The database ignores case in names, the disk does not.
			known = next((row for row in rows if row.file_url == address), None)
			unknown = {**dict.fromkeys(CONTENT), "file_name": None, "file_url": address, "is_private": 1}
			return known or unknown
	return None


def _is_customers(address: str) -> bool:
	"""Whether the file belongs to a message, or waits for its message to be filed."""
	waiting = {"file_url": address, "attached_to_doctype": CUSTOMER}
	return any(
		address in frappe.get_all(doctype, filters, pluck="file_url")
		for doctype, filters in ((MEDIA, {"file_url": address}), ("File", waiting))
	)


def _addresses(document: Document) -> Iterator[str]:
	"""The URL of a row as stored, and as Frappe resolves it: decoded, without host, normalised."""
	given = document.get("file_url") or document.get("file_name") or ""
	for each in (given, unquote(given)):
		if document.get("file_url"):
			yield each
		local = each.removeprefix(get_url()) if "/files/" in each else each
		if "/" not in local and document.get("is_private"):
			local = f"/private/files/{local}"
		if local.startswith("/files/"):
			local = f"/public{local}"
		if (plain := os.path.normpath(local)).startswith("/private/files/"):
			yield plain


def _in_ticket(file: str) -> str:
	return f"{file}-ticket"


def forget_shown() -> None:
	"""Clears Helpdesk's cache of the files of Communications, which lasts an hour."""
	# Imported here because this module is loaded before Helpdesk's modules.
	from helpdesk.helpdesk.doctype.hd_ticket.api import get_attachments

	if clear := getattr(get_attachments, "clear_cache", None):
		clear()


def remove(
	file: str, file_url: str | None, communications: list[str], tickets: list[str], *, all_rows: bool
) -> None:
	"""Deletes a File and, with `all_rows`, every row for the same content in these Communications and tickets.

	The content is deleted with the last row.
	"""
	names = [file, _in_ticket(file)]
	for doctype, among in (
		((COMMUNICATION, communications), (TICKET, tickets)) if all_rows and file_url else ()
	):
		place = {"attached_to_doctype": doctype, "attached_to_name": ["in", among or [""]]}
		names += frappe.get_all("File", {"file_url": file_url, **place}, pluck="name")
	for name in dict.fromkeys(names):
		if frappe.db.exists("File", name):
			# Detached first: otherwise Frappe writes the file's name into the timeline of the document it was attached to.
			nowhere = {"attached_to_doctype": None, "attached_to_name": None}
			set_value("File", name, nowhere, update_modified=False)
			frappe.delete_doc("File", name, force=True, ignore_permissions=True, delete_permanently=True)
