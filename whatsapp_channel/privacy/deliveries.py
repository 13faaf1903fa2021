"""A person's part of the webhooks as they were received: bodies hold several people's items."""

import json
from collections.abc import Iterator

import frappe

from whatsapp_channel.database import containing, save_now, set_value
from whatsapp_channel.doctypes import DELIVERY, ITEM, SIGN
from whatsapp_channel.privacy.person import Person
from whatsapp_channel.rules.customers.masking import in_message_ids
from whatsapp_channel.rules.customers.redaction import at_new_places, is_about, without

# So many rows are looked through by one statement: a scan must not hold up whoever stores the next webhook.
BATCH = 2000


def count(person: Person, limit: int) -> int | None:
	"""How many stored deliveries, items and signs of missing messages mention the person.

	None when there are more than `limit` to look through.
	"""
	for doctype, _field in _BODIES:
		beyond = frappe.db.sql(f"select name from `tab{doctype}` limit 1 offset {int(limit)}")
		if beyond:
			return None
	return sum(len(names) for doctype, field in _BODIES for names in _mentioning(doctype, field, person))


def signs(person: Person) -> list[str]:
	"""Names of the signs of missing messages that were to or from the person."""
	return [name for names in _mentioning(SIGN, "wamid", person) for name in names if _is_of(name, person)]


def erase(person: Person, *, since: object = None, commit: bool = True) -> int:
	"""Takes the person's items out of the stored bodies and deletes his kept items and signs.

	Returns how many rows changed.

	A body stays a row with its name, the hash of what came: Meta's repetition of it must not be filed again. `since`
	(a time of the site) looks only at what was stored from then on.
	"""
	changed = 0
	for doctype, field in _BODIES:
		handle = _HANDLERS[doctype]
		for names in _mentioning(doctype, field, person, since):
			changed += sum(handle(name, person) for name in names)
			if commit:
				save_now()  # a long search must not hold locks
	return changed


_BODIES = ((DELIVERY, "body"), (ITEM, "payload"), (SIGN, "wamid"))


def _mentioning(doctype: str, field: str, person: Person, since: object = None) -> Iterator[list[str]]:
	"""Names of rows in which an identity of the person stands, batch by batch in the order of the primary key."""
	if not person.ids:
		return
	wanted = _needles(person)
	hits = " or ".join([f"`{field}` like %s escape '!'"] * len(wanted))
	needles = [containing(each) for each in wanted]
	if since:
		yield _recent(doctype, hits, needles, since)
		return
	last = ""
	while True:
		rows = frappe.db.sql(
			f"select name, ({hits}) from `tab{doctype}` where name > %s order by name limit {BATCH}",
			(*needles, last),
		)
		if found := [row[0] for row in rows if row[1]]:
			yield found
		if len(rows) < BATCH:
			return
		last = rows[-1][0]


def _needles(person: Person) -> list[str]:
	"""A sign of a missing message has nothing but the message's id, which holds the number."""
	return sorted(person.ids | {in_message_ids(each) for each in person.numbers})


def _recent(doctype: str, hits: str, needles: list[str], since: object) -> list[str]:
	"""The few that came while the others were looked through; every state is named for the sake of the index."""
	states = frappe.get_meta(doctype).get_field("state").options.split("\n")
	marks = ", ".join(["%s"] * len(states))
	query = f"select name from `tab{doctype}` where state in ({marks}) and creation >= %s and ({hits})"
	return [row[0] for row in frappe.db.sql(query, (*states, since, *needles))]


def _thin_out(name: str, person: Person) -> bool:
	body = frappe.db.get_value(DELIVERY, name, "body")
	kept, gone = _without(body, person)
	if gone:
		set_value(DELIVERY, name, "body", kept, update_modified=False)
	return gone


def _without(body: str, person: Person) -> tuple[str, bool]:
	"""The body without the person's items. One that cannot be read cannot be divided either: nothing of it stays."""
	try:
		read = json.loads(body)
	except (ValueError, RecursionError):
		return "{}", True
	if not isinstance(read, dict) or not isinstance(read.get("entry"), list):
		return "{}", True
	kept, gone = without(read, person.ids)
	# It may not be worked off yet, or only half: whoever goes on with it must not take one item for another.
	return (json.dumps(at_new_places(kept), ensure_ascii=False), True) if gone else (body, False)


def _drop_item(name: str, person: Person) -> bool:
	"""A kept item is one person's; one that only mentions him is somebody else's message and stays."""
	payload = frappe.db.get_value(ITEM, name, "payload")
	try:
		item = json.loads(payload)
	except (ValueError, TypeError, RecursionError):
		item = None
	known = isinstance(item, dict) and isinstance(item.get("raw"), dict)
	whole = {**item, **item["raw"], "contact": item.get("contact")} if known else {}
	if known and not is_about(whole, person.ids) and str(item.get("peer") or "") not in person.ids:
		return False
	frappe.db.delete(ITEM, {"name": name})
	return True


def _is_of(sign: str, person: Person) -> bool:
	"""The database compares without case, and another number's id may differ by case alone."""
	wamid = frappe.db.get_value(SIGN, sign, "wamid") or ""
	return any(needle in wamid for needle in _needles(person))


def _drop_sign(name: str, person: Person) -> bool:
	of_person = _is_of(name, person)
	if of_person:
		frappe.db.delete(SIGN, {"name": name})
	return of_person


_HANDLERS = {DELIVERY: _thin_out, ITEM: _drop_item, SIGN: _drop_sign}
