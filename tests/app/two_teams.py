"""A site on which agents see the tickets of their own team alone, and people who would like to see more."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import frappe
import httpx
import pytest

from tests.app.conftest import team, user
from tests.app.desk import MESSAGE, TEAM, Desk

OTHER_TEAM = "WhatsApp Other Team"
MARIA, BOB = "5511912345678", "5511900000002"
MARIAS_ADDRESS, BOBS_ADDRESS = f"{MARIA}@whatsapp.invalid", f"{BOB}@whatsapp.invalid"
COLLEAGUE = "whatsapp-colleague@example.com"
STRANGER = "whatsapp-stranger@example.com"
PORTAL = "whatsapp-portal@example.com"
PEOPLE = ("guest", "portal user", "agent of another team", "agent of the team")
USERS = dict(zip(PEOPLE[1:], (PORTAL, STRANGER, COLLEAGUE), strict=True))


@dataclass
class Teams:
	"""Maria's ticket belongs to the team, Bob's and one that a portal user wrote to the other team."""

	desk: Desk
	marias: str
	bobs: str
	written_in_portal: str
	clients: dict[str, httpx.Client] = field(default_factory=dict)

	def client(self, who: str) -> httpx.Client:
		"""A session of one of PEOPLE."""
		if who not in self.clients:
			fresh = httpx.Client(base_url=self.desk.web.url, headers=self.desk.web.headers, timeout=60)
			self.clients[who] = self.desk.web.login(USERS[who]) if who in USERS else fresh
		return self.clients[who]

	def call(self, who: str, name: str, /, **arguments: Any) -> httpx.Response:
		"""Calls a method as one of PEOPLE."""
		frappe.db.commit()
		return self.client(who).post(f"/api/method/{name}", json=arguments)

	def run(self, who: str, method: str, docs: dict[str, Any], /, **arguments: Any) -> httpx.Response:
		"""Runs a method of a document that the client describes."""
		sent = {"docs": json.dumps(docs), "method": method, "args": json.dumps(arguments)}
		return self.call(who, "run_doc_method", **sent)

	def reply(self, who: str, docs: dict[str, Any], to: str | None, **more: str) -> httpx.Response:
		"""Replies in a ticket that the client describes."""
		arguments = {"message": "<p>forged</p>", "to": to, "cc": "", "bcc": "", "attachments": [], **more}
		return self.run(who, "reply_via_agent", docs, **arguments)

	def answer(self, who: str, ticket: str, to: str) -> httpx.Response:
		"""Replies as Helpdesk's own page does, which names the ticket."""
		arguments = {"message": "<p>answer</p>", "to": to, "cc": "", "bcc": "", "attachments": []}
		place = {"dt": "HD Ticket", "dn": ticket, "method": "reply_via_agent"}
		return self.call(who, "run_doc_method", **place, args=json.dumps(arguments))

	def state(self, who: str, ticket: str) -> Any:
		"""What the ticket page says of WhatsApp."""
		answer = self.call(who, "whatsapp_channel.api.ticket.state", ticket=ticket)
		answer.raise_for_status()
		return answer.json()["message"]

	def sent(self) -> dict[str, list[str]]:
		"""Does what is queued; returns what came on the phones of Maria and Bob."""
		self.desk.settle()
		return {"Maria": self.desk.on_phone(MARIA), "Bob": self.desk.on_phone(BOB)}


def described(doctype: str, name: object, **forged: Any) -> dict[str, Any]:
	"""A document as a client may describe it: who knows when it was changed may say of it what he likes.

	Frappe tells that time in its refusal of a wrong one.
	"""
	frappe.db.commit()
	modified = frappe.db.get_value(doctype, name, "modified")
	return {"doctype": doctype, "name": name, "modified": str(modified), "creation": str(modified), **forged}


def counts() -> tuple[int, int]:
	"""How many Communications and messages there are."""
	frappe.db.commit()
	return frappe.db.count("Communication"), frappe.db.count(MESSAGE)


def own_fields(ticket: str) -> tuple[str | None, str | None]:
	"""Our columns of a ticket."""
	frappe.db.commit()
	return frappe.db.get_value("HD Ticket", ticket, ["whatsapp_customer", "whatsapp_channel"])


def customer(wa_id: str) -> str:
	return frappe.db.get_value("WhatsApp Customer", {"wa_id": wa_id})


@pytest.fixture
def teams(desk: Desk) -> Iterator[Teams]:
	"""See Teams."""
	user(COLLEAGUE, "Agent")
	user(STRANGER, "Agent")
	# Helpdesk 1.28 has a role for customers, earlier ones let everybody write tickets.
	user(PORTAL, *frappe.get_all("Role", {"name": "HD Customer"}, pluck="name"))
	join(team(TEAM), COLLEAGUE)
	join(team(OTHER_TEAM), STRANGER)
	restrict(True)
	desk.writes("from Maria", wa_id=MARIA, name="Maria")
	marias = desk.ticket()
	desk.writes("from Bob", wa_id=BOB, name="Bob")
	(bobs,) = set(desk.tickets()) - {marias}
	belongs(bobs, OTHER_TEAM)
	made = Teams(desk, marias, bobs, written_in_portal())
	yield made
	for client in made.clients.values():
		client.close()
	frappe.set_user("Administrator")
	frappe.db.rollback()
	restrict(False)
	join(TEAM)
	join(OTHER_TEAM)


def restrict(wanted: bool) -> None:
	frappe.db.set_single_value("HD Settings", "restrict_tickets_by_agent_group", int(wanted))
	frappe.clear_cache()
	frappe.db.commit()


def join(name: str, *users: str) -> None:
	"""Makes these the members of a team."""
	for each in users:
		if not frappe.db.exists("HD Agent", each):
			frappe.get_doc({"doctype": "HD Agent", "user": each, "agent_name": each, "is_active": 1}).insert()
	document = frappe.get_doc("HD Team", name)
	document.set("users", [{"user": each} for each in users])
	# Helpdesk 1.26 wants a member in every team, and has teams without one all the same.
	document.flags.ignore_mandatory = True
	document.save()
	frappe.clear_cache()
	frappe.db.commit()


def belongs(ticket: str, name: str) -> None:
	"""Puts a ticket into a team; nobody is assigned."""
	values = {"agent_group": name, "_assign": None}
	frappe.db.set_value("HD Ticket", ticket, values, update_modified=False)
	frappe.db.commit()


def written_in_portal() -> str:
	ticket = {
		"doctype": "HD Ticket",
		"subject": "From the portal",
		"raised_by": PORTAL,
		"agent_group": OTHER_TEAM,
	}
	name = str(frappe.get_doc(ticket).insert().name)
	frappe.db.set_value("HD Ticket", name, {"owner": PORTAL, "_assign": None}, update_modified=False)
	frappe.db.commit()
	return name
