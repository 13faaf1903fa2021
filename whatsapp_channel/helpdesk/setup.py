"""Adds custom fields and form scripts to Helpdesk's DocTypes, and removes them."""

from pathlib import Path

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from whatsapp_channel.database import set_value
from whatsapp_channel.doctypes import CHANNEL, CUSTOMER, MODULE

# The only list of our columns on HD Ticket. Portal customers receive every column of their tickets, so only names of rows
# # that agents alone can read are allowed here.
TICKET_FIELDS = (
	{
		"fieldname": "whatsapp_customer",
		"label": CUSTOMER,
		"fieldtype": "Link",
		"options": CUSTOMER,
		"insert_after": "contact",
		"read_only": 1,
		"search_index": 1,
		"ignore_user_permissions": 1,
	},
	{
		"fieldname": "whatsapp_channel",
		"label": CHANNEL,
		"fieldtype": "Link",
		"options": CHANNEL,
		"insert_after": "whatsapp_customer",
		"read_only": 1,
		"ignore_user_permissions": 1,
	},
)
FORM_SCRIPTS = {MODULE: "ticket_form_script.js"}


def make_ticket_fields() -> None:
	"""Creates missing custom fields."""
	fields = [{**field, "module": MODULE} for field in TICKET_FIELDS]
	create_custom_fields({"HD Ticket": fields}, ignore_validate=True)


def drop_ticket_fields() -> None:
	"""Removes the fields and their columns; Frappe alone would leave the columns."""
	for field in TICKET_FIELDS:
		frappe.db.delete("Custom Field", {"dt": "HD Ticket", "fieldname": field["fieldname"]})
	present = [
		field["fieldname"] for field in TICKET_FIELDS if frappe.db.has_column("HD Ticket", field["fieldname"])
	]
	for column in present:
		frappe.db.sql_ddl(f"alter table `tabHD Ticket` drop column `{column}`")
	frappe.clear_cache(doctype="HD Ticket")


def write_form_scripts() -> None:
	"""Writes our scripts for Helpdesk's ticket page; one that an administrator disabled stays disabled."""
	for name, file in FORM_SCRIPTS.items():
		script = (Path(__file__).parent / file).read_text()
		if not frappe.db.exists("HD Form Script", name):
			_insert_script(name, script)
		elif frappe.db.get_value("HD Form Script", name, "script") != script:
			set_value("HD Form Script", name, "script", script)


def _insert_script(name: str, script: str) -> None:
	# Not marked as standard: Helpdesk raises when a standard script is enabled, disabled or deleted.
	document = frappe.get_doc(
		{
			"doctype": "HD Form Script",
			"name": name,
			"dt": "HD Ticket",
			"apply_to": "Form",
			"enabled": 1,
			"apply_to_customer_portal": 0,
			"is_standard": 0,
			"script": script,
		}
	)
	document.insert(ignore_permissions=True, set_name=name)


def delete_form_scripts() -> None:
	"""Removes our scripts."""
	for name in FORM_SCRIPTS:
		frappe.delete_doc_if_exists("HD Form Script", name, force=True)
