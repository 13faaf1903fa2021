"""What counts as a ticket's first response: a reply that is on its way or arrived, never one that failed."""

from collections.abc import Callable, Iterator
from datetime import datetime

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk, newest
from whatsapp_channel.api.ticket import send_again

WINDOW_CLOSED = 131047
NOT_DELIVERABLE = 131026
FIELDS = ["first_responded_on", "first_response_time", "agreement_status", "status"]


@pytest.fixture
def ticket(desk: Desk) -> str:
	"""A ticket whose customer wrote a moment ago."""
	desk.writes("Where is my order?")
	return desk.ticket()


@pytest.fixture
def marked_as_replied(site: object) -> Iterator[None]:
	"""Helpdesk gives a ticket a status with every reply."""
	mark_with_replies(True)
	yield
	frappe.db.rollback()
	mark_with_replies(False)


def mark_with_replies(wanted: bool) -> None:
	document = frappe.get_doc("HD Settings")
	document.update({"auto_update_status": int(wanted), "update_status_to": "Replied"})
	document.save()
	frappe.db.commit()


def now(ticket: str) -> "frappe._dict":
	frappe.db.commit()
	return frappe.db.get_value("HD Ticket", ticket, FIELDS, as_dict=True)


def refused(desk: Desk, ticket: str, text: str = "<p>refused</p>") -> str:
	"""A reply that Meta refuses at once; returns its message."""
	desk.sandbox.faults.add("error", code=WINDOW_CLOSED)
	row = desk.reply(ticket, text)
	desk.settle()
	assert desk.message(row).status == "Failed"
	return row


def reported(desk: Desk, ticket: str) -> str:
	"""A reply that Meta takes and reports as failed later."""
	row = sent(desk, ticket)
	desk.post(desk.status(desk.message(row).wamid, "failed", code=NOT_DELIVERABLE))
	desk.settle()
	assert desk.message(row).status == "Failed"
	return row


def sent(desk: Desk, ticket: str, text: str = "<p>sent</p>") -> str:
	row = desk.reply(ticket, text)
	desk.settle()
	assert desk.message(row).status == "Accepted"
	return row


FAILS: list[Callable] = [refused, reported]


@pytest.mark.parametrize("fails", FAILS)
def test_a_reply_that_fails_is_no_first_response(desk: Desk, ticket: str, fails: Callable) -> None:
	before = now(ticket)
	assert before.first_responded_on is None
	fails(desk, ticket)
	assert now(ticket) == before


@pytest.mark.parametrize("fails", FAILS)
def test_the_status_that_came_with_it_is_taken_back(
	desk: Desk, ticket: str, marked_as_replied: None, fails: Callable
) -> None:
	before = now(ticket)
	fails(desk, ticket)
	assert now(ticket) == before
	frappe.get_doc("HD Ticket", ticket).save()
	assert now(ticket).first_responded_on is None


def test_a_status_that_an_agent_chose_meanwhile_stays(
	desk: Desk, ticket: str, marked_as_replied: None
) -> None:
	row = sent(desk, ticket)
	document = frappe.get_doc("HD Ticket", ticket)
	document.status = "Closed"
	document.save()
	desk.post(desk.status(desk.message(row).wamid, "failed", code=NOT_DELIVERABLE))
	desk.settle()
	assert now(ticket).status == "Closed"
	assert now(ticket).first_responded_on is None


@pytest.mark.parametrize("fails", FAILS)
def test_sent_again_it_counts_from_then(desk: Desk, ticket: str, fails: Callable) -> None:
	row = fails(desk, ticket)
	begin = frappe.utils.now_datetime()
	send_again(row)
	desk.settle()
	assert now(ticket).first_responded_on >= begin
	assert desk.message(newest(MESSAGE, direction="Outgoing")).status == "Accepted"


def test_sent_again_in_vain_it_counts_no_more(desk: Desk, ticket: str) -> None:
	row = refused(desk, ticket)
	desk.sandbox.faults.add("error", code=WINDOW_CLOSED)
	send_again(row)
	desk.settle()
	assert now(ticket).first_responded_on is None


def test_an_earlier_response_stays(desk: Desk, ticket: str) -> None:
	sent(desk, ticket)
	first = now(ticket).first_responded_on
	refused(desk, ticket)
	reported(desk, ticket)
	assert now(ticket).first_responded_on == first


def test_the_next_reply_that_counts_takes_its_place(desk: Desk, ticket: str, marked_as_replied: None) -> None:
	first = desk.message(sent(desk, ticket))
	lost = desk.message(sent(desk, ticket))
	third = desk.message(sent(desk, ticket))
	for message in (first, lost):
		desk.post(desk.status(message.wamid, "failed", code=NOT_DELIVERABLE))
	desk.settle()
	assert now(ticket).first_responded_on == written(third)
	assert now(ticket).status == "Replied"
	assert now(ticket).first_response_time is not None


def written(message: "frappe._dict") -> datetime:
	return frappe.db.get_value("Communication", message.communication, "creation")


def test_what_arrived_in_part_is_a_response(desk: Desk, ticket: str) -> None:
	desk.reply(ticket, f"<p>{'long ' * 1500}</p>")
	desk.settle()
	parts = frappe.get_all(MESSAGE, {"direction": "Outgoing"}, ["name", "wamid"], order_by="sequence, part")
	assert len(parts) > 1
	first = now(ticket).first_responded_on
	desk.post(desk.status(parts[-1].wamid, "failed", code=NOT_DELIVERABLE))
	desk.settle()
	assert now(ticket).first_responded_on == first
	desk.post(desk.status(parts[0].wamid, "failed", code=NOT_DELIVERABLE))
	desk.settle()
	assert now(ticket).first_responded_on is None


def test_a_ticket_that_cannot_be_saved_does_not_hold_up_the_failure(desk: Desk, ticket: str) -> None:
	level = frappe.db.get_value("HD Ticket", ticket, "sla")
	row = sent(desk, ticket)
	frappe.db.set_value("HD Ticket", ticket, "priority", "No such priority", update_modified=False)
	frappe.db.commit()
	assert level
	desk.post(desk.status(desk.message(row).wamid, "failed", code=NOT_DELIVERABLE))
	desk.settle()
	assert desk.message(row).status == "Failed"
	assert frappe.db.count("Error Log", {"method": ["like", "%first response%"]}) == 1
