"""Contact: people, whose full name is the document's name."""

import frappe
from frappe.model.document import Document


class Contact(Document):
	"""The parts of Frappe's controller that a channel uses."""

	def autoname(self) -> None:
		"""The full name with the first link, and a number if the name is taken."""
		self.name = self._get_full_name()
		if self.links:
			self.name += f"-{self.links[0].link_name.strip()}"
		if frappe.db.exists("Contact", self.name):
			self.name = _next_free(self.name)

	def validate(self) -> None:
		"""Set the primary address and numbers from the child rows."""
		self.full_name = self._get_full_name()
		if len(self.email_ids) == 1:
			self.email_ids[0].is_primary = 1
		primary = [row.email_id.strip() for row in self.email_ids if row.is_primary]
		if len(primary) > 1:
			frappe.throw("Only one Email ID can be set as primary.")
		self.email_id = primary[0] if primary else ""
		for field in ("phone", "mobile_no"):
			numbers = [row.phone for row in self.phone_nos if row.get(f"is_primary_{field}")]
			if len(numbers) > 1:
				frappe.throw(f"Only one {field} can be set as primary.")
			self.set(field, numbers[0] if numbers else "")
		if not self.user and self.email_id:
			self.user = frappe.db.get_value("User", {"email": self.email_id})

	def _get_full_name(self) -> str:
		names = (self.first_name, self.middle_name, self.last_name)
		return " ".join(filter(None, names)) or (self.company_name or "")


def _next_free(name: str) -> str:
	taken = frappe.get_all("Contact", filters={"name": ["like", f"{name}-%"]}, pluck="name")
	numbers = [int(each.rpartition("-")[2]) for each in taken if each.rpartition("-")[2].isdigit()]
	return f"{name}-{max(numbers, default=0) + 1}"
