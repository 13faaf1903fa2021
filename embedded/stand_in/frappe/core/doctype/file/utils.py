"""Finding files."""

from typing import Any

import frappe
from frappe.core.doctype.file.file import may_read


def find_file_by_url(path: str, name: str | None = None) -> Any:
	"""A file row of the URL, that of this name if one is given, that the user may read, or None."""
	filters = {"file_url": path, **({"name": name} if name else {})}
	for found in frappe.get_all("File", filters=filters, pluck="name"):
		file = frappe.get_doc("File", found)
		if may_read(file):
			return file
	return None
