"""Keeps existing channels sending: with the trial policy *Guide* they would stop after 30 days."""

import frappe

from whatsapp_channel.doctypes import CHANNEL, SETTINGS

FIELD = "trial_policy"


def execute() -> None:
	"""Sets *Meta's Present Limits* on a site that has channels; a new site starts with *Guide*."""
	saved = frappe.db.sql("select field from tabSingles where doctype = %s", (SETTINGS,), pluck=True)
	if FIELD not in saved and frappe.db.count(CHANNEL):
		frappe.db.set_single_value(SETTINGS, FIELD, "Meta's Present Limits")
