import frappe
from frappe.model.document import Document

from whatsapp_channel.doctypes import CONVERSATION


class WhatsAppConversation(Document):
	"""The thread of one customer with one channel; written by conversations.conversation."""


def on_doctype_update() -> None:
	"""For the list of waiting conversations, and for the newest one of a customer, which every message asks for."""
	frappe.db.add_index(CONVERSATION, ["channel", "state", "window_ends"])
	frappe.db.add_index(CONVERSATION, ["customer", "channel", "opened_at"])
