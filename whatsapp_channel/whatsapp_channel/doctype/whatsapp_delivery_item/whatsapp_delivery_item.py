import frappe
from frappe import _
from frappe.model.document import Document


class WhatsAppDeliveryItem(Document):
	"""One item of a delivery that could not simply be processed; written by inbound.items."""

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
