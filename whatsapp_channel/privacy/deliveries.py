"""A person's data in stored deliveries, items and signs: the body of a delivery may have items of several people."""

import json
from collections.abc import Iterator
from typing import Any

import frappe

from whatsapp_channel.database import containing, save_now, set_value
from whatsapp_channel.doctypes import DELIVERY, ITEM, SIGN
from whatsapp_channel.privacy.person import Person
from whatsapp_channel.rules.customers.masking import in_message_ids
from whatsapp_channel.rules.customers.redaction import at_new_places, is_about, without

# The number of rows that one statement scans, so that a scan does not delay incoming webhooks.
BATCH = 2000


def count(person: Person, limit: int) -> int | None:
	"""The number of stored deliveries, items and signs of missing messages that mention the person.

	None if there are more than `limit` to search.
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
	"""Removes the person's items from stored bodies, and deletes their kept items and signs.

	Returns how many rows changed.

	A delivery keeps its row and name, the hash of the original body, so that it is not filed again if Meta repeats it. `since`
	(in the site's time): searches only rows from then on.
	"""
	changed = 0
	for doctype, field in _BODIES:
		handle = _HANDLERS[doctype]
		for names in _mentioning(doctype, field, person, since):
			changed += sum(handle(name, person) for name in names)
			if commit:
				save_now()  # so that a long search does not hold locks
	return changed


_BODIES = ((DELIVERY, "body"), (ITEM, "payload"), (SIGN, "wamid"))


def _mentioning(doctype: str, field: str, person: Person, since: object = None) -> Iterator[list[str]]:
	"""Names of rows that contain an id of the person, in batches ordered by primary key."""
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
	"""The texts to search for: ids, and, for signs, the part of wamids that contains the number."""
	return sorted(person.ids | {in_message_ids(each) for each in person.numbers})


def _recent(doctype: str, hits: str, needles: list[str], since: object) -> list[str]:
	"""The few rows that arrived during the search; the condition lists every state so that the index is used."""
	states = frappe.get_meta(doctype).get_field("state").options.split("\n")
	marks = ", ".join(["%s"] * len(states))
	query = f"select name from `tab{doctype}` where state in ({marks}) and creation >= %s and ({hits})"
	return [row[0] for row in frappe.db.sql(query, (*states, since, *needles))]


def _thin_out(name: str, person: Person) -> bool:
	body = frappe.db.get_value(DELIVERY, name, "body")
	kept, gone = _without(body, person)
	if gone and kept == _NO_ITEMS:
		frappe.db.delete(DELIVERY, {"name": name})
	elif gone:
		set_value(DELIVERY, name, "body", kept, update_modified=False)
	return gone


def _without(body: str, person: Person) -> tuple[str, bool]:
	"""The body without the person's items. A body that cannot be parsed is emptied completely."""
	try:
		read = json.loads(body)
	except (ValueError, RecursionError):
		return "{}", True
	if isinstance(read, dict) and isinstance(read.get("items"), list):
		return _without_items(read["items"], person)
	if not isinstance(read, dict) or not isinstance(read.get("entry"), list):
		return "{}", True
	kept, gone = without(read, person.ids)
	# The delivery may not be processed completely yet: the positions of its items must not change their meaning.
	return (json.dumps(at_new_places(kept), ensure_ascii=False), True) if gone else (body, False)


def _without_items(items: list[Any], person: Person) -> tuple[str, bool]:
	"""Of the part of a delivery (inbound.sorting): the items of others keep their places."""
	kept = [item for item in items if not _is_persons(item, person)]
	return json.dumps({"items": kept}), len(kept) < len(items)


def _drop_item(name: str, person: Person) -> bool:
	"""Deletes a kept item of the person. One of somebody else that only mentions them stays."""
	payload = frappe.db.get_value(ITEM, name, "payload")
	try:
		item = json.loads(payload)
	except (ValueError, TypeError, RecursionError):
		item = None
	if not _is_persons(item, person):
		return False
	frappe.db.delete(ITEM, {"name": name})
	return True


def _is_persons(item: Any, person: Person) -> bool:
	"""Whether a stored item is from, to or about the person; True also of one that cannot be read."""
	if not isinstance(item, dict) or not isinstance(item.get("raw"), dict):
		return True
	whole = {**item, **item["raw"], "contact": item.get("contact")}
	return is_about(whole, person.ids) or str(item.get("peer") or "") in person.ids


def _is_of(sign: str, person: Person) -> bool:
	"""Compares exactly: the database ignores case, and another number's wamid may differ by case only."""
	wamid = frappe.db.get_value(SIGN, sign, "wamid") or ""
	return any(needle in wamid for needle in _needles(person))


def _drop_sign(name: str, person: Person) -> bool:
	of_person = _is_of(name, person)
	if of_person:
		frappe.db.delete(SIGN, {"name": name})
	return of_person


_NO_ITEMS = json.dumps({"items": []})
_HANDLERS = {DELIVERY: _thin_out, ITEM: _drop_item, SIGN: _drop_sign}
