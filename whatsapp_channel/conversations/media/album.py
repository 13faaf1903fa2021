"""Albums: WhatsApp sends photos that belong together as separate messages; agents see them as one Communication."""

from datetime import timedelta

import frappe
from frappe.utils import cint

from whatsapp_channel import rows
from whatsapp_channel.conversations.conversation_rows import MessageRow
from whatsapp_channel.database import single_value
from whatsapp_channel.doctypes import SETTINGS
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.rules.messaging.session_rules import Direction

GROUPED = ("image", "video")


def open_album(present: MessageRow, conversation: str, ticket: str) -> str | None:
	"""The Communication to which a photo is added, None when it gets one of its own.

	A photo or video is added to the newest message of the conversation if that is another photo or video of the customer,
	within the number of seconds in the settings (0: never), and in the same ticket, which must be open: only a new
	Communication reopens a closed one. The caller holds the customer's lock.
	"""
	seconds = cint(single_value(SETTINGS, "group_media_seconds"))
	if seconds <= 0 or present.message_type not in GROUPED:
		return None
	newest = _newest(conversation)
	if not newest or not _may_join(present, newest):
		return None
	if abs(newest.message_timestamp - present.message_timestamp) > timedelta(seconds=seconds):
		return None
	return newest.communication if _is_in_open(ticket, newest.communication) else None


def _is_in_open(ticket: str, communication: str) -> bool:
	"""Whether the Communication is in the ticket itself and the ticket is open. In a merged ticket, agents read a copy."""
	own = frappe.db.get_value("Communication", communication, "reference_name")
	state = tickets.state(ticket)
	return str(own) == str(ticket) and state is not None and not state.is_resolved


def _newest(conversation: str) -> MessageRow | None:
	"""The newest message that agents see, of either side."""
	shown = {"conversation": conversation, "communication": ["is", "set"]}
	return rows.first(MessageRow, shown, "message_timestamp desc, creation desc")


def _may_join(present: MessageRow, newest: MessageRow) -> bool:
	"""Whether both are photos or videos of the customer that quote the same message or none."""
	return (
		newest.direction == present.direction == Direction.INCOMING
		and newest.message_type in GROUPED
		and present.message_type in GROUPED
		and newest.quoted_key == present.quoted_key
	)
