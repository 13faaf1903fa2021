"""Moves signs of missing messages, which used to be delivery items, to their own DocType."""

import json
from typing import Any

import frappe
from frappe.utils import get_datetime

from whatsapp_channel.database import in_transaction, insert_unless_there
from whatsapp_channel.doctypes import ITEM, MESSAGE, SIGN
from whatsapp_channel.inbound.gaps import SignState, kind_of
from whatsapp_channel.keys import number_key

# The number of rows per transaction.
CHUNK = 500
# The kind and state of an open sign among the items. All others were settled or dismissed, which was one state.
KIND, OPEN = "Sign", "Dropped"
FIELDS = ["name", "creation", "modified", "owner", "item_key", "position", "number", "state", "payload"]


def execute() -> None:
	"""Moves all signs; after an interruption the next run does the rest."""
	while in_transaction(_move_some):
		pass


def _move_some() -> int:
	rows = frappe.get_all(ITEM, {"kind": KIND}, FIELDS, order_by="name", limit=CHUNK)
	names = [row.name for row in rows]
	# Messages may have their keys of old yet.
	keys = {key for row in rows for key in (row.position, number_key(row.number, row.position))}
	here = (
		set(frappe.get_all(MESSAGE, {"wamid_key": ["in", list(keys)]}, pluck="wamid_key")) if rows else set()
	)
	for row in rows:
		is_here = bool(here & {row.position, number_key(row.number, row.position)})
		insert_unless_there(SIGN, _sign(row, is_here=is_here))
	if rows:
		frappe.db.delete(ITEM, {"name": ["in", names]})
	return len(rows)


def _sign(row: "frappe._dict", is_here: bool) -> dict[str, Any]:
	told = _told(row.payload)
	ended = SignState.SETTLED if is_here else SignState.DISMISSED
	return {
		"name": row.name,
		"creation": row.creation,
		"modified": row.modified,
		"owner": row.owner,
		"sign_key": row.item_key,
		"number": row.number,
		"wamid": (told.get("wamid") or "")[:255],
		"wamid_key": number_key(row.number, row.position),
		"kind": kind_of(told.get("why") or "").value,
		"state": (SignState.OPEN if row.state == OPEN else ended).value,
		"seen_at": get_datetime(told.get("at") or row.creation),
		"last_message": get_datetime(told.get("since") or row.creation),
	}


def _told(payload: str | None) -> dict[str, Any]:
	try:
		told = json.loads(payload or "")
	except ValueError:
		return {}
	return told if isinstance(told, dict) else {}
