"""The site setting block_endpoints: users who are not System Users may call only the listed endpoints."""

import json
from typing import Any

import frappe
from frappe._embedded.missing import missing_in

__getattr__ = missing_in(__name__)
# The entries of Helpdesk's own list that this host can answer.
ALLOWED_PATHS = [
	f"/api/method/{name}"
	for name in (
		"ping",
		"login",
		"logout",
		"upload_file",
		"run_doc_method",
		"frappe.client.get",
		"frappe.client.get_list",
		"frappe.client.get_value",
		"frappe.client.insert",
		"frappe.client.set_value",
	)
]


def authenticate() -> None:
	"""Raise PermissionError for a path that is blocked."""
	if not frappe.conf.get("block_endpoints"):
		return
	path = f"/api/method/{frappe.form_dict.cmd}" if frappe.form_dict.cmd else frappe.request.path
	if frappe.db.get_value("User", frappe.session.user, "user_type") == "System User":
		return
	if not path.startswith("/api/") or path.startswith("/api/method/helpdesk."):
		return
	if path not in ALLOWED_PATHS and not is_custom_app_endpoint(path):
		frappe.throw(f"Access not allowed for this URL: {path}", frappe.PermissionError)


def is_custom_app_endpoint(path: str) -> bool:
	"""Whether the site's list of allowed endpoints contains the path or a part of it."""
	allowed: Any = frappe.conf.get("allowed_custom_endpoints", [])
	if isinstance(allowed, str):
		try:
			parsed = json.loads(allowed)
		except ValueError:
			parsed = None
		allowed = parsed if isinstance(parsed, list) else [allowed]
	return any(endpoint in path for endpoint in allowed)
