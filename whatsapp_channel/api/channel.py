"""Activating and deactivating channels (Z41, Z42), for System Managers and Agent Managers."""

from typing import Any

import frappe
from frappe import _

from whatsapp_channel import logs
from whatsapp_channel.accounts import status
from whatsapp_channel.doctypes import CHANNEL

ROLES = ["System Manager", "Agent Manager"]


@frappe.whitelist(methods=["POST"])
@logs.request
def set_enabled(channel: str, enabled: bool) -> dict[str, Any]:
	"""Activates or deactivates a channel; returns its status with reason, next step and button label.

	Items for a deactivated channel are held, and filed in order with their original times when it is activated (ADR 0012).
	Conversations and tickets do not change. Raises frappe.PermissionError for anyone but a System Manager or an Agent
	Manager, and frappe.DoesNotExistError.
	"""
	frappe.only_for(ROLES)
	if not frappe.db.exists(CHANNEL, channel):
		frappe.throw(
			_("There is no channel {0}. Reload the page.").format(frappe.utils.escape_html(channel)),
			frappe.DoesNotExistError,
		)
	document = frappe.get_doc(CHANNEL, channel)
	if bool(document.enabled) != enabled:
		document.enabled = int(enabled)
		# The DocType is read-only for Agent Managers: this is the one field that they may change.
		document.flags.ignore_permissions = True
		document.save()
	return status.view(channel)
