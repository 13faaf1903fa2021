"""Signs of missing messages: something refers to a message that this site never received.

Meta retries a webhook for seven days only, so after a long downtime or the restore of a backup such references are the only
evidence of a gap. Each unknown message is one sign with a row of its own, however often something refers to it; the sign is
settled if the message arrives after all.
"""

from datetime import datetime, timedelta
from hashlib import sha256

import frappe
from frappe import _
from frappe.utils import cint

from whatsapp_channel.clock import to_site
from whatsapp_channel.database import insert_unless_there, save_now, set_value
from whatsapp_channel.doctypes import CHANNEL, MESSAGE, NUMBER, SIGN
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.privacy.retention import delete_old
from whatsapp_channel.rules.closed_set import ClosedSet

STATUS = "status"
# People quote, edit and delete recent messages. Once a number has been connected for a day, a reference to an unknown
# # message is rarely about one from before.
NATURAL = timedelta(days=1)
# By then the gap is known; another system that sends through the same number would fill the table.
MOST_SIGNS = 500


class SignState(ClosedSet):
	"""OPEN: it counts. SETTLED: its message has arrived. DISMISSED: an administrator has dismissed it."""

	OPEN = "Open"
	SETTLED = "Settled"
	DISMISSED = "Dismissed"


class SignKind(ClosedSet):
	"""What refers to the unknown message."""

	QUOTE = "Quote"
	REACTION = "Reaction"
	EDIT = "Edit"
	DELETION = "Deletion"
	STATUS = "Status"


# By type of the referring message; every other type is a quote.
KINDS = {
	STATUS: SignKind.STATUS,
	"reaction": SignKind.REACTION,
	"edit": SignKind.EDIT,
	"revoke": SignKind.DELETION,
}


def kind_of(why: str) -> SignKind:
	"""The kind of a sign, by the type of the message that refers to the unknown one, or STATUS."""
	return KINDS.get(why, SignKind.QUOTE)


def sign_key(number: str, wamid: str) -> str:
	"""The unique key of a sign."""
	return sha256(f"sign:{number}:{wamid}".encode()).hexdigest()


def note_unknown(number: str | None, wamid: str, why: str, at: datetime) -> None:
	"""Records that something written `at` (aware UTC) refers to the unknown message `wamid`; does not commit.

	`why` is the type of the message that quotes, edits, deletes or reacts to it, or STATUS. Idempotent per wamid. Nothing is
	recorded within a day of the number's first message here, because references to older messages are normal then. They can
	still occur later, which is why the form says "may".
	"""
	channel = number and frappe.db.get_value(CHANNEL, {"number": number})
	if not channel or _signs(number) >= MOST_SIGNS or not _had_traffic(channel, at - NATURAL):
		return
	since = _known_since(number, channel, at)
	if _insert(number, wamid, kind_of(why), at, since):
		_show(number)


def _had_traffic(channel: str, before: datetime) -> bool:
	return bool(
		frappe.db.sql(
			f"select 1 from `tab{MESSAGE}` where channel = %s and message_timestamp <= %s limit 1",
			(channel, to_site(before)),
		)
	)


def _known_since(number: str, channel: str, at: datetime) -> datetime:
	"""The time of the last known message before the sign, in the site's zone. It is searched once per gap."""
	present = frappe.db.get_value(NUMBER, number, "missing_since")
	if present and present <= to_site(at):
		return present
	return frappe.db.sql(
		f"""select max(message_timestamp) from `tab{MESSAGE}`
		where channel = %s and message_timestamp < %s""",
		(channel, to_site(at)),
	)[0][0]


def _insert(number: str, wamid: str, kind: SignKind, at: datetime, since: datetime) -> bool:
	key = sign_key(number, wamid)
	values = {
		"name": key[:20],
		"sign_key": key,
		"number": number,
		"wamid": wamid[:255],
		"wamid_key": wamid_key(number, wamid),
		"kind": kind,
		"state": SignState.OPEN,
		"seen_at": to_site(at),
		"last_message": since,
	}
	return insert_unless_there(SIGN, values)


def _reason(kind: SignKind) -> str:
	texts = {
		SignKind.QUOTE: _("Somebody answered a message that is not here."),
		SignKind.REACTION: _("Somebody reacted to a message that is not here."),
		SignKind.EDIT: _("Somebody edited a message that is not here."),
		SignKind.DELETION: _("Somebody deleted a message that is not here."),
		SignKind.STATUS: _("Meta reports what became of a message that this site did not send."),
	}
	return texts[kind]


def _signs(number: str) -> int:
	"""The number of open signs as on the number's form: counting the rows for each unknown status would get slow."""
	return cint(frappe.db.get_value(NUMBER, number, "missing_evidence"))


def _open(number: str) -> dict[str, str]:
	return {"number": number, "state": SignState.OPEN}


def _show(number: str) -> None:
	"""Updates the number's form from its open signs."""
	signs = frappe.get_all(SIGN, _open(number), ["kind", "last_message"], order_by="creation desc, name")
	values = {
		"missing_since": min((sign.last_message for sign in signs), default=None),
		"missing_evidence": len(signs),
		"missing_reason": _reason(SignKind(signs[0].kind)) if signs else None,
	}
	set_value(NUMBER, number, values, update_modified=False)


def withdraw_found() -> None:
	"""Settles the signs whose message has arrived late or was reprocessed, and commits."""
	found = frappe.db.sql(
		f"""select open_sign.name, open_sign.number from `tab{SIGN}` open_sign
		inner join `tab{MESSAGE}` message on message.wamid_key = open_sign.wamid_key
		where open_sign.state = %s and open_sign.number in (
			select name from `tab{NUMBER}` where missing_since is not null)""",
		(SignState.OPEN,),
	)
	for number in {of_number for _name, of_number in found}:
		names = [name for name, of_number in found if of_number == number]
		set_value(SIGN, {"name": ["in", names]}, "state", SignState.SETTLED)
		_show(number)
	save_now()  # a separate piece of work of the drain


def dismiss(number: str) -> None:
	"""Dismisses the open signs of a number for an administrator. The caller commits."""
	set_value(SIGN, _open(number), "state", SignState.DISMISSED)
	set_value(NUMBER, number, {"missing_since": None, "missing_evidence": 0, "missing_reason": None})


def clear_old(before: datetime) -> None:
	"""Deletes signs from before a time (site's zone) that are not open or whose number was deleted; commits."""
	condition = f"""log.creation < %s and (log.state != %s or not exists (
		select 1 from `tab{NUMBER}` number where number.name = log.number))"""
	delete_old(SIGN, condition, (before, SignState.OPEN))
