import frappe
from frappe.model.document import Document

from whatsapp_channel.doctypes import MESSAGE


class WhatsAppSessionMessage(Document):
	"""One message in either direction; written by inbound.filing and outbound.outbox, its status by
	conversations.delivery_status."""


def on_doctype_update() -> None:
	"""For the outbox, the history of a conversation, the queue of a customer, the gaps of a channel, and the list in
	the desk, which is in the order of time."""
	frappe.db.add_index(MESSAGE, ["status", "next_attempt"])
	frappe.db.add_index(MESSAGE, ["conversation", "message_timestamp"])
	frappe.db.add_index(MESSAGE, ["customer", "direction", "status"])
	frappe.db.add_index(MESSAGE, ["channel", "message_timestamp"])
	# Of a column alone Frappe's migration would drop it again. A list of a million messages takes 8 s without.
	frappe.db.add_index(MESSAGE, ["message_timestamp", "creation"])
