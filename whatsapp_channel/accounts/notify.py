"""Notifies the administrators, once for each notice, when an account or channel needs their attention."""

import json
from collections.abc import Iterable, Mapping
from html import escape

import frappe

from whatsapp_channel import rows
from whatsapp_channel.accounts.account_rows import AccountRow
from whatsapp_channel.database import is_conflict
from whatsapp_channel.doctypes import ACCOUNT
from whatsapp_channel.logs import report
from whatsapp_channel.rules.accounts import admin_notices
from whatsapp_channel.rules.accounts.admin_notices import Notice
from whatsapp_channel.rules.accounts.channel_status import Status
from whatsapp_channel.sentences import Sentence, _
from whatsapp_channel.timeouts import OutOfTime
from whatsapp_channel.translate import to_all

ROLE = "System Manager"

_SUBJECT = _("WhatsApp, {account}: {status}")


def notify_administrators(account: str, notices: Mapping[str, Notice]) -> None:
	"""Sends the notices that the administrators have not had yet, and forgets those that no longer apply.

	The account's row keeps the keys of sent notices. So a notice is sent again only after it stopped applying in between,
	and only once however many channels of the account it concerns.
	"""
	row = rows.one(AccountRow, account)
	if not row:
		return
	known = json.loads(row.notified or "[]")
	told, remembered = admin_notices.keys_to_send(notices, known)
	if remembered == known or not _remember(account, row.notified, remembered):
		return
	for notice in told:
		_send(account, row.account_name or account, notices[notice].status)


def _remember(account: str, before: str | None, notices: Iterable[str]) -> bool:
	"""Stores the sent keys; False when another process changed them since, which then sends the notices."""
	frappe.db.sql(
		f"update `tab{ACCOUNT}` set notified = %s where name = %s and ifnull(notified, '') = %s",
		(json.dumps(list(notices)), account, before or ""),
	)
	return bool(frappe.db._cursor.rowcount)


def _send(account: str, label: str, status: Status) -> None:
	# The controller of a DocType, which Frappe loads together with a site.
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
		# The state is stored in any case: a notification that fails must not roll it back.
		frappe.db.rollback(save_point="notification")
		report("WhatsApp: the administrators could not be notified")


def administrators() -> list[str]:
	"""The addresses of the enabled System Managers; that of Administrator when there are no others."""
	holders = frappe.get_all("Has Role", {"role": ROLE, "parenttype": "User"}, pluck="parent")
	for names in (holders, ["Administrator"]):
		enabled = {"name": ["in", names or [""]], "enabled": 1, "email": ["is", "set"]}
		if found := frappe.get_all("User", enabled, pluck="email"):
			return sorted(found)
	return []
