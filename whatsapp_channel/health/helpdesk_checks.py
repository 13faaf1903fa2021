"""Checks of Helpdesk's settings without which messages cannot become tickets."""

from frappe import _

from whatsapp_channel import rows
from whatsapp_channel.accounts.account_rows import ChannelStatusRow
from whatsapp_channel.health.result import Finding, combined, ok, problem, warning
from whatsapp_channel.helpdesk import site_settings, teams
from whatsapp_channel.helpdesk.site_settings import ServiceLevel
from whatsapp_channel.settings import WEBHOOK_PATH

OURS = "/api/method/whatsapp_channel."


TICKET_METHODS = ("state", "send_again", "check")


def blocked_endpoints(_deadline: object = None) -> Finding:
	"""Helpdesk's site setting block_endpoints (since 1.19.4) allows only listed endpoints to everyone but System Users.

	That blocks guests, such as Meta, but usually not agents.
	"""
	fix = _(
		"Add {0} to allowed_custom_endpoints in the site configuration, or take out block_endpoints."
	).format(OURS)
	if site_settings.is_blocked(WEBHOOK_PATH):
		return problem(_("Helpdesk's block_endpoints refuses Meta's deliveries."), fix)
	refused = [name for name in TICKET_METHODS if site_settings.is_blocked(f"{OURS}api.ticket.{name}")]
	if refused:
		return warning(
			_(
				"Helpdesk's block_endpoints refuses the ticket page's actions to agents who are no System Users."
			),
			fix,
		)
	return ok(_("Helpdesk lets Meta's deliveries and the ticket page's actions through."))


def service_levels(_deadline: object = None) -> Finding:
	"""Whether tickets can be created: Helpdesk refuses a ticket whose priority is not in its service level."""
	level = site_settings.service_level()
	if not level:
		return problem(
			_("There is no enabled default service level, without which Helpdesk makes no ticket."),
			_("Enable a service level in Helpdesk's settings and make it the default."),
		)
	if not level.priority:
		return problem(
			_("New tickets would have no priority."),
			_("Choose a default priority in the service level {0}, or in Helpdesk's settings.").format(
				level.name
			),
		)
	return _priorities(level, level.priority)


def _priorities(level: ServiceLevel, priority: str) -> Finding:
	"""Checks which of Helpdesk's priorities are in the service level."""
	details = {_("Default priority"): priority, _("Service level"): level.name}
	if priority not in level.known:
		return problem(
			_(
				"The default priority {0} has no times in the service level {1}: no ticket can be made."
			).format(priority, level.name),
			_("Add the priority to the service level, or choose another default priority."),
			details=details,
		)
	if level.missing:
		return warning(
			_("The service level {0} lacks {1}: tickets cannot get that priority.").format(
				level.name, ", ".join(level.missing)
			),
			_("Add the missing priorities to the service level."),
			details=details,
		)
	text = _("Tickets get the priority {0} and the service level {1}.")
	return ok(text.format(priority, level.name), details=details)


def departments(_deadline: object = None) -> Finding:
	"""Whether the department of every enabled channel exists and has members to whom tickets can be assigned."""
	channels = rows.many(ChannelStatusRow, {"enabled": 1}, "name")
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
