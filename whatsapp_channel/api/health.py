"""The health page's methods: for System Managers alone, since fixes name the server's insides."""

from typing import Any

import frappe
from frappe import _

from whatsapp_channel import logs
from whatsapp_channel.health import runner
from whatsapp_channel.health.registry import BY_KEY, CHECKS


@frappe.whitelist(methods=["POST"])
@logs.request
def checks() -> list[dict[str, str]]:
	"""Key and title of every check, in order; nothing is looked at yet."""
	frappe.only_for("System Manager")
	return [{"key": check.key, "title": _(check.title)} for check in CHECKS]


@frappe.whitelist(methods=["POST"])
@logs.request
def check(key: str) -> dict[str, Any]:
	"""The result of one check. Raises frappe.ValidationError for a key that there is not."""
	frappe.only_for("System Manager")
	if key not in BY_KEY:
		frappe.throw(_("There is no check {0}.").format(frappe.utils.escape_html(key)))
	return runner.run_one(BY_KEY[key]).as_dict()


@frappe.whitelist(methods=["POST"])
@logs.request
def run() -> dict[str, Any]:
	"""All results and the worst state among them; takes as long as Meta and the server's own address take to answer."""
	frappe.only_for("System Manager")
	return runner.summary(runner.run())
