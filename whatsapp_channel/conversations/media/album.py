"""Photos sent together: WhatsApp sends each as a message of its own, people read them as one."""

from datetime import timedelta

import frappe
from frappe.utils import cint

from whatsapp_channel import rows
from whatsapp_channel.conversations.conversation_rows import MessageRow
from whatsapp_channel.doctypes import SETTINGS
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.rules.messaging.session_rules import Direction

GROUPED = ("image", "video")


def open_album(present: MessageRow, conversation: str, ticket: str) -> str | None:
	"""The Communication that a message joins, None when it begins one of its own.

	A photo or video joins the newest message of the conversation if that is another one of the customer, within so many
	seconds before or after as the settings say (0: never), in the same ticket, and this ticket is open: only a new
	Communication would open it again. The caller holds the customer's lock.
	"""
	seconds = cint(frappe.db.get_single_value(SETTINGS, "group_media_seconds"))
	if seconds <= 0 or present.message_type not in GROUPED:
		return None
	newest = _newest(conversation)
	if not newest or not _may_join(present, newest):
		return None
	if abs(newest.message_timestamp - present.message_timestamp) > timedelta(seconds=seconds):
		return None
	return newest.communication if _is_in_open(ticket, newest.communication) else None


def _is_in_open(ticket: str, communication: str) -> bool:
	"""In the ticket itself: of one that was merged into it, agents read a copy."""
	own = frappe.db.get_value("Communication", communication, "reference_name")
	state = tickets.state(ticket)
	return str(own) == str(ticket) and state is not None and not state.is_resolved


def _newest(conversation: str) -> MessageRow | None:
	"""What agents see last, whoever wrote it."""
	shown = {"conversation": conversation, "communication": ["is", "set"]}
	return rows.first(MessageRow, shown, "message_timestamp desc, creation desc")


def _may_join(present: MessageRow, newest: MessageRow) -> bool:
	"""Both are the customer's and pictures, and answer the same message or none."""
	return (
		newest.direction == present.direction == Direction.INCOMING
		and newest.message_type in GROUPED
		and present.message_type in GROUPED
		and newest.quoted_key == present.quoted_key
	)
