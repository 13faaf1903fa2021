"""Files of messages that could not be downloaded. For agents, checked against the ticket in each call, and administrators."""

import frappe
from frappe import _

from whatsapp_channel import logs, rows
from whatsapp_channel.conversations.conversation_rows import MessageRow
from whatsapp_channel.conversations.media import attachments
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.helpdesk.permissions import ticket_for_agent
from whatsapp_channel.inbound.media import refetch


@frappe.whitelist(methods=["POST"])
@logs.request
def fetch_again(message: str) -> dict[str, str | bool]:
	"""Downloads the missing files of a message again; returns the result, translated.

	Takes up to a minute. Raises frappe.PermissionError for anyone but an agent who may read the message's ticket, or an
	administrator, and frappe.DoesNotExistError when there is no such message.
	"""
	row = rows.one(MessageRow, message)
	if not row:
		frappe.throw(_("There is no such message."), frappe.DoesNotExistError)
	ticket = tickets.ticket_of(row.communication) if row.communication else None
	if ticket and "System Manager" not in frappe.get_roles():
		ticket_for_agent(ticket)
	else:
		frappe.get_doc(MESSAGE, row.name).check_permission("read")
	text = refetch.fetch_again(row.name)
	return {"text": text, "fetched": not attachments.has_missing(row.name)}
