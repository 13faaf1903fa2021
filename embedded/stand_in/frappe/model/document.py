"""`Document`: the order of events of Frappe 15 when a document is inserted, saved and deleted."""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe._embedded import validation
from frappe._embedded.missing import missing_in
from frappe.model.base_document import BaseDocument, get_controller
from frappe.model.naming import set_new_name, validate_name

__getattr__ = missing_in(__name__)


def get_doc(*args: Any, **kwargs: Any) -> Any:
	"""A stored document (DocType and name or filters) or a new one (a mapping with its DocType)."""
	if args and isinstance(args[0], BaseDocument):
		return args[0]
	if args and isinstance(args[0], str):
		if len(args) == 1 and "doctype" not in kwargs and not frappe.get_meta(args[0]).issingle and kwargs:
			kwargs["doctype"] = args[0]
			return get_controller(args[0])(kwargs)
		return get_controller(args[0])(*args, **kwargs)
	values = args[0] if args else kwargs
	if "doctype" not in values:
		raise ValueError('"doctype" is a required key')
	return get_controller(values["doctype"])(values)


def _moment(value: Any) -> Any:
	return frappe.utils.get_datetime(value) if value else None


class Document(BaseDocument):
	"""All controllers inherit from `Document`."""

	def __init__(self, *args: Any, **kwargs: Any) -> None:
		self.flags = frappe._dict()
		if args and isinstance(args[0], str):
			self.doctype = args[0]
			self.flags.for_update = kwargs.get("for_update")
			self.name = self._find(args[1] if len(args) > 1 else None)
			self.load_from_db()
			return
		super().__init__(args[0] if args else kwargs)
		for key in self.meta.get_valid_columns():
			self.__dict__.setdefault(key, 0 if key in ("docstatus", "idx") else None)

	def _find(self, name: Any) -> Any:
		if name is None:
			return self.doctype
		if not isinstance(name, Mapping | list):
			return name
		found = frappe.db.get_value(self.doctype, name, "name", for_update=self.flags.for_update)
		if found is None:
			frappe.throw(f"{self.doctype} {name} not found", frappe.DoesNotExistError)
		return found

	def load_from_db(self) -> "Document":
		"""Read the row and its child rows; raises DoesNotExistError."""
		row = self._single() if self.meta.issingle else self._row_from_db()
		self.__dict__.pop("__islocal", None)
		self.__dict__.update(row)
		for field in self.meta.get_table_fields():
			place = {"parent": str(self.name), "parenttype": self.doctype, "parentfield": field.fieldname}
			rows = frappe.db.get_values(field.options, place, "*", as_dict=True, order_by="idx asc")
			self.set(field.fieldname, rows)
		return self

	reload = load_from_db

	def _row_from_db(self) -> Any:
		options = {"as_dict": True, "for_update": self.flags.for_update, "order_by": None}
		row = frappe.db.get_value(self.doctype, {"name": str(self.name)}, "*", **options)
		if not row:
			frappe.throw(f"{self.doctype} {self.name} not found", frappe.DoesNotExistError)
		return row

	def _single(self) -> dict[str, Any]:
		stored = frappe.db.get_singles_dict(self.doctype, cast=True)
		if not stored:
			stored = {each.fieldname: validation.default_of(each) for each in self.meta.fields}
		blank = dict.fromkeys(self.meta.get_valid_columns())
		return {**blank, **stored, "name": self.doctype, "docstatus": 0}

	def insert(
		self,
		ignore_permissions: bool | None = None,
		ignore_links: bool | None = None,
		ignore_if_duplicate: bool = False,
		ignore_mandatory: bool | None = None,
		set_name: str | None = None,
		set_child_names: bool = True,
	) -> "Document":
		"""Insert the document; raises PermissionError, ValidationError and its kinds, DuplicateEntryError."""
		for flag, value in (
			("ignore_permissions", ignore_permissions),
			("ignore_links", ignore_links),
			("ignore_mandatory", ignore_mandatory),
		):
			if value is not None:
				self.flags[flag] = value
		self.__dict__["__islocal"] = True
		validation.set_defaults(self)
		self._stamp()
		self.check_permission("create")
		self.__dict__["_doc_before_save"] = None
		validation.validate_links(self)
		self.run_method("before_insert")
		self._name(set_name)
		self.flags.in_insert = True
		self._before_save()
		validation.validate(self)
		self._write_new(ignore_if_duplicate)
		self.run_method("after_insert")
		self._after_save()
		self.flags.in_insert = False
		self.__dict__.pop("__islocal", None)
		return self

	def _name(self, set_name: str | None) -> None:
		if not self.flags.name_set:
			if set_name:
				self.name = validate_name(self.doctype, set_name)
			else:
				set_new_name(self)
			for row in self.get_all_children():
				set_new_name(row)
			self.flags.name_set = True
		self._link_children()

	def _link_children(self) -> None:
		for row in self.get_all_children():
			row.parent, row.parenttype = self.name, self.doctype
			if not row.get("name"):
				set_new_name(row)

	def _write_new(self, ignore_if_duplicate: bool) -> None:
		if self.meta.issingle:
			self._write_single()
		else:
			self.db_insert(ignore_if_duplicate=ignore_if_duplicate)
		for row in self.get_all_children():
			row.db_insert()

	def save(self, ignore_permissions: bool | None = None, ignore_version: bool | None = None) -> "Document":
		"""Save the document; raises TimestampMismatchError if it was saved by others since it was read."""
		if ignore_permissions is not None:
			self.flags.ignore_permissions = ignore_permissions
		if self.is_new() or not self.name:
			return self.insert()
		validation.set_defaults(self)
		self.check_permission("write")
		self._stamp()
		self.check_if_latest()
		self._link_children()
		validation.validate_links(self)
		self._before_save()
		validation.validate(self)
		if self.meta.issingle:
			self._write_single()
		else:
			self.db_update()
		self._write_children()
		self._after_save()
		return self

	def _stamp(self) -> None:
		self.__dict__["_original_modified"] = self.get("modified")
		self.modified, self.modified_by = frappe.utils.now(), frappe.session.user
		if not self.get("creation"):
			self.creation = self.modified
		if self.is_new():
			self.owner = self.flags.owner or self.modified_by
		for row in self.get_all_children():
			row.modified, row.modified_by = self.modified, self.modified_by
			row.owner, row.creation = row.get("owner") or self.owner, row.get("creation") or self.creation

	def check_if_latest(self) -> None:
		"""Read the stored row under lock and compare its `modified` with the one read before."""
		before = frappe.get_doc(self.doctype, self.name, for_update=True)
		self.__dict__["_doc_before_save"] = before
		known, stored = self.get("_original_modified"), before.get("modified")
		if _moment(stored) != _moment(known):
			frappe.msgprint(
				f"Error: Document has been modified after you have opened it ({stored}, {known})."
				" Please refresh to get the latest document.",
				raise_exception=frappe.TimestampMismatchError,
			)

	def _before_save(self) -> None:
		self.run_method("before_validate")
		if self.flags.ignore_validate:
			return
		self.run_method("validate")
		self.run_method("before_save")

	def _after_save(self) -> None:
		self.run_method("on_update")
		frappe.clear_document_cache(self.doctype, self.name)
		self.notify_update()
		self.run_method("on_change")

	def _write_single(self) -> None:
		frappe.db.delete("Singles", {"doctype": self.doctype})
		frappe.db.set_single_value(self.doctype, self.get_valid_dict(), update_modified=False)

	def _write_children(self) -> None:
		for field in self.meta.get_table_fields():
			rows = self.get(field.fieldname)
			place = {"parent": str(self.name), "parenttype": self.doctype, "parentfield": field.fieldname}
			kept = [row.name for row in rows if not row.is_new()]
			frappe.db.delete(field.options, place | {"name": ["not in", kept]})
			for row in rows:
				row.db_update()

	def run_method(self, method: str, *args: Any, **kwargs: Any) -> Any:
		"""Call the method if there is one, then the `doc_events` of installed apps for it."""
		own = getattr(self, method, None)
		result = own(*args, **kwargs) if callable(own) else None
		events = frappe.get_hooks("doc_events", {})
		for doctype in (self.doctype, "*"):
			for handler in events.get(doctype, {}).get(method, []):
				answer = frappe.get_attr(handler)(self, method, *args, **kwargs)
				result = answer if result is None else result
		return result

	def get_doc_before_save(self) -> Any:
		"""The document as it was stored before this save, None while inserting."""
		return self.get("_doc_before_save")

	def has_value_changed(self, fieldname: str) -> bool:
		"""Whether this save changes the field; always so for a new document."""
		before = self.get_doc_before_save()
		if not before:
			return True
		kind = self.meta.kind_of(fieldname)
		if kind == "Datetime":
			return _moment(before.get(fieldname)) != _moment(self.get(fieldname))
		return before.get(fieldname) != self.get(fieldname)

	def check_permission(self, permtype: str = "read", permlevel: int | None = None) -> None:
		"""Raise PermissionError unless the user has the right."""
		if not self.has_permission(permtype):
			frappe.flags.error_message = (
				f"Insufficient Permission for {self.doctype} {self.name or ''}".strip()
			)
			raise frappe.PermissionError

	def has_permission(self, permtype: str = "read", *, user: str | None = None, **options: Any) -> bool:
		"""Whether the user has the right; always so with `flags.ignore_permissions`."""
		return bool(self.flags.ignore_permissions) or frappe.has_permission(
			self.doctype, permtype, self, user=user or frappe.session.user
		)

	def set_onload(self, key: str, value: Any) -> None:
		"""Send the form a value that is not a field."""
		if not self.get("__onload"):
			self.set("__onload", frappe._dict())
		self.get("__onload")[key] = value

	def get_onload(self, key: str | None = None) -> Any:
		"""The values sent to the form: one, or all."""
		told = self.get("__onload") or frappe._dict()
		return told.get(key) if key else told

	def db_set(
		self,
		fieldname: str | Mapping[str, Any],
		value: Any = None,
		update_modified: bool = True,
		notify: bool = False,
		commit: bool = False,
	) -> None:
		"""Write columns without events, here and in the database."""
		changes = dict(fieldname) if isinstance(fieldname, Mapping) else {fieldname: value}
		if update_modified and (self.doctype, self.name) != (frappe.flags.currently_saving or ()):
			changes |= {"modified": frappe.utils.now(), "modified_by": frappe.session.user}
		self.update(changes)
		frappe.db.set_value(self.doctype, self.name, changes, update_modified=False)
		self.run_method("on_change")
		if notify:
			self.notify_update()
		if commit:
			frappe.db.commit()

	def get_password(self, fieldname: str = "password", raise_exception: bool = True) -> Any:
		"""A stored secret, decrypted; raises ValidationError if there is none, unless `raise_exception` is false."""
		from frappe.utils.password import get_decrypted_password

		if self.get(fieldname) and not self.is_dummy_password(self.get(fieldname)):
			return self.get(fieldname)
		return get_decrypted_password(self.doctype, self.name, fieldname, raise_exception=raise_exception)

	def add_comment(self, comment_type: str = "Comment", text: str | None = None, **options: Any) -> Any:
		"""A row of the document's timeline."""
		values = {
			"comment_type": comment_type,
			"content": text or comment_type,
			"comment_email": frappe.session.user,
		}
		place = {"doctype": "Comment", "reference_doctype": self.doctype, "reference_name": self.name}
		return frappe.get_doc(place | values).insert(ignore_permissions=True)

	def notify_update(self) -> None:
		"""Notify the viewers of the document that it changed."""
		message = {"doctype": self.doctype, "name": self.name, "modified": self.modified}
		frappe.publish_realtime(
			"doc_update", message, doctype=self.doctype, docname=self.name, after_commit=True
		)

	def delete(self, ignore_permissions: bool = False, force: bool = False, **options: Any) -> None:
		"""Delete the document."""
		frappe.delete_doc(self.doctype, self.name, ignore_permissions=ignore_permissions, force=force)
