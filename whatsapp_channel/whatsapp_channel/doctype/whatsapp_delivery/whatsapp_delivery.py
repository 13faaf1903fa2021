import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime

from whatsapp_channel import logs
from whatsapp_channel.doctypes import DELIVERY, ITEM
from whatsapp_channel.documents import load_permitted
from whatsapp_channel.inbound import reprocess
from whatsapp_channel.privacy.retention import delete_old


class WhatsAppDelivery(Document):
	"""One webhook POST as received; its name is the SHA-256 of the body. Written by inbound.delivery."""

	@frappe.whitelist(methods=["POST"])
	@logs.request
	def reprocess(self) -> None:
		"""Has a failed delivery processed once more; what is filed already stays as it is."""
		frappe.only_for("System Manager")
		if not reprocess.deliveries([load_permitted(self.doctype, self.name, "read").name]):
			frappe.throw(_("Only a failed delivery can be processed again."))

	@staticmethod
	def clear_old_logs(days: int = 30) -> None:
		"""Called by Frappe's log settings. Deliveries that still need somebody's look are kept."""
		condition = f"""log.state = 'Processed' and log.creation < %s and not exists (
			select 1 from `tab{ITEM}` item
			where item.delivery = log.name and item.state not in ('Processed', 'Dropped')
		)"""
		delete_old(DELIVERY, condition, (add_days(now_datetime(), -days),))


def on_doctype_update() -> None:
	"""For what is to be sorted, for what waits in a line, and for what the same person's other line waits for."""
	frappe.db.add_index(DELIVERY, ["state", "line", "sequence"])
	frappe.db.add_index(DELIVERY, ["state", "other_line", "sequence"])
