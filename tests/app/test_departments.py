"""A department's Assignment Rule that has nobody to assign to keeps no customer's message from its ticket."""

from collections.abc import Iterator
from typing import Any

import frappe
import pytest

from tests.app.conftest import team, user
from tests.app.desk import MESSAGE, TEAM, Desk, newest
from whatsapp_channel.health import helpdesk_checks as health
from whatsapp_channel.health.result import State
from whatsapp_channel.helpdesk import teams
from whatsapp_channel.onboarding import channel_setup as channels

MEMBER = "whatsapp-member@example.com"


def staff(*members: str) -> str:
	"""Gives the department exactly these members and switches its rule on, as Helpdesk does since 1.26."""
	document = frappe.get_doc("HD Team", team())
	document.set("users", [{"user": member} for member in members])
	document.flags.ignore_mandatory = True
	document.save(ignore_permissions=True)
	rule = frappe.get_doc("Assignment Rule", document.assignment_rule)
	rule.update({"disabled": 0, "users": [{"user": member} for member in members]})
	rule.flags.ignore_mandatory = True
	rule.save(ignore_permissions=True)
	frappe.db.commit()
	return rule.name


@pytest.fixture
def rule_without_users(desk: Desk) -> str:
	"""The rule of the channel's department, which is on."""
	return staff()


@pytest.fixture
def rule_with_a_user(desk: Desk) -> Iterator[str]:
	"""The same with a member."""
	yield staff(user(MEMBER, "Agent"))
	staff()


def assignees(ticket: str) -> list[str]:
	open_ones = {"reference_type": "HD Ticket", "reference_name": ticket, "status": "Open"}
	return frappe.get_all("ToDo", open_ones, pluck="allocated_to")


def set_status(ticket: str, status: str) -> None:
	document = frappe.get_doc("HD Ticket", ticket)
	document.status = status
	document.save(ignore_permissions=True)
	frappe.db.commit()


def first_message(desk: Desk) -> None:
	"""The ticket is made."""


def second_message(desk: Desk) -> None:
	desk.writes("And another thing")


def message_reopens(desk: Desk) -> None:
	set_status(desk.ticket(), "Replied")
	desk.writes("And another thing")
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "status") == "Open"


def agent_replies(desk: Desk) -> None:
	desk.reply(desk.ticket(), "<p>Hello Maria</p>")
	desk.settle()
	assert desk.on_phone() == ["Hello Maria"]


def delivery_is_reported(desk: Desk) -> None:
	agent_replies(desk)
	wamid = frappe.db.get_value(MESSAGE, newest(MESSAGE, direction="Outgoing"), "wamid")
	desk.post(desk.status(wamid, "read"))
	desk.settle()


STEPS = [first_message, second_message, message_reopens, agent_replies, delivery_is_reported]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_nothing_stops_where_nobody_can_be_assigned(desk: Desk, rule_without_users: str, step: Any) -> None:
	desk.writes("My order is late")
	step(desk)
	assert not frappe.get_all("WhatsApp Delivery Item", fields=["state", "error"])
	assert "My order is late" in desk.conversation_of(desk.ticket())[0]
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "agent_group") == TEAM
	assert assignees(desk.ticket()) == []


def test_a_rule_with_users_assigns_as_ever(desk: Desk, rule_with_a_user: str) -> None:
	desk.writes("My order is late")
	assert assignees(desk.ticket()) == [MEMBER]


def test_tickets_of_others_are_left_to_helpdesk(desk: Desk, rule_without_users: str) -> None:
	ticket = frappe.new_doc("HD Ticket")
	ticket.update({"subject": "By mail", "raised_by": "maria@example.com", "agent_group": TEAM})
	with pytest.raises(IndexError):
		ticket.insert(ignore_permissions=True)


def test_a_member_who_comes_later_gets_the_next_ticket(desk: Desk, rule_without_users: str) -> None:
	desk.writes("My order is late")
	staff(user(MEMBER, "Agent"))
	try:
		desk.writes("Mine as well", wa_id="5511900000002", name="Ana")
		(_first, second) = desk.tickets()
		assert assignees(second) == [MEMBER]
	finally:
		staff()


# Who says it


def test_the_doctor_says_it(desk: Desk, rule_without_users: str) -> None:
	found = health.departments()
	assert found.state is State.WARNING
	assert f"The department {TEAM} has no members" in found.reason
	assert f"Open the team {TEAM} in Helpdesk" in found.fix


def test_the_doctor_says_nothing_about_a_channel_that_is_off(desk: Desk, rule_without_users: str) -> None:
	frappe.db.set_value("WhatsApp Channel", desk.channel, "enabled", 0)
	assert health.departments().state is State.OK


def test_the_doctor_is_content_with_a_member(desk: Desk, rule_with_a_user: str) -> None:
	assert health.departments().state is State.OK


def test_a_row_without_a_user_is_no_member(desk: Desk, rule_with_a_user: str) -> None:
	frappe.db.set_value("HD Team Member", {"parent": TEAM}, "user", None)
	assert TEAM in teams.without_members()


def test_the_set_up_says_it_before_and_after(desk: Desk, rule_without_users: str) -> None:
	(before,) = [each["missing"] for each in channels.departments() if each["name"] == TEAM]
	after = channels.channel_view(desk.channel)["department_missing"]
	for text in (before, after):
		assert f"The department {TEAM} has no members: its tickets are not assigned to anybody." in text
		assert "add agents to it" in text


def test_the_set_up_says_nothing_of_a_department_with_members(desk: Desk, rule_with_a_user: str) -> None:
	assert [each["missing"] for each in channels.departments() if each["name"] == TEAM] == [""]
	assert channels.channel_view(desk.channel)["department_missing"] == ""
