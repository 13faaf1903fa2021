"""The audit trail of exports and erasures, which does not reveal the number to those who do not know it."""

import hashlib
import hmac
from html import escape

import frappe
from frappe import _
from frappe.utils.password import get_encryption_key

from whatsapp_channel.doctypes import SETTINGS
from whatsapp_channel.privacy.person import Asked

PRINT_LENGTH = 16


def fingerprint(wanted: Asked) -> str:
	"""A hash that is the same for every spelling of a number, and different on every site: salted with the site's key."""
	smallest = min(wanted.ids)
	return hmac.new(get_encryption_key().encode(), smallest.encode(), hashlib.sha256).hexdigest()[
		:PRINT_LENGTH
	]


def note_erased(wanted: Asked, counts: dict[str, object]) -> None:
	"""Adds a comment to the settings, in the caller's transaction."""
	text = _("Erased {0} ({1}): {2} messages, {3} files, {4} tickets.").format(
		wanted.masked, fingerprint(wanted), counts["messages"], counts["files"], counts["tickets"]
	)
	_note(text)


def note_exported(wanted: Asked, file_url: str) -> None:
	"""Adds a comment to the settings with a link that only the requester can open."""
	link = f'<a href="{escape(file_url)}">{_("File")}</a>'
	_note(_("Exported {0} ({1}): {2}").format(wanted.masked, fingerprint(wanted), link))


def _note(html: str) -> None:
	frappe.get_doc(
		{
			"doctype": "Comment",
			"comment_type": "Info",
			"reference_doctype": SETTINGS,
			"reference_name": SETTINGS,
			"content": html,
			"comment_email": frappe.session.user,
			"comment_by": frappe.session.user,
		}
	).insert(ignore_permissions=True)


def earlier(wanted: Asked) -> list[dict[str, str]]:
	"""Earlier erasures and exports of the same number with user and time, newest first."""
	rows = frappe.get_all(
		"Comment",
		{"reference_doctype": SETTINGS, "content": ["like", f"%({fingerprint(wanted)})%"]},
		["creation", "comment_email", "content"],
		order_by="creation desc",
	)
	return [
		{"on": str(row.creation)[:16], "by": row.comment_email, "text": frappe.utils.strip_html(row.content)}
		for row in rows
	]
