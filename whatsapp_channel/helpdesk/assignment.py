"""Keeps Assignment Rules from failing for tickets of WhatsApp customers.

Frappe's rule raises IndexError if it has no users to choose from, and then every save of the ticket fails. Since 1.26
Helpdesk leaves the rule of a team without members enabled; before, a rule could be emptied by hand.
"""

from typing import Any

from frappe.model.document import Document

# Chooses by a field of the ticket, not from its own list of users.
BY_FIELD = "Based on Field"
# The second is Helpdesk's own, for Weighted Distribution.
LISTS = ("users", "weighted_users")


class AssignmentRuleMixin:
	"""Precedes, in the class order, the Assignment Rule class that other apps chose."""

	def get_user(self: Any, ticket: "dict[str, Any] | Document") -> str | None:
		"""The user to assign; None for a WhatsApp customer's ticket if the rule has no users, instead of an error."""
		if ticket.get("whatsapp_customer") and not self._has_choice():
			return None
		return super().get_user(ticket)  # type: ignore[misc]

	def _has_choice(self: Any) -> bool:
		return self.rule == BY_FIELD or any(self.get(field) for field in LISTS)
