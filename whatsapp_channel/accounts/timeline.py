"""Entries in the timelines of accounts, numbers and channels."""

from html import escape

import frappe

from whatsapp_channel.doctypes import CHANNEL
from whatsapp_channel.sentences import Sentence, _
from whatsapp_channel.translate import to_all

_TRANSITION = _("Status: {old} → {new}. {reason}")


def note(doctype: str, name: str, text: str) -> None:
	"""Adds an entry to a document's timeline."""
	row = {
		"doctype": "Comment",
		"comment_type": "Info",
		"reference_doctype": doctype,
		"reference_name": name,
		"content": escape(text, quote=False),
	}
	frappe.get_doc(row).insert(ignore_permissions=True)


def transition(channel: str, old: str, new: str, reason: str) -> None:
	"""Adds the entry for a channel's change of status."""
	args = {"old": Sentence(old), "new": Sentence(new), "reason": reason}
	note(CHANNEL, channel, to_all(Sentence(_TRANSITION, args)))
