"""Messages of people who change their numbers and user ids, with explicit times."""

import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import frappe

from tests.app.desk import Desk

CUSTOMER = "WhatsApp Customer"
FORMER = "WhatsApp Customer Identity"
# An hour ago, so that every moment of a test is past and every window open.
START = int(time.time()) - 3600
_wamids = count(1)


def ids(sender: str) -> dict[str, str]:
	""" "551191234567", "BR.1" or both with a blank between, as the fields of a message."""
	words = sender.split()
	return {("from_user_id" if "." in word else "from"): word for word in words}


def text(sender: str, at: int = 0, body: str | None = None, **more: Any) -> dict[str, Any]:
	"""A text written `at` seconds after the start."""
	wamid = f"wamid.person.{next(_wamids)}"
	return {
		**ids(sender),
		"id": wamid,
		"timestamp": str(START + at),
		"type": "text",
		"text": {"body": body or f"{sender} at {at}"},
		**more,
	}


def changed_number(sender: str, new: str, at: int, **users: str) -> dict[str, Any]:
	"""The news that a number became another; `users`: user_id and previous_user_id."""
	system = {
		"type": "user_changed_number",
		"body": f"User changed from {sender} to {new}",
		"wa_id": new,
		**users,
	}
	return _system(sender, at, system)


def changed_user_id(old: str, new: str, at: int) -> dict[str, Any]:
	"""The news that a user id became another, without a sender as Meta sends it."""
	system = {"type": "user_changed_user_id", "body": "?", "user_id": new, "previous_user_id": old}
	return _system("", at, system)


def system(sender: str, at: int, **body: Any) -> dict[str, Any]:
	"""Other news."""
	return _system(sender, at, body)


def _system(sender: str, at: int, body: dict[str, Any]) -> dict[str, Any]:
	wamid = f"wamid.person.{next(_wamids)}"
	return {
		**ids(sender),
		"id": wamid,
		"timestamp": str(START + at),
		"type": "system",
		"system": body,
	}


def arrive(desk: Desk, *messages: dict[str, Any], name: str = "Maria") -> None:
	"""Each message in a delivery of its own, one after the other."""
	for message in messages:
		assert desk.post(desk.payload(message, name=name)).status_code == 200
		desk.settle()


@dataclass(frozen=True)
class Person:
	"""A customer's row in short."""

	wa_id: str | None = None
	bsuid: str | None = None
	former: frozenset[str] = field(default_factory=frozenset)
	texts: int = 0


def people() -> set[Person]:
	"""Everybody whom the site knows, with the number of texts filed under each."""
	frappe.db.commit()
	return {
		Person(row.wa_id or None, row.bsuid or None, _former(row.name), _texts(row.name))
		for row in frappe.get_all(CUSTOMER, fields=["name", "wa_id", "bsuid"])
	}


def _former(name: str) -> frozenset[str]:
	wanted = {"parent": name, "kind": ["in", ["Phone Number", "User ID"]]}
	return frozenset(frappe.get_all(FORMER, wanted, pluck="identity"))


def _texts(name: str) -> int:
	return frappe.db.count("WhatsApp Session Message", {"customer": name, "message_type": "text"})


def person(wa_id: str | None, bsuid: str | None, *former: str, texts: int) -> Person:
	"""What to expect."""
	return Person(wa_id, bsuid, frozenset(former), texts)


def only() -> "frappe._dict":
	"""The row of the only customer."""
	frappe.db.commit()
	(row,) = frappe.get_all(CUSTOMER, fields=["*"])
	return row


def timeline(name: str) -> list[str]:
	"""What the timeline of a customer says, in order."""
	frappe.db.commit()
	place = {"reference_doctype": CUSTOMER, "reference_name": name}
	return frappe.get_all("Comment", place, pluck="content", order_by="creation")


def join(contact: str, company: str) -> None:
	"""Makes a Contact a member of a company, in the way of this Helpdesk."""
	if not frappe.db.exists("HD Customer", company):
		frappe.get_doc({"doctype": "HD Customer", "customer_name": company}).insert()
	if frappe.db.exists("DocType", "HD Customer Member"):
		document = frappe.get_doc("HD Customer", company)
		document.append("contacts", {"contact_name": contact})
	else:
		document = frappe.get_doc("Contact", contact)
		document.append("links", {"link_doctype": "HD Customer", "link_name": company})
	document.save()
