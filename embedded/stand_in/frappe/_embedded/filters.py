"""Frappe's filters as SQL conditions."""

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe._embedded.sql import adapt

NUMBERS = ("Check", "Float", "Int", "Currency", "Percent", "Long Int")
_TIMES = ("Date", "Datetime")
_ALWAYS_TIMES = ("creation", "modified")


@dataclass(frozen=True)
class Filter:
	"""One condition: a column of a DocType, an operator, a value."""

	doctype: str
	fieldname: str
	operator: str
	value: Any


def read_filters(doctype: str, filters: Any) -> list[Filter]:
	"""All forms that Frappe accepts: a name, a mapping, lists of 2 to 4 items, a list of names."""
	if filters is None:
		return []
	if isinstance(filters, str):
		filters = json.loads(filters) if filters[:1] in "[{" and filters else {"name": filters}
	if isinstance(filters, int):
		filters = {"name": str(filters)}
	if isinstance(filters, Mapping):
		return [_from_pair(doctype, key, value) for key, value in filters.items()]
	if filters and isinstance(filters[0], str) and len(filters) in (3, 4) and _is_operator(filters[-2]):
		filters = [filters]
	if filters and all(isinstance(each, str | int) for each in filters):
		return [Filter(doctype, "name", "in", list(filters))]
	return [each for item in filters for each in _from_item(doctype, item)]


def _from_item(doctype: str, item: Any) -> list[Filter]:
	if isinstance(item, Mapping):
		return read_filters(doctype, item)
	if len(item) == 2:
		return [_from_pair(doctype, *item)]
	if len(item) == 3:
		return [Filter(doctype, item[0], str(item[1]).lower(), item[2])]
	return [Filter(item[0], item[1], str(item[2]).lower(), item[3])]


def _from_pair(doctype: str, key: str, value: Any) -> Filter:
	if isinstance(value, list | tuple):
		return Filter(doctype, key, str(value[0]).lower(), value[1])
	return Filter(doctype, key, "=", value)


def _is_operator(word: Any) -> bool:
	return str(word).lower() in _OPERATORS


_OPERATORS = ("=", "!=", "<>", ">", "<", ">=", "<=", "in", "not in", "like", "not like", "is", "between")


def condition(item: Filter, null_is_empty: bool) -> tuple[str, list[Any]]:
	"""SQL and its values. `null_is_empty`: treat NULL as empty, as `get_all` does; `db.get_value` compares NULL as SQL does."""
	if item.operator not in _OPERATORS:
		raise frappe.ValidationError(f"the embedded host has no operator {item.operator!r}")
	column = f"`{table_of(item.doctype)}`.`{item.fieldname}`"
	kind = _fieldtype(item)
	if item.operator == "is":
		return f"ifnull({column}, '') {'!=' if item.value == 'set' else '='} ''", []
	if item.operator == "between":
		return f"{column} between ? and ?", [as_stored(kind, each) for each in _bounds(item.value, kind)]
	if item.operator in ("in", "not in"):
		return _membership(column, item, kind, null_is_empty)
	if item.value is None and not null_is_empty:
		return f"{column} is {'not ' if item.operator in ('!=', '<>') else ''}null", []
	value = as_stored(kind, item.value)
	if null_is_empty and _can_be_null(item, kind):
		column = f"ifnull({column}, {_fallback(kind)})"
	return f"{column} {item.operator} ?", ["" if value is None else value]


def _membership(column: str, item: Filter, kind: str, null_is_empty: bool) -> tuple[str, list[Any]]:
	values = item.value.split(",") if isinstance(item.value, str) else list(item.value or [])
	stored = [as_stored(kind, "" if each is None else each) for each in values] or [""]
	blank = any(each == "" for each in stored)
	if null_is_empty and (item.operator == "not in" or blank) and kind not in NUMBERS:
		column = f"ifnull({column}, '')"
	return f"{column} {item.operator} ({', '.join('?' * len(stored))})", stored


def table_of(doctype: str) -> str:
	"""The table of a DocType; names that begin with two underscores already are table names."""
	return doctype if doctype.startswith("__") else f"tab{doctype}"


def where(filters: list[Filter], null_is_empty: bool) -> tuple[str, list[Any]]:
	"""A WHERE clause with its values; empty without filters."""
	parts = [condition(each, null_is_empty) for each in filters]
	if not parts:
		return "", []
	return " where " + " and ".join(text for text, _ in parts), [
		each for _, values in parts for each in values
	]


def _fieldtype(item: Filter) -> str:
	if item.fieldname in _ALWAYS_TIMES:
		return "Datetime"
	if item.doctype.startswith("__") or item.doctype in ("Singles", "Series"):
		return "Data"
	field = frappe.get_meta(item.doctype).get_field(item.fieldname)
	return field.fieldtype if field else "Data"


def _can_be_null(item: Filter, kind: str) -> bool:
	if kind in NUMBERS or item.fieldname in _ALWAYS_TIMES or item.fieldname == "name":
		return False
	if item.operator in ("=", "like") and item.value:
		return False
	return not (kind in _TIMES and item.operator in (">", ">="))


def _fallback(kind: str) -> str:
	return "'0001-01-01 00:00:00.000000'" if kind in _TIMES else "''"


def _bounds(value: Iterable[Any], kind: str) -> tuple[Any, Any]:
	first, last = value
	if kind == "Datetime" and len(str(last)) == len("2000-01-01"):
		last = f"{last} 23:59:59.999999"
	return first, last


def as_stored(kind: str, value: Any) -> Any:
	"""A value in the format of its column, so that times compare correctly as text."""
	if kind == "Datetime" and value and isinstance(value, str | datetime.date):
		return adapt(frappe.utils.get_datetime(value))
	if kind == "Date" and value:
		return adapt(frappe.utils.getdate(value))
	return adapt(value)
