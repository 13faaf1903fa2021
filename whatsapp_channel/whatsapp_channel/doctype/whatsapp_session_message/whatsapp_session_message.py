import frappe
from frappe.model.document import Document


class WhatsAppSessionMessage(Document):
	"""One message in either direction; written by inbound.message and outbound.outbox, its status by outbound.status."""


def on_doctype_update() -> None:
	"""For the outbox, the history of a conversation, and the queue of a customer."""
	frappe.db.add_index("WhatsApp Session Message", ["status", "next_attempt"])
	frappe.db.add_index("WhatsApp Session Message", ["conversation", "message_timestamp"])
	frappe.db.add_index("WhatsApp Session Message", ["customer", "direction", "status"])
