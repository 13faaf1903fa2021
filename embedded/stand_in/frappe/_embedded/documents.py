"""The functions of `frappe` that make, find, delete and rename documents."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import frappe
from frappe._embedded.listing import get_list as _list
from frappe._embedded.local import _dict, local, read_configuration
from frappe._embedded.validation import set_defaults
from frappe.model.document import get_doc


def new_doc(
	doctype: str,
	*,
	parent_doc: Any = None,
	parentfield: str | None = None,
	as_dict: bool = False,
	**values: Any,
) -> Any:
	"""A new document with its default values."""
	doc = get_doc({"doctype": doctype})
	doc.__dict__["__islocal"] = 1
	set_defaults(doc)
	doc.update(values)
	return doc.as_dict() if as_dict else doc


def get_cached_doc(*args: Any, **kwargs: Any) -> Any:
	"""Same as `get_doc`: the embedded host does not cache documents."""
	return get_doc(*args)


def get_cached_value(doctype: str, name: str | None, fieldname: Any = "name", as_dict: bool = False) -> Any:
	"""Values of a document; None when there is none."""
	try:
		doc = get_doc(doctype, name)
	except frappe.DoesNotExistError:
		frappe.clear_last_message()
		return None
	if isinstance(fieldname, str):
		return doc.get(fieldname)
	values = [doc.get(each) for each in fieldname]
	return _dict(zip(fieldname, values, strict=True)) if as_dict else values


def get_last_doc(
	doctype: str, filters: Any = None, order_by: str = "creation desc", *, for_update: bool = False
) -> Any:
	"""The newest document that matches; raises DoesNotExistError."""
	found = get_all(doctype, filters=filters, limit=1, order_by=order_by, pluck="name")
	if not found:
		raise frappe.DoesNotExistError
	return get_doc(doctype, found[0], for_update=for_update)


def get_single(doctype: str) -> Any:
	"""The document of a single DocType."""
	return get_doc(doctype, doctype)


def get_all(doctype: str, *args: Any, **kwargs: Any) -> Any:
	"""Rows without permission checks; all rows unless limited."""
	return _list(doctype, *args, **(kwargs | {"ignore_permissions": True}))


def get_list(doctype: str, *args: Any, **kwargs: Any) -> Any:
	"""Rows that the user may read."""
	return _list(doctype, *args, **kwargs)


def get_value(*args: Any, **kwargs: Any) -> Any:
	"""As `frappe.db.get_value`."""
	return frappe.db.get_value(*args, **kwargs)


def set_value(doctype: str, docname: Any, fieldname: Any, value: Any = None) -> Any:
	"""Set fields of a document and save it, with permissions and events."""
	doc = get_doc(doctype, docname)
	doc.update(fieldname if isinstance(fieldname, Mapping) else {fieldname: value})
	return doc.save().as_dict()


def copy_doc(doc: Any, ignore_no_copy: bool = True) -> Any:
	"""A new document with the fields of another one."""
	values = copy.deepcopy(dict(doc.as_dict()))
	fresh = get_doc(_without_identity(values))
	fresh.__dict__["__islocal"] = 1
	for field in doc.meta.fields if not ignore_no_copy else ():
		if field.no_copy:
			fresh.set(field.fieldname, None)
	return fresh


def _without_identity(values: dict[str, Any]) -> dict[str, Any]:
	dropped = ("name", "owner", "creation", "modified", "modified_by", "docstatus")
	kept = {key: value for key, value in values.items() if key not in dropped}
	return {
		key: [_without_identity(row) for row in value] if isinstance(value, list) else value
		for key, value in kept.items()
	}


def delete_doc(
	doctype: str,
	name: Any = None,
	force: bool | int = 0,
	ignore_doctypes: Any = None,
	for_reload: bool = False,
	ignore_permissions: bool = False,
	flags: Any = None,
	ignore_on_trash: bool = False,
	ignore_missing: bool = True,
	delete_permanently: bool = False,
) -> None:
	"""Delete a document with its child rows, files and timeline; raises LinkExistsError unless forced."""
	for each in [name] if isinstance(name, str | int) else name or []:
		if not frappe.db.exists(doctype, each):
			if not ignore_missing:
				raise frappe.DoesNotExistError
			continue
		doc = get_doc(doctype, each)
		if not ignore_permissions:
			doc.check_permission("delete")
		if not ignore_on_trash:
			doc.run_method("on_trash")
		if not force:
			_check_links(doc)
		_delete_rows(doc)
		doc.run_method("after_delete")


def _check_links(doc: Any) -> None:
	ignored = frappe.get_hooks("ignore_links_on_delete", [])
	for doctype in frappe.get_all("DocType", pluck="name"):
		meta = frappe.get_meta(doctype)
		if meta.issingle or doctype in ignored:
			continue
		for field in meta.get("fields", {"fieldtype": "Link", "options": doc.doctype}):
			found = frappe.db.get_value(
				doctype, {field.fieldname: doc.name}, "parent" if meta.istable else "name"
			)
			if found and (doctype, found) != (doc.doctype, doc.name):
				frappe.throw(
					f"Cannot delete or cancel because {doc.doctype} {doc.name} is linked with {doctype} {found}",
					frappe.LinkExistsError,
				)


def _delete_rows(doc: Any) -> None:
	for field in doc.meta.get_table_fields():
		frappe.db.delete(field.options, {"parent": str(doc.name), "parenttype": doc.doctype})
	frappe.db.delete("__Auth", {"doctype": doc.doctype, "name": str(doc.name)})
	table = "Singles" if doc.meta.issingle else doc.doctype
	frappe.db.delete(table, {"doctype": doc.doctype} if doc.meta.issingle else {"name": str(doc.name)})
	place = {"attached_to_doctype": doc.doctype, "attached_to_name": str(doc.name)}
	for file in frappe.get_all("File", filters=place, pluck="name") if doc.doctype != "File" else ():
		delete_doc("File", file, ignore_permissions=True, force=True)
	for other, kind in (("Comment", "doctype"), ("View Log", "doctype"), ("ToDo", "type")):
		frappe.db.delete(other, {f"reference_{kind}": doc.doctype, "reference_name": str(doc.name)})
	place = {"reference_doctype": doc.doctype, "reference_name": str(doc.name)}
	nowhere = {"reference_doctype": None, "reference_name": None}
	frappe.db.set_value("Communication", place, nowhere, update_modified=False)


def delete_doc_if_exists(doctype: str, name: str, force: bool | int = 0) -> None:
	"""Delete a document if there is one."""
	if frappe.db.exists(doctype, name):
		delete_doc(doctype, name, force=force)


def rename_doc(
	doctype: str, old: str, new: str, force: bool = False, merge: bool = False, **options: Any
) -> str:
	"""Rename a document and every link to it; the embedded host does not support merging."""
	if merge or frappe.db.exists(doctype, new):
		frappe.throw(f"{doctype} {new} already exists", frappe.DuplicateEntryError)
	doc = get_doc(doctype, old)
	doc.run_method("before_rename", old, new, merge)
	frappe.db.set_value(doctype, old, "name", new, update_modified=False)
	for other in frappe.get_all("DocType", filters={"issingle": 0}, pluck="name"):
		for field in frappe.get_meta(other).get("fields", {"fieldtype": "Link", "options": doctype}):
			frappe.db.set_value(other, {field.fieldname: old}, field.fieldname, new, update_modified=False)
	for field in doc.meta.get_table_fields():
		frappe.db.set_value(
			field.options, {"parent": old, "parenttype": doctype}, "parent", new, update_modified=False
		)
	get_doc(doctype, new).run_method("after_rename", old, new, merge)
	return new


def clear_cache(user: str | None = None, doctype: str | None = None) -> None:
	"""Clear cached DocTypes, classes and hooks."""
	from frappe.model.base_document import _classes
	from frappe.model.meta import clear_meta_cache

	clear_meta_cache()
	_classes.clear()
	local.site_state.hooks = None


def clear_document_cache(doctype: str, name: Any = None) -> None:
	"""Does nothing: the embedded host does not cache documents."""


def get_site_path(*joins: str) -> str:
	"""A path within the site's folder."""
	return "/".join([local.site_path, *joins])


def get_site_config(**options: Any) -> _dict:
	"""The current content of site_config.json, read anew even if this thread's `conf` is older."""
	return read_configuration(Path(local.site_path))
