"""Signs that messages never reached this site: something refers to a message that nobody here has seen.

Meta repeats a webhook for seven days and then never again, so after a long downtime or the restore of a backup nothing
but such references tells that there is a hole. Each unknown message is one sign, kept as a row of its own, however
often it is referred to; it is withdrawn when the message arrives after all.
"""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from whatsapp_channel.clock import to_site
from whatsapp_channel.database import insert_unless_there, set_value
from whatsapp_channel.doctypes import ITEM, NUMBER
from whatsapp_channel.keys import wamid_key

SIGN = "Sign"
STATUS = "status"
# A sign that counts, and one that does not any more, in the states of items.
OPEN, SETTLED = "Dropped", "Processed"
# People answer, edit and delete what is fresh. Once a number has been connected for a day, a reference to an unknown
# message is rarely one to a message from before.
NATURAL = timedelta(days=1)
# The hole is known by then; another system that sends through the same number would fill the table.
MOST_SIGNS = 500


def note_unknown(number: str | None, wamid: str, why: str, at: datetime) -> None:
	"""Notes that something written `at` (aware UTC) refers to the unknown message `wamid`; commits nothing.

	`why` is the type of the message that quotes, edits or deletes it or reacts to it, or STATUS. Idempotent per
	wamid. Nothing is noted within a day of the number's first message here: references to what was written before
	the number was connected are natural then. Later ones may still be, which is why the form says "may".
	"""
	channel = number and frappe.db.get_value("WhatsApp Channel", {"number": number})
	if not channel or _signs(number) >= MOST_SIGNS or not _had_traffic(channel, at - NATURAL):
		return
	since = _known_since(number, channel, at)
	if _insert(number, wamid, why, at, since):
		_show(number)


def _had_traffic(channel: str, before: datetime) -> bool:
	return bool(
		frappe.db.sql(
			"select 1 from `tabWhatsApp Session Message` where channel = %s and message_timestamp <= %s limit 1",
			(channel, to_site(before)),
		)
	)


def _known_since(number: str, channel: str, at: datetime) -> datetime:
	"""The last message before the sign that is known, in the site's time. It is searched once per hole."""
	present = frappe.db.get_value(NUMBER, number, "missing_since")
	if present and present <= to_site(at):
		return present
	return frappe.db.sql(
		"""select max(message_timestamp) from `tabWhatsApp Session Message`
		where channel = %s and message_timestamp < %s""",
		(channel, to_site(at)),
	)[0][0]


def _insert(number: str, wamid: str, why: str, at: datetime, since: datetime) -> bool:
	key = sha256(f"sign:{number}:{wamid}".encode()).hexdigest()
	values: dict[str, Any] = {
		"name": key[:20],
		"item_key": key,
		"position": wamid_key(wamid),
		"kind": SIGN,
		"number": number,
		"state": OPEN,
		"error": _reason(why),
		"payload": json.dumps({"wamid": wamid, "why": why, "at": str(to_site(at)), "since": str(since)}),
	}
	return insert_unless_there(ITEM, values)


def _reason(why: str) -> str:
	texts = {
		STATUS: _("Meta reports what became of a message that this site did not send."),
		"reaction": _("Somebody reacted to a message that is not here."),
		"edit": _("Somebody edited a message that is not here."),
		"revoke": _("Somebody deleted a message that is not here."),
	}
	return texts.get(why) or _("Somebody answered a message that is not here.")


def _signs(number: str) -> int:
	"""As the number's form says: to count the rows for each unknown status would take ever longer."""
	return cint(frappe.db.get_value(NUMBER, number, "missing_evidence"))


def _show(number: str) -> None:
	"""Brings the open signs into the number's form."""
	signs = frappe.get_all(
		ITEM,
		{"number": number, "kind": SIGN, "state": OPEN},
		["payload", "error"],
		order_by="creation desc, name",
	)
	since = [json.loads(sign.payload)["since"] for sign in signs]
	values = {
		"missing_since": min(since) if since else None,
		"missing_evidence": len(signs),
		"missing_reason": signs[0].error if signs else None,
	}
	set_value(NUMBER, number, values, update_modified=False)


def withdraw_found() -> None:
	"""Settles the signs whose message is here by now, late or reprocessed, and commits."""
	found = frappe.db.sql(
		f"""select item.name, item.number from `tab{ITEM}` item
		inner join `tabWhatsApp Session Message` message on message.wamid_key = item.position
		where item.kind = %s and item.state = %s and item.number in (
			select name from `tab{NUMBER}` where missing_since is not null)""",
		(SIGN, OPEN),
		as_dict=True,
	)
	for number in {row.number for row in found}:
		_settle([row.name for row in found if row.number == number], number)
	frappe.db.commit()  # nosemgrep: the drain is done with it


def _settle(names: list[str], number: str) -> None:
	set_value(ITEM, {"name": ["in", names]}, "state", SETTLED)
	_show(number)


def dismiss(number: str) -> None:
	"""An administrator has looked into it: the present signs count no more. The caller commits."""
	names = frappe.get_all(ITEM, {"number": number, "kind": SIGN, "state": OPEN}, pluck="name")
	if names:
		set_value(ITEM, {"name": ["in", names]}, "state", SETTLED)
	set_value(NUMBER, number, {"missing_since": None, "missing_evidence": 0, "missing_reason": None})
