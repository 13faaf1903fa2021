"""The class that replaces Assignment Rule on frameworks that cannot extend it by a mixin.

A module of its own, like `hd_ticket_class`. Since 1.26 Helpdesk replaces this class as well; ours takes precedence.
"""

from typing import TYPE_CHECKING

from whatsapp_channel.helpdesk.assignment import AssignmentRuleMixin

if TYPE_CHECKING:
	from frappe.automation.doctype.assignment_rule.assignment_rule import AssignmentRule
else:
	try:
		from helpdesk.overrides.assignment_rule import HelpdeskAssignmentRule as AssignmentRule
	except ImportError:
		from frappe.automation.doctype.assignment_rule.assignment_rule import AssignmentRule


class WhatsAppAssignmentRule(AssignmentRuleMixin, AssignmentRule):
	"""Assignment Rule that leaves a ticket unassigned if it has no users."""
