from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import settings
from whatsapp_channel.cloud_api.client import PhoneNumber
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
			self._validate_token()
			self.flags.new_token = True

	def _validate_token(self) -> None:
		self.access_token = self.access_token.strip()
		if not self.access_token.isascii() or not self.access_token.isprintable() or " " in self.access_token:
			frappe.throw(
				_("Access Token: it has a space or a letter that no token has. Copy it from Meta once more.")
			)

	def on_update(self) -> None:
		"""A new token ends the refusals of the old one."""
		if self.flags.new_token:
			account_health.resume(self.name)
			self.reload()
		else:
			account_health.refresh_channels(self.name)

	@frappe.whitelist()
	def check_connection(self) -> str:
		"""Asks Meta with the stored token; resumes sending when it is accepted. Returns the account's name at Meta."""
		self.check_permission("write")
		try:
			client = settings.cloud_api(self.name)
			found, numbers = client.account(self.name), client.numbers(self.name)
		except CloudAPIError as error:
			frappe.throw(_(error.admin_text), title=_("No connection"))
		self._keep_names(numbers)
		account_health.resume(self.name)
		return found.name or self.account_name

	def _keep_names(self, numbers: Iterable[PhoneNumber]) -> None:
		"""The names that customers see, of the numbers that are entered here."""
		for number in numbers:
			if number.verified_name and frappe.db.exists("WhatsApp Number", number.id):
				frappe.db.set_value("WhatsApp Number", number.id, "verified_name", number.verified_name[:140])
