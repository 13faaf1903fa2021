import frappe
from frappe.model.document import Document

from whatsapp_channel.doctypes import SESSION


class WhatsAppSession(Document):
	"""The 24-hour counting unit of the guide (Z39); written by conversations.session."""


def on_doctype_update() -> None:
	"""Each message asks for the session that is open at its time."""
	frappe.db.add_index(SESSION, ["customer", "number", "ends_at"])
