import frappe
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime

from whatsapp_channel import logs
from whatsapp_channel.doctypes import ITEM
from whatsapp_channel.documents import load_permitted
from whatsapp_channel.inbound import reprocess
from whatsapp_channel.privacy.retention import delete_old


class WhatsAppDeliveryItem(Document):
	"""One item of a delivery that could not simply be processed; written by inbound.dispatch."""

	@staticmethod
	def clear_old_logs(days: int = 30) -> None:
		"""Called by Frappe's log settings. Items that still wait for something or somebody are kept."""
		condition = "log.state in ('Processed', 'Dropped') and log.creation < %s"
		delete_old(ITEM, condition, (add_days(now_datetime(), -days),))

	@frappe.whitelist(methods=["POST"])
	@logs.request
	def reprocess(self) -> str:
		"""Tries the item again now; returns its new state."""
		frappe.only_for("System Manager")
		return reprocess.one(load_permitted(self.doctype, self.name, "read").name)


def on_doctype_update() -> None:
	"""For what is due, and for what a message of the same sender has to wait behind."""
	frappe.db.add_index(ITEM, ["state", "next_attempt"])
	frappe.db.add_index(ITEM, ["number", "sender", "state"])
