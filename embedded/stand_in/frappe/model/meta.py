"""DocTypes as the code sees them: fields, permissions and custom fields, cached until they change."""

import json
from typing import Any

import frappe
from frappe._embedded.filters import NUMBERS
from frappe.model import child_table_fields, default_fields, no_value_fields, table_fields

_cache: dict[tuple[str, str], "Meta"] = {}
_STANDARD_KINDS = {"creation": "Datetime", "modified": "Datetime", "docstatus": "Int", "idx": "Int"}
_VERSION_KEY = "embedded:meta_version"


class Meta:
	"""One DocType. Properties that a DocType's JSON does not set are None, as on a site."""

	def __init__(self, definition: dict[str, Any], custom_fields: list[Any], custom_rules: list[Any]) -> None:
		self.__dict__.update({key: value for key, value in definition.items() if key != "fields"})
		fields = [frappe._dict(each) for each in definition.get("fields", [])] + custom_fields
		for field in fields:
			field.setdefault("parent", self.name)
			field.setdefault("label", field.fieldname.replace("_", " ").title() if field.fieldname else "")
		self.fields = fields
		self.permissions = custom_rules or [frappe._dict(each) for each in definition.get("permissions", [])]
		self._by_name = {field.fieldname: field for field in fields}
		self.valid_columns = [*default_fields[1:], *(child_table_fields if self.istable else ())]
		self.valid_columns += [each.fieldname for each in fields if each.fieldtype not in no_value_fields]
		# Computed once because every document needs them often; fields do not change during the life of a Meta.
		self.columns = [(name, self._by_name.get(name), self.kind_of(name)) for name in self.valid_columns]
		self._table_fields = [each for each in fields if each.fieldtype in table_fields]
		self._chosen: dict[tuple[tuple[str, Any], ...], list[Any]] = {}

	def __getattr__(self, name: str) -> Any:
		if name.startswith("__"):
			raise AttributeError(name)
		return None

	def get(self, key: str, filters: Any = None) -> Any:
		"""A property, or the fields that have the given properties (`{"reqd": 1}` or `{"reqd": ("=", 1)}`)."""
		if key != "fields" or not filters:
			return getattr(self, key)
		wanted = tuple(
			(name, value[1] if isinstance(value, tuple) else value) for name, value in filters.items()
		)
		if wanted not in self._chosen:
			self._chosen[wanted] = [
				each for each in self.fields if all(each.get(name) == value for name, value in wanted)
			]
		return list(self._chosen[wanted])

	def fetched_through(self, link: str) -> list[Any]:
		"""The fields whose `fetch_from` names a column behind this Link field."""
		wanted = (("fetch_from", f"{link}."),)
		if wanted not in self._chosen:
			self._chosen[wanted] = [
				each for each in self.fields if (each.fetch_from or "").startswith(f"{link}.")
			]
		return self._chosen[wanted]

	def get_field(self, fieldname: str) -> Any:
		"""The field, or None."""
		return self._by_name.get(fieldname)

	def has_field(self, fieldname: str) -> bool:
		"""Whether the DocType has the field."""
		return fieldname in self._by_name

	def get_label(self, fieldname: str) -> str:
		"""The label of the field."""
		field = self.get_field(fieldname)
		return field.label if field else fieldname.replace("_", " ").title()

	def get_valid_columns(self) -> list[str]:
		"""The columns of the table that a document writes to."""
		return self.valid_columns

	def get_table_fields(self) -> list[Any]:
		"""Fields that hold child rows."""
		return self._table_fields

	def get_link_fields(self) -> list[Any]:
		"""Fields that hold the name of another document."""
		return [each for each in self.fields if each.fieldtype == "Link" and each.options != "[Select]"]

	def get_permlevel_access(
		self, permission_type: str = "read", parenttype: str | None = None, *, user: str | None = None
	) -> list[int]:
		"""The levels of fields that a user's roles give a right to."""
		roles = frappe.get_roles(user)
		rules = [each for each in self.permissions if each.get("role") in roles and each.get(permission_type)]
		return sorted({frappe.utils.cint(each.get("permlevel")) for each in rules})

	def kind_of(self, fieldname: str) -> str:
		"""The type of a field or standard column."""
		field = self.get_field(fieldname)
		return field.fieldtype if field else _STANDARD_KINDS.get(fieldname, "Data")

	def cast(self, values: dict[str, Any]) -> Any:
		"""Stored text of a single DocType in the types of its fields."""
		return frappe._dict({key: cast(self.kind_of(key), value) for key, value in values.items()})


def cast(fieldtype: str, value: Any) -> Any:
	"""A stored value in the type of its field; None for an empty time."""
	if fieldtype in ("Int", "Check", "Long Int"):
		return frappe.utils.cint(value)
	if fieldtype in NUMBERS:
		return frappe.utils.flt(value)
	if fieldtype == "Datetime":
		return frappe.utils.get_datetime(value) if value else None
	if fieldtype == "Date":
		return frappe.utils.getdate(value) if value else None
	return value


def get_meta(doctype: str, cached: bool = True) -> Meta:
	"""The DocType with its custom fields; raises DoesNotExistError."""
	key = (frappe.local.site_path, doctype)
	meta = _cache.get(key)
	if meta is None:
		meta = _cache[key] = _load(doctype)
	return meta


def _load(doctype: str) -> Meta:
	run = frappe.db.execute
	row = run("select definition from tabDocType where name = ?", [doctype], exclusive=False).fetchone()
	if not row:
		frappe.throw(f"DocType {doctype} not found", frappe.DoesNotExistError)
	return Meta(
		json.loads(row[0]),
		_rows("select * from `tabCustom Field` where dt = ? order by creation, idx", doctype),
		_rows("select * from `tabCustom DocPerm` where parent = ?", doctype),
	)


def _rows(query: str, doctype: str) -> list[Any]:
	try:
		cursor = frappe.db.execute(query, [doctype], exclusive=False)
	except frappe.db.OperationalError:
		return []  # the site is being created and does not have this table yet
	names = [each[0] for each in cursor.description]
	return [frappe._dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def clear_meta_cache() -> None:
	"""Clear all cached DocTypes here, and in other processes when they next connect."""
	_cache.clear()
	frappe.cache.incrby(_VERSION_KEY, 1)
	frappe.local.site_state.meta_version = frappe.cache.get(_VERSION_KEY)


def refresh_meta_cache() -> None:
	"""Clear this process's cached DocTypes if another process changed any."""
	version = frappe.cache.get(_VERSION_KEY)
	if frappe.local.site_state.meta_version != version:
		_cache.clear()
		frappe.local.site_state.meta_version = version
