"""Other places of the site that mention a person: log rows are deleted, everything else is only counted."""

import re
from collections.abc import Iterable

import frappe

from whatsapp_channel.database import containing, save_now
from whatsapp_channel.helpdesk.personal_data import among, trails_of_conversations
from whatsapp_channel.privacy.person import Person

# Frappe's technical logs. A row that mentions the person is deleted.
LOGS = (
	"Error Log",
	"Notification Log",
	"Activity Log",
	"Access Log",
	"Route History",
	"View Log",
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
	"""Deletes log rows that mention the person, and such records about conversations; returns how many.

	Records about other documents, such as a colleague's comment on a contract, belong to their owners. Commits after each
	DocType.
	"""
	_write_what_waits()
	gone = 0
	for doctype in LOGS:
		if frappe.db.table_exists(doctype):
			gone += _delete(doctype, _names(doctype, person.mentions))
			save_now()  # each DocType by itself, so that no transaction is long
	for doctype, names in trails_of_conversations(lambda trail: _names(trail, person.mentions)):
		gone += _delete(doctype, names)
		save_now()  # as above
	return gone


def elsewhere(person: Person) -> dict[str, int]:
	"""DocTypes of any app that still mention the person, with the number of rows; reads every text column of the site."""
	found = {}
	for doctype in frappe.get_all("DocType", {"issingle": 0}, pluck="name", order_by="name"):
		if doctype in LOGS or not frappe.db.table_exists(doctype):
			continue
		if names := _names(doctype, person.mentions):
			found[doctype] = len(names)
	return found


def _write_what_waits() -> None:
	"""Writes the log rows that Frappe buffers in Redis now, so that they are not inserted after the erasure."""
	# Imported here because only erasing needs it, and it connects to Redis.
	from frappe.deferred_insert import save_to_db

	save_to_db()


def _names(doctype: str, needles: Iterable[str]) -> list[str]:
	columns, wanted = _text_columns(doctype), list(needles)
	if not columns or not wanted:
		return []
	either = " or ".join(f"`{column}` like %s escape '!'" for column in columns for _needle in wanted)
	values = [containing(needle) for _column in columns for needle in wanted]
	listed = ", ".join(f"`{column}`" for column in columns)
	rows = frappe.db.sql(f"select name, {listed} from `tab{doctype}` where {either}", values)
	alone = re.compile("|".join(_alone(needle) for needle in wanted), re.IGNORECASE)
	return [name for name, *texts in rows if any(alone.search(str(text or "")) for text in texts)]


def _alone(needle: str) -> str:
	"""A pattern for a number that is not part of a longer one."""
	return rf"(?<!\d){re.escape(needle)}(?!\d)" if needle[-1:].isdigit() else re.escape(needle)


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
