"""Where else on the site a person is mentioned: logs are deleted, everything else is counted and left to its owner."""

from collections.abc import Iterable

import frappe

from whatsapp_channel.helpdesk.privacy import among
from whatsapp_channel.privacy.person import Person

# Frappe's own logs and trails. A row that mentions the person is deleted: it documents nothing but him.
LOGS = (
	"Error Log",
	"Version",
	"Comment",
	"Notification Log",
	"Activity Log",
	"Access Log",
	"Route History",
	"View Log",
	"Deleted Document",
	"Email Queue",
	"Scheduled Job Log",
	"Integration Request",
	"Webhook Request Log",
	"Email Unsubscribe",
	"Error Snapshot",
)
TEXTS = frozenset(
	{
		"Data",
		"Small Text",
		"Text",
		"Long Text",
		"Text Editor",
		"HTML Editor",
		"Markdown Editor",
		"Code",
		"JSON",
		"Link",
		"Dynamic Link",
		"Read Only",
		"Phone",
		"Attach",
		"Attach Image",
	}
)


def erase(person: Person) -> int:
	"""Deletes the rows of logs that mention the person; returns how many. Commits after each kind of log."""
	_write_what_waits()
	gone = 0
	for doctype in LOGS:
		if not frappe.db.table_exists(doctype):
			continue
		gone += _delete(doctype, _names(doctype, person.mentions))
		frappe.db.commit()  # nosemgrep: each log by itself, so that no transaction is long
	return gone


def elsewhere(person: Person, without: Iterable[str] = ()) -> dict[str, int]:
	"""DocTypes of any app that mention the person still, with the number of their rows; reads every text of the site."""
	found = {}
	skipped = {*LOGS, *without}
	for doctype in frappe.get_all("DocType", {"issingle": 0}, pluck="name", order_by="name"):
		if doctype in skipped or not frappe.db.table_exists(doctype):
			continue
		if names := _names(doctype, person.mentions):
			found[doctype] = len(names)
	return found


def _write_what_waits() -> None:
	"""Frappe keeps rows of some logs in Redis for a while; erased ones must not come after."""
	from frappe.deferred_insert import save_to_db

	save_to_db()


def _names(doctype: str, needles: Iterable[str]) -> list[str]:
	columns = _text_columns(doctype)
	wanted = [f"%{needle}%" for needle in needles]
	if not columns or not wanted:
		return []
	either = " or ".join(f"`{column}` like %s" for column in columns for _needle in wanted)
	values = [needle for _column in columns for needle in wanted]
	return [row[0] for row in frappe.db.sql(f"select name from `tab{doctype}` where {either}", values)]


def _text_columns(doctype: str) -> list[str]:
	meta = frappe.get_meta(doctype)
	named = [field.fieldname for field in meta.fields if field.fieldtype in TEXTS]
	present = set(frappe.db.get_table_columns(doctype))
	return [column for column in ["name", *named, "_comments", "_user_tags"] if column in present]


def _delete(doctype: str, names: list[str]) -> int:
	for start in range(0, len(names), 500):
		some = names[start : start + 500]
		for field in frappe.get_meta(doctype).get_table_fields():
			frappe.db.delete(field.options, {"parent": among(some), "parenttype": doctype})
		frappe.db.delete(doctype, {"name": among(some)})
	return len(names)
