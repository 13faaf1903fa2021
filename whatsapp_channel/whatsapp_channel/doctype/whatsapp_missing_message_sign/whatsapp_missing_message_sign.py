import frappe
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime

from whatsapp_channel.doctypes import SIGN
from whatsapp_channel.inbound import gaps


class WhatsAppMissingMessageSign(Document):
	"""A missing message: something refers to it, but it never arrived. Written by inbound.gaps."""

	@staticmethod
	def clear_old_logs(days: int = 30) -> None:
		"""Called by Frappe's log settings. Open signs are kept: the form of their number counts them."""
		gaps.clear_old(add_days(now_datetime(), -days))


def on_doctype_update() -> None:
	"""For the open signs of a number."""
	frappe.db.add_index(SIGN, ["number", "state"])
