"""`frappe.get_all` and `frappe.get_list`."""

import re
from typing import Any

import frappe
from frappe._embedded.filters import condition, read_filters, table_of

_AGGREGATE = re.compile(r"^(count|min|max|sum|avg)\(", re.I)


def get_list(
	doctype: str,
	fields: Any = None,
	filters: Any = None,
	or_filters: Any = None,
	group_by: str | None = None,
	order_by: str | None = "KEEP_DEFAULT_ORDERING",
	limit_start: int = 0,
	limit_page_length: int | None = None,
	*,
	start: int | None = None,
	limit: int | None = None,
	page_length: int | None = None,
	as_list: bool = False,
	pluck: str | None = None,
	distinct: bool = False,
	ignore_permissions: bool = False,
	user: str | None = None,
	parent_doctype: str | None = None,
	debug: bool = False,
	ignore_ifnull: bool = False,
	strict: bool = True,
) -> Any:
	"""Rows of a DocType that the user may read; raises PermissionError if they have no access to it at all."""
	if isinstance(fields, dict):  # both orders are allowed
		fields, filters = filters, fields
	columns = [pluck] if pluck else _as_columns(fields)
	wanted = read_filters(doctype, filters)
	optional = read_filters(doctype, or_filters)
	text, values = _conditions(wanted, optional, null_is_empty=not ignore_ifnull)
	if not ignore_permissions:
		text.append(_permitted(doctype, user or frappe.session.user, parent_doctype))
	sql = (
		f"select {'distinct ' if distinct else ''}{', '.join(_qualified(doctype, each) for each in columns)}"
	)
	sql += f" from `{table_of(doctype)}`{_joins(doctype, wanted + optional)}"
	sql += " where " + " and ".join(filter(None, text)) if any(text) else ""
	sql += f" group by {group_by}" if group_by else ""
	sql += _order(doctype, order_by, columns, group_by)
	count = limit or page_length or limit_page_length
	sql += f" limit {int(count)} offset {int(start or limit_start)}" if count else ""
	return _rows(sql, values, as_list, pluck)


def _as_columns(fields: Any) -> list[str]:
	if not fields:
		return ["name"]
	if isinstance(fields, str):
		return [each.strip() for each in fields.split(",")] if "(" not in fields else [fields]
	return list(fields)


def _qualified(doctype: str, column: str) -> str:
	column = column.strip()
	if column == "*":
		return f"`{table_of(doctype)}`.*"
	name, _as, alias = column.partition(" as ")
	if not name.strip("`").isidentifier():
		return column
	return f"`{table_of(doctype)}`.`{name.strip('` ')}`" + (f" as {alias}" if alias else "")


def _conditions(wanted: list[Any], optional: list[Any], null_is_empty: bool) -> tuple[list[str], list[Any]]:
	parts = [condition(each, null_is_empty) for each in wanted]
	choices = [condition(each, null_is_empty) for each in optional]
	text = [each for each, _ in parts]
	if choices:
		text.append(f"({' or '.join(each for each, _ in choices)})")
	return text, [value for _, values in parts + choices for value in values]


def _joins(doctype: str, filters: list[Any]) -> str:
	children = {each.doctype for each in filters} - {doctype}
	return "".join(
		f" left join `{table_of(child)}` on `{table_of(child)}`.parent = `{table_of(doctype)}`.name"
		for child in sorted(children)
	)


def _order(doctype: str, order_by: str | None, columns: list[str], group_by: str | None) -> str:
	if order_by != "KEEP_DEFAULT_ORDERING":
		return f" order by {order_by}" if order_by else ""
	if group_by or (len(columns) == 1 and _AGGREGATE.match(columns[0])):
		return ""
	meta = frappe.get_meta(doctype)
	table = table_of(doctype)
	return f" order by `{table}`.`{meta.sort_field or 'modified'}` {meta.sort_order or 'desc'}"


def _permitted(doctype: str, user: str, parent_doctype: str | None) -> str:
	from frappe.permissions import get_role_permissions, has_permission

	allowed = any(
		has_permission(doctype, right, user=user, parent_doctype=parent_doctype)
		for right in ("select", "read")
	)
	if not allowed:
		frappe.throw(f"No permission to read {doctype}", frappe.PermissionError)
	if user == "Administrator":
		return ""
	rights = get_role_permissions(frappe.get_meta(parent_doctype or doctype), user=user)
	conditions = [
		text
		for hook in frappe.get_hooks("permission_query_conditions", {}).get(doctype, [])
		if (text := frappe.call(hook, user, doctype=doctype))
	]
	if "read" in rights.if_owner:
		conditions.append(f"`{table_of(doctype)}`.owner = {frappe.db.escape(user, percent=False)}")
	return " and ".join(f"({each})" for each in conditions)


def _rows(sql: str, values: list[Any], as_list: bool, pluck: str | None) -> Any:
	cursor = frappe.db.execute(sql, values, exclusive=False)
	rows = cursor.fetchall()
	if pluck:
		return [row[0] for row in rows]
	if as_list:
		return tuple(rows)
	names = [each[0] for each in cursor.description]
	return [frappe._dict(zip(names, row, strict=True)) for row in rows]
