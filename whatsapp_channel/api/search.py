"""The search of link fields among this app's rows."""

from typing import Any

import frappe

from whatsapp_channel import logs
from whatsapp_channel.doctypes import SEARCHED

MOST = 100


@frappe.whitelist()
@logs.request
def search(
	doctype: str,
	txt: str,
	searchfield: str = "name",
	start: int = 0,
	page_length: int = 10,
	filters: str | dict | list | None = None,
	as_dict: bool = False,
) -> list[Any]:
	"""Rows whose name, title or searched fields hold `txt`, as far as the user may read them.

	Frappe's hook `standard_queries` calls it and sets the arguments. Its own search shows any column that a client names
	as `searchfield`, and leaves out every condition if the client wishes so; this one does neither. Raises
	frappe.PermissionError.
	"""
	if doctype not in SEARCHED:
		raise frappe.PermissionError
	meta = frappe.get_meta(doctype)
	searched = _searched(meta)
	return frappe.get_list(
		doctype,
		filters=_switched_on(meta, frappe.parse_json(filters) or []),
		or_filters=[[doctype, field, "like", f"%{txt}%"] for field in searched] if txt else None,
		fields=_shown(meta, searched),
		limit_start=start,
		limit_page_length=min(page_length, MOST),
		order_by=f"`tab{doctype}`.modified desc",
		as_list=not as_dict,
	)


def _searched(meta: Any) -> list[str]:
	named = [field.strip() for field in (meta.search_fields or "").split(",")]
	return list(dict.fromkeys(filter(None, ("name", meta.title_field, *named))))


def _shown(meta: Any, searched: list[str]) -> list[str]:
	"""What a link field shows, in Frappe's order: the title in the second place, where links show titles."""
	if not meta.show_title_field_in_link or not meta.title_field:
		return searched
	return ["name", f"{meta.title_field} as label", *searched[1:]]


def _switched_on(meta: Any, filters: dict | list) -> dict | list:
	"""As Frappe, which offers nothing that is switched off."""
	if not meta.get("fields", {"fieldname": "enabled", "fieldtype": "Check"}):
		return filters
	if isinstance(filters, dict):
		return {"enabled": 1, **filters}
	return [*filters, [meta.name, "enabled", "=", 1]]
