"""Files that the administrator uploaded, read for a check of their content."""

from dataclasses import dataclass
from pathlib import Path

import frappe
from frappe import _
from frappe.core.doctype.file.utils import find_file_by_url

from whatsapp_channel.database import set_value

PLACES = ("/files/", "/private/files/")


@dataclass(frozen=True, slots=True)
class Upload:
	"""One file of this site. `name` is the one under which it is served, and by whose ending a browser judges it."""

	row: str
	name: str
	content: bytes


def read(label: str, url: str) -> Upload:
	"""A file by its address. Raises frappe.ValidationError, naming the field `label`, for what is no file of this site, or
	none that the user may read: whose it is, and whether it is there, is not told."""
	file = find_file_by_url(url) if url.startswith(PLACES) else None
	path = Path(file.get_full_path()) if file else None
	if path is None or not path.is_file():
		frappe.throw(
			_(
				"{0}: {1} is no file of this site that you may read. Upload the picture instead of giving its address."
			).format(label, frappe.utils.escape_html(url))
		)
	return Upload(file.name, url.rpartition("/")[2], path.read_bytes())


def attach(url: str, doctype: str, name: str, field: str) -> None:
	"""A file that was uploaded before its document existed is attached to it, so that whoever reads that sees the file.

	Only one that the user may read: attaching would hand it to others.
	"""
	free = {"file_url": url, "attached_to_name": ["is", "not set"]}
	for row in frappe.get_all("File", free, pluck="name"):
		if find_file_by_url(url, row):
			place = {"attached_to_doctype": doctype, "attached_to_name": name, "attached_to_field": field}
			set_value("File", row, place)
			return
