"""Sets the time within which photos are grouped on sites whose settings were saved before: empty would mean never."""

import frappe

from whatsapp_channel.doctypes import SETTINGS

FIELD = "group_media_seconds"


def execute() -> None:
	"""Sets the default of new sites."""
	saved = frappe.db.sql("select field from tabSingles where doctype = %s", (SETTINGS,), pluck=True)
	if saved and FIELD not in saved:
		frappe.db.set_single_value(SETTINGS, FIELD, frappe.get_meta(SETTINGS).get_field(FIELD).default)
