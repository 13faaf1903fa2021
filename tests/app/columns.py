"""Hostile deliveries, and what of them stands in columns that pages print as HTML."""

from collections.abc import Collection, Iterator
from typing import Any

import frappe

from tests.conftest import FOREIGN, MODULE

IMAGE = "<img src=x onerror=alert(1)>"
SVG = '"><svg onload=alert(1)>'
# Frappe's own sanitiser passes by what parses as JSON.
JSON = '"<svg onload=alert(1)>"'
# Where a payload belongs to: without these nothing of it would be filed.
PLACE = frozenset({"object", "messaging_product", "phone_number_id", "display_phone_number"})
# What decides where a part of it is read.
KIND = frozenset(
	{"field", "type", "event", "status", "timestamp", "wa_id", "from", "to", "recipient_id", "url", "action"}
)
NUMBERS = frozenset({"phone_number", "user_id", "from_user_id", "to_user_id", "id", "waba_id", "history"})
# Not printed as HTML: shown as text, or by an editor that sanitises. Written down apart from the app's own list.
NOT_PRINTED = {
	*("Code", "JSON", "Password", "Text Editor", "HTML Editor", "Markdown Editor", "HTML", "Geolocation"),
	*("Signature", "Table", "Table MultiSelect", "Section Break", "Column Break", "Tab Break", "Button"),
}
QUOTED = {"Data", "Select", "Read Only", "Phone", "Autocomplete"}


def hostile(value: Any, words: str, kept: Collection[str], name: str = "") -> Any:
	"""A payload with `words` behind every text in it, but for the fields in `kept`."""
	if isinstance(value, dict):
		return {key: hostile(each, words, kept, key) for key, each in value.items()}
	if isinstance(value, list):
		return [hostile(each, words, kept, name) for each in value]
	return value + words if isinstance(value, str) and name not in kept else value


def texts(since: Any) -> Iterator[tuple[str, str, str, str]]:
	"""DocType, column, field type and text of all that stands in rows of ours, and in others made after `since`."""
	frappe.db.commit()
	ours = frappe.get_all("DocType", {"module": MODULE}, ["name", "issingle"])
	for doctype in ours:
		pairs = frappe.db.sql("select field, value from tabSingles where doctype = %s", (doctype.name,))
		single = [frappe._dict(pairs)]
		yield from _of(doctype.name, single if doctype.issingle else _rows(doctype.name, {}))
	for doctype in filter(frappe.db.table_exists, FOREIGN):
		yield from _of(doctype, _rows(doctype, {"creation": [">=", since]}))


def _rows(doctype: str, filters: dict[str, Any]) -> list:
	return frappe.get_all(doctype, filters, ["*"], order_by=None)


def _of(doctype: str, rows: list) -> Iterator[tuple[str, str, str, str]]:
	kinds = {field.fieldname: field.fieldtype for field in frappe.get_meta(doctype).fields}
	for row in rows:
		for column, value in row.items():
			if isinstance(value, str):
				yield doctype, column, kinds.get(column, "Data"), value


def markup(since: Any) -> list[tuple[str, str, str]]:
	"""DocType, column and text of whatever a page would take for HTML."""
	found = []
	for doctype, column, kind, text in texts(since):
		if column == "_comments":  # Frappe's own summary of communications, whose HTML is made safe
			tags = "<img src=x" in text or "<svg" in text
		else:
			tags = kind not in NOT_PRINTED and ("<" in text or ">" in text)
		named = column in ("_comments", "name", "parent", "owner", "modified_by") or doctype in FOREIGN
		if tags or (kind in QUOTED and '"' in text and not (named and column != "name")):
			found.append((doctype, column, text[:200]))
	return found


def defused(since: Any) -> set[tuple[str, str]]:
	"""The columns in which something hostile stands, made harmless."""
	return {
		(doctype, column) for doctype, column, _kind, text in texts(since) if "‹img" in text or "‹svg" in text
	}
