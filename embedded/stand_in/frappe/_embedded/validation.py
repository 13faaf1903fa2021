"""Checks for every document when it is saved."""

from typing import Any

import frappe
from frappe._embedded.filters import NUMBERS
from frappe.model import default_fields, is_dummy, table_fields

_UNCHECKED_TEXT = ("Attach", "Attach Image", "Barcode", "Code")
_MAX_INTEGER = 2_147_483_647


def validate_links(doc: Any) -> None:
	"""Check that every linked document exists, and copy the `fetch_from` values. Raises LinkValidationError."""
	if doc.flags.ignore_links:
		return
	missing = [each for row in (doc, *doc.get_all_children()) for each in _missing_links(row)]
	if missing:
		frappe.throw(f"Could not find {', '.join(missing)}", frappe.LinkValidationError)


def _missing_links(doc: Any) -> list[str]:
	missing = []
	for field in doc.meta.fields:
		if field.fieldtype not in ("Link", "Dynamic Link") or not (name := doc.get(field.fieldname)):
			continue
		target = field.options if field.fieldtype == "Link" else doc.get(field.options)
		if not target:
			frappe.throw(f"{doc.meta.get_label(field.options)} must be set first")
		if not _take_over(doc, field, target, name):
			missing.append(f"{field.label}: {name}")
	return missing


def _take_over(doc: Any, link: Any, target: str, name: Any) -> bool:
	meta = frappe.get_meta(target)
	if meta.issingle:
		return True
	prefix = f"{link.fieldname}."
	fetched = doc.meta.fetched_through(link.fieldname)
	fetched = [each for each in fetched if not (each.fetch_if_empty and doc.get(each.fieldname))]
	columns = ["name", *(each.fetch_from.removeprefix(prefix) for each in fetched)]
	row = frappe.db.get_value(target, name, columns, as_dict=True, order_by=None)
	if not row:
		return False
	doc.set(link.fieldname, row.name)
	for field, column in zip(fetched, columns[1:], strict=True):
		doc.set(field.fieldname, row[column])
	return True


def validate(doc: Any) -> None:
	"""Check the mandatory fields of the document and its rows, then the values row by row."""
	rows = [doc, *doc.get_all_children()]
	if not doc.flags.ignore_mandatory:
		_validate_mandatory(doc, rows)
	for row in rows:
		_validate_data(row)
		_validate_selects(row)
		_validate_lengths(row)
		_validate_constants(row)
		_sync_name(row)
		_sanitize(row)
		_save_passwords(row)


def _validate_mandatory(doc: Any, rows: list[Any]) -> None:
	missing = [
		field for row in rows for field in row.meta.get("fields", {"reqd": 1}) if _is_empty(row, field)
	]
	if not missing:
		return
	for field in missing:
		frappe.msgprint(f"Error: Value missing for {doc.doctype}: {field.label}")
	raise frappe.MandatoryError(
		f"[{doc.doctype}, {doc.name}]: {', '.join(each.fieldname for each in missing)}"
	)


def _is_empty(row: Any, field: Any) -> bool:
	value = row.get(field.fieldname)
	if field.fieldtype in table_fields or value is None:
		return not value
	text = str(value)
	if field.fieldtype == "Text Editor" and "<img" in text:
		return False
	return not frappe.utils.strip_html(text).strip()


def _validate_data(row: Any) -> None:
	for field in row.meta.get("fields", {"fieldtype": "Data", "options": "Email"}):
		value = row.get(field.fieldname)
		if row.get("owner") in frappe.STANDARD_USERS and value in frappe.STANDARD_USERS:
			continue
		for address in frappe.utils.split_emails(value):
			frappe.utils.validate_email_address(address, throw=True)


def _validate_selects(row: Any) -> None:
	for field in row.meta.get("fields", {"fieldtype": "Select"}):
		options = (field.options or "").split("\n")
		if not row.get(field.fieldname) or not any(options):
			continue
		value = str(frappe.utils.cstr(row.get(field.fieldname))).strip()
		row.set(field.fieldname, value)
		if value not in options:
			choices = '", "'.join(options)
			frappe.throw(f'{field.label} cannot be "{value}". It should be one of "{choices}"')


def _validate_lengths(row: Any) -> None:
	if row.meta.issingle:
		return
	for field in row.meta.fields:
		value = row.get(field.fieldname)
		if value is None or field.fieldtype in table_fields:
			continue
		if field.fieldtype == "Int" and abs(frappe.utils.cint(value)) > _MAX_INTEGER:
			_too_long(row, field, _MAX_INTEGER, value)
		limit = _text_limit(field)
		if limit and len(frappe.utils.cstr(value)) > limit:
			_too_long(row, field, limit, value)


def _text_limit(field: Any) -> int:
	if field.fieldtype in ("Data", "Link", "Select", "Dynamic Link", "Read Only", "Phone", "Autocomplete"):
		return int(field.length or 140)
	return 0


def _too_long(row: Any, field: Any, limit: int, value: Any) -> None:
	frappe.throw(
		f"{row.doctype} {row.name}: '{field.label}' ({value}) will get truncated,"
		f" as max characters allowed is {limit}",
		frappe.CharacterLengthExceededError,
	)


def _validate_constants(row: Any) -> None:
	fields = [] if row.is_new() else row.meta.get("fields", {"set_only_once": 1})
	before = frappe.db.get_value(row.doctype, row.name, "*", as_dict=True) if fields else {}
	for field in fields:
		if before and str(before.get(field.fieldname)) != str(row.get(field.fieldname)):
			frappe.throw(f"Value cannot be changed for {field.label}", frappe.CannotChangeConstantError)


def _sync_name(row: Any) -> None:
	rule = row.meta.autoname or ""
	if rule.startswith("field:") and row.name:
		row.set(rule.removeprefix("field:"), row.name)


def _sanitize(row: Any) -> None:
	for key, value in row.get_valid_dict().items():
		if not isinstance(value, str) or not ("<" in value or ">" in value):
			continue
		field = row.meta.get_field(key)
		if field and (
			field.ignore_xss_filter or field.fieldtype in _UNCHECKED_TEXT or field.options == "Email"
		):
			continue
		row.set(
			key, frappe.utils.sanitize_html(value, linkify=bool(field and field.fieldtype == "Text Editor"))
		)


def _save_passwords(row: Any) -> None:
	from frappe.utils.password import remove_encrypted_password, set_encrypted_password

	for field in row.meta.get("fields", {"fieldtype": "Password"}):
		value = row.get(field.fieldname)
		if not value:
			remove_encrypted_password(row.doctype, row.name, field.fieldname)
		elif not is_dummy(value):
			set_encrypted_password(row.doctype, row.name, value, field.fieldname)
			row.set(field.fieldname, "*" * len(value))


def set_defaults(doc: Any) -> None:
	"""Set default values for missing fields of a new document; Select fields get their first option."""
	for row in (doc, *doc.get_all_children()):
		for field in row.meta.fields if row.is_new() else ():
			if row.get(field.fieldname) is None and field.fieldname not in default_fields:
				value = default_of(field)
				if value is not None:
					row.set(field.fieldname, value)


def default_of(field: Any) -> Any:
	"""The default value of a field, or None."""
	value = field.default
	if value in ("__user", "user"):
		return frappe.session.user
	if value in ("Now", "now"):
		return frappe.utils.now()
	if value == "Today":
		return frappe.utils.nowdate()
	if value not in (None, ""):
		return frappe.utils.cint(value) if field.fieldtype in ("Int", "Check") else value
	if field.fieldtype in NUMBERS:
		return 0
	return (field.options or "").split("\n")[0] or None if field.fieldtype == "Select" else None
