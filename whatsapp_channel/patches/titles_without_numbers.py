"""Customers have a name for titles, without numbers; what they are called on WhatsApp may be a number."""

import frappe

from whatsapp_channel.conversations.customers.identities import name_columns
from whatsapp_channel.database import save_now, set_value
from whatsapp_channel.doctypes import CUSTOMER

AT_ONCE = 1000


def execute() -> None:
	"""Fills the column. Times of change stay. Broken off, the next time does the rest."""
	last = ""
	while found := _unfilled(last):
		for row in found:
			columns = name_columns(row.profile_name, row.bsuid)
			set_value(CUSTOMER, row.name, "shown_name", columns["shown_name"], update_modified=False)
		last = found[-1].name
		save_now()  # chunk by chunk: a table may have millions of rows


def _unfilled(after: str) -> list["frappe._dict"]:
	"""The next ones by name: what the database takes for an empty text would otherwise come again for ever."""
	unfilled = {"shown_name": ["is", "not set"], "profile_name": ["is", "set"], "name": [">", after]}
	return frappe.get_all(
		CUSTOMER, unfilled, ["name", "profile_name", "bsuid"], limit=AT_ONCE, order_by="name"
	)
