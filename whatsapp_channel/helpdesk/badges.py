"""Helpdesk's badge on a reply, which shows agents its delivery status."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import frappe

from whatsapp_channel.database import set_value
from whatsapp_channel.helpdesk import copies, tickets
from whatsapp_channel.rules.closed_set import ClosedSet

COMMUNICATION = "Communication"
TICKET = "HD Ticket"


class Badge(ClosedSet):
	"""The values of Helpdesk's `delivery_status` that this app uses."""

	SENDING = "Sending"
	SENT = "Sent"
	READ = "Read"
	ERROR = "Error"


def show(badges: Mapping[str, str]) -> None:
	"""Sets `delivery_status` of Communications, by name, and of their copies in tickets into which theirs were merged, and
	has agents see it: each ticket once.

	It uses db.set_value, because saving a Communication would reopen its ticket.
	"""
	made = copies.copies_of(badges)
	badges = {**badges, **{copy: badges[name] for name, each in made.items() for copy in each}}
	changed = [row for row in _rows(badges) if row.delivery_status != badges[row.name]]
	by_badge: dict[str, list[str]] = defaultdict(list)
	for row in changed:
		by_badge[badges[row.name]].append(row.name)
	for badge, names in by_badge.items():
		filters = {"name": ["in", names]}
		set_value(COMMUNICATION, filters, "delivery_status", badge, update_modified=False)
	for ticket in _tickets([row for row in changed if row.reference_doctype == TICKET]):
		tickets.publish_update(ticket)


def _tickets(communications: Sequence["frappe._dict"]) -> set[str]:
	"""The tickets in which agents now see these Communications: a merge copies them into another ticket."""
	own = {str(row.reference_name): row.name for row in communications}
	if not own:
		return set()
	query = f"select name from `tab{TICKET}` where name in %s and ifnull(merged_with, '') = ''"
	plain = {str(name) for (name,) in frappe.db.sql(query, (tuple(own),))}
	merged = (tickets.ticket_of(own[ticket]) for ticket in own.keys() - plain)
	return plain | {ticket for ticket in merged if ticket}


def _rows(badges: Mapping[str, str]) -> list["frappe._dict"]:
	if not badges:
		return []
	return frappe.db.sql(
		f"""select name, delivery_status, reference_doctype, reference_name from `tab{COMMUNICATION}`
		where name in %s""",
		(tuple(badges),),
		as_dict=True,
	)
