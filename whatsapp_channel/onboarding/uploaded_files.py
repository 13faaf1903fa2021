"""Files that the administrator uploaded: reading and attaching them."""

from dataclasses import dataclass
from pathlib import Path

import frappe
from frappe import _
from frappe.core.doctype.file.utils import find_file_by_url

from whatsapp_channel.database import set_value

PLACES = ("/files/", "/private/files/")


@dataclass(frozen=True, slots=True)
class Upload:
	"""One file of this site. `name`: under which it is served; browsers go by its extension."""

	row: str
	name: str
	content: bytes


def read(label: str, url: str) -> Upload:
	"""Reads a file by its URL. Raises frappe.ValidationError, naming the field `label`, if it is not a file of this site or not
	readable for the user; the text does not reveal which."""
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
	"""Attaches a file that was uploaded before its document existed, so that readers of the document can see the file.

	Only a file that the user may read, because attaching shares it with others.
	"""
	free = {"file_url": url, "attached_to_name": ["is", "not set"]}
	for row in frappe.get_all("File", free, pluck="name"):
		if find_file_by_url(url, row):
			place = {"attached_to_doctype": doctype, "attached_to_name": name, "attached_to_field": field}
			set_value("File", row, place)
			return
