"""What is different about a File whose content a customer sent: nobody in a web process opens it (ADR 0053).

A mixin that names no class of Frappe: everything it does not decide goes to `super()`, and of a file of others it decides
nothing.
"""

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _

from whatsapp_channel.helpdesk import files


class CustomersFileMixin:
	"""Goes before the class of File that other apps chose."""

	def before_insert(self: Any) -> None:
		"""A further row for a customer's content points at it as it is, by the same address.

		Helpdesk's merge makes such rows, and its replies, e-mails and forms do. Frappe would read the content, hand a PDF
		to pypdf, and store a JPEG again without its metadata, under an address that erasure does not know.
		"""
		# Content that comes along is somebody's upload, whatever address it names.
		kept = files.customers(self) if self.get("file_url") and not self.get("content") else None
		if not kept:
			super().before_insert()  # type: ignore[misc]
			return
		self.file_name = self.file_name or kept["file_name"]
		place = {field: kept[field] for field in files.CONTENT}
		self.update(place)
		# Equal content has one address, but rows of before may name another.
		self.flags.update(customers_content=True, ignore_duplicate_entry_error=True)
		try:
			super().before_insert()  # type: ignore[misc]
		finally:
			self.flags.pop("customers_content")
		# Frappe decodes an address, and calls what is stored elsewhere public.
		self.update(place)

	@property
	def is_remote_file(self: Any) -> bool:
		"""Of a remote file Frappe checks and makes all that belongs to a row, and opens nothing."""
		return bool(self.flags.customers_content or super().is_remote_file)  # type: ignore[misc]

	def handle_is_private_changed(self: Any) -> None:
		"""Frappe moves the content to another address, which here the whole world could read."""
		if not self.is_private and (self.file_url or "").startswith("/private/") and files.customers(self):
			frappe.throw(_("A file that a customer sent stays private."))
		super().handle_is_private_changed()  # type: ignore[misc]

	@property
	def optimize_file(self: Any) -> Callable[..., Any]:
		"""*Optimize*, but for a customer's file.

		A property, so that for other files the web reaches Frappe's own method, with its own errors.
		"""
		if files.customers(self):
			frappe.throw(_("A file that a customer sent stays as it was sent. Download it to change a copy."))
		return super().optimize_file  # type: ignore[misc]

	def make_thumbnail(self: Any, *args: Any, **more: Any) -> str | None:
		"""None for a customer's picture, as Frappe returns for one that it cannot read."""
		if files.customers(self):
			return None
		return super().make_thumbnail(*args, **more)  # type: ignore[misc]

	def unzip(self: Any) -> Any:
		"""Frappe unpacks whatever comes out, into memory, and stores it as files of the agent."""
		if files.customers(self):
			frappe.throw(_("An archive that a customer sent is not unpacked here. Download it."))
		return super().unzip()  # type: ignore[misc]
