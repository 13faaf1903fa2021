"""Assignment Rule: assigns a document when it is saved; a rule without users fails, as in Frappe."""

from typing import Any

import frappe
from frappe.desk.form import assign_to
from frappe.model.document import Document


class AssignmentRule(Document):
	"""Round Robin rules, which Helpdesk creates for its teams."""

	def apply_assign(self, doc: Any) -> bool:
		"""Assign the document if the rule's condition is true; returns whether it did."""
		return bool(_holds(self.assign_condition, doc)) and self.do_assignment(doc)

	def apply_unassign(self, doc: Any, made_by: list[str]) -> bool:
		"""Remove the rule's assignments if its unassign condition is true; returns whether it did."""
		wanted = self.name in made_by and _holds(self.unassign_condition, doc)
		return bool(wanted) and assign_to.clear(doc["doctype"], doc["name"])

	def do_assignment(self, doc: Any) -> bool:
		"""Assign to the next user."""
		assign_to.clear(doc["doctype"], doc["name"], ignore_permissions=True)
		user = self.get_user(doc)
		if not user:
			return False
		values = {"assign_to": [user], "doctype": doc["doctype"], "name": doc["name"]}
		values |= {"description": self.description, "assignment_rule": self.name}
		assign_to.add(values, ignore_permissions=True)
		self.db_set("last_user", user)
		return True

	def get_user(self, doc: Any) -> str:
		"""The user after the last assigned one; raises IndexError if there are no users."""
		users = [row.user for row in self.users]
		if not self.last_user or self.last_user == users[-1]:
			return users[0]
		return users[(users.index(self.last_user) + 1 if self.last_user in users else 0)]


def apply(doc: Any, method: str | None = None) -> None:
	"""Called on every save of a document whose DocType has rules."""
	wanted = {"document_type": doc.doctype, "disabled": 0}
	names = frappe.get_all("Assignment Rule", wanted, pluck="name", order_by="priority desc")
	if not names:
		return
	rules = [frappe.get_doc("Assignment Rule", name) for name in names]
	values = doc.as_dict()
	place = {"reference_type": doc.doctype, "reference_name": str(doc.name), "status": ["!=", "Cancelled"]}
	made_by = frappe.get_all("ToDo", place, pluck="assignment_rule")
	if made_by and not any(rule.apply_unassign(values, made_by) for rule in rules):
		return
	any(rule.apply_assign(values) for rule in rules)


def _holds(condition: str | None, doc: Any) -> Any:
	return condition and eval(condition, {"__builtins__": {}}, doc)  # noqa: S307 (written by whoever sets the site up)
