import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime


class WhatsAppDeliveryItem(Document):
	"""One item of a delivery that could not simply be processed; written by inbound.items."""

	@staticmethod
	def clear_old_logs(days: int = 30) -> None:
		"""Called by Frappe's log settings. Items that still wait for something or somebody are kept."""
		limit = add_days(now_datetime(), -days)
		done = ["in", ["Processed", "Dropped"]]
		frappe.db.delete("WhatsApp Delivery Item", {"creation": ["<", limit], "state": done})

	@frappe.whitelist()
	def reprocess(self) -> str:
		"""Tries the item again now; returns its new state."""
		from whatsapp_channel.inbound import items

		frappe.only_for("System Manager")
		if self.state == items.ItemState.PROCESSED.value:
			frappe.throw(_("This item is processed already."))
		items.retry(self.name)
		return frappe.db.get_value("WhatsApp Delivery Item", self.name, "state")


def on_doctype_update() -> None:
	"""The drain asks for what is due."""
	frappe.db.add_index("WhatsApp Delivery Item", ["state", "next_attempt"])
