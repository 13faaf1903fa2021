"""Typed rows: one frozen class with its list of columns for each table that is read in more than one place.

The field names are the columns, so a new column is added once, and not in each query. Rows are only for reading; `database`
writes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, ClassVar, TypeVar

import frappe

R = TypeVar("R", bound="Row")


@dataclass(frozen=True, slots=True)
class Row:
	"""A row of `DOCTYPE`, as it was when read."""

	DOCTYPE: ClassVar[str]

	@classmethod
	@cache
	def columns(cls) -> tuple[str, ...]:
		"""The columns, in the order of the fields."""
		return tuple(field.name for field in fields(cls))

	def values(self) -> dict[str, Any]:
		"""The values by column, for functions that take a mapping."""
		return {column: getattr(self, column) for column in self.columns()}

	def changed(self: R, values: Mapping[str, Any]) -> R:
		"""A copy with `values`; columns that the class does not have are ignored."""
		known = {column: value for column, value in values.items() if column in self.columns()}
		return replace(self, **known)


@cache
def selected(kind: type[Row]) -> str:
	"""The list of columns for an SQL select."""
	return ", ".join(f"`{column}`" for column in kind.columns())


def one(kind: type[R], name: object) -> R | None:
	"""The row of this name; None if it does not exist.

	It uses SQL: frappe.db.get_value builds its statement each time and takes twice as long.
	"""
	found = frappe.db.sql(f"select {selected(kind)} from `tab{kind.DOCTYPE}` where name = %s", (name,))
	return kind(*found[0]) if found else None


def where(kind: type[R], condition: str, parameters: Iterable[Any] | Mapping[str, Any]) -> list[R]:
	"""The rows that match an SQL condition, which may continue with order, limit or `for update`."""
	query = f"select {selected(kind)} from `tab{kind.DOCTYPE}` where {condition}"
	return [kind(*row) for row in frappe.db.sql(query, parameters)]


def many(
	kind: type[R], filters: Mapping[str, Any], order_by: str | None = None, limit: int | None = None
) -> list[R]:
	"""The rows that match Frappe filters, without permission checks."""
	options = {"order_by": order_by, "as_list": True, **({"limit": limit} if limit else {})}
	return [
		kind(*row) for row in frappe.get_all(kind.DOCTYPE, dict(filters), list(kind.columns()), **options)
	]


def first(kind: type[R], filters: Mapping[str, Any], order_by: str | None = None) -> R | None:
	"""The first matching row; None if there is none."""
	found = many(kind, filters, order_by, limit=1)
	return found[0] if found else None
