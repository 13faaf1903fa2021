"""Users, named by their address."""

import frappe
from frappe.model.document import Document


class User(Document):
	"""The parts of Frappe's controller that a channel uses."""

	def autoname(self) -> None:
		"""The address in lower case; the two standard users keep their names."""
		self.email = (self.email or "").strip().lower()
		first = self.first_name
		self.name = first if first in frappe.STANDARD_USERS else self.email

	def validate(self) -> None:
		"""Build the full name and remove the password from the row."""
		self.full_name = " ".join(filter(None, (self.first_name, self.last_name)))
		self.__dict__["_new_password"], self.new_password = self.new_password, ""

	def on_update(self) -> None:
		"""Store the hash of a new password."""
		from frappe.utils.password import update_password

		if self.get("_new_password"):
			update_password(self.name, self._new_password)

	def add_roles(self, *roles: str) -> None:
		"""Give the user roles and save."""
		own = {row.role for row in self.roles}
		self.extend("roles", [{"role": role} for role in roles if role not in own])
		self.save()
