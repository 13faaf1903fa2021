"""Our documents, whoever touches them: what a client sends names one and never describes it (ADR 0055), and none is
saved with markup in a column that pages print as HTML (ADR 0056)."""

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import database, logs


def load_permitted(doctype: str, name: object, right: str) -> Document:
	"""The document of this name as it is stored, for who has this right to it.

	Frappe's `run_doc_method` hands a whitelisted method whatever document the client made up: of that one only the name
	counts. Raises frappe.DoesNotExistError and frappe.PermissionError, which say nothing of what is in the document.
	"""
	# A mapping would be taken for filters, and find what it describes.
	if not isinstance(name, str | int) or not frappe.db.exists(doctype, str(name)):
		frappe.throw(_("There is no such {0}. Reload the page.").format(_(doctype)), frappe.DoesNotExistError)
	document = frappe.get_doc(doctype, str(name))
	document.check_permission(right)
	return document


@logs.request
def make_plain(document: Document, method: str | None = None) -> None:
	"""Runs before each document of ours is saved, by a form, the desk's calls or this app."""
	database.make_plain(document)
