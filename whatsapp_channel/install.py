"""Installing, migrating and removing the app. Each step may run any number of times."""

import frappe

from whatsapp_channel import desk, encryption, jobs
from whatsapp_channel.helpdesk import contacts, indexes, setup
from whatsapp_channel.privacy import masked_numbers

# Frappe's DocTypes with rows about documents of any DocType, and the field with that DocType.
POINTING_AT_DOCTYPES = {
	"Logs To Clear": "ref_doctype",
	"Version": "ref_doctype",
	"Comment": "reference_doctype",
	"DocShare": "share_doctype",
	"User Permission": "allow",
	"Deleted Document": "deleted_doctype",
}


def before_install() -> None:
	"""Makes Frappe reload the modules of all apps.

	Its cached map may be older than this app on the bench; then the installation would silently create no DocTypes.
	"""
	frappe.cache.delete_value("app_modules")
	frappe.setup_module_map()


def after_install() -> None:
	"""After the installation: the same steps as after each migration."""
	after_migrate()


def after_migrate() -> None:
	"""Updates everything that is not part of a DocType's files."""
	encryption.ensure_key()
	setup.make_ticket_fields()
	setup.write_form_scripts()
	indexes.make()
	masked_numbers.fill_masked()
	desk.make_blocks()
	desk.make_sidebar()
	jobs.begin_now(jobs.OURS)


def before_uninstall() -> None:
	"""Removes everything outside of our own DocTypes, which Frappe deletes itself."""
	_forget_own_rows()
	contacts.forget_silenced()
	setup.delete_form_scripts()
	indexes.drop()
	setup.drop_ticket_fields()
	desk.delete_blocks()
	desk.delete_sidebar()


def _forget_own_rows() -> None:
	"""Deletes rows that refer to our DocTypes and jobs: Frappe drops the tables but leaves these rows."""
	ours = frappe.get_all("DocType", {"module": setup.MODULE}, pluck="name")
	frappe.db.delete("__Auth", {"doctype": ["in", ours]})
	for name in frappe.get_all("File", {"attached_to_doctype": ["in", ours]}, pluck="name"):
		frappe.delete_doc("File", name, force=True, ignore_permissions=True)
	frappe.db.delete("Scheduled Job Type", {"method": ["like", "whatsapp_channel.%"]})
	for doctype, field in POINTING_AT_DOCTYPES.items():
		if frappe.db.table_exists(doctype):
			frappe.db.delete(doctype, {field: ["in", ours]})
