import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel.accounts import access, status
from whatsapp_channel.database import is_conflict, lock_before_writing
from whatsapp_channel.doctypes import CHANNEL, NUMBER
from whatsapp_channel.helpdesk import teams
from whatsapp_channel.inbound import retries
from whatsapp_channel.jobs import wake_drain
from whatsapp_channel.onboarding import uploaded_files
from whatsapp_channel.onboarding.input_errors import as_validation_error
from whatsapp_channel.rules.files.image import check_icon
from whatsapp_channel.timeouts import OutOfTime


class WhatsAppChannel(Document):
	"""A WhatsApp Number offered to one department under a name and an icon (Z32, Z34)."""

	def validate(self) -> None:
		"""Validates the channel, and computes its status, which cannot be entered."""
		if self.ticket_policy == "Duration" and not self.reopen_within:
			frappe.throw(_("Same Ticket Within: enter a time, or choose Always."))
		self._check_icon()
		self._check_number()
		status.derived(self)
		if self.is_new():
			self._take_place()

	def after_insert(self) -> None:
		"""Attaches an icon that was uploaded before the channel existed."""
		if self.icon:
			uploaded_files.attach(self.icon, self.doctype, self.name, "icon")

	def _check_icon(self) -> None:
		"""The icon must have at most 1 MB, and be a JPEG or PNG by its content (Z33)."""
		self.icon = (self.icon or "").strip() or None
		if self.icon and (self.is_new() or self.has_value_changed("icon")):
			upload = uploaded_files.read(_("Icon"), self.icon)
			with as_validation_error():
				check_icon(upload.content, upload.name)

	def _check_number(self) -> None:
		"""The number must belong to an account, and to no other channel, enabled or not."""
		if not self.number or not self.is_new():
			return
		if frappe.db.exists(NUMBER, self.number) and not self.account():
			frappe.throw(_("WhatsApp Number: {0} belongs to no account. Link it first.").format(self.number))
		if other := frappe.db.get_value(self.doctype, {"number": self.number}):
			frappe.throw(
				_(
					"WhatsApp Number: channel {0} has this number already, and a number has one channel, enabled or not. Change that "
					"channel, or choose another number."
				).format(other)
			)

	def _take_place(self) -> None:
		"""There are never more channels than departments, enabled or not (Z32).

		Both are counted with locking reads, so that two administrators are serialised and see each other's channels. Raises
		frappe.ValidationError.
		"""
		try:
			departments, channels = lock_before_writing(_count)
		except OutOfTime:
			raise
		except Exception as error:
			if not is_conflict(error):
				raise
			frappe.throw(_("Somebody else saved a channel at this moment. Save once more."))
		if channels >= departments:
			frappe.throw(
				_(
					"There can be no more channels than departments. Channels: {0}, departments: {1}. Create another team in Helpdesk, or "
					"delete a channel that is not needed."
				).format(channels, departments),
				title=_("No department is left"),
			)

	def on_update(self) -> None:
		"""An activated channel receives its held items (ADR 0012) and sends its queued messages."""
		status.saved(self)
		if not self.enabled:
			return
		if retries.release(self.number):
			frappe.db.after_commit.add(wake_drain)
		access.wake_waiting(self.account())

	def account(self) -> str:
		"""The WhatsApp Business Account of the channel's number."""
		return frappe.db.get_value(NUMBER, self.number, "account")


def _count() -> tuple[int, int]:
	"""Departments and channels, both locked."""
	departments = teams.lock()
	return departments, len(frappe.db.sql(f"select name from `tab{CHANNEL}` for update"))
