"""Assignments of documents to users."""

import json
from typing import Any

import frappe
from frappe._embedded.missing import missing_in

__getattr__ = missing_in(__name__)


def get(args: Any = None) -> list[Any]:
	"""Who a document is assigned to, as rows with `owner`."""
	found = frappe.get_all(
		"ToDo", filters=_open(args["doctype"], args["name"]), fields=["allocated_to", "name"]
	)
	return [frappe._dict(owner=each.allocated_to, name=each.name) for each in found]


def add(args: Any = None, *, ignore_permissions: bool = False) -> list[Any]:
	"""Assign a document to those of the users who do not have it yet."""
	for user in (
		frappe.parse_json(args["assign_to"]) if isinstance(args["assign_to"], str) else args["assign_to"]
	):
		place = _open(args["doctype"], args["name"])
		if not frappe.db.exists("ToDo", place | {"allocated_to": user}):
			text = args.get("description") or f"Assignment for {args['doctype']} {args['name']}"
			values = {
				"doctype": "ToDo",
				"allocated_to": user,
				"assigned_by": frappe.session.user,
				"description": text,
				"assignment_rule": args.get("assignment_rule"),
			}
			frappe.get_doc(values | place).insert(ignore_permissions=True)
	_remember(args["doctype"], args["name"])
	return get(args)


def clear(doctype: str, name: str, ignore_permissions: bool = False) -> bool:
	"""Remove all assignments."""
	for todo in frappe.get_all("ToDo", filters=_open(doctype, name), pluck="name"):
		frappe.db.set_value("ToDo", todo, "status", "Cancelled")
	_remember(doctype, name)
	return True


def _open(doctype: str, name: str) -> dict[str, Any]:
	return {"reference_type": doctype, "reference_name": str(name), "status": "Open"}


def _remember(doctype: str, name: str) -> None:
	users = [each.owner for each in get({"doctype": doctype, "name": name})]
	frappe.db.set_value(doctype, name, "_assign", json.dumps(users), update_modified=False)
