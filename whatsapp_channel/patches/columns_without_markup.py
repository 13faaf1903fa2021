"""Removes markup from stored file names, errors and names, which pages would interpret as HTML."""

from collections.abc import Iterator, Mapping
from typing import Any

import frappe

from whatsapp_channel.database import is_conflict, kinds_of, save_now
from whatsapp_channel.doctypes import CUSTOMER, MODULE
from whatsapp_channel.rules.text import markup
from whatsapp_channel.timeouts import OutOfTime

AT_ONCE = 1000


def execute() -> None:
	"""Cleans all DocTypes of this app and the Contacts that it created. Idempotent.

	`modified` is not changed. Commits after each chunk, because a table may have millions of rows.
	"""
	for doctype in frappe.get_all("DocType", {"module": MODULE}, ["name", "issingle"]):
		# Cleared: this process may have cached the DocType from before the update.
		kinds = kinds_of.__wrapped__(frappe.local.site, doctype.name)
		if doctype.issingle:
			_clean_single(doctype.name, kinds)
		else:
			_clean_rows(doctype.name, kinds)
	_rename_contacts()


def _clean_single(doctype: str, kinds: Mapping[str, str]) -> None:
	rows = frappe.db.sql("select field, value from tabSingles where doctype = %s", (doctype,), as_dict=True)
	changed = _changes({row.field: row.value for row in rows}, kinds)
	if changed:
		frappe.db.set_single_value(doctype, changed, update_modified=False)
	save_now()  # chunk by chunk


def _clean_rows(doctype: str, kinds: Mapping[str, str]) -> None:
	stored = frappe.db.get_table_columns(doctype)
	columns = [each for each, kind in kinds.items() if each in stored and markup.is_printed(kind)]
	for rows in _chunks(doctype, columns):
		for row in rows:
			if changed := _changes(row, kinds):
				frappe.db.set_value(doctype, row["name"], changed, update_modified=False)
		save_now()


def _chunks(doctype: str, columns: list[str]) -> Iterator[list[dict[str, Any]]]:
	"""The rows in order of their names, in chunks."""
	fields, last = list(dict.fromkeys(("name", *columns))), ""
	while True:
		rows = frappe.get_all(doctype, {"name": [">", last]}, fields, order_by="name asc", limit=AT_ONCE)
		if not rows:
			return
		yield rows
		last = rows[-1]["name"]


def _changes(row: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, str]:
	texts = {field: value for field, value in row.items() if isinstance(value, str) and field in kinds}
	plain = {field: markup.for_column(value, kinds[field]) for field, value in texts.items()}
	return {field: value for field, value in plain.items() if value != texts[field]}


def _rename_contacts() -> None:
	"""Renames Contacts: they are named after their customer, and lists write the name into an attribute."""
	mine = {"owner": "Administrator", "name": ["like", '%"%']}
	named = frappe.get_all("Contact", mine, pluck="name")
	# An empty list would match customers without a Contact.
	found = (
		frappe.get_all(CUSTOMER, {"contact": ["in", named]}, pluck="contact", distinct=True) if named else []
	)
	for name in found:
		_rename(name, markup.for_column(name, "Data"))


def _rename(name: str, new: str) -> None:
	frappe.db.savepoint("whatsapp_contact")
	try:
		frappe.rename_doc("Contact", name, new, force=True, show_alert=False)
		row = frappe.db.get_value("Contact", new, "*", as_dict=True)
		names = _changes(row, {"first_name": "Data", "full_name": "Data"})
		if names:
			frappe.db.set_value("Contact", new, names, update_modified=False)
	except OutOfTime:
		raise
	except Exception as error:
		if is_conflict(error):
			raise
		# Another Contact has this name already: an administrator can decide whether they are one person.
		frappe.db.rollback(save_point="whatsapp_contact")
	save_now()
