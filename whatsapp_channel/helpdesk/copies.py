"""The copies that Helpdesk's merge makes of Communications: what agents read from then on (ADR 0030).

A merge inserts every Communication of a ticket once more in the target and gives the copy the time of the original, to the
microsecond. Nothing else links the two, in any version of Helpdesk.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import frappe

from whatsapp_channel import jobs, logs
from whatsapp_channel.database import in_transaction, set_value
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.helpdesk import tickets

COMMUNICATION = "Communication"
TICKET = "HD Ticket"
# What changes about a Communication once it is there.
STATE = ("content", "delivery_status")


def copies_of(communications: Collection[str]) -> dict[str, list[str]]:
	"""The copies of each Communication that has any, wherever merges and splits have put them since.

	Costs two statements, and more only for tickets that were merged.
	"""
	merged = _in_merged(_places(communications))
	found: dict[str, list[str]] = {}
	for ticket, originals in merged.items():
		found |= _copies(originals, _after(ticket))
	return found


def with_copies(communication: str) -> list[str]:
	"""A Communication and its copies."""
	return [communication, *copies_of([communication]).get(communication, ())]


@logs.job
def refresh(ticket: str) -> None:
	"""The job after a merge: copies show what happened to their originals while the merge, which takes its time in a long
	ticket, was under way. Commits."""
	jobs.act_as_site()
	jobs.clear_wake_flag(jobs.copies_name(ticket))
	found = tickets.communications(ticket)
	query = f"select distinct communication from `tab{MESSAGE}` where communication in %s"
	ours = frappe.db.sql(query, (tuple(found),), pluck=True) if found else []
	in_transaction(lambda: [_copy_state(name, copies) for name, copies in copies_of(ours).items()])


def _copy_state(original: str, copies: Sequence[str]) -> None:
	state = frappe.db.get_value(COMMUNICATION, original, STATE, as_dict=True)
	shown = frappe.get_all(COMMUNICATION, {"name": ["in", copies]}, ["name", *STATE])
	behind = [row.name for row in shown if any(row[field] != state[field] for field in STATE)]
	if not behind:
		return
	set_value(COMMUNICATION, {"name": ["in", behind]}, dict(state), update_modified=False)
	for ticket in dict.fromkeys(map(tickets.ticket_of, behind)):
		if ticket:
			tickets.publish_update(ticket)


def _places(communications: Collection[str]) -> dict[str, list["frappe._dict"]]:
	if not communications:
		return {}
	found = frappe.db.sql(
		f"""select name, reference_name, creation, sent_or_received from `tab{COMMUNICATION}`
		where name in %s and reference_doctype = %s""",
		(tuple(communications), TICKET),
		as_dict=True,
	)
	places: dict[str, list[frappe._dict]] = defaultdict(list)
	for row in found:
		places[str(row.reference_name)].append(row)
	return places


def _in_merged(places: Mapping[str, list["frappe._dict"]]) -> dict[str, list["frappe._dict"]]:
	if not places:
		return {}
	query = f"select name from `tab{TICKET}` where name in %s and ifnull(merged_with, '') != ''"
	names = {str(name) for (name,) in frappe.db.sql(query, (tuple(places),))}
	return {ticket: rows for ticket, rows in places.items() if ticket in names}


def _after(ticket: str) -> list[str]:
	"""Where copies of a ticket's Communications can be: in what it was merged into, directly or through others, and in
	what was split from there."""
	found = [ticket]
	for name in found:
		split = frappe.get_all(TICKET, {"ticket_split_from": name}, pluck="name") if name != ticket else []
		for following in (tickets.merged_with(name), *map(str, split)):
			if following and following not in found:
				found.append(following)
	return found[1:]


def _copies(originals: Sequence["frappe._dict"], where: Sequence[str]) -> dict[str, list[str]]:
	known = {(row.creation, row.sent_or_received): row.name for row in originals}
	rows = frappe.db.sql(
		f"""select name, creation, sent_or_received from `tab{COMMUNICATION}` where reference_doctype = %s
		and reference_name in %s and creation in %s order by name""",
		(TICKET, tuple(where), tuple({row.creation for row in originals})),
		as_dict=True,
	)
	found: dict[str, list[str]] = {}
	for row in rows:
		original = known.get((row.creation, row.sent_or_received))
		if original and original != row.name:
			found.setdefault(original, []).append(row.name)
	return found
