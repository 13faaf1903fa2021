"""Helpdesk's settings that decide whether messages can become tickets."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import frappe

from whatsapp_channel.database import single_value

AUTHENTICATE = "helpdesk.auth.authenticate"
SLA = "HD Service Level Agreement"
PRIORITY = "HD Ticket Priority"


def is_blocked(path: str) -> bool:
	"""Whether Helpdesk blocks this path for guests."""
	if AUTHENTICATE not in frappe.get_hooks("auth_hooks", []) or not frappe.conf.get("block_endpoints"):
		return False
	return not any(endpoint in path for endpoint in _allowed())


def _allowed() -> Iterable[str]:
	"""The allowed paths, read as helpdesk.auth does: a list, its JSON, or one text."""
	given = frappe.conf.get("allowed_custom_endpoints") or []
	if not isinstance(given, str):
		return given
	try:
		listed = json.loads(given)
	except ValueError:
		return [given]
	return listed if isinstance(listed, list) else [given]


def _priority_of_tickets() -> str | None:
	"""The priority that HD Ticket chooses before its service level applies: that of the ticket type, else the default."""
	kind = single_value("HD Settings", "default_ticket_type")
	own = frappe.db.get_value("HD Ticket Type", kind, "priority") if kind else None
	return own or single_value("HD Settings", "default_priority")


@dataclass(frozen=True, slots=True)
class ServiceLevel:
	"""The service level of new tickets. `priority`: theirs, or None; `known`: the priorities for which the level has times;
	`missing`: the other priorities of Helpdesk."""

	name: str
	priority: str | None
	known: frozenset[str]
	missing: tuple[str, ...]


def service_level() -> ServiceLevel | None:
	"""The enabled default service level; None if there is none, and then Helpdesk creates no ticket."""
	default = {"enabled": 1, "default_sla": 1}
	row = frappe.db.get_value(SLA, default, ["name", "default_priority"], as_dict=True)
	if not row:
		return None
	known = frozenset(frappe.get_all("HD Service Level Priority", {"parent": row.name}, pluck="priority"))
	enabled = {"disabled": 0} if frappe.get_meta(PRIORITY).has_field("disabled") else {}
	offered = set(frappe.get_all(PRIORITY, enabled, pluck="name"))
	priority = _priority_of_tickets() or row.default_priority
	return ServiceLevel(row.name, priority, known, tuple(sorted(offered - known)))
