"""What a fresh Helpdesk brings: roles, statuses, priorities, types, a default SLA."""

import frappe

_STATUSES = (
	("Open", "Open", "Red"),
	("Replied", "Paused", "Blue"),
	("Resolved", "Resolved", "Green"),
	("Closed", "Resolved", "Gray"),
)
_PRIORITIES = {"Low": 100, "Medium": 200, "High": 300, "Urgent": 400}
_TYPES = ("Unspecified", "Question", "Bug", "Incident")
_HOUR = 3600


def after_install() -> None:
	"""Make the rows that every ticket needs."""
	for role in ("Agent", "Agent Manager"):
		frappe.get_doc({"doctype": "Role", "role_name": role}).insert()
	for order, (name, category, color) in enumerate(_STATUSES, 1):
		values = {
			"label_agent": name,
			"label_customer": name,
			"category": category,
			"color": color,
			"order": order,
		}
		frappe.get_doc({"doctype": "HD Ticket Status", **values}).insert()
	for name, value in _PRIORITIES.items():
		frappe.get_doc({"doctype": "HD Ticket Priority", "name": name, "integer_value": value}).insert()
	for name in _TYPES:
		frappe.get_doc({"doctype": "HD Ticket Type", "name": name, "priority": "Medium"}).insert()
	_make_settings()
	_make_sla()


def _make_settings() -> None:
	settings = frappe.get_doc("HD Settings")
	settings.update({"default_priority": "Medium", "default_ticket_type": "Question"})
	settings.update(
		{"default_ticket_status": "Open", "ticket_reopen_status": "Open", "update_status_to": "Replied"}
	)
	settings.save()


def _make_sla() -> None:
	sla = frappe.new_doc("HD Service Level Agreement")
	sla.update({"service_level": "Default", "default_sla": 1, "default_ticket_status": "Open"})
	sla.update({"ticket_reopen_status": "Open", "default_priority": "Medium"})
	for name, value in _PRIORITIES.items():
		hours = 900 // value
		times = {"response_time": hours * _HOUR, "resolution_time": hours * 24 * _HOUR}
		sla.append("priorities", {"priority": name, "default_priority": int(name == "Medium"), **times})
	sla.insert()
