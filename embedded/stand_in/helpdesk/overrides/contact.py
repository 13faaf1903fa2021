"""Contacts find their HD Customer by the domain of their address."""

from typing import Any

import frappe


def before_insert(doc: Any, method: str | None = None) -> None:
	"""Link the HD Customer whose domain the address has."""
	if not doc.email_id:
		return
	customer = frappe.db.get_value("HD Customer", {"domain": doc.email_id.split("@")[1]})
	if customer:
		doc.append("links", {"link_doctype": "HD Customer", "link_name": customer})
