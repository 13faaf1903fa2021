"""Files made to take time and memory: refused by their markers, or stored without anybody opening them."""

import zlib
from collections.abc import Iterator
from typing import Any

import frappe
import pytest

from tests.app.desk import Desk
from tests.app.test_media import content_of, row_of, send, shown
from tests.bombs import gif_of, pdf_of, png_of, progressive_jpeg, webp_of
from tests.files import PDF, pdf
from whatsapp_channel.conversations.media import pdf_scan
from whatsapp_channel.inbound.media import refetch

MB = 1024 * 1024
BOMB = pdf_of(b"%d 0 obj (\n", 536_000)
"""Half a megabyte that takes pypdf minutes."""
PHOTO = progressive_jpeg(4_000, 3_000, 10)


def packed(content: bytes) -> bytes:
	"""A document whose objects are packed."""
	objects = zlib.compress(content, 9)
	head = b"9 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(
		objects
	)
	return pdf() + b"\n" + head + objects + b"\nendstream\nendobj\n"


REFUSED = {
	"photo of 169 megapixels in 3,000 layers": ("image", progressive_jpeg(), "image/jpeg", "13,000 x 13,000"),
	"photo in 3,000 layers": ("image", progressive_jpeg(1_000, 1_000), "image/jpeg", "50 layers"),
	"document in 3,000 layers": ("document", progressive_jpeg(1_000, 1_000), "image/jpeg", "50 layers"),
	"photo of four billion pixels": ("image", png_of(65_535, 65_535), "image/png", "65,535 x 65,535"),
	"moving picture": ("image", gif_of(65_535, 65_535, screen=(1, 1)), "image/gif", "65,535 x 65,535"),
	"sticker": ("sticker", webp_of(b"VP8X", 16_384, 16_384), "image/webp", "16,384 x 16,384"),
	"document that unpacks to a hundred times its size": (
		"document", packed(bytes(100 * MB)), "application/pdf", "scripts",
	),
}  # fmt: skip


def is_given_up(message: str, reason: str) -> None:
	"""The message is there without its file, says why, and nobody tries again."""
	row = row_of(message)
	assert (row.state, row.file, row.file_url) == ("Refused", None, None)
	assert reason in row.error
	assert reason in shown(message)
	assert refetch.fetch_again(message) == "There is nothing to fetch for this message."
	assert message not in [due.parent for due in refetch._due()]


@pytest.mark.parametrize(("kind", "data", "declared", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_file_that_would_take_too_much_is_refused(
	desk: Desk, kind: str, data: bytes, declared: str, reason: str
) -> None:
	is_given_up(send(desk, kind, data, declared, filename=None), reason)


HARD = pdf_of(b"/", 24 * MB)
"""Takes some seconds of processor time."""
LIMITS = {
	"processor time": ("CPU_SECONDS", 1, HARD),
	"memory": ("MEMORY_BYTES", 48 * MB, packed(b"1 0 << /A 1 >> " + bytes(50 * MB))),
	"time on the clock": ("SECONDS", 0.1, HARD),
	"memory for its own start": ("MEMORY_BYTES", 2 * MB, PDF),
}


@pytest.mark.parametrize(("limit", "value", "data"), LIMITS.values(), ids=LIMITS.keys())
def test_search_for_scripts_that_reaches_a_limit(
	desk: Desk, monkeypatch: pytest.MonkeyPatch, limit: str, value: float, data: bytes
) -> None:
	monkeypatch.setattr(pdf_scan, limit, value)
	message = send(desk, "document", data, "application/pdf", filename="long.pdf")
	is_given_up(message, "takes too much time or memory")


def test_search_that_this_server_cannot_start_is_tried_again(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	with monkeypatch.context() as broken:
		broken.setattr(pdf_scan, "CHILD", pdf_scan.CHILD.with_name("missing.py"))
		message = send(desk, "document", PDF, "application/pdf", filename="a.pdf")
		assert row_of(message).state == "Failed"
	assert refetch.fetch_again(message) == "The file has been fetched."


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
	"""Which files the parsers of Frappe were handed. Without them, as beside the embedded host, none."""
	calls: list[str] = []
	try:
		import PIL.Image
		import pypdf
	except ModuleNotFoundError:
		return calls
	for owner, name in ((pypdf.PdfReader, "__init__"), (PIL.Image, "open")):
		original = getattr(owner, name)

		def noting(*arguments: Any, _name: str = name, _original: Any = original, **named: Any) -> Any:
			calls.append(_name)
			return _original(*arguments, **named)

		monkeypatch.setattr(owner, name, noting)
	return calls


UNOPENED = {
	"PDF that takes a parser minutes": ("document", BOMB, "application/pdf", "bomb.pdf"),
	"progressive photo": ("image", PHOTO, "image/jpeg", None),
	"photo as a document": ("document", PHOTO, "image/jpeg", "photo.jpg"),
}


@pytest.mark.bench_only("the embedded host opens no files")
@pytest.mark.parametrize(("kind", "data", "declared", "filename"), UNOPENED.values(), ids=UNOPENED.keys())
def test_frappe_does_not_open_what_customers_send(
	desk: Desk, opened: list[str], kind: str, data: bytes, declared: str, filename: str | None
) -> None:
	message = send(desk, kind, data, declared, filename=filename)
	row = row_of(message)
	assert (row.state, opened) == ("Stored", [])
	assert content_of(row) == data


@pytest.mark.bench_only("the embedded host opens no files")
@pytest.mark.parametrize(("name", "data"), [("a.pdf", PDF), ("a.jpg", PHOTO)])
def test_frappe_does_open_what_people_upload(desk: Desk, opened: list[str], name: str, data: bytes) -> None:
	"""Or the test above sees nothing."""
	values = {"doctype": "File", "file_name": name, "is_private": 1, "content": data + b" "}
	try:
		frappe.get_doc(values).insert(ignore_permissions=True)
	except OSError:
		pass  # what is no whole picture
	assert opened
