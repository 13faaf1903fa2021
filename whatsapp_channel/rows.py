"""Rows as they are read: one frozen class with one list of columns for each table that is read in more than one place.

The names of the fields are the columns. What a class does not hold nobody reads by it, so a column is added here once and
not in each list of fields. Rows are only read so; `database` writes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, ClassVar, TypeVar

import frappe

R = TypeVar("R", bound="Row")


@dataclass(frozen=True, slots=True)
class Row:
	"""A row of `DOCTYPE`, as it was when it was read."""

	DOCTYPE: ClassVar[str]

	@classmethod
	@cache
	def columns(cls) -> tuple[str, ...]:
		"""Its columns in the order of the fields."""
		return tuple(field.name for field in fields(cls))

	def values(self) -> dict[str, Any]:
		"""Column by column, for what takes a mapping."""
		return {column: getattr(self, column) for column in self.columns()}

	def changed(self: R, values: Mapping[str, Any]) -> R:
		"""The row after `values` were written; columns that it does not hold are left out."""
		known = {column: value for column, value in values.items() if column in self.columns()}
		return replace(self, **known)


@cache
def selected(kind: type[Row]) -> str:
	"""The columns for SQL."""
	return ", ".join(f"`{column}`" for column in kind.columns())


def one(kind: type[R], name: object) -> R | None:
	"""The row of this name; None when it is gone.

	By SQL: frappe.db.get_value composes its statement anew each time and costs twice as much.
	"""
	found = frappe.db.sql(f"select {selected(kind)} from `tab{kind.DOCTYPE}` where name = %s", (name,))
	return kind(*found[0]) if found else None


def where(kind: type[R], condition: str, parameters: Iterable[Any] | Mapping[str, Any]) -> list[R]:
	"""The rows for which a condition in SQL holds, with whatever follows it: order, limit, `for update`."""
	query = f"select {selected(kind)} from `tab{kind.DOCTYPE}` where {condition}"
	return [kind(*row) for row in frappe.db.sql(query, parameters)]


def many(
	kind: type[R], filters: Mapping[str, Any], order_by: str | None = None, limit: int | None = None
) -> list[R]:
	"""The rows that Frappe's filters find, whoever asks."""
	options = {"order_by": order_by, "as_list": True, **({"limit": limit} if limit else {})}
	return [
		kind(*row) for row in frappe.get_all(kind.DOCTYPE, dict(filters), list(kind.columns()), **options)
	]


def first(kind: type[R], filters: Mapping[str, Any], order_by: str | None = None) -> R | None:
	"""The first of them; None when there is none."""
	found = many(kind, filters, order_by, limit=1)
	return found[0] if found else None
