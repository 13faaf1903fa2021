"""HD Agent: a user with such a record is an agent."""

import frappe
from frappe.model.document import Document


class HDAgent(Document):
	"""Gives its user the role Agent."""

	def before_save(self) -> None:
		"""Add the role."""
		frappe.get_doc("User", self.user).add_roles("Agent")
