"""How documents get their names."""

import datetime
import re
from typing import Any

import frappe
from frappe._embedded.missing import missing_in

__getattr__ = missing_in(__name__)
_FORMAT_PART = re.compile(r"\{([^}]+)\}")


def set_new_name(doc: Any) -> None:
	"""Name a new document by its controller or its DocType's rule; a given name is used for `Prompt` only."""
	doc.run_method("before_naming")
	rule = doc.meta.autoname or ""
	if rule.lower() != "prompt":
		doc.name = None
	if rule == "autoincrement":
		doc.name = _next_number(doc.doctype)
		return
	if doc.meta.issingle:
		doc.name = doc.doctype
	if not doc.name:
		doc.run_method("autoname")
	if not doc.name and rule:
		doc.name = _by_rule(doc, rule)
	doc.name = validate_name(doc.doctype, doc.name or frappe.generate_hash(length=10))


def _by_rule(doc: Any, rule: str) -> str | None:
	kind, _colon, rest = rule.partition(":")
	kind = kind.lower()
	if kind == "field":
		if not (value := str(doc.get(rest) or "").strip()):
			frappe.throw(f"{doc.meta.get_label(rest)} is required")
		return value
	if kind == "naming_series":
		return make_autoname(f"{doc.naming_series}.#####", doc=doc)
	if kind == "format":
		return _FORMAT_PART.sub(lambda match: make_autoname(match[1], doc=doc, part=True), rest)
	if kind == "prompt":
		if not doc.name:
			frappe.throw("Please set the document name")
		return doc.name
	return None if rule == "hash" else make_autoname(rule, doc=doc)


def make_autoname(key: str = "", doctype: str = "", doc: Any = None, *, part: bool = False) -> str:
	"""A name of a series such as `X-.YYYY.-.####`, or a random one for `hash`."""
	if key == "hash":
		return frappe.generate_hash(length=10)
	if "#" not in key and not part:
		key += ".#####"
	name = ""
	today = datetime.date.today()
	dates = {"YYYY": f"{today:%Y}", "YY": f"{today:%y}", "MM": f"{today:%m}", "DD": f"{today:%d}"}
	for piece in key.split("."):
		if piece and set(piece) == {"#"}:
			name += getseries(name, len(piece))
		else:
			name += dates.get(piece) or str((doc and doc.get(piece)) or ("" if part else piece))
	return name


def getseries(key: str, digits: int) -> str:
	"""The next number of a series, with leading zeros; the series is locked until the transaction ends."""
	row = frappe.db.execute(
		"insert into tabSeries (name, current) values (?, 1)"
		" on conflict (name) do update set current = current + 1 returning current",
		[key],
		exclusive=True,
	).fetchone()
	return str(row[0]).zfill(digits)


def _next_number(doctype: str) -> int:
	query = f"select coalesce(max(name), 0) + 1 from `tab{doctype}`"
	return frappe.db.execute(query, (), exclusive=True).fetchone()[0]


def validate_name(doctype: str, name: Any) -> Any:
	"""The name without surrounding spaces; raises NameError if it is empty or has angle brackets."""
	if isinstance(name, int):
		return name
	name = str(name or "").strip()
	if not name or name.startswith("New " + doctype):
		frappe.throw(f"No Name Specified for {doctype}", frappe.NameError)
	if re.search("[<>]", name):
		frappe.throw("Name cannot contain special characters like '<', '>'", frappe.NameError)
	return name
