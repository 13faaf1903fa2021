"""Creates SQLite tables with indexes and unique keys from DocType JSON."""

import datetime
import json
from pathlib import Path
from typing import Any

import frappe
from frappe._embedded.sql import adapt
from frappe.model import child_table_fields, no_value_fields, optional_fields

_TEXT = "text collate nocase"
_TYPES = {
	"Int": "integer not null default 0",
	"Long Int": "integer not null default 0",
	"Check": "integer not null default 0",
	"Currency": "decimal(21,9) not null default 0",
	"Float": "decimal(21,9) not null default 0",
	"Percent": "decimal(21,9) not null default 0",
	"Rating": "decimal(3,2)",
	"Duration": "decimal(21,9)",
	"Datetime": "datetime(6)",
	"Date": "date",
	"Time": "time(6)",
}
_LONG = ("Text", "Small Text", "Long Text", "Text Editor", "Markdown Editor", "HTML Editor", "Code", "JSON")
_STANDARD = {
	"name": "varchar(140) collate nocase primary key not null check (length(name) <= 140)",
	"creation": "datetime(6)",
	"modified": "datetime(6)",
	"modified_by": _TEXT,
	"owner": _TEXT,
	"docstatus": "integer not null default 0",
	"idx": "integer not null default 0",
}
SYSTEM_TABLES = (
	"create table if not exists tabSingles (doctype text collate nocase, field text, value text,"
	" primary key (doctype, field))",
	"create table if not exists tabSeries (name text collate nocase primary key, current integer default 0)",
	"create table if not exists __Auth (doctype text collate nocase, name text collate nocase, fieldname text,"
	" password text, encrypted integer not null default 0, primary key (doctype, name, fieldname))",
)


def column(field: Any) -> str:
	"""The column of a field. Text that is too long for a Data field is refused, as by MariaDB in strict mode."""
	kind = field["fieldtype"]
	if kind in _TYPES:
		return _TYPES[kind]
	if kind in (*_LONG, "Password", "Attach", "Attach Image", "Signature", "HTML", "Geolocation"):
		return _TEXT
	length = int(field.get("length") or 140)
	return f"varchar({length}) collate nocase check (length(`{field['fieldname']}`) <= {length})"


def sync_doctype(definition: dict[str, Any]) -> None:
	"""Store a DocType and update its table: adds columns and indexes; nothing is ever dropped."""
	name = definition["name"]
	if not definition.get("issingle"):
		_sync_table(name, definition)
	frappe.db.execute(
		"insert or replace into tabDocType (name, creation, modified, owner, module, issingle, istable, definition)"
		" values (?, ?, ?, 'Administrator', ?, ?, ?, ?)",
		[name, now := adapt(datetime.datetime.now()), now, definition["module"]]
		+ [int(definition.get(each) or 0) for each in ("issingle", "istable")]
		+ [json.dumps(definition)],
		exclusive=True,
	)


def _sync_table(name: str, definition: dict[str, Any]) -> None:
	fields = [each for each in definition["fields"] if each["fieldtype"] not in no_value_fields]
	columns = dict(_STANDARD)
	if definition.get("autoname") == "autoincrement":
		columns["name"] = "integer primary key autoincrement"
	extra = child_table_fields if definition.get("istable") else optional_fields
	columns |= dict.fromkeys(extra, _TEXT) | {each["fieldname"]: column(each) for each in fields}
	existing = frappe.db.get_table_columns(name)
	if not existing:
		body = ", ".join(f"`{key}` {kind}" for key, kind in columns.items())
		run(f"create table `tab{name}` ({body})")
	for key in columns if existing else ():
		if key not in existing:
			run(f"alter table `tab{name}` add column `{key}` {columns[key]}")
	_sync_indexes(name, fields, bool(definition.get("istable")))


def _sync_indexes(name: str, fields: list[dict[str, Any]], is_table: bool) -> None:
	for key in ("parent",) if is_table else ("creation",):
		run(f"create index if not exists `tab{name}:{key}` on `tab{name}` (`{key}`)")
	for field in fields:
		if field.get("unique") or field.get("search_index"):
			kind, key = ("unique index" if field.get("unique") else "index"), field["fieldname"]
			run(f"create {kind} if not exists `tab{name}:{key}` on `tab{name}` (`{key}`)")


def add_column(doctype: str, field: Any) -> None:
	"""Add the column of a custom field."""
	if field["fieldtype"] in no_value_fields or frappe.get_meta(doctype).issingle:
		return
	if not frappe.db.has_column(doctype, field["fieldname"]):
		run(f"alter table `tab{doctype}` add column `{field['fieldname']}` {column(field)}")
	_sync_indexes(doctype, [field], False)


def run(statement: str) -> None:
	"""Change the schema inside the transaction, which SQLite supports."""
	frappe.db.execute(statement, (), exclusive=True)


def read_doctypes(app: Path, module: str) -> list[dict[str, Any]]:
	"""The DocTypes of one module of an app, from their JSON files."""
	files = sorted((app / module / "doctype").glob("*/*.json"))
	found = [json.loads(path.read_text()) for path in files if path.stem == path.parent.name]
	return [each for each in found if isinstance(each, dict) and each.get("doctype") == "DocType"]


def expand(compact: dict[str, Any], module: str) -> dict[str, Any]:
	"""A DocType from the stand-in's own short notation: each field is "name: Type: options", `*` reqd, `!` unique."""
	fields = []
	for line in compact.pop("fields"):
		name, kind, *options = (part.strip() for part in line.split(":", 2))
		field: dict[str, Any] = {"fieldname": name.rstrip("*!+"), "fieldtype": kind or "Data"}
		field |= {"reqd": int("*" in name), "unique": int("!" in name), "search_index": int("+" in name)}
		for part in (options[0] if options else "").split(";"):
			key, has_key, value = part.strip().partition("=")
			if has_key:
				field[key] = value
			elif key:
				field["options"] = key.replace("|", "\n")
		fields.append(field)
	permissions = [
		{"role": role} | dict.fromkeys(allowed.split(), 1)
		for role, allowed in compact.get("permissions", {}).items()
	]
	return {"doctype": "DocType", "module": module, **compact, "fields": fields, "permissions": permissions}
