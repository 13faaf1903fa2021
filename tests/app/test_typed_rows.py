"""Rows that are read in more than one place: each class of one list of columns, and every column there."""

import ast
from dataclasses import FrozenInstanceError
from datetime import timedelta
from importlib import import_module
from typing import Any

import frappe
import pytest

from tests.app.desk import Desk
from tests.test_layers import MODULES
from whatsapp_channel import rows
from whatsapp_channel.accounts.account_rows import AccountRow, ChannelStatusRow, NumberRow
from whatsapp_channel.conversations.conversation_rows import (
	ChannelRow,
	ConversationRow,
	CustomerRow,
	MessageRow,
	StatusRow,
)
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.inbound.item_rows import ItemRow
from whatsapp_channel.onboarding.signup_rows import SignupRow
from whatsapp_channel.privacy.export_rows import ExportedMessage
from whatsapp_channel.rows import Row


def is_row(node: ast.AST) -> bool:
	return isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "Row" for base in node.bases)


# Every class of rows there is, wherever it is.
KINDS: list[type[Row]] = [
	getattr(import_module(f"whatsapp_channel.{name}"), node.name)
	for name, source in MODULES.items()
	for node in source.tree.body
	if is_row(node)
]


def test_every_class_of_rows_is_found() -> None:
	assert {AccountRow, ChannelRow, ExportedMessage, ItemRow, SignupRow} <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_is_a_column(kind: type[Row], desk: Desk) -> None:
	assert set(kind.columns()) <= set(frappe.db.get_table_columns(kind.DOCTYPE))


HELD = [AccountRow, ChannelStatusRow, ConversationRow, MessageRow, NumberRow, StatusRow]


@pytest.mark.parametrize("kind", HELD)
def test_a_row_holds_what_is_stored_however_it_is_read(kind: type[Row], desk: Desk) -> None:
	desk.writes("Hello")
	name = frappe.get_all(kind.DOCTYPE, pluck="name", limit=1)[0]
	stored = frappe.get_doc(kind.DOCTYPE, name)
	read = rows.one(kind, name)
	assert read.values() == {column: stored.get(column) for column in kind.columns()}
	assert read == rows.first(kind, {"name": name}) == rows.where(kind, "name = %s", (name,))[0]


def test_what_is_not_there_is_none(desk: Desk) -> None:
	assert rows.one(CustomerRow, "nobody") is None
	assert rows.first(CustomerRow, {"name": "nobody"}) is None
	assert rows.many(CustomerRow, {"name": "nobody"}) == []


def test_rows_come_in_order_and_no_more_than_asked(desk: Desk) -> None:
	for text in ("one", "two", "three"):
		desk.writes(text)
	found = rows.many(MessageRow, {}, "message_timestamp desc, creation desc", limit=2)
	assert [row.text for row in found] == ["three", "two"]


def test_a_row_that_was_read_does_not_change(desk: Desk) -> None:
	desk.writes("Hello")
	row = rows.many(MessageRow, {})[0]
	values: dict[str, Any] = {"text": "Bye", "wamid_masked": "not a column of this class"}
	after = row.changed(values)
	assert (row.text, after.text, after.name) == ("Hello", "Bye", row.name)
	with pytest.raises(FrozenInstanceError):
		row.text = "Bye"
	assert frappe.db.get_value(MESSAGE, row.name, "text") == "Hello"
	assert after.message_timestamp - row.message_timestamp == timedelta()
