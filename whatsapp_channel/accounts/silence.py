"""Whether Meta answers when an account sends (ADR 0007). While it is silent its messages wait without holding workers.

The account's row remembers it, so that all workers know: time-outs in a row, since when, and when one of them tries again.
That one asks Meta for nothing first, which costs no message; only if it is answered does it send its own, and whoever is
answered lets the others go on.
"""

from datetime import timedelta

import frappe

from whatsapp_channel import settings
from whatsapp_channel.accounts import access
from whatsapp_channel.clock import age, due_at, site_now, utc_now
from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.cloud_api.ping import ping
from whatsapp_channel.database import row_of, save_now
from whatsapp_channel.doctypes import ACCOUNT, CHANNEL, NUMBER
from whatsapp_channel.rules.accounts.silence_rules import is_silent, pause

PROBE_SECONDS = 10.0
# Whoever tries has so long for its question and its message. Should it die, the next one tries then.
TRY = timedelta(seconds=60)


def may_send(account: str) -> bool:
	"""Whether to send now; while Meta is silent one caller at a time may, when the pause is over and Meta answers again.

	Commits, and may take PROBE_SECONDS.
	"""
	row = row_of(ACCOUNT, account, ("silent_since", "next_probe"))
	if not row or not row.silent_since:
		return True
	if row.next_probe > site_now() or not _take_turn(account, row.next_probe):
		return False
	try:
		ping(settings.api()[0], PROBE_SECONDS)
	except CloudAPIError:
		_note_silence(account)
		return False
	return True


def _take_turn(account: str, planned: object) -> bool:
	"""Of several who see that the pause is over one gets the turn."""
	frappe.db.sql(
		f"update `tab{ACCOUNT}` set next_probe = %s where name = %s and next_probe = %s",
		(due_at(utc_now() + TRY), account, planned),
	)
	mine = bool(frappe.db._cursor.rowcount)
	save_now()  # the others must see it before the question is asked
	return mine


def note(account: str, error: CloudAPIError | None) -> None:
	"""What came of a request that sends: None for success. Commits if that changes anything.

	A refused connection tells nothing: it costs nobody's time, and each message tries again by itself.
	"""
	if error and error.timed_out:
		_note_silence(account)
	elif not error or error.http_status is not None:
		_note_answer(account)


def _note_silence(account: str) -> None:
	frappe.db.sql(f"update `tab{ACCOUNT}` set unanswered = unanswered + 1 where name = %s", (account,))
	row = row_of(ACCOUNT, account, ("unanswered", "silent_since"))
	if row and is_silent(row.unanswered):
		since = row.silent_since or site_now()
		following = due_at(utc_now() + pause(age(since)))
		query = f"update `tab{ACCOUNT}` set silent_since = %s, next_probe = %s where name = %s"
		frappe.db.sql(query, (since, following, account))
	save_now()  # every worker must know


def _note_answer(account: str) -> None:
	row = row_of(ACCOUNT, account, ("unanswered", "silent_since"))
	if not row or not row.unanswered:
		return
	frappe.db.sql(
		f"update `tab{ACCOUNT}` set unanswered = 0, silent_since = null, next_probe = null where name = %s",
		(account,),
	)
	if row.silent_since:
		access.wake_waiting(account)
	save_now()  # as above


def concerns(channel: str) -> bool:
	"""Whether the messages of a channel wait because Meta is silent."""
	found = frappe.db.sql(
		f"""select account.silent_since from `tab{CHANNEL}` channel
		inner join `tab{NUMBER}` number on number.name = channel.number
		inner join `tab{ACCOUNT}` account on account.name = number.account where channel.name = %s""",
		(channel,),
	)
	return bool(found and found[0][0])
