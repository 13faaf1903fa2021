"""Actions on delivery items and deliveries in the desk, for System Managers only."""

import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_datetime
from werkzeug.wrappers import Response

from whatsapp_channel import logs, rows
from whatsapp_channel.clock import site_now
from whatsapp_channel.inbound import gaps, reprocess
from whatsapp_channel.inbound.item_rows import ExportedItem

ROLE = "System Manager"
MOST_EXPORTED = 5000
# A browser that opens the file must not execute what a customer wrote.
UNSAFE_IN_HTML = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


@frappe.whitelist(methods=["POST"])
@logs.request
def reprocess_items(names: str | list) -> str:
	"""Reprocesses the selected items; returns what happened, or that a background job does it."""
	frappe.only_for(ROLE)
	return reprocess.start(_names(names))


@frappe.whitelist(methods=["POST"])
@logs.request
def reprocess_range(states: str | list, since: str, until: str) -> str:
	"""Reprocesses all items in these states that were created between two moments (site's time)."""
	frappe.only_for(ROLE)
	return reprocess.start(_in_range(states, since, until))


@frappe.whitelist(methods=["GET", "POST"])
@logs.request
def count_range(states: str | list, since: str, until: str) -> int:
	"""How many items `reprocess_range` would try."""
	frappe.only_for(ROLE)
	return len(_in_range(states, since, until))


@frappe.whitelist(methods=["POST"])
@logs.request
def reprocess_deliveries(names: str | list) -> int:
	"""Queues the selected failed deliveries for processing; returns how many."""
	frappe.only_for(ROLE)
	return reprocess.deliveries(_names(names))


@frappe.whitelist(methods=["POST"])
@logs.request
def export(names: str | list) -> Response:
	"""The selected items with their payloads as one JSON file, for example for a bug report."""
	frappe.only_for(ROLE)
	chosen = _names(names)
	if len(chosen) > MOST_EXPORTED:
		frappe.throw(_("Choose at most {0} items.").format(MOST_EXPORTED))
	items = rows.many(ExportedItem, {"name": ["in", chosen]}, "creation, name")
	document = {"exported": str(site_now()), "items": [_exported(row) for row in items]}
	name = f"whatsapp-items-{site_now():%Y-%m-%d}.json"
	return Response(
		json.dumps(document, indent=1, default=str).translate(UNSAFE_IN_HTML),
		content_type="application/json; charset=utf-8",
		headers={
			"Content-Disposition": f'attachment; filename="{name}"',
			"X-Content-Type-Options": "nosniff",
		},
	)


@frappe.whitelist(methods=["POST"])
@logs.request
def dismiss_gap(number: str) -> None:
	"""Dismisses the warning on the number's form that messages may be missing."""
	frappe.only_for(ROLE)
	gaps.dismiss(number)


def _exported(row: ExportedItem) -> dict[str, Any]:
	try:
		payload = json.loads(row.payload or "null")
	except ValueError:
		payload = row.payload
	return {**row.values(), "payload": payload}


def _names(given: str | list) -> list[str]:
	parsed = frappe.parse_json(given)
	if not isinstance(parsed, list) or not all(isinstance(name, str) for name in parsed):
		frappe.throw(_("Choose the rows first."))
	return parsed


def _in_range(states: str | list, since: str, until: str) -> list[str]:
	begin, end = get_datetime(since), get_datetime(until)
	if not begin or not end or begin > end:
		frappe.throw(_("From and Until: enter a time each, the earlier one first."))
	return reprocess.chosen(_names(states), begin, end)
