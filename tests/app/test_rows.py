"""Rows that are written without a document's whole procedure are the rows that the procedure would have written."""

from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk
from whatsapp_channel.clock import site_now
from whatsapp_channel.database import insert_row, lock_row

OWN = ("name", "creation", "modified", "wamid_key", "parent")


def values(desk: Desk, key: str) -> dict[str, Any]:
	fields = ["customer", "channel", "conversation", "session"]
	links = frappe.db.get_value(MESSAGE, {"direction": "Incoming"}, fields, as_dict=True)
	files = [
		{"kind": "image", "state": "Stored", "file_name": "a.jpg"},
		{"kind": "image", "state": "Failed", "error": "?"},
	]
	moment = site_now().replace(microsecond=0)
	return {
		**links,
		"direction": "Outgoing",
		"status": "Queued",
		"text": "<b>50 %</b>\n😀",
		"message_timestamp": moment,
		"wamid_key": key,
		"media": files,
	}


def stored(name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
	children = "WhatsApp Message Media"
	row = frappe.db.get_value(MESSAGE, name, "*", as_dict=True)
	files = frappe.get_all(children, {"parent": name}, ["*"], order_by="idx")
	return _without_own(row), [_without_own(each) for each in files]


def _without_own(row: dict[str, Any]) -> dict[str, Any]:
	return {field: value for field, value in row.items() if field not in OWN}


def test_a_row_is_what_a_document_would_be(desk: Desk) -> None:
	desk.writes("Hello")
	given = values(desk, "one")
	by_document = frappe.get_doc({"doctype": MESSAGE, **given}).insert(ignore_permissions=True)
	by_row = insert_row(MESSAGE, {**given, "wamid_key": "two"})
	assert stored(by_row) == stored(by_document.name)
	assert len(by_row) == len(by_document.name)
	row = frappe.db.get_value(MESSAGE, by_row, ["owner", "modified_by", "creation", "origin"])
	assert row[:2] == ("Administrator", "Administrator")
	assert (site_now() - row[2]).total_seconds() < 60
	assert row[3] == "Cloud API"


def test_a_key_that_is_there_is_refused(desk: Desk) -> None:
	desk.writes("Hello")
	given = values(desk, "one")
	insert_row(MESSAGE, given)
	with pytest.raises((frappe.UniqueValidationError, frappe.DuplicateEntryError)):
		insert_row(MESSAGE, given)


def test_what_listens_for_new_documents_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	desk.writes("Hello")
	told = []
	controller = type(frappe.new_doc(MESSAGE))
	monkeypatch.setattr(controller, "after_insert", lambda self: told.append(self.name), raising=False)
	name = insert_row(MESSAGE, values(desk, "one"))
	assert told == [name]


@pytest.mark.parametrize(("exists", "expected"), [(True, True), (False, False)], ids=["there", "gone"])
def test_lock_says_whether_the_row_is_there(desk: Desk, exists: bool, expected: bool) -> None:
	desk.writes("Hello")
	frappe.db.commit()
	assert lock_row(MESSAGE, frappe.get_all(MESSAGE, pluck="name")[0] if exists else "nobody") is expected
