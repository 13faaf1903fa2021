import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel.inbound import retries
from whatsapp_channel.jobs import wake_drain
from whatsapp_channel.rules.phone import InvalidNumber, to_e164


class WhatsAppNumber(Document):
	"""A business phone number of a WhatsApp Business Account; named by Meta's phone_number_id."""

	def validate(self) -> None:
		"""Keeps the number in E.164 (Z29) and refuses an id that is none."""
		self.phone_number_id = (self.phone_number_id or "").strip()
		if not self.phone_number_id.isascii() or not self.phone_number_id.isdigit():
			frappe.throw(
				_("Phone Number ID: {0} is not an ID. It has digits only.").format(self.phone_number_id)
			)
		self._keep_account()
		try:
			self.number = to_e164(self.number)
		except InvalidNumber as error:
			reason = f"{_(error.problem)} {_(error.way_out)}".replace("{number}", error.number)
			frappe.throw(_("Phone Number: {0}").format(frappe.utils.escape_html(reason)))

	def _keep_account(self) -> None:
		"""Customers belong to an account: with another one, those who have an open ticket would become new ones."""
		if self.is_new() or not self.has_value_changed("account"):
			return
		channel = frappe.db.get_value("WhatsApp Channel", {"number": self.name})
		if channel and frappe.db.exists("WhatsApp Conversation", {"channel": channel}):
			frappe.throw(
				_("WhatsApp Business Account: this number has conversations, so its account cannot change.")
			)

	def on_update(self) -> None:
		"""What arrived for this number before it was known here can be filed now; its channel's status may change."""
		for channel in frappe.get_all("WhatsApp Channel", {"number": self.name}, pluck="name"):
			frappe.get_doc("WhatsApp Channel", channel).refresh_status()
		if retries.release(self.name):
			frappe.db.after_commit.add(wake_drain)
