"""Message rows: finding, inserting and locking them."""

from collections.abc import Callable
from typing import Any, TypeVar

import frappe

from whatsapp_channel import database, rows
from whatsapp_channel.clock import to_site
from whatsapp_channel.cloud_api.webhook_parser import InboundMessage
from whatsapp_channel.conversations.conversation_rows import MessageRow, StatusRow
from whatsapp_channel.conversations.customers import customer
from whatsapp_channel.database import row_of
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.keys import wamid_key

T = TypeVar("T")
R = TypeVar("R", MessageRow, StatusRow)


def exists(number: str | None, wamid: str) -> bool:
	"""Whether a message of a number is stored (ADR 0003: a unique index decides, this only saves work)."""
	key = wamid_key(number, wamid)
	return bool(frappe.db.sql(f"select 1 from `tab{MESSAGE}` where wamid_key = %s", (key,)))


def columns(number: str | None, message: InboundMessage, raw: Any) -> dict[str, Any]:
	"""The columns of a message row that come from the message itself and our number, in either direction."""
	quoted = message.quoted_wamid
	return {
		"message_type": message.type[:140],
		"message_timestamp": to_site(message.timestamp),
		"text": message.text,
		"wamid": message.id,
		"wamid_key": wamid_key(number, message.id),
		"quoted_wamid": quoted,
		"quoted_key": wamid_key(number, quoted) if quoted else None,
		"payload": frappe.as_json(dict(raw)),
	}


def insert_row(values: dict[str, Any]) -> str:
	"""Inserts a message row with its files; returns its name."""
	return database.insert_row(MESSAGE, values)


def under_lock(kind: type[R], name: str, work: Callable[[R | None], T]) -> T:
	"""Runs `work` with a message's row in a transaction, under the lock of the customer who owns it at that moment.

	`kind`: MessageRow or StatusRow. The row is None, and nothing is locked, if the message no longer exists.
	"""
	present: list[R | None] = [None]

	def is_theirs(owner: str | None) -> bool:
		present[0] = rows.one(kind, name)
		return (present[0].customer if present[0] else None) == owner

	def owner() -> str | None:
		row = row_of(MESSAGE, name, ("customer",))
		return row.customer if row else None

	return customer.under_lock(owner(), owner, lambda _owner: work(present[0]), still=is_theirs)
