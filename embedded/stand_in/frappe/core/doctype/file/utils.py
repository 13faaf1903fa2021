"""Finding and naming files."""

import hashlib
from pathlib import Path
from typing import Any

import frappe


def get_content_hash(content: Any) -> str:
	"""The hash by which identical content is found."""
	data = content.encode() if isinstance(content, str) else content
	return hashlib.md5(data, usedforsecurity=False).hexdigest()


def generate_file_name(name: str, suffix: str | None = None, is_private: bool = False) -> str:
	"""A name that is free on disk: this one, or the same with letters added."""
	folder, free, tail = (
		Path(frappe.get_site_path("private" if is_private else "public", "files")),
		name,
		suffix,
	)
	while (folder / free).exists():
		free, tail = f"{Path(name).stem}{tail or frappe.generate_hash(length=6)}{Path(name).suffix}", None
	return free


def find_file_by_url(path: str, name: str | None = None) -> Any:
	"""A file row of the URL, that of this name if one is given, that the user may read, or None."""
	from frappe.core.doctype.file.file import may_read

	filters = {"file_url": path, **({"name": name} if name else {})}
	for found in frappe.get_all("File", filters=filters, pluck="name"):
		file = frappe.get_doc("File", found)
		if may_read(file):
			return file
	return None
