"""Deletes old log rows in batches, so that writers of the log do not have to wait."""

import frappe

from whatsapp_channel.database import save_now
from whatsapp_channel.helpdesk.personal_data import among

# Rows per statement. Deleting millions at once would hold locks, and fill the database's undo log, for minutes.
BATCH = 5000


def delete_old(doctype: str, condition: str, values: tuple[object, ...]) -> int:
	"""Deletes the rows of a DocType that match an SQL condition, in committed batches; returns how many.

	In `condition` the table is called `log`. After an interruption the next run does the rest.
	"""
	done = 0
	query = f"select log.name from `tab{doctype}` log where {condition} limit {int(BATCH)}"
	while names := frappe.db.sql(query, values, pluck=True):
		frappe.db.delete(doctype, {"name": among(names)})
		save_now()  # batch by batch
		done += len(names)
	return done
