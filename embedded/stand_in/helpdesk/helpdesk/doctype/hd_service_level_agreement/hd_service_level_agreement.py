"""Service levels, in wall-clock hours: the embedded host knows no working hours and no holidays."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import add_to_date, now_datetime, time_diff_in_seconds


class HDServiceLevelAgreement(Document):
	"""Sets the due times of tickets."""

	def apply(self, doc: Any) -> None:
		"""Called with every save of a ticket."""
		if doc.is_new():
			doc.service_level_agreement_creation = now_datetime()
			doc.priority = doc.priority or self.default_priority
		self._set_due(doc)
		self._follow_status(doc)

	def _set_due(self, doc: Any) -> None:
		level = next((row for row in self.priorities if row.priority == doc.priority), None)
		if not level:
			frappe.throw(f"Please add {doc.priority} priority in {self.name} SLA")
		start = doc.service_level_agreement_creation
		doc.response_by = add_to_date(start, seconds=int(level.response_time or 0), as_datetime=True)
		doc.resolution_by = add_to_date(start, seconds=int(level.resolution_time or 0), as_datetime=True)

	def set_first_response_time(self, doc: Any) -> None:
		"""From the opening of the ticket to its first response, in seconds."""
		start, end = doc.service_level_agreement_creation, doc.first_responded_on
		if start and end:
			doc.first_response_time = time_diff_in_seconds(end, start)

	def _follow_status(self, doc: Any) -> None:
		if doc.has_value_changed("status"):
			self.set_first_response_time(doc)
		if doc.has_value_changed("status_category"):
			doc.resolution_date = now_datetime() if doc.status_category == "Resolved" else None
		if doc.resolution_date:
			doc.agreement_status = "Fulfilled"
		elif doc.status_category == "Paused":
			doc.agreement_status = "Paused"
		else:
			doc.agreement_status = "Resolution Due" if doc.first_responded_on else "First Response Due"


def get_sla(ticket: Any) -> Any:
	"""The default SLA; conditions of others are not in the embedded host."""
	name = frappe.db.get_value("HD Service Level Agreement", {"enabled": 1, "default_sla": 1})
	return frappe.get_doc("HD Service Level Agreement", name) if name else None
