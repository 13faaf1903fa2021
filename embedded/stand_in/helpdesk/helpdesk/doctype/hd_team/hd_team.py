"""HD Team as of 1.26: its Assignment Rule has the same users as the team, and stays enabled without any."""

import frappe
from frappe.model.document import Document


class HDTeam(Document):
	"""A department."""

	def after_insert(self) -> None:
		"""Make the rule."""
		rule = frappe.new_doc("Assignment Rule")
		rule.update({"name": f"{self.name} - Support Rotation", "document_type": "HD Ticket", "priority": 1})
		rule.update({"rule": "Round Robin", "description": "Assigned by the team's rule"})
		rule.assign_condition = f"status == 'Open' and agent_group == '{self.name}'"
		rule.unassign_condition = f"agent_group != '{self.name}'"
		self._save_with_members(rule)
		self.db_set("assignment_rule", rule.name, update_modified=False)

	def on_update(self) -> None:
		"""Update the rule to the team's members."""
		if self.assignment_rule:
			self._save_with_members(frappe.get_doc("Assignment Rule", self.assignment_rule))

	def _save_with_members(self, rule: Document) -> None:
		rule.set("users", [{"user": row.user} for row in self.users if row.user])
		rule.save(ignore_permissions=True)

	def on_trash(self) -> None:
		"""Delete the rule together with the team."""
		if self.assignment_rule:
			frappe.delete_doc("Assignment Rule", self.assignment_rule, ignore_permissions=True, force=True)
