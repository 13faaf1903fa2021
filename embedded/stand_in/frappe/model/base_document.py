"""Documents as bags of fields, and their rows in the database."""

import datetime
import json
from collections.abc import Mapping
from typing import Any

import frappe
from frappe._embedded.filters import NUMBERS
from frappe._embedded.missing import missing_in
from frappe._embedded.sql import names
from frappe.model import default_fields, is_dummy, table_fields

__getattr__ = missing_in(__name__)
_classes: dict[tuple[str, str], type] = {}
_INTEGERS = ("Int", "Check", "Long Int")


def get_controller(doctype: str) -> type:
	"""The class of a DocType: its module's, replaced or extended by the hooks of installed apps."""
	key = (frappe.local.site_path, doctype)
	if key not in _classes:
		_classes[key] = _import_class(doctype)
	return _classes[key]


def _import_class(doctype: str) -> type:
	override = frappe.get_hooks("override_doctype_class", {}).get(doctype)
	chosen = frappe.get_attr(override[-1]) if override else _standard_class(doctype)
	mixins = frappe.get_hooks("extend_doctype_class", {}).get(doctype, [])
	if not mixins:
		return chosen
	return type(
		f"Extended{chosen.__name__}", (*(frappe.get_attr(each) for each in reversed(mixins)), chosen), {}
	)


def _standard_class(doctype: str) -> type:
	from frappe.model.document import Document

	meta = frappe.get_meta(doctype)
	app = frappe.local.module_app.get(frappe.scrub(meta.module or ""))
	if meta.custom or not app:
		return Document
	scrubbed = frappe.scrub(doctype)
	path = f"{app}.{frappe.scrub(meta.module)}.doctype.{scrubbed}.{scrubbed}"
	try:
		module = frappe.get_module(path)
	except ModuleNotFoundError as error:
		# Most of the stand-in's own DocTypes need no controller; those of an app must have one, as on a bench.
		if app in ("frappe", "helpdesk") and path.startswith(error.name or "-"):
			return Document
		raise ImportError(f"Module import failed for {doctype} ({path})") from error
	return getattr(module, doctype.replace(" ", "").replace("-", ""))


_RESERVED = frozenset(("doctype", "meta", "flags", "parent_doc", "_doc_before_save"))


class BaseDocument:
	"""Fields as attributes, child rows as lists."""

	doctype: str
	name: Any
	flags: Any

	def __init__(self, values: Mapping[str, Any]) -> None:
		if values.get("doctype"):
			self.doctype = values["doctype"]
		self.__dict__.setdefault("flags", frappe._dict())
		for field in self.meta.get_table_fields():
			self.__dict__.setdefault(field.fieldname, [])
		self.update(values)

	@property
	def meta(self) -> Any:
		"""The DocType."""
		return frappe.get_meta(self.doctype)

	def update(self, values: Mapping[str, Any]) -> "BaseDocument":
		"""Set several fields."""
		for key, value in values.items():
			self.set(key, value)
		return self

	def get(self, key: Any, filters: Any = None, limit: int | None = None, default: Any = None) -> Any:
		"""A field's value; with `filters`, the child rows that match."""
		value = self.__dict__.get(key)
		if filters is None:
			return default if value is None else value
		if isinstance(filters, Mapping) and isinstance(value, list):
			value = [row for row in value if all(row.get(name) == each for name, each in filters.items())]
			return value[:limit] if limit else value
		if value is None and not isinstance(filters, Mapping):
			return filters
		return value

	def set(self, key: str, value: Any, as_value: bool = False) -> None:
		"""Set one field; a list replaces the child rows. Reserved names are ignored."""
		if key in _RESERVED:
			return
		field = self.meta.get_field(key)
		if field and field.fieldtype in table_fields and not as_value:
			self.__dict__[key] = []
			self.extend(key, value or [])
		elif isinstance(getattr(type(self), key, None), property):
			setattr(self, key, value)
		else:
			self.__dict__[key] = value

	def append(self, key: str, value: Any = None) -> Any:
		"""Add one child row and return it."""
		field = self.meta.get_field(key)
		if not field:
			raise AttributeError(key)
		rows = self.__dict__.setdefault(key, [])
		child = value if isinstance(value, BaseDocument) else self._new_child(field, value or {})
		child.parent, child.parenttype, child.parentfield = self.get("name"), self.doctype, key
		child.__dict__["parent_doc"] = self
		if not child.get("name"):
			child.__dict__["__islocal"] = 1
		child.idx = child.get("idx") or len(rows) + 1
		rows.append(child)
		return child

	def _new_child(self, field: Any, value: Mapping[str, Any]) -> Any:
		child = get_controller(field.options)({"doctype": field.options})
		child.update(value)
		return child

	def extend(self, key: str, rows: Any) -> None:
		"""Add child rows."""
		for row in rows:
			self.append(key, row)

	def remove(self, child: Any) -> None:
		"""Remove a child row."""
		rows = self.__dict__[child.parentfield]
		rows.remove(child)
		for place, row in enumerate(rows, 1):
			row.idx = place

	def is_new(self) -> Any:
		"""Whether the document was never inserted."""
		return self.get("__islocal")

	def get_all_children(self, parenttype: str | None = None) -> list[Any]:
		"""The rows of all child tables."""
		fields = self.meta.get_table_fields()
		return [
			row
			for each in fields
			if each.options == (parenttype or each.options)
			for row in self.get(each.fieldname)
		]

	def get_valid_dict(self, convert_dates_to_str: bool = False, **options: Any) -> Any:
		"""The columns as they are stored: numbers cast, empty times and empty unique values None."""
		values = frappe._dict()
		for key, field, _kind in self.meta.columns:
			value = self._stored(field, self.__dict__.get(key))
			if convert_dates_to_str and isinstance(value, datetime.date | datetime.timedelta):
				value = str(value)
			values[key] = value
		values.docstatus, values.idx = int(values.docstatus or 0), int(values.idx or 0)
		return values

	def _stored(self, field: Any, value: Any) -> Any:
		if not field:
			return value
		if field.fieldtype == "Check":
			return 1 if frappe.utils.cint(value) else 0
		if field.fieldtype in _INTEGERS:
			return value if type(value) is int else frappe.utils.cint(value)
		if field.fieldtype in NUMBERS:
			return frappe.utils.flt(value)
		if field.fieldtype == "JSON" and isinstance(value, dict):
			return json.dumps(value, separators=(",", ":"))
		if isinstance(value, list | dict | tuple):
			frappe.throw(f"Value for {field.label} cannot be a list")
		empty = str(value if value is not None else "").strip() == ""
		return None if empty and (field.unique or field.fieldtype in ("Datetime", "Date", "Time")) else value

	def as_dict(
		self,
		no_nulls: bool = False,
		no_default_fields: bool = False,
		convert_dates_to_str: bool = False,
		**options: Any,
	) -> Any:
		"""All fields with child rows."""
		values = self.get_valid_dict(convert_dates_to_str=convert_dates_to_str)
		values["doctype"] = self.doctype
		for field in self.meta.get_table_fields():
			values[field.fieldname] = [
				row.as_dict(no_nulls, no_default_fields, convert_dates_to_str)
				for row in self.get(field.fieldname)
			]
		for key in [each for each in default_fields if no_default_fields and each in values]:
			del values[key]
		return frappe._dict({key: each for key, each in values.items() if not (no_nulls and each is None)})

	def db_insert(self, *args: Any, ignore_if_duplicate: bool = False, **options: Any) -> None:
		"""Insert the row. Raises DuplicateEntryError for its name, UniqueValidationError for another key."""
		if not self.name:
			from frappe.model.naming import set_new_name

			set_new_name(self)
		if not self.get("creation"):
			self.creation = self.modified = frappe.utils.now()
			self.owner = self.modified_by = frappe.session.user
		row = self._row()
		query = f"insert into `tab{self.doctype}` ({names(row)}) values ({', '.join('?' * len(row))})"
		try:
			frappe.db.execute(query, list(row.values()), exclusive=True)
		except frappe.db.IntegrityError as error:
			taken = frappe.db.is_primary_key_violation(error)
			if taken and self.meta.autoname == "hash":
				self.name = None
				self.db_insert()
			elif not (taken and ignore_if_duplicate):
				self._explain(error)
		self.__dict__["__islocal"] = False

	def db_update(self) -> None:
		"""Write the row."""
		if self.is_new() or not self.name:
			self.db_insert()
			return
		row = self._row()
		del row["name"]
		columns = ", ".join(f"`{key}` = ?" for key in row)
		query = f"update `tab{self.doctype}` set {columns} where name = ?"
		try:
			frappe.db.execute(query, [*row.values(), self.name], exclusive=True)
		except frappe.db.IntegrityError as error:
			self._explain(error)

	def _row(self) -> dict[str, Any]:
		from frappe._embedded.filters import as_stored

		values = self.get_valid_dict()
		return {key: as_stored(kind, values[key]) for key, _field, kind in self.meta.columns}

	def _explain(self, error: Exception) -> None:
		if frappe.db.is_primary_key_violation(error):
			frappe.msgprint(f"{self.doctype} {frappe.bold(self.name)} already exists", title="Duplicate Name")
			raise frappe.DuplicateEntryError(self.doctype, self.name, error) from error
		if frappe.db.is_unique_key_violation(error):
			label = self.meta.get_label(str(error).rpartition(".")[2])
			frappe.msgprint(f"{label} must be unique")
			raise frappe.UniqueValidationError(self.doctype, self.name, error) from error
		raise error

	def is_dummy_password(self, value: str) -> bool:
		"""Whether the text is the asterisks of a stored password."""
		return is_dummy(value)
