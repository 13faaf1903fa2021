"""The File mixin: no web process opens content that a customer sent (ADR 0053).

It does not import Frappe's class: whatever it does not handle goes to `super()`, and so does everything for other files.
"""

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _

from whatsapp_channel.helpdesk import files


class CustomersFileMixin:
	"""Precedes, in the class order, the File class that other apps chose."""

	def before_insert(self: Any) -> None:
		"""Lets a further row for a customer's content use the same URL without opening the content.

		Helpdesk's merges, replies, e-mails and forms create such rows. Frappe would read the content, pass a PDF to pypdf, and
		store a JPEG again without its metadata, under a URL that erasure does not know.
		"""
		# A document with content is an upload, whatever its URL says.
		kept = files.customers(self) if self.get("file_url") and not self.get("content") else None
		if not kept:
			super().before_insert()  # type: ignore[misc]
			return
		self.file_name = self.file_name or kept["file_name"]
		place = {field: kept[field] for field in files.CONTENT}
		self.update(place)
		# Equal content has one URL, but older rows may have another.
		self.flags.update(customers_content=True, ignore_duplicate_entry_error=True)
		try:
			super().before_insert()  # type: ignore[misc]
		finally:
			self.flags.pop("customers_content")
		# Frappe decodes URLs, and treats content in other places as public.
		self.update(place)

	@property
	def is_remote_file(self: Any) -> bool:
		"""True for a customer's content: Frappe validates the row of a remote file but does not open it."""
		return bool(self.flags.customers_content or super().is_remote_file)  # type: ignore[misc]

	def handle_is_private_changed(self: Any) -> None:
		"""Refuses to publish a customer's file; Frappe would move the content to a public URL."""
		if not self.is_private and (self.file_url or "").startswith("/private/") and files.customers(self):
			frappe.throw(_("A file that a customer sent stays private."))
		super().handle_is_private_changed()  # type: ignore[misc]

	@property
	def optimize_file(self: Any) -> Callable[..., Any]:
		"""*Optimize*, disabled for a customer's file.

		It is a property, so that for other files requests reach Frappe's own method, with its own errors.
		"""
		if files.customers(self):
			frappe.throw(_("A file that a customer sent stays as it was sent. Download it to change a copy."))
		return super().optimize_file  # type: ignore[misc]

	def make_thumbnail(self: Any, *args: Any, **more: Any) -> str | None:
		"""None for a customer's picture, which is what Frappe returns for one that it cannot read."""
		if files.customers(self):
			return None
		return super().make_thumbnail(*args, **more)  # type: ignore[misc]

	def unzip(self: Any) -> Any:
		"""Refuses to unpack a customer's archive; Frappe would unpack it in memory, and store the contents as the agent's files."""
		if files.customers(self):
			frappe.throw(_("An archive that a customer sent is not unpacked here. Download it."))
		return super().unzip()  # type: ignore[misc]
