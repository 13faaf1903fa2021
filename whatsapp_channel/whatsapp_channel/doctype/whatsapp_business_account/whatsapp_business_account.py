import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import settings
from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.outbound import account_health


class WhatsAppBusinessAccount(Document):
	"""A WhatsApp Business Account (WABA) that the customer owns and shares with this helpdesk (Z4)."""

	def validate(self) -> None:
		"""Meta's ids are digits; a phone number or a name here would only fail at the first message."""
		self.waba_id = (self.waba_id or "").strip()
		if not self.waba_id.isascii() or not self.waba_id.isdigit():
			frappe.throw(
				_("WhatsApp Business Account ID: {0} is not an ID. It has digits only.").format(self.waba_id)
			)
		if self.access_token and not self.is_dummy_password(self.access_token):
			self.access_token = self.access_token.strip()
			self.flags.new_token = True

	def on_update(self) -> None:
		"""A new token ends the refusals of the old one."""
		if self.flags.new_token:
			account_health.resume(self.name)
			self.reload()

	@frappe.whitelist()
	def check_connection(self) -> str:
		"""Asks Meta with the stored token; resumes sending when it is accepted. Returns the account's name at Meta."""
		self.check_permission("write")
		try:
			found = settings.cloud_api(self.name).account(self.name)
		except CloudAPIError as error:
			frappe.throw(_(error.admin_text), title=_("Meta refused the access token"))
		account_health.resume(self.name)
		return found.name or self.account_name
