"""What Helpdesk's own settings say that decides whether messages can become tickets."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import frappe

AUTHENTICATE = "helpdesk.auth.authenticate"
SLA = "HD Service Level Agreement"
PRIORITY = "HD Ticket Priority"


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


def _priority_of_tickets() -> str | None:
	"""As HD Ticket chooses it, before the service level has its say: that of the ticket type, else the general one."""
	kind = frappe.db.get_single_value("HD Settings", "default_ticket_type")
	own = frappe.db.get_value("HD Ticket Type", kind, "priority") if kind else None
	return own or frappe.db.get_single_value("HD Settings", "default_priority")


@dataclass(frozen=True, slots=True)
class ServiceLevel:
	"""The service level that new tickets get. `priority` is theirs, None when there is none; `known` are those that the level
	has times for, `missing` the others that Helpdesk offers."""

	name: str
	priority: str | None
	known: frozenset[str]
	missing: tuple[str, ...]


def service_level() -> ServiceLevel | None:
	"""The enabled default one; None when there is none, without which Helpdesk makes no ticket."""
	default = {"enabled": 1, "default_sla": 1}
	row = frappe.db.get_value(SLA, default, ["name", "default_priority"], as_dict=True)
	if not row:
		return None
	known = frozenset(frappe.get_all("HD Service Level Priority", {"parent": row.name}, pluck="priority"))
	enabled = {"disabled": 0} if frappe.get_meta(PRIORITY).has_field("disabled") else {}
	offered = set(frappe.get_all(PRIORITY, enabled, pluck="name"))
	priority = _priority_of_tickets() or row.default_priority
	return ServiceLevel(row.name, priority, known, tuple(sorted(offered - known)))
