import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import settings
from whatsapp_channel.clock import site_now
from whatsapp_channel.inbound import retries
from whatsapp_channel.jobs import wake_drain
from whatsapp_channel.outbound import account_health
from whatsapp_channel.rules.channel_status import Attention, Facts, derive

STATUS_FIELDS = ("status", "status_reason", "status_next_step")


class WhatsAppChannel(Document):
	"""A WhatsApp Number offered to one department under a name and an icon (Z32, Z34)."""

	def validate(self) -> None:
		"""The status is derived, never typed."""
		if self.ticket_policy == "Duration" and not self.reopen_within:
			frappe.throw(_("Same Ticket Within: enter a time, or choose Always."))
		self.set_status()

	def on_update(self) -> None:
		"""An active channel receives what waited for it (design decision 12) and sends what was queued."""
		if not self.enabled:
			return
		if retries.release(self.number):
			frappe.db.after_commit.add(wake_drain)
		account_health.wake_waiting(self.account())

	def account(self) -> str:
		"""The WhatsApp Business Account of the channel's number."""
		return frappe.db.get_value("WhatsApp Number", self.number, "account")

	def set_status(self) -> bool:
		"""Derives status, reason and next step (Z40); returns whether they changed."""
		status = derive(self._facts())
		values = (
			status.value.value,
			_(status.reason).format(**status.reason_args),
			_(status.next_step).format(**status.reason_args),
		)
		if values == tuple(self.get(field) for field in STATUS_FIELDS):
			return False
		self.update(dict(zip(STATUS_FIELDS, values, strict=True)))
		self.status_since = site_now()
		return True

	def refresh_status(self) -> None:
		"""Brings the stored status up to date after a change outside of this document."""
		if self.set_status():
			self.db_set({field: self.get(field) for field in (*STATUS_FIELDS, "status_since")}, notify=True)

	def _facts(self) -> Facts:
		account = self.account()
		health = account and frappe.db.get_value(
			"WhatsApp Business Account", account, ["attention_reason", "access_token"], as_dict=True
		)
		return Facts(
			enabled=bool(self.enabled),
			has_number=bool(account),
			has_token=bool(health and health.access_token),
			receives=bool(settings.app_secrets() and settings.verify_token()),
			attention=(health and health.attention_reason) or None,
			attention_about=Attention.TOKEN,
		)
