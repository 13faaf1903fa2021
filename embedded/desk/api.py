"""Methods that the page calls in addition to those of Frappe and Helpdesk."""

import time
from typing import Any

from embedded.boot import load_stand_in

load_stand_in()

import frappe  # noqa: E402 (it is the stand-in from here on)
from frappe._embedded.shared import events_after  # noqa: E402

from whatsapp_channel.api import ticket as whatsapp  # noqa: E402

COLUMNS = [
	"name",
	"subject",
	"status",
	"agent_group",
	"raised_by",
	"contact",
	"modified",
	"whatsapp_customer",
]
LONGEST_WAIT = 20.0  # seconds that a request for changes stays open (long polling)
_LOOK_EVERY = 0.1


@frappe.whitelist()
def overview(limit: int = 30) -> dict[str, Any]:
	"""The tickets that the agent may see, last changed first, each with the text of its WhatsApp button."""
	rows = frappe.get_list("HD Ticket", fields=COLUMNS, order_by="modified desc", limit_page_length=limit + 1)
	for row in rows[:limit]:
		row.customer_name = _customer_name(row)
		state = whatsapp.state(str(row.name)) if row.whatsapp_customer else {}
		row.whatsapp = {key: state.get(key) for key in ("label", "theme")} if state.get("whatsapp") else None
	return {"tickets": rows[:limit], "more": len(rows) > limit}


def _customer_name(row: Any) -> str:
	known = row.whatsapp_customer and frappe.db.get_value(
		"WhatsApp Customer", row.whatsapp_customer, ["profile_name", "phone"], as_dict=True
	)
	return (known and (known.profile_name or known.phone)) or row.contact or row.raised_by


@frappe.whitelist()
def changes(since: int = -1) -> int:
	"""The number of the latest event: at once for -1, otherwise after an event newer than `since` or LONGEST_WAIT."""
	end = time.monotonic() + LONGEST_WAIT
	while True:
		last = max((number for number, *_ in events_after(max(since, 0))), default=since)
		if since < 0 or last > since or time.monotonic() > end:
			return last
		time.sleep(_LOOK_EVERY)
