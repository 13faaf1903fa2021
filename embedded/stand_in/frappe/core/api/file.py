"""Limits of files."""

import frappe
from frappe.utils import cint


def get_max_file_size() -> int:
	"""The most bytes that a file may have: the administrator's limit in MB, the server's in bytes, or 25 MB."""
	configured = cint(frappe.db.get_single_value("System Settings", "max_file_size")) * 1024 * 1024
	return configured or cint(frappe.conf.max_file_size) or 25 * 1024 * 1024
