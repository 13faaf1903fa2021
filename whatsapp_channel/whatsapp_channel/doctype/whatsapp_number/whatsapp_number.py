import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel.accounts import status
from whatsapp_channel.database import set_value
from whatsapp_channel.doctypes import ACCOUNT, CHANNEL, CONVERSATION
from whatsapp_channel.inbound import retries
from whatsapp_channel.jobs import wake_drain
from whatsapp_channel.onboarding.input_errors import as_validation_error
from whatsapp_channel.rules.customers.phone import InvalidNumber, to_e164
from whatsapp_channel.rules.onboarding import number_choice
from whatsapp_channel.rules.onboarding.number_choice import State
from whatsapp_channel.rules.onboarding.six_digit_code import read_pin
from whatsapp_channel.translate import to_user


class WhatsAppNumber(Document):
	"""A business phone number of a WhatsApp Business Account; named by Meta's phone_number_id."""

	def onload(self) -> None:
		"""Adds the number's state for the form."""
		at_meta = State(status=self.meta_status, on_business_app=bool(self.on_business_app))
		before = bool(self.registered_on or not self.meta_status)
		self.set_onload("is_verified", number_choice.is_verified(at_meta, self.verification) is not False)
		self.set_onload("is_registered", number_choice.is_registered(at_meta, before))

	def validate(self) -> None:
		"""Converts the number to E.164 (Z29), and refuses an invalid id."""
		self.phone_number_id = (self.phone_number_id or "").strip()
		if not self.phone_number_id.isascii() or not self.phone_number_id.isdigit():
			frappe.throw(
				_("Phone Number ID: {0} is not an ID. It has digits only.").format(self.phone_number_id)
			)
		self._keep_account()
		try:
			self.number = to_e164(self.number)
		except InvalidNumber as error:
			reason = to_user(error.explanation)
			frappe.throw(_("Phone Number: {0}").format(frappe.utils.escape_html(reason)))
		self._check_account()
		self._check_number()
		if self.pin and not self.is_dummy_password(self.pin):
			with as_validation_error():
				self.pin = read_pin(self.pin)

	def _check_account(self) -> None:
		"""A number without an account can neither send nor receive; the form says so before the database would."""
		if not self.account:
			frappe.throw(_("WhatsApp Business Account: choose the account that the number belongs to."))

	def _check_number(self) -> None:
		"""A number that was deleted and added again at Meta has another ID: the old row must be removed first."""
		other = frappe.db.get_value(self.doctype, {"number": self.number, "name": ["!=", self.name]})
		if other:
			frappe.throw(
				_(
					"Phone Number: {0} is here already under the ID {1}. If it was added anew at Meta, delete that WhatsApp Number first."
				).format(self.number, other)
			)

	def _keep_account(self) -> None:
		"""Refuses another account: customers belong to an account, so those with open tickets would become new customers."""
		if self.is_new() or not self.has_value_changed("account"):
			return
		channel = frappe.db.get_value(CHANNEL, {"number": self.name})
		if channel and frappe.db.exists(CONVERSATION, {"channel": channel}):
			frappe.throw(
				_("WhatsApp Business Account: this number has conversations, so its account cannot change.")
			)

	def on_trash(self) -> None:
		"""Clears the account's link to the number with which its trial began; the trial itself continues."""
		set_value(ACCOUNT, {"trial_number": self.name}, "trial_number", None, update_modified=False)

	def on_update(self) -> None:
		"""Releases items that arrived before the number was known here, and updates its channel's status."""
		status.refresh_account(self.account)
		if retries.release(self.name):
			frappe.db.after_commit.add(wake_drain)
