"""Fills the order of arrival of rows that were waiting before the column existed, from their creation time."""

import frappe

from whatsapp_channel.clock import sequence, to_utc
from whatsapp_channel.doctypes import DELIVERY, ITEM, MESSAGE

WAITING = (
	(DELIVERY, {"state": ["in", ["Received", "Failed"]]}),
	(ITEM, {"state": ["not in", ["Processed", "Dropped"]]}),
	(
		MESSAGE,
		{"direction": "Outgoing", "status": ["in", ["Queued", "Sending", "Failed"]]},
	),
)


def execute() -> None:
	"""Processed rows do not need it."""
	for doctype, waiting in WAITING:
		for row in frappe.get_all(doctype, {**waiting, "sequence": ["<", 1]}, ["name", "creation"]):
			place = sequence(to_utc(row.creation))
			frappe.db.set_value(doctype, row.name, "sequence", place, update_modified=False)
