"""Z41, Z42: a channel is switched off and on; nothing that arrives meanwhile is lost, nothing that exists changes."""

import time
from collections.abc import Iterator

import frappe
import pytest

from tests.app.conftest import user
from tests.app.desk import AGENT, MESSAGE, Desk, text_message
from tests.app.onboarded import CHANNEL, ITEM, kept, lines, row, status
from whatsapp_channel.accounts import status as statuses
from whatsapp_channel.api.channel import set_enabled
from whatsapp_channel.clock import to_utc

METHOD = "/api/method/whatsapp_channel.api.channel.set_enabled"
PEOPLE = {
	"System Manager": "whatsapp-admin@example.com",
	"Agent Manager": "whatsapp-manager@example.com",
	"Agent": AGENT,
	"": "portal-user@example.com",
}


@pytest.fixture
def as_somebody(desk: Desk) -> Iterator:
	"""Becomes somebody for the rest of the test."""

	def become(role: str) -> str:
		name = user(PEOPLE[role], *filter(None, [role]))
		frappe.set_user(name)
		return name

	yield become
	frappe.set_user("Administrator")


def switch(desk: Desk, enabled: bool) -> dict:
	answer = set_enabled(desk.channel, enabled)
	frappe.db.commit()
	return answer


@pytest.mark.parametrize("role", ["System Manager", "Agent Manager"])
def test_who_may(desk: Desk, as_somebody: object, role: str) -> None:
	as_somebody(role)
	answer = switch(desk, False)
	assert (answer["status"], answer["enabled"], answer["label"]) == ("Deactivated", False, "Activate")
	assert answer["reason"]
	assert answer["next_step"]
	answer = switch(desk, True)
	assert (answer["status"], answer["enabled"]) == ("Active", True)


@pytest.mark.parametrize("role", ["Agent", ""], ids=["agent", "portal user"])
def test_who_may_not(desk: Desk, as_somebody: object, role: str) -> None:
	as_somebody(role)
	with pytest.raises(frappe.PermissionError):
		set_enabled(desk.channel, False)
	assert status(desk.channel) == "Active"


def test_a_guest_is_refused_over_the_web(desk: Desk) -> None:
	answer = desk.web.post(METHOD, json={"channel": desk.channel, "enabled": 0})
	assert answer.status_code == 403
	assert status(desk.channel) == "Active"


@pytest.mark.parametrize("given", [0, "0", False, "false"], ids=repr)
def test_an_agent_manager_over_the_web(desk: Desk, given: object) -> None:
	client = desk.web.login(user(PEOPLE["Agent Manager"], "Agent Manager"))
	answer = client.post(METHOD, json={"channel": desk.channel, "enabled": given})
	assert answer.status_code == 200
	assert answer.json()["message"]["status"] == "Deactivated"
	assert status(desk.channel) == "Deactivated"


def test_only_by_post(desk: Desk) -> None:
	client = desk.web.login("Administrator")
	assert client.get(f"{METHOD}?channel={desk.channel}&enabled=0").status_code == 403
	assert status(desk.channel) == "Active"


def test_an_agent_manager_changes_nothing_else(desk: Desk, as_somebody: object) -> None:
	as_somebody("Agent Manager")
	assert not frappe.has_permission(CHANNEL, "write")
	document = frappe.get_doc(CHANNEL, desk.channel)
	document.enabled = 0
	with pytest.raises(frappe.PermissionError):
		document.save()


def test_a_channel_that_is_not_there(desk: Desk) -> None:
	with pytest.raises(frappe.DoesNotExistError, match="Nowhere"):
		set_enabled("Nowhere", False)


def test_switching_to_what_it_is_changes_nothing(desk: Desk) -> None:
	before = row(CHANNEL, desk.channel, "modified")
	switch(desk, True)
	assert row(CHANNEL, desk.channel, "modified") == before
	assert lines(CHANNEL, desk.channel) == []


def test_the_timeline_says_who_and_when(desk: Desk, as_somebody: object) -> None:
	name = as_somebody("Agent Manager")
	switch(desk, False)
	switch(desk, True)
	frappe.set_user("Administrator")
	assert ["→ Deactivated" in line for line in lines(CHANNEL, desk.channel)] == [True, False]
	place = {"reference_doctype": CHANNEL, "reference_name": desk.channel, "comment_type": "Info"}
	assert set(frappe.get_all("Comment", place, pluck="owner")) == {name}


def test_what_arrives_meanwhile_is_filed_in_order_with_its_own_times(desk: Desk) -> None:
	desk.writes("before", ago=600)
	ticket = desk.ticket()
	switch(desk, False)
	began = int(time.time()) - 500
	for index in range(5):
		message = text_message(f"held {index}", wamid=f"wamid.held.{index}", timestamp=str(began + index))
		desk.post(desk.payload(message))
	desk.settle()
	assert [item.state for item in kept()] == ["Held"] * 5
	assert all("deactivated" in item.error for item in kept())
	assert frappe.db.count(MESSAGE) == 1
	switch(desk, True)
	desk.settle()
	rows = frappe.get_all(
		MESSAGE, {"text": ["like", "held%"]}, ["text", "message_timestamp", "ticket"], order_by="creation"
	)
	assert [each.text for each in rows] == [f"held {index}" for index in range(5)]
	times = [int(to_utc(each.message_timestamp).timestamp()) for each in rows]
	assert times == [began + index for index in range(5)]
	assert {each.ticket for each in rows} == {ticket}
	assert frappe.db.count(ITEM, {"state": "Held"}) == 0


def test_tickets_and_conversations_stay_as_they_are(desk: Desk) -> None:
	desk.writes("before")
	ticket = desk.ticket()
	tables = {
		"HD Ticket": (ticket, ["status", "modified", "agent_group"]),
		"WhatsApp Conversation": (
			frappe.get_all("WhatsApp Conversation", pluck="name")[0],
			["state", "modified", "window_ends", "ticket"],
		),
	}

	def seen() -> list:
		return [row(doctype, name, *fields) for doctype, (name, fields) in tables.items()]

	before, communications = seen(), desk.conversation_of(ticket)
	switch(desk, False)
	assert (seen(), desk.conversation_of(ticket)) == (before, communications)
	switch(desk, True)
	assert (seen(), desk.conversation_of(ticket)) == (before, communications)


def test_agents_see_why_a_reply_is_refused(desk: Desk) -> None:
	desk.writes("before")
	switch(desk, False)
	with pytest.raises(frappe.ValidationError, match="Test Channel is deactivated and sends nothing"):
		desk.reply(desk.ticket())
	assert frappe.db.count(MESSAGE, {"direction": "Outgoing"}) == 0


def test_what_was_queued_waits_for_the_activation(desk: Desk) -> None:
	desk.writes("before")
	desk.reply(desk.ticket(), "<p>queued</p>")
	switch(desk, False)
	desk.settle()
	assert desk.on_phone() == []
	switch(desk, True)
	desk.settle()
	assert desk.on_phone() == ["queued"]


def test_a_status_that_comes_meanwhile_is_not_lost(desk: Desk) -> None:
	desk.writes("before")
	reply = desk.reply(desk.ticket())
	desk.settle()
	switch(desk, False)
	desk.post(desk.status(desk.message(reply).wamid, "read"))
	desk.settle()
	assert desk.message(reply).status == "Read"


def test_a_deactivated_channel_says_so_whatever_meta_says(desk: Desk) -> None:
	switch(desk, False)
	frappe.db.set_value("WhatsApp Business Account", desk.account, "account_review", "REJECTED")
	statuses.refresh_channel(desk.channel)
	frappe.db.commit()
	assert status(desk.channel) == "Deactivated"
	assert switch(desk, True)["status"] == "Verification Rejected"
