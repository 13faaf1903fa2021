"""Notifications under the desk's bell icon."""

from typing import Any

import frappe
from frappe._embedded.missing import missing_in
from frappe.model.document import Document

__getattr__ = missing_in(__name__)


class NotificationLog(Document):
	"""One notification of one user. Mails about it are not in the embedded host."""

	def after_insert(self) -> None:
		"""Notify the user's open pages."""
		frappe.publish_realtime("notification", after_commit=True, user=self.for_user)


def make_notification_logs(doc: Any, users: list[str]) -> None:
	"""A notification for each enabled user; users get notified of their own actions only by alerts."""
	for user in frappe.get_all("User", {"enabled": 1, "email": ["in", users]}, pluck="name"):
		notification = frappe.new_doc("Notification Log")
		notification.update(doc)
		notification.for_user = user
		if user != notification.from_user or doc.type in ("Energy Point", "Alert"):
			notification.insert(ignore_permissions=True)
