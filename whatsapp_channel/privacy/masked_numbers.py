"""Fills the column with the masked number for older customers."""

import frappe

from whatsapp_channel.database import save_now, set_value
from whatsapp_channel.doctypes import CUSTOMER
from whatsapp_channel.rules.customers.masking import mask

BATCH = 1000


def fill_masked() -> int:
	"""Fills `phone_masked` where it is missing; returns the number of rows. Idempotent; commits each batch."""
	done = 0
	missing = {"phone": ["is", "set"], "phone_masked": ["is", "not set"]}
	while rows := frappe.get_all(CUSTOMER, missing, ["name", "phone"], limit=BATCH, order_by=None):
		for row in rows:
			set_value(CUSTOMER, row.name, "phone_masked", mask(row.phone), update_modified=False)
		save_now()  # batch by batch
		done += len(rows)
	return done
