"""Exceptions of files."""

import frappe


class MaxFileSizeReachedError(frappe.ValidationError):
	"""The file is larger than the site allows."""
