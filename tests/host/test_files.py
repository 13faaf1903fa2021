"""What the app relies on in Frappe's files, on both hosts."""

import mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import frappe
import pytest
from frappe.core.api.file import get_max_file_size

from tests.files import PNG, SCRIPTED_PDF


def insert(content: Any, name: str = "host-test.png", key: str | None = None) -> Any:
	values = {"doctype": "File", "file_name": name, "is_private": 1, "content": content}
	return frappe.get_doc(values).insert(ignore_permissions=True, set_name=key)


def path_of(document: Any) -> Path:
	return Path(document.get_full_path())


def test_content_may_be_a_memory_map(site: Any) -> None:
	with TemporaryFile(dir=frappe.get_site_path("private")) as file:
		file.write(PNG)
		file.flush()
		with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
			stored = insert(content)
	assert path_of(stored).read_bytes() == PNG
	assert stored.file_size == len(PNG)


def test_name_may_be_chosen(site: Any) -> None:
	assert insert(PNG, key="hosttestkey").name == "hosttestkey"


def test_equal_content_is_kept_once_and_goes_with_the_last_row(site: Any) -> None:
	first, second = insert(PNG), insert(PNG, name="other-name.png")
	assert first.file_url == second.file_url
	path = path_of(first)
	frappe.delete_doc("File", first.name, force=True, delete_permanently=True)
	frappe.db.commit()
	assert path.exists()
	frappe.delete_doc("File", second.name, force=True, delete_permanently=True)
	frappe.db.commit()
	assert not path.exists()


@pytest.mark.bench_only("the embedded host does not parse PDFs")
def test_frappe_misses_scripts_of_a_whole_document(site: Any) -> None:
	"""If this fails, Frappe has mended it; ours stays, because older versions do not."""
	assert insert(SCRIPTED_PDF, name="scripts.pdf").name


def test_limit_is_the_administrators(site: Any) -> None:
	before = frappe.db.get_single_value("System Settings", "max_file_size")
	try:
		frappe.db.set_single_value("System Settings", "max_file_size", 3)
		frappe.clear_cache(doctype="System Settings")
		assert get_max_file_size() == 3 * 1024 * 1024
	finally:
		frappe.db.set_single_value("System Settings", "max_file_size", before or 0)
		frappe.clear_cache(doctype="System Settings")
		frappe.db.commit()
