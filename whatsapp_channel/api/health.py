"""Methods of the health page, for System Managers only: the suggested fixes reveal server internals."""

from typing import Any

import frappe
from frappe import _

from whatsapp_channel import logs
from whatsapp_channel.health import runner
from whatsapp_channel.health.registry import BY_KEY, CHECKS


@frappe.whitelist(methods=["POST"])
@logs.request
def checks() -> list[dict[str, str]]:
	"""Key and title of every check, in order, without running them."""
	frappe.only_for("System Manager")
	return [{"key": check.key, "title": _(check.title)} for check in CHECKS]


@frappe.whitelist(methods=["POST"])
@logs.request
def check(key: str) -> dict[str, Any]:
	"""Runs one check and returns its result. Raises frappe.ValidationError for an unknown key."""
	frappe.only_for("System Manager")
	if key not in BY_KEY:
		frappe.throw(_("There is no check {0}.").format(frappe.utils.escape_html(key)))
	return runner.run_one(BY_KEY[key]).as_dict()


@frappe.whitelist(methods=["POST"])
@logs.request
def run() -> dict[str, Any]:
	"""Runs all checks; returns the results and the worst state. Waits for answers of Meta and of the site's own address."""
	frappe.only_for("System Manager")
	return runner.summary(runner.run())
