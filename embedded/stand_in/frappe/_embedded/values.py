"""Reading and writing values through `frappe.db` without documents."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import frappe
from frappe._embedded.filters import as_stored, read_filters, table_of, where
from frappe._embedded.sql import adapt, names

_UNSORTED = ("Singles", "Series")


class Values:
	"""The part of `frappe.db` that builds its SQL itself."""

	def get_value(
		self,
		doctype: str,
		filters: Any = None,
		fieldname: str | Sequence[str] = "name",
		ignore: bool | None = None,
		as_dict: bool | int = False,
		debug: bool = False,
		order_by: str | None = "modified desc",
		cache: bool = False,
		for_update: bool = False,
		*,
		pluck: bool = False,
		distinct: bool = False,
		skip_locked: bool = False,
		wait: bool = True,
	) -> Any:
		"""The first row's value, its values when several fields are asked for, or None."""
		rows = self.get_values(
			doctype, filters, fieldname, as_dict=as_dict, order_by=order_by, for_update=for_update, limit=1
		)
		if not rows:
			return None
		return rows[0] if as_dict or len(rows[0]) > 1 else rows[0][0]

	def get_values(
		self,
		doctype: str,
		filters: Any = None,
		fieldname: str | Sequence[str] = "name",
		ignore: bool | None = None,
		as_dict: bool | int = False,
		debug: bool = False,
		order_by: str | None = "modified desc",
		update: dict[str, Any] | None = None,
		cache: bool = False,
		for_update: bool = False,
		*,
		pluck: bool = False,
		distinct: bool = False,
		limit: int | None = None,
		skip_locked: bool = False,
		wait: bool = True,
	) -> Any:
		"""Rows that match; `for_update` takes the site's one write lock."""
		if (filters is None or filters == doctype) and doctype != "DocType":
			return self._single_values(doctype, fieldname, bool(as_dict))
		columns = [fieldname] if isinstance(fieldname, str) else list(fieldname)
		text = f"select {'distinct ' if distinct else ''}{', '.join(_column(each) for each in columns)}"
		condition, values = where(read_filters(doctype, filters), null_is_empty=False)
		text += f" from `{table_of(doctype)}`{condition}"
		if order_by and not distinct and doctype not in _UNSORTED and not doctype.startswith("__"):
			text += f" order by {order_by}"
		if limit:
			text += f" limit {int(limit)}"
		cursor = self.execute(text, values, exclusive=for_update)
		rows = cursor.fetchall()
		if pluck:
			return [row[0] for row in rows]
		if not as_dict and fieldname != "*":
			return rows
		return [frappe._dict(zip((each[0] for each in cursor.description), row, strict=True)) for row in rows]

	def _single_values(self, doctype: str, fieldname: Any, as_dict: bool) -> list[Any]:
		stored = self.get_singles_dict(doctype)
		columns = [fieldname] if isinstance(fieldname, str) else list(fieldname)
		if fieldname == "*" or as_dict:
			return [
				stored if fieldname == "*" else frappe._dict({each: stored.get(each) for each in columns})
			]
		return [tuple(stored.get(each) for each in columns)]

	def get_singles_dict(self, doctype: str, debug: bool = False, *, cast: bool = False) -> Any:
		"""The stored values of a single DocType, as text (or cast to the field types)."""
		rows = self.execute(
			"select field, value from tabSingles where doctype = ?", [doctype], exclusive=False
		).fetchall()
		stored = frappe._dict(rows)
		return frappe.get_meta(doctype).cast(stored) if cast else stored

	def get_single_value(self, doctype: str, fieldname: str, cache: bool = True) -> Any:
		"""One value of a single DocType, cast to its type; raises ValidationError for an unknown field."""
		meta = frappe.get_meta(doctype)
		if not meta.get_field(fieldname):
			frappe.throw(f"Field {fieldname} does not exist on {doctype}")
		stored = self.get_singles_dict(doctype)
		return meta.cast({fieldname: stored.get(fieldname)})[fieldname]

	def set_single_value(
		self, doctype: str, fieldname: str | Mapping[str, Any], value: Any = None, **options: Any
	) -> None:
		"""Store one or several values of a single DocType."""
		changes = dict(fieldname) if isinstance(fieldname, Mapping) else {fieldname: value}
		if options.get("update_modified", True):
			changes |= {"modified": frappe.utils.now(), "modified_by": frappe.session.user}
		for key, each in changes.items():
			self.execute(
				"insert into tabSingles (doctype, field, value) values (?, ?, ?)"
				" on conflict (doctype, field) do update set value = excluded.value",
				[doctype, key, None if each is None else str(adapt(each))],
				exclusive=True,
			)

	def set_value(
		self,
		dt: str,
		dn: Any,
		field: str | Mapping[str, Any],
		val: Any = None,
		modified: Any = None,
		modified_by: str | None = None,
		update_modified: bool = True,
		debug: bool = False,
	) -> None:
		"""Write columns of the rows that match, without document events."""
		if dn is None or dn == dt:
			self.set_single_value(dt, field, val, update_modified=update_modified)
			return
		changes = dict(field) if isinstance(field, Mapping) else {field: val}
		if update_modified:
			changes["modified"] = modified or frappe.utils.now()
			changes["modified_by"] = modified_by or frappe.session.user
		meta = frappe.get_meta(dt)
		stored = [as_stored(meta.kind_of(key), value) for key, value in changes.items()]
		condition, values = where(read_filters(dt, dn), null_is_empty=False)
		columns = ", ".join(f"`{key}` = ?" for key in changes)
		text = f"update `{table_of(dt)}` set {columns}{condition}"
		self.execute(text, stored + values, exclusive=True)

	def exists(self, dt: str | Mapping[str, Any], dn: Any = None, cache: bool = False) -> Any:
		"""The name of a row that matches, or None."""
		if isinstance(dt, Mapping):
			dn = dict(dt)
			dt = dn.pop("doctype")
		if dt == dn and dt != "DocType":
			return dn
		return self.get_value(dt, dn, order_by=None) if dn not in (None, "") else None

	def count(self, dt: str, filters: Any = None, debug: bool = False, cache: bool = False) -> int:
		"""How many rows match."""
		condition, values = where(read_filters(dt, filters), null_is_empty=False)
		text = f"select count(*) from `{table_of(dt)}`{condition}"
		return self.execute(text, values, exclusive=False).fetchone()[0]

	def delete(self, doctype: str, filters: Any = None, debug: bool = False, **options: Any) -> None:
		"""Delete the rows that match, without document events."""
		condition, values = where(read_filters(doctype, filters), null_is_empty=False)
		text = f"delete from `{table_of(doctype)}`{condition}"
		self.execute(text, values, exclusive=True)

	def truncate(self, doctype: str) -> None:
		"""Delete all rows and commit."""
		self.commit()
		self.delete(doctype)
		self.commit()

	def bulk_insert(
		self,
		doctype: str,
		fields: Sequence[str],
		values: Iterable[Sequence[Any]],
		ignore_duplicates: bool = False,
		*,
		chunk_size: int = 10_000,
	) -> None:
		"""Insert rows as they are."""
		ignore = "or ignore " if ignore_duplicates else ""
		marks = ", ".join("?" * len(fields))
		text = f"insert {ignore}into `{table_of(doctype)}` ({names(fields)}) values ({marks})"
		for row in values:
			self.execute(text, [adapt(each) for each in row], exclusive=True)

	def add_index(self, doctype: str, fields: Sequence[str], index_name: str | None = None) -> None:
		"""Create an index unless it exists; commits."""
		name = index_name or "_".join([*fields, "index"])
		columns = names(each.split("(")[0].strip("` ") for each in fields)
		table = table_of(doctype)
		# Index names are global in SQLite, but per table in MariaDB.
		self.sql_ddl(f"create index if not exists `{table}:{name}` on `{table}` ({columns})")

	def get_table_columns(self, doctype: str) -> list[str]:
		"""The columns of a DocType's table."""
		rows = self.execute(f"pragma table_info(`{table_of(doctype)}`)", (), exclusive=False)
		return [row[1] for row in rows]

	def has_column(self, doctype: str, column: str) -> bool:
		"""Whether a DocType's table has the column."""
		return column in self.get_table_columns(doctype)

	def table_exists(self, doctype: str, cached: bool = True) -> bool:
		"""Whether a DocType has a table."""
		return bool(self.get_table_columns(doctype))

	has_table = table_exists

	def get_all(self, *args: Any, **options: Any) -> Any:
		"""As `frappe.get_all`."""
		return frappe.get_all(*args, **options)

	def get_list(self, *args: Any, **options: Any) -> Any:
		"""As `frappe.get_list`."""
		return frappe.get_list(*args, **options)


def _column(name: str) -> str:
	return f"`{name}`" if name.isidentifier() else name
