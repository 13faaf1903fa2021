"""Exports a person's data as a zip file: readable JSON, and the files."""

import os
import re
import zipfile
from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_to_date

from whatsapp_channel import logs, rows
from whatsapp_channel.clock import site_now
from whatsapp_channel.conversations.customers.identities import former
from whatsapp_channel.database import save_now
from whatsapp_channel.helpdesk import personal_data as in_helpdesk
from whatsapp_channel.helpdesk.personal_data import among
from whatsapp_channel.privacy import audit, deliveries, person_files
from whatsapp_channel.privacy.export_rows import (
	ExportedConversation,
	ExportedCustomer,
	ExportedMessage,
	ExportedSession,
	ExportedSign,
)
from whatsapp_channel.privacy.person import Asked, Person, choose, person
from whatsapp_channel.rows import Row

KEPT_HOURS = 24

Progress = Callable[[int, str], None]


def export(wanted: Asked, customers: list[str] | None, progress: Progress) -> str:
	"""Writes the zip as a private File of the current user, which only they can open; returns its URL."""
	whom = person(wanted, choose(wanted, customers))
	records = in_helpdesk.records_of(whom.customers, whom.addresses)
	name = f"{person_files.EXPORT_PREFIX}{'-'.join(whom.customers[:3]) or 'nobody'}-{frappe.generate_hash(length=10)}.zip"
	path = frappe.get_site_path("private", "files", name)
	progress(10, _("Messages"))
	with zipfile.ZipFile(path + person_files.PART, "w", zipfile.ZIP_DEFLATED) as archive:
		archive.writestr("data.json", frappe.as_json(_data(whom, records), ensure_ascii=False))
		_add_files(archive, person_files.of(whom, records), progress)
	os.replace(path + person_files.PART, path)
	values = {"doctype": "File", "file_name": name, "file_url": f"/private/files/{name}", "is_private": 1}
	# Recognised by the row's name, which nobody else can choose, whereas customers choose their file names.
	row = f"{person_files.EXPORT_PREFIX}{frappe.generate_hash(length=10)}"
	document = frappe.get_doc(values).insert(ignore_permissions=True, set_name=row)
	if document.file_url != values["file_url"]:
		# Frappe has stored the content under its own name, and nothing would ever delete this one.
		os.remove(path)
	audit.note_exported(wanted, document.file_url)
	save_now()  # the file is complete
	progress(100, _("Done"))
	return document.file_url


def _data(whom: Person, records: in_helpdesk.HelpdeskRecords) -> dict[str, Any]:
	mine = {"customer": among(whom.customers)}
	itself = {"name": among(whom.customers)}
	return {
		"customers": _rows(ExportedCustomer, itself, "creation"),
		"former_identities": _former(whom),
		"conversations": _rows(ExportedConversation, mine, "opened_at"),
		"sessions": _rows(ExportedSession, mine, "opened_at"),
		"messages": _messages(mine),
		"missing_messages": _rows(ExportedSign, {"name": among(deliveries.signs(whom))}, "seen_at"),
		**in_helpdesk.exported(records, whom.contacts),
	}


def _rows(kind: type[Row], filters: dict[str, Any], order_by: str) -> list[dict[str, Any]]:
	return [row.values() for row in rows.many(kind, filters, order_by)]


def _messages(filters: dict[str, Any]) -> list[dict[str, Any]]:
	found = _rows(ExportedMessage, filters, "message_timestamp, creation")
	return [{**message, "payload": _parsed(message["payload"])} for message in found]


def _former(whom: Person) -> list[dict[str, Any]]:
	past = former({"parent": among(whom.customers)}, "creation desc")
	return [{"kind": row.kind, "identity": row.identity, "until": row.until} for row in past]


def _parsed(payload: str | None) -> Any:
	try:
		return frappe.parse_json(payload) if payload else None
	except ValueError:
		return payload


def _add_files(archive: zipfile.ZipFile, names: list[str], progress: Progress) -> None:
	"""Adds each content once, under its original name."""
	written: set[str] = set()
	for index, name in enumerate(names):
		document = frappe.get_doc("File", name)
		if document.file_url in written or document.name.startswith(person_files.EXPORT_PREFIX):
			continue
		written.add(document.file_url)
		path = person_files.path_of(document)
		if path and os.path.isfile(path):
			plain = re.sub(r"[^\w.\- ]", "_", document.file_name or "file")
			archive.write(path, f"files/{len(written):04d} {plain}")
		progress(10 + 80 * (index + 1) // len(names), _("Files"))


@logs.job
def delete_old() -> int:
	"""Hourly job: deletes exports that are older than a day, including interrupted ones; returns how many."""
	before = add_to_date(site_now(), hours=-KEPT_HOURS)
	ours = {"name": ["like", f"{person_files.EXPORT_PREFIX}%"], "creation": ["<", before]}
	old = frappe.get_all("File", ours, pluck="name")
	person_files.remove(old)
	person_files.remove_parts([], older_than_hours=KEPT_HOURS)
	return len(old)
