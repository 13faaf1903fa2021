"""Tells the administrators once when an account or channel begins to need them (issue: notified once)."""

import json
from collections.abc import Iterable, Mapping
from html import escape

import frappe

from whatsapp_channel.database import is_conflict
from whatsapp_channel.doctypes import ACCOUNT
from whatsapp_channel.logs import report
from whatsapp_channel.rules.accounts import admin_notices
from whatsapp_channel.rules.accounts.admin_notices import Cause
from whatsapp_channel.rules.accounts.channel_status import Status
from whatsapp_channel.sentences import Sentence, _
from whatsapp_channel.timeouts import OutOfTime
from whatsapp_channel.translate import to_all

ROLE = "System Manager"

_SUBJECT = _("WhatsApp, {account}: {status}")


def tell(account: str, causes: Mapping[str, Cause]) -> None:
	"""Notifies of each cause that the administrators do not know of yet, and forgets those that are gone.

	The account's row remembers what they know, so a cause is told again only after it was gone in between, and once for
	however many channels of the account it concerns.
	"""
	row = frappe.db.get_value(ACCOUNT, account, ["account_name", "notified"], as_dict=True)
	if not row:
		return
	known = json.loads(row.notified or "[]")
	told, remembered = admin_notices.news(causes, known)
	if remembered == known or not _remember(account, row.notified, remembered):
		return
	for cause in told:
		_send(account, row.account_name or account, causes[cause].status)


def _remember(account: str, before: str | None, causes: Iterable[str]) -> bool:
	"""False when somebody else has changed it since: he tells."""
	frappe.db.sql(
		f"update `tab{ACCOUNT}` set notified = %s where name = %s and ifnull(notified, '') = %s",
		(json.dumps(list(causes)), account, before or ""),
	)
	return bool(frappe.db._cursor.rowcount)


def _send(account: str, label: str, status: Status) -> None:
	# A DocType's controller: Frappe loads it with its site.
	from frappe.desk.doctype.notification_log.notification_log import make_notification_logs

	subject = to_all(Sentence(_SUBJECT, {"account": label, "status": Sentence(status.value.value)}))
	content = " ".join(
		f"<p>{escape(to_all(each), quote=False)}</p>" for each in (status.reason, status.next_step)
	)
	log = {
		"type": "Alert",
		"document_type": ACCOUNT,
		"document_name": account,
		"subject": escape(subject, quote=False),
		"email_content": content,
		"from_user": frappe.session.user,
	}
	frappe.db.savepoint("notification")
	try:
		make_notification_logs(frappe._dict(log), administrators())
	except OutOfTime:
		raise
	except Exception as error:
		if is_conflict(error):
			raise
		# The state is stored in any case: a mail that cannot be made must not undo it.
		frappe.db.rollback(save_point="notification")
		report("WhatsApp: the administrators could not be notified")


def administrators() -> list[str]:
	"""The addresses of the enabled users who set up channels; Administrator's when there is nobody else."""
	holders = frappe.get_all("Has Role", {"role": ROLE, "parenttype": "User"}, pluck="parent")
	for names in (holders, ["Administrator"]):
		enabled = {"name": ["in", names or [""]], "enabled": 1, "email": ["is", "set"]}
		if found := frappe.get_all("User", enabled, pluck="email"):
			return sorted(found)
	return []
