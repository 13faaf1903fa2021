"""This app's documents: loading them by name with a permission check (ADR 0055), and removing markup before they are saved
(ADR 0056)."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import database, logs


def load_permitted(doctype: str, name: object, right: str) -> Document:
	"""Loads the stored document of this name, if the user has this permission.

	Frappe's `run_doc_method` passes a whitelisted method a document from the client's request, of which only the name can be
	trusted. Raises frappe.DoesNotExistError and frappe.PermissionError, which reveal nothing about the document.
	"""
	# frappe.get_doc would use a mapping as filters.
	if not isinstance(name, str | int) or not frappe.db.exists(doctype, str(name)):
		frappe.throw(_("There is no such {0}. Reload the page.").format(_(doctype)), frappe.DoesNotExistError)
	document = frappe.get_doc(doctype, str(name))
	document.check_permission(right)
	return document


@logs.request
def make_plain(document: Document, method: str | None = None) -> None:
	"""Runs before each document of this app is saved, by whatever code."""
	database.make_plain(document)


class ChildRow(Document):
	"""The row of a child table. It can be read with permission to read its parent.

	For a row that a client names by itself, Frappe checks only the permissions of the parent's DocType.
	"""

	def has_permission(self, permtype: str = "read", **more: Any) -> bool:
		"""Checks the parent document's permissions too."""
		if not super().has_permission(permtype, **more):
			return False
		user = more.get("user") or frappe.session.user
		if self.flags.ignore_permissions or user == "Administrator":
			return True
		if not frappe.db.exists(self.parenttype, self.parent):
			return False
		return bool(frappe.get_doc(self.parenttype, self.parent).has_permission(permtype, **more))
