"""Requests under privacy laws, by phone number or user id. For administrators only."""

from typing import Any

import frappe
from frappe import _

from whatsapp_channel import logs
from whatsapp_channel.privacy import background
from whatsapp_channel.privacy.find import find as look
from whatsapp_channel.privacy.person import asked


@frappe.whitelist(methods=["POST"])
@logs.request
def find(phone: str, customers: str | list | None = None) -> dict[str, Any]:
	"""Lists the stored data of a person; changes nothing. `customers` selects among those who have or had the number.

	Raises frappe.PermissionError for anyone but a System Manager, frappe.ValidationError if it is not a number.
	"""
	frappe.only_for("System Manager")
	return look(asked(phone), _list(customers))


@frappe.whitelist(methods=["POST"])
@logs.request
def export(phone: str, customers: str | list | None = None) -> dict[str, str]:
	"""Queues a job that writes a zip file for the current user. Raises as `find`."""
	frappe.only_for("System Manager")
	wanted = asked(phone)
	background.start("export", phone, _list(customers))
	return {"text": _("The export of {0} is being written.").format(wanted.masked)}


@frappe.whitelist(methods=["POST"])
@logs.request
def erase(phone: str, confirmation: str, customers: str | list | None = None) -> dict[str, str]:
	"""Queues a job that erases a person. `confirmation` is the number entered again, in any spelling.

	Raises as `find`, and frappe.ValidationError when the two differ.
	"""
	frappe.only_for("System Manager")
	wanted = asked(phone)
	if set(asked(confirmation).ids) != set(wanted.ids):
		frappe.throw(_("The two numbers differ. Nothing was erased."))
	background.start("erase", phone, _list(customers))
	return {"text": _("{0} is being erased.").format(wanted.masked)}


def _list(customers: str | list | None) -> list[str] | None:
	"""Parses a list that the browser sent as JSON text. Frappe checks the annotation first, so it has to allow `str`."""
	return frappe.parse_json(customers) if isinstance(customers, str) else customers
