"""Files: rows that point at content on disk, equal content kept once."""

import hashlib
import mimetypes
from pathlib import Path
from typing import Any

import frappe
from frappe.core.api.file import get_max_file_size
from frappe.core.doctype.file.exceptions import MaxFileSizeReachedError
from frappe.model.document import Document


class File(Document):
	"""The parts of Frappe's controller that a channel meets."""

	def before_insert(self) -> None:
		"""Write the content, or take over what the URL points at."""
		self.folder = self.folder or "Home/Attachments"
		content = self.__dict__.pop("content", None)
		if content is not None:
			self._write(content.encode() if isinstance(content, str) else content)
		elif self.file_url:
			self._point()
		self.file_type = Path(self.file_name or "").suffix.lstrip(".").upper()

	def validate(self) -> None:
		"""A file needs a place."""
		if not self.is_folder and not self.file_url:
			frappe.throw("File URL is required", frappe.MandatoryError)

	def _write(self, content: bytes) -> None:
		limit = get_max_file_size()
		if len(content) > limit:
			frappe.throw(
				f"File size exceeded the maximum allowed size of {limit} bytes", MaxFileSizeReachedError
			)
		self.file_name = (self.file_name or "file").replace("/", "-").replace("\\", "-")
		self.file_size, self.content_hash = (
			len(content),
			hashlib.md5(content, usedforsecurity=False).hexdigest(),
		)
		same = {"content_hash": self.content_hash, "is_private": frappe.utils.cint(self.is_private)}
		if known := frappe.db.get_value("File", same, "file_url"):
			self.file_url = known
			return
		name = self.file_name
		while (path := self._folder() / name).exists():
			name = f"{Path(self.file_name).stem}{frappe.generate_hash(length=6)}{Path(self.file_name).suffix}"
		path.write_bytes(content)
		frappe.db.after_rollback.add(lambda: path.unlink(missing_ok=True))
		self.file_url = f"/{'private/' if self.is_private else ''}files/{name}"

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
		"""Where the content is."""
		return str(self._folder() / self.file_url.rpartition("/")[2])

	def get_content(self) -> Any:
		"""The content: text when it is text, as Frappe does."""
		content = Path(self.get_full_path()).read_bytes()
		try:
			return content.decode()
		except UnicodeDecodeError:
			return content

	def after_delete(self) -> None:
		"""The last row that points at the content takes it along."""
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
