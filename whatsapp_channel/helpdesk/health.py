"""What of Helpdesk's own settings must be right for messages to become tickets."""

import json
from collections.abc import Iterable

import frappe
from frappe import _

from whatsapp_channel.doctypes import CHANNEL
from whatsapp_channel.health.result import Finding, combined, ok, problem, warning
from whatsapp_channel.helpdesk import teams
from whatsapp_channel.settings import WEBHOOK_PATH

AUTHENTICATE = "helpdesk.auth.authenticate"
OURS = "/api/method/whatsapp_channel."
TICKET_METHODS = ("state", "send_again", "check")
SLA = "HD Service Level Agreement"
PRIORITY = "HD Ticket Priority"


def blocked_endpoints(_limit: object = None) -> Finding:
	"""Helpdesk's site setting block_endpoints (since 1.19.4) refuses what is not on its list to all but System Users.

	Guests, such as Meta, are among them; agents as a rule are not.
	"""
	fix = _(
		"Add {0} to allowed_custom_endpoints in the site configuration, or take out block_endpoints."
	).format(OURS)
	if is_blocked(WEBHOOK_PATH):
		return problem(_("Helpdesk's block_endpoints refuses Meta's deliveries."), fix)
	refused = [name for name in TICKET_METHODS if is_blocked(f"{OURS}api.ticket.{name}")]
	if refused:
		return warning(
			_(
				"Helpdesk's block_endpoints refuses the ticket page's actions to agents who are no System Users."
			),
			fix,
		)
	return ok(_("Helpdesk lets Meta's deliveries and the ticket page's actions through."))


def is_blocked(path: str) -> bool:
	"""Whether Helpdesk refuses this path to a guest."""
	if AUTHENTICATE not in frappe.get_hooks("auth_hooks", []) or not frappe.conf.get("block_endpoints"):
		return False
	return not any(endpoint in path for endpoint in _allowed())


def _allowed() -> Iterable[str]:
	"""As helpdesk.auth reads it: a list, its JSON, or one text."""
	given = frappe.conf.get("allowed_custom_endpoints") or []
	if not isinstance(given, str):
		return given
	try:
		listed = json.loads(given)
	except ValueError:
		return [given]
	return listed if isinstance(listed, list) else [given]


def service_levels(_limit: object = None) -> Finding:
	"""Helpdesk refuses a ticket whose priority has no row in its service level; then a message cannot be filed."""
	sla = frappe.db.get_value(
		SLA, {"enabled": 1, "default_sla": 1}, ["name", "default_priority"], as_dict=True
	)
	if not sla:
		return problem(
			_("There is no enabled default service level, without which Helpdesk makes no ticket."),
			_("Enable a service level in Helpdesk's settings and make it the default."),
		)
	priority = _priority_of_tickets() or sla.default_priority
	if not priority:
		return problem(
			_("New tickets would have no priority."),
			_("Choose a default priority in the service level {0}, or in Helpdesk's settings.").format(
				sla.name
			),
		)
	return _priorities(priority, sla.name)


def _priorities(priority: str, sla: str) -> Finding:
	"""Which of Helpdesk's priorities the service level knows."""
	known = set(frappe.get_all("HD Service Level Priority", {"parent": sla}, pluck="priority"))
	enabled = {"disabled": 0} if frappe.get_meta(PRIORITY).has_field("disabled") else {}
	missing = sorted({*frappe.get_all(PRIORITY, enabled, pluck="name")} - known)
	details = {_("Default priority"): priority, _("Service level"): sla}
	if priority not in known:
		return problem(
			_(
				"The default priority {0} has no times in the service level {1}: no ticket can be made."
			).format(priority, sla),
			_("Add the priority to the service level, or choose another default priority."),
			details=details,
		)
	if missing:
		return warning(
			_("The service level {0} lacks {1}: tickets cannot get that priority.").format(
				sla, ", ".join(missing)
			),
			_("Add the missing priorities to the service level."),
			details=details,
		)
	return ok(
		_("Tickets get the priority {0} and the service level {1}.").format(priority, sla), details=details
	)


def _priority_of_tickets() -> str | None:
	"""As HD Ticket chooses it, before the service level has its say: that of the ticket type, else the general one."""
	kind = frappe.db.get_single_value("HD Settings", "default_ticket_type")
	own = frappe.db.get_value("HD Ticket Type", kind, "priority") if kind else None
	return own or frappe.db.get_single_value("HD Settings", "default_priority")


def departments(_limit: object = None) -> Finding:
	"""Whether the department of every channel in use is there, and has somebody to whom tickets can be assigned."""
	channels = frappe.get_all(CHANNEL, {"enabled": 1}, ["name", "department"], order_by="name")
	if not channels:
		return ok(_("No channel is in use."))
	known, empty = set(teams.names()), teams.without_members()
	return combined({row.name: _department(row.department, known, empty) for row in channels})


def _department(name: str | None, known: set[str], empty: set[str]) -> Finding:
	if name not in known:
		return problem(
			_("The department {0} is gone: tickets are made without one.").format(name or ""),
			_("Open the channel and choose a department."),
		)
	if name in empty:
		return warning(teams.nobody_in(name), teams.add_members(name))
	return ok(_("Tickets go to a department with members."))
