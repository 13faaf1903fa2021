"""Channels that worked before there was a trial go on: with the policy *Guide* they would stop after 30 days."""

import frappe

from whatsapp_channel.doctypes import CHANNEL, SETTINGS

FIELD = "trial_policy"


def execute() -> None:
	"""Leaves the limits of a site that has channels to Meta; a new site begins with *Guide*."""
	saved = frappe.db.sql("select field from tabSingles where doctype = %s", (SETTINGS,), pluck=True)
	if FIELD not in saved and frappe.db.count(CHANNEL):
		frappe.db.set_single_value(SETTINGS, FIELD, "Meta's Present Limits")
