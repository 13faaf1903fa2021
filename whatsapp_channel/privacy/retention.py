"""Old rows of a log, deleted so that whoever writes to the log does not wait for it."""

import frappe

from whatsapp_channel.database import save_now
from whatsapp_channel.helpdesk.personal_data import among

# Rows of one statement. One for millions would hold their locks, and fill the database's undo log, for minutes.
BATCH = 5000


def delete_old(doctype: str, condition: str, values: tuple[object, ...]) -> int:
	"""Deletes the rows of a DocType that meet a condition of SQL, batch by batch, and commits each; returns how many.

	`condition` names its rows `log`. Any number of times: broken off, the next time does the rest.
	"""
	done = 0
	query = f"select log.name from `tab{doctype}` log where {condition} limit {int(BATCH)}"
	while names := frappe.db.sql(query, values, pluck=True):
		frappe.db.delete(doctype, {"name": among(names)})
		save_now()  # so many rows are no single transaction
		done += len(names)
	return done
