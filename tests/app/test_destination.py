"""A message goes to whom the stored ticket belongs to, whatever a client says (ADR 0055)."""

import json
from collections.abc import Callable
from typing import Any

import frappe
import httpx
import pytest

from tests.app.desk import MESSAGE, TEAM, newest
from tests.app.two_teams import (
	BOB,
	BOBS_ADDRESS,
	MARIA,
	MARIAS_ADDRESS,
	OTHER_TEAM,
	PORTAL,
	STRANGER,
	Teams,
	belongs,
	counts,
	customer,
	described,
	own_fields,
	teams,
)

__all__ = ["teams"]

TICKETS_API = "helpdesk.helpdesk.doctype.hd_ticket.api"

# -- what is said of a ticket that the user may not write ----------------------------------------------------------

FORGERIES: dict[str, dict[str, Any]] = {
	"nothing": {},
	"the team": {"agent_group": OTHER_TEAM},
	"the owner": {"owner": STRANGER},
	"who raised it": {"raised_by": STRANGER},
	"the contact": {"contact": STRANGER},
	"who is assigned": {"_assign": json.dumps([STRANGER])},
	"that it is new": {"__islocal": 1, "agent_group": OTHER_TEAM},
	"all of it": {
		"agent_group": OTHER_TEAM,
		"owner": STRANGER,
		"raised_by": MARIAS_ADDRESS,
		"flags": {"ignore_permissions": True},
	},
}
RECIPIENTS = {
	"the customer": MARIAS_ADDRESS,
	"another WhatsApp address": "1@whatsapp.invalid",
	"both ways at once": f"1@whatsapp.invalid, {STRANGER}",
	"nobody": "",
	"an e-mail address": STRANGER,
	"a notice": None,
}


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_refusal_says_nothing_of_another_teams_ticket(teams: Teams, forged: dict) -> None:
	before = counts()
	for to in RECIPIENTS.values():
		answer = teams.reply("agent of another team", described("HD Ticket", teams.marias, **forged), to)
		assert (to, answer.status_code) == (to, 403)
		# What the client itself has sent is no news.
		said = (
			answer.text.replace(MARIAS_ADDRESS, "")
			if MARIAS_ADDRESS in (to, *forged.values())
			else answer.text
		)
		assert MARIA not in said
		assert "Maria" not in said
	assert counts() == before
	assert teams.sent() == {"Maria": [], "Bob": []}


NAMES = {
	"none": None,
	"of no ticket": "no-such",
	"a description": {"raised_by": MARIAS_ADDRESS},
	"a list": ["0"],
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_document_without_a_stored_ticket_is_not_found(desk: Any, name: object) -> None:
	desk.writes("Hello")
	document = frappe.get_doc({"doctype": "HD Ticket", "subject": "?", "raised_by": MARIAS_ADDRESS})
	document.name = name
	with pytest.raises(frappe.DoesNotExistError) as raised:
		document.reply_via_agent(message="<p>forged</p>", to=MARIAS_ADDRESS)
	assert MARIA not in str(raised.value)


@pytest.mark.parametrize("to", [MARIAS_ADDRESS, BOBS_ADDRESS], ids=["the forged one", "the stored one"])
def test_a_forged_customer_gets_nothing(teams: Teams, to: str) -> None:
	forged = {
		"whatsapp_customer": customer(MARIA),
		"raised_by": MARIAS_ADDRESS,
		"ticket_split_from": teams.marias,
		"agent_group": OTHER_TEAM,
	}
	answer = teams.reply("agent of another team", described("HD Ticket", teams.bobs, **forged), to)
	went = to == BOBS_ADDRESS
	assert answer.status_code == (200 if went else 417)
	assert teams.sent() == {"Maria": [], "Bob": ["forged"] if went else []}


# -- our columns ---------------------------------------------------------------------------------------------------


def set_one(teams: Teams, who: str, ticket: str, forged: dict) -> list[httpx.Response]:
	place = {"doctype": "HD Ticket", "name": ticket}
	return [
		teams.call(who, "frappe.client.set_value", **place, fieldname=field, value=value)
		for field, value in forged.items()
	]


def set_several(teams: Teams, who: str, ticket: str, forged: dict) -> list[httpx.Response]:
	place = {"doctype": "HD Ticket", "name": ticket}
	return [teams.call(who, "frappe.client.set_value", **place, fieldname=json.dumps(forged))]


def save(teams: Teams, who: str, ticket: str, forged: dict) -> list[httpx.Response]:
	stored = teams.call(who, "frappe.client.get", doctype="HD Ticket", name=ticket).json()["message"]
	return [teams.call(who, "frappe.client.save", doc=json.dumps(stored | forged))]


def rest(teams: Teams, who: str, ticket: str, forged: dict) -> list[httpx.Response]:
	return [teams.client(who).put(f"/api/resource/HD Ticket/{ticket}", json=forged)]


def bulk(teams: Teams, who: str, ticket: str, forged: dict) -> list[httpx.Response]:
	docs = json.dumps([{"doctype": "HD Ticket", "docname": ticket, **forged}])
	return [teams.call(who, "frappe.client.bulk_update", docs=docs)]


def form(teams: Teams, who: str, ticket: str, forged: dict) -> list[httpx.Response]:
	stored = teams.call(who, "frappe.client.get", doctype="HD Ticket", name=ticket).json()["message"]
	sent = {"doc": json.dumps(stored | forged), "action": "Save"}
	return [teams.call(who, "frappe.desk.form.save.savedocs", **sent)]


on_a_bench = pytest.mark.bench_only(reason="the embedded host has no such door")
WAYS = [
	pytest.param(set_one, id="set_value"),
	pytest.param(set_several, id="set_value of several"),
	pytest.param(save, id="save"),
	pytest.param(rest, id="REST", marks=on_a_bench),
	pytest.param(bulk, id="bulk update", marks=on_a_bench),
	pytest.param(form, id="form", marks=on_a_bench),
]


def forged_fields(teams: Teams) -> dict[str, Any]:
	"""Another team's customer and channel, with the flags that would switch checks off."""
	return {
		"whatsapp_customer": customer(MARIA),
		"whatsapp_channel": teams.desk.channel,
		"flags": {"ignore_validate": True, "whatsapp_origin": {"customer": customer(MARIA)}},
	}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", ["agent of another team", "portal user"])
def test_no_way_of_saving_writes_our_columns(teams: Teams, who: str, way: Callable) -> None:
	for ticket in (
		(teams.bobs, teams.written_in_portal) if who != "portal user" else (teams.written_in_portal,)
	):
		before = own_fields(ticket)
		# A REST client and the desk's form need no flags, and Frappe has no field of that name.
		forged = forged_fields(teams)
		answers = way(
			teams, who, ticket, {key: forged[key] for key in forged if way is set_several or key != "flags"}
		)
		assert [answer.status_code for answer in answers] == [200] * len(answers)
		assert own_fields(ticket) == before
	emptied = way(teams, who, teams.written_in_portal, {"whatsapp_customer": None, "whatsapp_channel": None})
	assert {answer.status_code for answer in emptied} == {200}


def test_our_columns_cannot_be_emptied_either(teams: Teams) -> None:
	before = own_fields(teams.bobs)
	assert all(before)
	set_several(
		teams, "agent of another team", teams.bobs, {"whatsapp_customer": None, "whatsapp_channel": ""}
	)
	document = frappe.get_doc("HD Ticket", teams.bobs)
	document.update({"whatsapp_customer": None, "whatsapp_channel": None})
	document.save()
	assert own_fields(teams.bobs) == before


def insert(teams: Teams, who: str, values: dict) -> httpx.Response:
	return teams.call(who, "frappe.client.insert", doc=json.dumps({"doctype": "HD Ticket", **values}))


def new(teams: Teams, who: str, values: dict) -> httpx.Response:
	return teams.call(who, f"{TICKETS_API}.new", doc=values)


@pytest.mark.parametrize("split", [False, True], ids=["by itself", "as if split"])
@pytest.mark.parametrize("way", [insert, new], ids=["insert", "portal"])
@pytest.mark.parametrize("who", ["agent of another team", "portal user"])
def test_a_new_ticket_has_no_customer_of_the_clients_choice(
	teams: Teams, who: str, way: Callable, split: bool
) -> None:
	values = {"subject": "Forged", "description": "?", "raised_by": PORTAL, **forged_fields(teams)}
	if split:
		values["ticket_split_from"] = teams.marias
	answer = way(teams, who, values)
	assert answer.status_code == 200
	assert own_fields(str(answer.json()["message"]["name"])) == (None, None)


def test_a_new_ticket_of_ours_has_its_customer_from_the_beginning(teams: Teams) -> None:
	"""Conditions of service levels and assignment rules look at the ticket while it is inserted."""
	assert own_fields(teams.marias) == (customer(MARIA), teams.desk.channel)
	assert own_fields(teams.bobs) == (customer(BOB), teams.desk.channel)


# -- split and merge -----------------------------------------------------------------------------------------------


def split(teams: Teams, ticket: str, who: str = "agent of the team") -> httpx.Response:
	place = {"reference_doctype": "HD Ticket", "reference_name": ticket, "sent_or_received": "Received"}
	last = frappe.get_all("Communication", place, pluck="name", order_by="creation desc", limit=1)[0]
	return teams.call(who, f"{TICKETS_API}.split_ticket", subject="Another matter", communication_id=last)


def split_by_colleague(teams: Teams, ticket: str) -> str:
	answer = split(teams, ticket)
	answer.raise_for_status()
	return str(answer.json()["message"])


def test_a_split_ticket_keeps_its_customer_and_answers_him(teams: Teams) -> None:
	fresh = split_by_colleague(teams, split_by_colleague(teams, teams.marias))
	assert own_fields(fresh) == (customer(MARIA), teams.desk.channel)
	assert teams.state("agent of the team", fresh)["whatsapp"] is True
	answer = teams.answer("agent of the team", fresh, MARIAS_ADDRESS)
	assert answer.status_code == 200
	assert teams.sent()["Maria"] == ["answer"]


def test_a_ticket_split_from_one_that_was_merged_since_answers_its_customer(teams: Teams) -> None:
	fresh = split_by_colleague(teams, teams.marias)
	target = str(
		frappe.get_doc({"doctype": "HD Ticket", "subject": "Target", "agent_group": TEAM}).insert().name
	)
	document = frappe.get_doc("HD Ticket", teams.marias)
	document.update({"status": "Closed", "is_merged": 1, "merged_with": target})
	document.save()
	frappe.db.set_value("WhatsApp Conversation", {"customer": customer(MARIA)}, "ticket", target)
	assert teams.state("agent of the team", fresh)["whatsapp"] is True


def test_a_ticket_that_the_user_may_not_write_cannot_be_split(teams: Teams) -> None:
	tickets = frappe.db.count("HD Ticket")
	assert split(teams, teams.marias, "agent of another team").status_code == 403
	frappe.db.commit()
	assert frappe.db.count("HD Ticket") == tickets


@pytest.fixture
def handed_over(teams: Teams) -> str:
	"""A ticket split from Maria's, given to the other team, who may not read the conversation that it came from."""
	fresh = split_by_colleague(teams, teams.marias)
	belongs(fresh, OTHER_TEAM)
	return fresh


def test_a_split_ticket_answers_nobody_whose_conversation_the_user_may_not_read(
	teams: Teams, handed_over: str
) -> None:
	assert teams.state("agent of another team", handed_over) == {"whatsapp": False}
	answer = teams.answer("agent of another team", handed_over, "1@whatsapp.invalid")
	assert answer.status_code == 403
	assert MARIA not in answer.text
	assert teams.sent()["Maria"] == []


def test_a_claim_to_be_split_from_a_ticket_leads_to_nobody(teams: Teams) -> None:
	belongs(teams.written_in_portal, TEAM)
	place = {"doctype": "HD Ticket", "name": teams.written_in_portal}
	value = {"fieldname": "ticket_split_from", "value": teams.marias}
	assert teams.call("portal user", "frappe.client.set_value", **place, **value).status_code == 200
	assert teams.answer("agent of the team", teams.written_in_portal, MARIAS_ADDRESS).status_code == 417
	assert teams.sent()["Maria"] == []


def merge(teams: Teams, source: str, target: str) -> None:
	document = frappe.get_doc("HD Ticket", source)
	document.update({"status": "Closed", "is_merged": 1, "merged_with": target})
	document.save()
	frappe.db.commit()


def test_a_merged_ticket_is_answered_by_who_may_read_the_conversation(teams: Teams) -> None:
	merge(teams, teams.marias, teams.bobs)
	assert teams.answer("agent of another team", teams.bobs, MARIAS_ADDRESS).status_code == 417
	belongs(teams.marias, OTHER_TEAM)
	assert teams.answer("agent of another team", teams.bobs, MARIAS_ADDRESS).status_code == 200
	assert teams.sent() == {"Maria": ["answer"], "Bob": []}


# -- send again ----------------------------------------------------------------------------------------------------


@pytest.fixture
def failed(teams: Teams) -> str:
	"""A reply to Maria that Meta reported as failed."""
	row = teams.desk.reply(teams.marias, "<p>lost</p>")
	teams.desk.settle()
	teams.desk.post(teams.desk.status(teams.desk.message(row).wamid, "failed", code=131026))
	teams.desk.settle()
	return row


def send_again(teams: Teams, who: str, message: str) -> httpx.Response:
	return teams.call(who, "whatsapp_channel.api.ticket.send_again", message=message)


def test_a_message_is_sent_again_by_who_may_answer_its_customer(teams: Teams, failed: str) -> None:
	assert send_again(teams, "agent of another team", failed).status_code == 403
	assert send_again(teams, "agent of the team", failed).status_code == 200
	assert teams.sent()["Maria"] == ["lost", "lost"]


def test_a_message_moved_by_a_split_is_sent_again_by_who_may_read_its_conversation(
	teams: Teams, failed: str
) -> None:
	fresh = split_by_colleague(teams, teams.marias)
	communication = frappe.db.get_value(MESSAGE, failed, "communication")
	assert str(frappe.db.get_value("Communication", communication, "reference_name")) == fresh
	belongs(fresh, OTHER_TEAM)
	refused = send_again(teams, "agent of another team", failed)
	assert (refused.status_code, MARIA in refused.text) == (403, False)
	belongs(fresh, TEAM)
	assert send_again(teams, "agent of the team", failed).status_code == 200
	assert newest(MESSAGE, direction="Outgoing") != failed
