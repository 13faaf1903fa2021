"""A person's files: finding and deleting File rows and their content."""

import os
import time
from collections.abc import Collection, Iterable
from pathlib import Path

import frappe
from frappe.model.document import Document

from whatsapp_channel.doctypes import CUSTOMER, MEDIA, MESSAGE
from whatsapp_channel.helpdesk.personal_data import (
	COMMUNICATION,
	TICKET,
	HelpdeskRecords,
	among,
	forget_trails,
)
from whatsapp_channel.privacy.person import Person

EXPORT_PREFIX = "whatsapp-export-"
PART = ".part"


def of(person: Person, records: HelpdeskRecords) -> list[str]:
	"""Names of the File rows of files from and to the person, and of exports of the person that still exist."""
	messages = _messages(person)
	mine = {
		CUSTOMER: person.customers,
		MESSAGE: messages,
		COMMUNICATION: records.communications,
		TICKET: records.own,
	}
	found = {name: None for doctype, names in mine.items() for name in _attached(doctype, names)}
	urls = set(_urls(found)) | set(_media_urls(messages))
	for url in sorted(urls):
		for name in _attached(TICKET, records.shared, file_url=url):
			found[name] = None
	for customer in person.customers:
		exports = {"name": ["like", f"{EXPORT_PREFIX}%"], "file_name": ["like", f"%{customer}%"]}
		found |= dict.fromkeys(frappe.get_all("File", exports, pluck="name"))
	return list(found)


def _messages(person: Person) -> list[str]:
	return frappe.get_all(MESSAGE, {"customer": among(person.customers)}, pluck="name")


def _attached(doctype: str, names: Collection[str], **more: str) -> Iterable[str]:
	if not names:
		return []
	filters = {"attached_to_doctype": doctype, "attached_to_name": among(names), **more}
	return frappe.get_all("File", filters, pluck="name")


def _urls(names: Collection[str]) -> list[str]:
	if not names:
		return []
	return [url for url in frappe.get_all("File", {"name": among(names)}, pluck="file_url") if url]


def _media_urls(messages: Collection[str]) -> list[str]:
	filters = {"parent": among(messages), "parenttype": MESSAGE}
	return [url for url in frappe.get_all(MEDIA, filters, pluck="file_url") if url]


def remove(names: Collection[str]) -> int:
	"""Deletes these rows, and their content unless another row uses it; returns the number of rows.

	The content is deleted first: if the process dies in between, the repetition still finds the row.
	"""
	for name in names:
		row = frappe.db.get_value("File", name, ["file_url", "content_hash"], as_dict=True)
		if not row:
			continue
		if row.file_url and not _is_shared(row, names):
			_remove_content(name)
		frappe.db.delete("File", {"name": name})
		forget_trails("File", [name])
	return len(names)


def _is_shared(row: "frappe._dict", names: Collection[str]) -> bool:
	"""Whether another row uses the same content: Frappe stores equal content once."""
	same = frappe.get_all("File", {"file_url": row.file_url}, pluck="name")
	return bool(set(same) - set(names))


def _remove_content(name: str) -> None:
	document = frappe.get_doc("File", name)
	thumbnail = document.get("thumbnail_url") or ""
	thumbnail = (
		frappe.get_site_path("public", thumbnail.lstrip("/")) if thumbnail.startswith("/files/") else ""
	)
	for path in (path_of(document), thumbnail):
		if path and os.path.isfile(path):
			os.remove(path)


def path_of(document: Document) -> str | None:
	"""The path of a File's content; None if it is not on this site."""
	local = (document.file_url or "").startswith(("/files/", "/private/files/"))
	return document.get_full_path() if local else None


def remove_parts(customers: Iterable[str], older_than_hours: float | None = None) -> None:
	"""Deletes leftovers of interrupted exports of these customers, or, with an age, of everybody."""
	for path in Path(frappe.get_site_path("private", "files")).glob(f"{EXPORT_PREFIX}*{PART}"):
		old = older_than_hours is not None and time.time() - path.stat().st_mtime > older_than_hours * 3600
		if old or any(customer in path.name for customer in customers):
			path.unlink(missing_ok=True)
