"""Message rows: whether one is there, and how one is written."""

from typing import Any

import frappe

from whatsapp_channel import database
from whatsapp_channel.clock import to_site
from whatsapp_channel.cloud_api.webhook import InboundMessage
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.keys import wamid_key


def exists(wamid: str) -> bool:
	"""Whether a message with this id is stored (design decision 3: a unique index decides, this only saves work)."""
	return bool(frappe.db.sql(f"select 1 from `tab{MESSAGE}` where wamid_key = %s", (wamid_key(wamid),)))


def columns(message: InboundMessage, raw: Any) -> dict[str, Any]:
	"""What a message row says of the message itself, whoever sent it."""
	quoted = message.quoted_wamid
	return {
		"message_type": message.type[:140],
		"message_timestamp": to_site(message.timestamp),
		"text": message.text,
		"wamid": message.id,
		"wamid_key": wamid_key(message.id),
		"quoted_wamid": quoted,
		"quoted_key": wamid_key(quoted) if quoted else None,
		"payload": frappe.as_json(dict(raw)),
	}


def insert_row(values: dict[str, Any]) -> str:
	"""Inserts a message row with its files; returns its name."""
	return database.insert_row(MESSAGE, values)
