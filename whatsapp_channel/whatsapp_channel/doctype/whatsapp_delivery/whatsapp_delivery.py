import frappe
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime


class WhatsAppDelivery(Document):
	"""One webhook POST as received; its name is the SHA-256 of the body. Written by inbound.delivery."""

	@staticmethod
	def clear_old_logs(days: int = 30) -> None:
		"""Called by Frappe's log settings. Deliveries that still need somebody's look are kept."""
		frappe.db.sql(
			"""delete from `tabWhatsApp Delivery` where creation < %s and state = 'Processed' and not exists (
				select 1 from `tabWhatsApp Delivery Item` item
				where item.delivery = `tabWhatsApp Delivery`.name and item.state not in ('Processed', 'Dropped')
			)""",
			(add_days(now_datetime(), -days),),
		)


def on_doctype_update() -> None:
	"""The drain asks for what is received, in order."""
	frappe.db.add_index("WhatsApp Delivery", ["state", "creation"])
