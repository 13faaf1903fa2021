"""Fields that apps add to the DocTypes of others."""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe._embedded.missing import missing_in
from frappe._embedded.schema import add_column
from frappe.model.document import Document

__getattr__ = missing_in(__name__)


class CustomField(Document):
	"""A field of another DocType, with its column."""

	def autoname(self) -> None:
		"""DocType and field."""
		self.fieldname = self.fieldname or frappe.scrub(self.label or "")
		self.name = f"{self.dt}-{self.fieldname}"

	def on_update(self) -> None:
		"""Make the column."""
		frappe.clear_cache(doctype=self.dt)
		add_column(self.dt, self.as_dict())

	def after_delete(self) -> None:
		"""The column stays, as in Frappe."""
		frappe.clear_cache(doctype=self.dt)


def create_custom_field(
	doctype: str, df: Mapping[str, Any], ignore_validate: bool = False, **options: Any
) -> Any:
	"""One field, unless the DocType has it."""
	if frappe.get_meta(doctype).get_field(df["fieldname"]):
		return None
	values = {"doctype": "Custom Field", "dt": doctype, "is_system_generated": 1, **df}
	return frappe.get_doc(values).insert(ignore_permissions=True)


def create_custom_fields(
	custom_fields: Mapping[Any, Any], ignore_validate: bool = False, update: bool = True
) -> None:
	"""Fields by DocType (or a tuple of DocTypes); existing ones are brought up to date."""
	for doctypes, fields in custom_fields.items():
		for doctype in (doctypes,) if isinstance(doctypes, str) else doctypes:
			for field in [fields] if isinstance(fields, Mapping) else fields:
				name = frappe.db.get_value("Custom Field", {"dt": doctype, "fieldname": field["fieldname"]})
				if not name:
					create_custom_field(doctype, field)
				elif update:
					frappe.get_doc("Custom Field", name).update(field).save(ignore_permissions=True)
