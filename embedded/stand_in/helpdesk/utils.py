"""Checks for agents, and events that tell pages about changes."""

import functools
from collections.abc import Callable
from typing import Any

import frappe
from frappe._embedded.missing import missing_in

__getattr__ = missing_in(__name__)


def is_admin(user: str | None = None) -> bool:
	"""Whether the user is Administrator."""
	return (user or frappe.session.user) == "Administrator"


def is_agent(user: str | None = None) -> bool:
	"""Whether the user is an agent, by role or by record."""
	user = user or frappe.session.user
	if is_admin() or {"Agent", "Agent Manager"} & set(frappe.get_roles(user)):
		return True
	return bool(frappe.db.exists("HD Agent", {"name": user}))


def agent_only(function: Callable[..., Any]) -> Callable[..., Any]:
	"""Let only agents call a function; raises PermissionError for others."""

	@functools.wraps(function)
	def wrapper(*args: Any, **kwargs: Any) -> Any:
		if not is_agent():
			frappe.throw(
				"You are not permitted to access this resource.", frappe.PermissionError, title="Not Allowed"
			)
		return function(*args, **kwargs)

	return wrapper


def publish_event(event: str, room: str | None = None, data: Any = None, user: str | None = None) -> None:
	"""Send an event to a room after the commit; to all visitors if no room is given."""
	frappe.publish_realtime(event, message=data, room=room or "website", after_commit=True, user=user)


def get_doc_room(doctype: str, name: str) -> str:
	"""The realtime room of a document's viewers."""
	return f"open_doc:{doctype}/{name}"


def capture_event(event: str) -> None:
	"""Telemetry, of which the embedded host has none."""


def get_customer(contact: str) -> list[str]:
	"""The HD Customers that a Contact (by name or address) belongs to."""
	names = frappe.get_all("Contact", or_filters={"name": contact, "email_id": contact}, pluck="name")
	filters = {"parent": ["in", names], "parenttype": "Contact", "link_doctype": "HD Customer"}
	return frappe.get_all("Dynamic Link", filters=filters, pluck="link_name") if names else []


def get_agents_team() -> list[Any]:
	"""The teams of the present user."""
	names = frappe.get_all("HD Team Member", filters={"user": frappe.session.user}, pluck="parent")
	fields = ["team_name", "ignore_restrictions"]
	return frappe.get_all("HD Team", filters={"name": ["in", names]}, fields=fields) if names else []
