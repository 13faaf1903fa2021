"""Indexes on tables of Frappe and Helpdesk that this app queries with every message. Uninstalling removes them."""

import frappe

# Two columns each, because Frappe's migration drops single-column indexes that are not in the DocType. Measured with
# # 100,000 tickets and 50,000 contacts: a query takes 0.2 to 0.5 s and 0.1 s without, below 1 ms with the index.
INDEXES = (
	# Each reply and each view of the ticket page looks up which tickets were merged into the ticket.
	("HD Ticket", "whatsapp_merged_with", ("merged_with", "is_merged")),
	# What is reported of a message in a merged ticket is shown in what was split from the target as well.
	("HD Ticket", "whatsapp_split_from", ("ticket_split_from", "is_merged")),
	# The first message of each customer looks up the Contact of a number.
	("Contact Phone", "whatsapp_phone", ("phone", "parenttype")),
)


def make() -> None:
	"""Creates missing indexes; commits."""
	for doctype, name, fields in INDEXES:
		frappe.db.add_index(doctype, list(fields), index_name=name)


def drop() -> None:
	"""Drops the indexes; commits."""
	for doctype, name, _fields in INDEXES:
		frappe.db.sql_ddl(f"alter table `tab{doctype}` drop index if exists `{name}`")
