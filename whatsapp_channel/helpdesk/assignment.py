"""Assignment Rules, as far as tickets of WhatsApp customers meet them.

Frappe's rule raises IndexError when it has nobody to choose from, and with it every save of the ticket fails. Since 1.26
Helpdesk keeps the rule of a team without members switched on; before, a rule could be emptied by hand.
"""

from typing import Any

from frappe.model.document import Document

# Chooses by a field of the ticket, not from a list of its own.
BY_FIELD = "Based on Field"
# The second is Helpdesk's own, for Weighted Distribution.
LISTS = ("users", "weighted_users")


class AssignmentRuleMixin:
	"""Goes before the class of Assignment Rule that other apps chose."""

	def get_user(self: Any, ticket: "dict[str, Any] | Document") -> str | None:
		"""Nobody, for a customer's ticket, when there is nobody to choose from; else as the rule says."""
		if ticket.get("whatsapp_customer") and not self._has_choice():
			return None
		return super().get_user(ticket)  # type: ignore[misc]

	def _has_choice(self: Any) -> bool:
		return self.rule == BY_FIELD or any(self.get(field) for field in LISTS)
