"""Indexes on tables of Frappe and Helpdesk that this app asks with every message; it takes them away again."""

import frappe

# Two columns each: of one column alone, Frappe's migration drops an index that the DocType does not ask for. Measured
# with 100,000 tickets and 50,000 contacts: 0.2 to 0.5 s and 0.1 s for a question without, below 1 ms with the index.
INDEXES = (
	# Each reply, and each look at the ticket page, asks what was merged into the ticket.
	("HD Ticket", "whatsapp_merged_with", ("merged_with", "is_merged")),
	# The first message of each customer asks whose number this is.
	("Contact Phone", "whatsapp_phone", ("phone", "parenttype")),
)


def make() -> None:
	"""Makes those that are missing; commits."""
	for doctype, name, fields in INDEXES:
		frappe.db.add_index(doctype, list(fields), index_name=name)


def drop() -> None:
	"""Removes them; commits."""
	for doctype, name, _fields in INDEXES:
		frappe.db.sql_ddl(f"alter table `tab{doctype}` drop index if exists `{name}`")
