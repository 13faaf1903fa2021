"""Switching channels on and off (Z41, Z42), for those who set them up and those who lead the agents."""

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
	"""Activates or deactivates a channel; returns its status with reason, next step and the label of its button.

	What arrives for a deactivated channel is held, and filed in order with its original times at activation (ADR
	0012). Conversations and tickets stay as they are. Raises frappe.PermissionError for anyone but a System Manager
	or an Agent Manager, frappe.DoesNotExistError.
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
		# The DocType is read-only for an Agent Manager: this is the one field that is his to change.
		document.flags.ignore_permissions = True
		document.save()
	return status.view(channel)
