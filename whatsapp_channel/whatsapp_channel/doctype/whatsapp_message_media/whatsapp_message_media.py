import frappe

from whatsapp_channel.doctypes import MEDIA
from whatsapp_channel.documents import ChildRow


class WhatsAppMessageMedia(ChildRow):
	"""One file of a message and where it is; written by inbound.media."""


def on_doctype_update() -> None:
	"""For the files to fetch again, and those that have been kept long enough; and whether a File is a customer's."""
	frappe.db.add_index(MEDIA, ["state", "creation"])
	frappe.db.add_index(MEDIA, ["file_url(100)"])
