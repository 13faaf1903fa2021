"""Further rows for a customer's content, whoever makes them: nobody opens it, and its one address stays."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import frappe
import pytest
from frappe.core.doctype.file.file import File

from tests.app.desk import MESSAGE, Desk
from tests.app.test_hostile_files import BOMB, PHOTO, UNOPENED, opened
from tests.app.test_media import ANA, PHONE, content_of, files_at, keep_for, old, path_of, row_of, send
from tests.files import PDF, PNG, zip_bomb
from whatsapp_channel.overrides import file as overridden
from whatsapp_channel.overrides.file import CustomersFileMixin
from whatsapp_channel.privacy import old_media
from whatsapp_channel.privacy.erase import erase
from whatsapp_channel.privacy.person import asked

__all__ = ["opened"]
SENT = pytest.mark.parametrize(
	("kind", "data", "declared", "filename"), UNOPENED.values(), ids=UNOPENED.keys()
)


def merged(desk: Desk, message: str) -> str:
	"""The ticket was merged into another customer's; returns that."""
	from helpdesk.helpdesk.doctype.hd_ticket.api import merge_ticket

	desk.writes("from Ana", wa_id=ANA, name="Ana")
	source, target = desk.tickets()
	merge_ticket(source, target)
	return target


def split(desk: Desk, message: str) -> str:
	"""The message was moved to a ticket of its own; returns that."""
	from helpdesk.helpdesk.doctype.hd_ticket.api import split_ticket

	return str(split_ticket("A file", frappe.db.get_value(MESSAGE, message, "communication")))


def split_and_merged(desk: Desk, message: str) -> str:
	from helpdesk.helpdesk.doctype.hd_ticket.api import merge_ticket

	apart = split(desk, message)
	desk.writes("from Ana", wa_id=ANA, name="Ana")
	target = frappe.db.get_value("HD Ticket", {"raised_by": ["like", f"{ANA}%"]})
	merge_ticket(apart, str(target))
	return str(target)


MOVES = pytest.mark.parametrize("move", [merged, split, split_and_merged])


def removed_by_erasure(desk: Desk, message: str) -> None:
	erase(asked(PHONE), None, lambda _percent, _step: None)


def removed_by_retention(desk: Desk, message: str) -> None:
	keep_for(30)
	old(desk, message, 31)
	old_media.redact_old_media()
	keep_for(0)


@SENT
@MOVES
@pytest.mark.parametrize("remove", [removed_by_erasure, removed_by_retention])
def test_moved_file_is_not_opened_and_goes_with_the_rest(
	desk: Desk,
	opened: list[str],
	move: Callable[[Desk, str], str],
	remove: Callable[[Desk, str], None],
	kind: str,
	data: bytes,
	declared: str,
	filename: str | None,
) -> None:
	message = send(desk, kind, data, declared, filename=filename)
	row, path, before = row_of(message), path_of(row_of(message)), contents()
	frappe.set_user("Administrator")
	target = move(desk, message)
	frappe.db.commit()
	assert opened == []
	assert (path.read_bytes(), contents()) == (data, before)
	assert ("HD Ticket", target) in files_at(row.file_url)
	assert_all_alike(row.file_url)
	remove(desk, message)
	assert files_at(row.file_url) == set()
	assert contents() == before - {path.name}


def contents() -> set[str]:
	"""Customers' files on the disk, private or not."""
	folders = (Path(frappe.get_site_path(each, "files")) for each in ("private", "public"))
	return {path.name for folder in folders for path in folder.iterdir() if path.is_file()}


def assert_all_alike(url: str) -> None:
	"""Every row says the same of the content, or Frappe would delete it with the wrong one."""
	said = frappe.get_all("File", {"file_url": url}, ["content_hash", "file_size", "is_private"])
	assert len(said) > 1
	assert len({tuple(each.values()) for each in said}) == 1


# -- every way to make such a row ------------------------------------------------------------------------------------


def by_address(row: Any, **more: Any) -> Any:
	values = {"doctype": "File", "file_url": row.file_url, **more}
	return frappe.get_doc(values).insert(ignore_permissions=True)


def copied(row: Any) -> Any:
	return frappe.copy_doc(frappe.get_doc("File", row.file)).insert(ignore_permissions=True)


def attached_by_helpdesk(row: Any) -> Any:
	ticket = frappe.get_doc({"doctype": "HD Ticket", "subject": "By mail", "raised_by": "m@example.com"})
	ticket.insert(ignore_permissions=True)
	ticket.attach_file_with_doc("HD Ticket", ticket.name, row.file_url)
	return frappe.get_last_doc("File", {"attached_to_doctype": "HD Ticket", "attached_to_name": ticket.name})


WAYS: dict[str, Callable[[Any], Any]] = {
	"its address": by_address,
	"its address, called public": lambda row: by_address(row, is_private=0),
	"its address, spelled otherwise": lambda row: by_address(
		row, file_url=row.file_url.replace("files", "%66iles")
	),
	"its address on this site": lambda row: by_address(row, file_url=frappe.utils.get_url(row.file_url)),
	"a detour": lambda row: by_address(
		row, file_url=row.file_url.replace("/private/files/", "/private/files/./")
	),
	"a detour by public files": lambda row: by_address(row, file_url=f"/files/../..{row.file_url}"),
	"a copy of the row": copied,
	"a reply of Helpdesk's": attached_by_helpdesk,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize(
	("kind", "data", "declared"),
	[
		("document", BOMB, "application/pdf"),
		# Which Frappe 16 takes for text of Windows, and would write down as UTF-8.
		("document", PDF + b"\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
		("image", PHOTO, "image/jpeg"),
	],
	ids=["PDF that takes a parser minutes", "PDF with letters of Windows", "progressive photo"],
)
def test_row_for_a_customers_content(
	desk: Desk, opened: list[str], way: Callable[[Any], Any], kind: str, data: bytes, declared: str
) -> None:
	row = row_of(send(desk, kind, data, declared, filename="sent.pdf" if kind == "document" else None))
	before = contents()
	made = way(row)
	frappe.db.commit()
	assert (made.file_url, made.is_private, opened, contents()) == (row.file_url, 1, [], before)
	assert_all_alike(row.file_url)
	assert content_of(row) == data


def test_row_whose_insert_is_undone_takes_nothing_along(desk: Desk) -> None:
	row = row_of(send(desk, "image", PHOTO, "image/jpeg"))
	by_address(row)
	frappe.db.rollback()
	assert content_of(row) == PHOTO


def test_last_row_takes_the_content_along(desk: Desk) -> None:
	row = row_of(send(desk, "image", PHOTO, "image/jpeg"))
	path, made = path_of(row), by_address(row).name
	names = frappe.get_all("File", {"file_url": row.file_url, "name": ["!=", made]}, pluck="name")
	for name in [*names, made]:
		assert path.exists()
		frappe.delete_doc("File", name, force=True, ignore_permissions=True)
		frappe.db.commit()
	assert not path.exists()


# -- what Frappe does on demand --------------------------------------------------------------------------------------


@pytest.mark.bench_only("the embedded host opens no files")
@pytest.mark.parametrize("spelled", ["{}", "/private/files/.{}", "/files/../..{}", "https://site{}"])
def test_optimize_is_refused(desk: Desk, opened: list[str], spelled: str) -> None:
	row = row_of(send(desk, "image", PHOTO, "image/jpeg"))
	url = {
		"/private/files/.{}": row.file_url.replace("/files/", "/files/./"),
		"https://site{}": frappe.utils.get_url(row.file_url),
	}.get(spelled, spelled.format(row.file_url))
	sent = frappe.get_doc("File", row.file).as_dict() | {"file_url": url}
	document = frappe.get_doc(sent)
	with pytest.raises(frappe.ValidationError, match="stays as it was sent"):
		document.run_method("optimize_file")
	assert (opened, content_of(row)) == ([], PHOTO)


@pytest.mark.bench_only("the embedded host opens no files")
def test_thumbnail_is_not_made(desk: Desk, opened: list[str]) -> None:
	row = row_of(send(desk, "image", PHOTO, "image/jpeg"))
	assert frappe.get_doc("File", row.file).make_thumbnail() is None
	assert opened == []


@pytest.mark.bench_only("the embedded host unpacks nothing")
def test_archive_is_not_unpacked(desk: Desk) -> None:
	row = row_of(send(desk, "document", zip_bomb(), "application/zip", filename="zeros.zip"))
	before = contents()
	with pytest.raises(frappe.ValidationError, match="is not unpacked here"):
		frappe.get_doc("File", row.file).unzip()
	assert contents() == before


@pytest.mark.bench_only("the embedded host moves no files")
def test_it_stays_private(desk: Desk) -> None:
	row = row_of(send(desk, "image", PHOTO, "image/jpeg"))
	document = frappe.get_doc("File", row.file)
	document.is_private = 0
	with pytest.raises(frappe.ValidationError, match="stays private"):
		document.save(ignore_permissions=True)
	assert content_of(row) == PHOTO


# -- files of others -------------------------------------------------------------------------------------------------


@pytest.fixture
def own_picture(site: Any) -> Any:
	"""What an agent has uploaded."""
	from tests.pictures import png

	values = {"doctype": "File", "file_name": "own.png", "is_private": 1, "content": png() + b"own"}
	return frappe.get_doc(values).insert(ignore_permissions=True)


@pytest.mark.bench_only("the embedded host opens no files")
def test_own_files_are_opened_as_before(own_picture: Any, opened: list[str]) -> None:
	method = own_picture.optimize_file
	assert method.__func__ is File.optimize_file
	assert method.__func__ in frappe.whitelisted
	own_picture.make_thumbnail()
	assert opened == ["open"]
	with pytest.raises(frappe.ValidationError, match="is not a zip file"):
		own_picture.unzip()


@pytest.mark.bench_only("the embedded host opens no files")
def test_content_under_a_customers_address_is_opened_as_before(desk: Desk, opened: list[str]) -> None:
	from pypdf.errors import PdfReadError

	row = row_of(send(desk, "document", BOMB, "application/pdf", filename="sent.pdf"))
	with pytest.raises(PdfReadError):
		by_address(row, file_name="a.pdf", content=b"%PDF-1.4 of somebody else")
	assert opened == ["__init__"]


def test_a_name_that_differs_by_case_is_another_file(desk: Desk) -> None:
	row = row_of(send(desk, "image", PNG, "image/png"))
	other = path_of(row).with_name(path_of(row).name.upper())
	other.write_bytes(b"another")
	try:
		assert by_address(row, file_url=f"/private/files/{other.name}").file_url != row.file_url
	finally:
		other.unlink()


# -- the class -------------------------------------------------------------------------------------------------------


class StoredElsewhere(File):
	"""Of an app that keeps files on another server."""

	def save_file(self, *_arguments: Any, **_more: Any) -> None:
		self.file_url = "https://files.example.com/1"


OURS = "whatsapp_channel.overrides.file_class.WhatsAppFile"


@pytest.mark.parametrize("order", [(OURS, "StoredElsewhere"), ("StoredElsewhere", OURS), (OURS,)])
def test_class_of_another_app_stays(
	site: Any, monkeypatch: pytest.MonkeyPatch, order: tuple[str, ...]
) -> None:
	from whatsapp_channel.overrides import file_class

	known, other = frappe.get_hooks, "whatsapp_channel.overrides.file.StoredElsewhere"
	chosen = [name if name == OURS else other for name in order]
	# Frappe takes classes from apps alone.
	monkeypatch.setattr(overridden, "StoredElsewhere", StoredElsewhere, raising=False)
	monkeypatch.setattr(
		frappe,
		"get_hooks",
		lambda hook=None, *more, **named: (
			{"File": chosen} if hook == "override_doctype_class" else known(hook, *more, **named)
		),
	)
	made = file_class.WhatsAppFile
	base = StoredElsewhere if len(order) > 1 else File
	assert made.__mro__[1:3] == (CustomersFileMixin, base)
	assert pickle.loads(pickle.dumps(made)) is made
	with pytest.raises(AttributeError):
		file_class.Other  # noqa: B018


def test_documents_of_the_class_can_be_cached(site: Any, own_picture: Any) -> None:
	frappe.db.commit()
	for _again in range(2):
		document = frappe.get_cached_doc("File", own_picture.name)
		assert isinstance(document, CustomersFileMixin)
		assert document.file_name == own_picture.file_name
