"""Settings that were saved before old replies asked their agent have no time for it, which would mean never."""

import frappe

from whatsapp_channel.doctypes import SETTINGS

FIELD = "ask_after_hours"


def execute() -> None:
	"""Gives them the default of a new site."""
	saved = frappe.db.sql("select field from tabSingles where doctype = %s", (SETTINGS,), pluck=True)
	if saved and FIELD not in saved:
		frappe.db.set_single_value(SETTINGS, FIELD, frappe.get_meta(SETTINGS).get_field(FIELD).default)
