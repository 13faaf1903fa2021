"""The class that replaces Assignment Rule's on frameworks that cannot lay a mixin over it.

A module of its own, as `ticket_class`; since 1.26 Helpdesk replaces that class as well, and ours takes the place.
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
	"""Assignment Rule that leaves a ticket to nobody when it has nobody."""
