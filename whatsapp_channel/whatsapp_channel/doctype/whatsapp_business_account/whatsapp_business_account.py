import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import logs, settings
from whatsapp_channel.accounts import access
from whatsapp_channel.doctypes import SIGNUP
from whatsapp_channel.documents import load_permitted
from whatsapp_channel.onboarding import link
from whatsapp_channel.onboarding.step_errors import explained

OF_THE_TOKEN = ("token_app_id", "token_expires_on", "token_scopes")


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
			self._forget_old_token()

	def _validate_token(self) -> None:
		self.access_token = self.access_token.strip()
		if not self.access_token.isascii() or not self.access_token.isprintable() or " " in self.access_token:
			frappe.throw(
				_("Access Token: it has a space or a letter that no token has. Copy it from Meta once more.")
			)

		settings.refuse_published(self.access_token, _("Access Token"))

	def _forget_old_token(self) -> None:
		"""Clears Meta's data about the previous token: nothing is known yet about a new one that was entered."""
		if not self.flags.proven:
			self.update(dict.fromkeys(OF_THE_TOKEN))

	def on_update(self) -> None:
		"""A new token ends the refusals of the old one."""
		if self.flags.new_token:
			access.resume(self.name)
			self.reload()
		else:
			access.refresh_channels(self.name)

	def on_trash(self) -> None:
		"""Deletes the sign-ups of the account, and any tokens that they still have."""
		for field in ("account", "reconnects"):
			for signup in frappe.get_all(SIGNUP, {field: self.name}, pluck="name"):
				frappe.delete_doc(SIGNUP, signup, ignore_permissions=True, delete_permanently=True)

	@frappe.whitelist()
	@logs.request
	def check_connection(self) -> str:
		"""Calls Meta with the stored token; resumes sending if it is accepted. Returns the account's name at Meta."""
		account = load_permitted(self.doctype, self.name, "write")
		with explained():
			name = link.refresh(account.name)
		access.resume(account.name)
		return name or account.account_name
