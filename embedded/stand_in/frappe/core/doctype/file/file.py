"""Files: rows that point to content on disk; identical content is stored once."""

import mimetypes
from pathlib import Path
from typing import Any

import frappe
from frappe.core.api.file import get_max_file_size
from frappe.core.doctype.file.exceptions import MaxFileSizeReachedError
from frappe.core.doctype.file.utils import generate_file_name, get_content_hash
from frappe.model.document import Document


class File(Document):
	"""The parts of Frappe's controller that a channel uses."""

	def before_insert(self) -> None:
		"""Write the content, or use the existing content behind the URL."""
		self.folder = self.folder or "Home/Attachments"
		if self.__dict__.get("content") is not None:
			self.save_file(content=self.get_content())
			frappe.db.after_rollback.add(self._withdraw)
		elif self.file_url:
			self._point()
		self.file_type = Path(self.file_name or "").suffix.lstrip(".").upper()

	def validate(self) -> None:
		"""A file needs a URL."""
		if not self.is_folder and not self.file_url:
			frappe.throw("File URL is required", frappe.MandatoryError)

	def save_file(self, content: Any = None) -> None:
		"""Write the content to disk, or point to identical content that is there already."""
		content = self.get_content()
		self._content = content.encode() if isinstance(content, str) else content
		self.file_name = (self.file_name or "file").replace("/", "-").replace("\\", "-")
		self.file_size, self.content_hash = self.check_max_file_size(), get_content_hash(self._content)
		same = {"content_hash": self.content_hash, "is_private": frappe.utils.cint(self.is_private)}
		if known := frappe.db.get_value("File", same, "file_url"):
			self.file_url = known
			return
		name = generate_file_name(self.file_name, is_private=bool(self.is_private))
		self.file_url = f"/{'private/' if self.is_private else ''}files/{name}"
		Path(self.get_full_path()).write_bytes(self._content)

	def check_max_file_size(self) -> int:
		"""The size of the content in bytes; raises MaxFileSizeReachedError."""
		limit, size = get_max_file_size(), len(self._content)
		if size > limit:
			frappe.throw(
				f"File size exceeded the maximum allowed size of {limit} bytes", MaxFileSizeReachedError
			)
		return size

	def exists_on_disk(self) -> bool:
		"""Whether the content exists on disk."""
		return Path(self.get_full_path()).exists()

	def _withdraw(self) -> None:
		if self.file_url and not frappe.db.exists("File", {"file_url": self.file_url}):
			Path(self.get_full_path()).unlink(missing_ok=True)

	def _folder(self) -> Path:
		return Path(frappe.get_site_path("private" if self.is_private else "public", "files"))

	def _point(self) -> None:
		self.is_private = int(self.file_url.startswith("/private/"))
		known = frappe.db.get_value(
			"File", {"file_url": self.file_url}, ["file_name", "content_hash", "file_size"]
		)
		if known:
			self.file_name = self.file_name or known[0]
			self.content_hash, self.file_size = known[1:]
		self.file_name = self.file_name or self.file_url.rpartition("/")[2]

	def get_full_path(self) -> str:
		"""The path of the content on disk."""
		return str(self._folder() / self.file_url.rpartition("/")[2])

	def get_content(self) -> Any:
		"""The content: for a new file as it was given, else text if it can be decoded, as in Frappe."""
		if self.__dict__.get("content"):
			self._content = self.content
			return self._content
		content = Path(self.get_full_path()).read_bytes()
		try:
			return content.decode()
		except UnicodeDecodeError:
			return content

	def after_delete(self) -> None:
		"""Delete the content together with the last row that points to it."""
		if not frappe.db.exists("File", {"file_url": self.file_url}):
			path = Path(self.get_full_path())
			frappe.db.after_commit.add(lambda: path.unlink(missing_ok=True))


def may_read(file: Any) -> bool:
	"""Public files are for all, private ones for their owner and for readers of what they are attached to."""
	if not file.is_private or frappe.session.user in ("Administrator", file.owner):
		return True
	if not (file.attached_to_doctype and file.attached_to_name):
		return False
	return bool(frappe.has_permission(file.attached_to_doctype, "read", doc=file.attached_to_name))


def guess_type(name: str) -> str:
	"""The media type of a file name."""
	return mimetypes.guess_type(name)[0] or "application/octet-stream"
