"""What Helpdesk does with tickets and their communications."""

from collections.abc import Callable
from typing import Any

import frappe
import pytest

from tests.host.conftest import communicate, count_mails, new_ticket, settings_kept, user, write_settings

AGENT = "host-agent@example.com"
STRANGER = "host-stranger@example.com"
NO_ACCOUNT = "Please setup default outgoing"


def fresh(ticket: Any) -> Any:
	"""The ticket as it is stored."""
	return frappe.get_doc("HD Ticket", ticket.name)


def close(ticket: Any) -> None:
	"""Close it as an agent does."""
	document = fresh(ticket)
	document.status = "Closed"
	document.save()
	frappe.db.commit()


def communications(ticket: Any) -> list[Any]:
	"""All communications of a ticket, oldest first."""
	place = {"reference_doctype": "HD Ticket", "reference_name": ticket.name}
	fields = ["name", "content", "recipients", "sent_or_received", "communication_medium", "sender"]
	return frappe.get_all("Communication", filters=place, fields=fields, order_by="creation")


def test_a_new_ticket_begins_with_the_default_status(site: Any) -> None:
	ticket = new_ticket(status="Closed")
	assert (ticket.status, fresh(ticket).status) == ("Open", "Open")


def test_a_status_brings_its_category_when_saved(ticket: Any) -> None:
	close(ticket)
	stored = fresh(ticket)
	assert (stored.status_category, bool(stored.resolution_date)) == ("Resolved", True)


def test_a_ticket_without_address_is_raised_by_the_user(site: Any) -> None:
	assert new_ticket(raised_by=None).raised_by == "Administrator"


def test_the_contact_is_found_by_address(site: Any) -> None:
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Found"})
	contact.append("email_ids", {"email_id": "found@example.com", "is_primary": 1})
	contact.insert()
	assert new_ticket(raised_by="found@example.com").contact == contact.name


def test_a_description_becomes_a_communication_of_the_user(site: Any) -> None:
	(first,) = communications(new_ticket(description="It broke"))
	assert (first.content, first.sent_or_received, first.communication_medium) == (
		"It broke",
		"Received",
		"Email",
	)
	assert "551199" not in (first.sender or "")


def test_a_ticket_cannot_be_made_without_its_priority_in_the_service_level(site: Any) -> None:
	frappe.get_doc({"doctype": "HD Ticket Priority", "name": "Host", "integer_value": 1}).insert(
		ignore_if_duplicate=True
	)
	with pytest.raises(frappe.ValidationError, match="Please add Host priority"):
		new_ticket(priority="Host")


# -- what communications do --------------------------------------------------------------------------------


@pytest.mark.helpdesk_since("1.25")
def test_a_received_communication_opens_a_closed_ticket(ticket: Any) -> None:
	close(ticket)
	communicate(ticket.name)
	assert (fresh(ticket).status, bool(fresh(ticket).last_customer_response)) == ("Open", True)


def test_saving_a_communication_again_opens_the_ticket_again(ticket: Any) -> None:
	received = communicate(ticket.name)
	close(ticket)
	frappe.get_doc("Communication", received.name).save()
	assert fresh(ticket).status == "Open"


def test_writing_a_column_of_a_communication_leaves_the_ticket_closed(ticket: Any) -> None:
	received = communicate(ticket.name)
	close(ticket)
	frappe.db.set_value("Communication", received.name, "delivery_status", "Read")
	assert fresh(ticket).status == "Closed"


FIRST_RESPONSE = {
	"sent": ({"sent_or_received": "Sent"}, True),
	"received": ({"sent_or_received": "Received"}, False),
	"automated": ({"sent_or_received": "Sent", "communication_type": "Automated Message"}, False),
}


@pytest.mark.helpdesk_since("1.25")
@pytest.mark.parametrize(("values", "counts"), FIRST_RESPONSE.values(), ids=FIRST_RESPONSE.keys())
def test_what_counts_as_first_response(ticket: Any, values: dict[str, Any], counts: bool) -> None:
	communicate(ticket.name, recipients="551199@whatsapp.invalid", **values)
	assert bool(fresh(ticket).first_responded_on) is counts


def test_the_first_communication_becomes_the_description(ticket: Any) -> None:
	communicate(ticket.name, content="It broke")
	communicate(ticket.name, content="Again")
	assert fresh(ticket).description == "It broke"


def test_a_communication_shows_whatever_its_medium_is(ticket: Any) -> None:
	from helpdesk.helpdesk.doctype.hd_ticket.api import get_ticket_activities

	communicate(ticket.name, communication_medium="Chat", content="one")
	communicate(ticket.name, communication_type="Automated Message", sent_or_received="Sent", content="two")
	assert [row.content for row in get_ticket_activities(ticket.name)["communications"]] == ["one", "two"]


# -- mails -------------------------------------------------------------------------------------------------


@pytest.mark.helpdesk_since("1.25")
def test_a_reply_without_an_outgoing_account_is_undone(ticket: Any) -> None:
	mail = new_ticket(raised_by="customer@example.com")
	with pytest.raises(frappe.ValidationError, match="Unable to send email"):
		mail.reply_via_agent(message="Hello", to=mail.raised_by)
	frappe.db.rollback()
	assert communications(mail) == []


def test_a_reply_is_one_communication_and_one_mail(mail_account: str) -> None:
	mail = new_ticket(raised_by="customer@example.com")
	communicate(mail.name, sender=mail.raised_by)
	fresh(mail).reply_via_agent(message="Hello", to=mail.raised_by)
	_received, reply = communications(mail)
	assert (reply.sent_or_received, reply.communication_medium, reply.recipients) == (
		"Sent",
		"Email",
		mail.raised_by,
	)
	assert count_mails(mail.name) == 1


def test_a_first_message_cannot_be_mailed(mail_account: str) -> None:
	mail = new_ticket(raised_by="customer@example.com")
	with pytest.raises(frappe.ValidationError, match="NoneType"):
		mail.reply_via_agent(message="Hello", to=mail.raised_by)


@pytest.mark.parametrize("stored", [{}, {"skip_email_workflow": 0}], ids=["never stored", "stored"])
def test_settings_of_a_test_end_with_it(site: Any, stored: dict[str, int]) -> None:
	with settings_kept():
		frappe.db.delete("Singles", {"doctype": "HD Settings", "field": "skip_email_workflow"})
		write_settings(**stored)
		before = frappe.db.get_singles_dict("HD Settings").get("skip_email_workflow", "nothing")
		with settings_kept():
			write_settings(skip_email_workflow=1)
		assert frappe.db.get_singles_dict("HD Settings").get("skip_email_workflow", "nothing") == before
		assert not frappe.get_single("HD Settings").skip_email_workflow


def test_a_reply_without_the_mail_workflow_is_only_recorded(settings: Callable[..., None]) -> None:
	settings(skip_email_workflow=1)
	mail = new_ticket(raised_by="customer@example.com")
	mail.reply_via_agent(message="Hello", to=mail.raised_by)
	assert [row.communication_medium or "" for row in communications(mail)] == [""]
	assert count_mails(mail.name) == 0


def test_an_acknowledgement_that_cannot_be_sent_undoes_the_ticket(settings: Callable[..., None]) -> None:
	settings(send_acknowledgement_email=1)
	with pytest.raises(frappe.ValidationError, match=NO_ACCOUNT):
		new_ticket(raised_by="customer@example.com")


def test_a_request_for_feedback_that_cannot_be_sent_undoes_the_change(settings: Callable[..., None]) -> None:
	settings(enable_email_ticket_feedback=1, send_email_feedback_on_status="Closed")
	mail = new_ticket(raised_by="customer@example.com")
	with pytest.raises(frappe.ValidationError, match=NO_ACCOUNT):
		close(mail)


def test_no_mail_goes_to_an_unsubscribed_address(mail_account: str) -> None:
	values = {"doctype": "Email Unsubscribe", "email": "551199@whatsapp.invalid", "global_unsubscribe": 1}
	frappe.get_doc(values).insert(ignore_permissions=True)
	ticket = new_ticket()
	frappe.sendmail(
		recipients=["551199@whatsapp.invalid"],
		subject="Hi",
		message="Hi",
		reference_doctype="HD Ticket",
		reference_name=ticket.name,
	)
	assert count_mails(ticket.name) == 0


# -- merge and split ---------------------------------------------------------------------------------------


@pytest.mark.helpdesk_since("1.25")
def test_merging_copies_communications_and_notes_it_without_recipient(settings: Callable[..., None]) -> None:
	from helpdesk.helpdesk.doctype.hd_ticket.api import merge_ticket

	settings(skip_email_workflow=1)
	source, target = new_ticket(raised_by="a@example.com"), new_ticket(raised_by="b@example.com")
	original = communicate(source.name, content="Moved", sender="a@example.com")
	merge_ticket(source=source.name, target=target.name)
	(copy,) = communications(target)
	assert (copy.content, copy.name == original.name) == ("Moved", False)
	kept, notice = communications(source)
	assert (kept.name, notice.sent_or_received, notice.recipients) == (original.name, "Sent", None)
	closed = fresh(source)
	assert (closed.status, closed.is_merged, closed.merged_with) == ("Closed", 1, target.name)


@pytest.mark.helpdesk_since("1.25")
def test_splitting_moves_what_came_later(settings: Callable[..., None]) -> None:
	from helpdesk.helpdesk.doctype.hd_ticket.api import split_ticket

	settings(skip_email_workflow=1)
	ticket = new_ticket(raised_by="a@example.com")
	for text in ("first", "second", "third"):
		communicate(ticket.name, content=text, sender="a@example.com")
	names = [row.name for row in communications(ticket)]
	new = split_ticket(subject="Second matter", communication_id=names[1])
	assert [row.name for row in communications(frappe.get_doc("HD Ticket", new))] == names[1:]
	kept, notice = communications(ticket)
	assert (kept.name, notice.sent_or_received) == (names[0], "Sent")
	assert frappe.db.get_value("HD Ticket", new, ["subject", "ticket_split_from"]) == (
		"Second matter",
		ticket.name,
	)


# -- who may what ------------------------------------------------------------------------------------------

READERS = {
	"agent": (lambda: user(AGENT, "Agent"), True),
	"somebody else": (lambda: user(STRANGER), False),
	"whoever raised it": (lambda: user("host-raiser@example.com"), True),
}


@pytest.mark.parametrize(("make_user", "may"), READERS.values(), ids=READERS.keys())
def test_who_reads_a_ticket(site: Any, make_user: Callable[[], str], may: bool) -> None:
	ticket = new_ticket(raised_by="host-raiser@example.com")
	reader = make_user()
	frappe.set_user(reader)
	assert bool(frappe.has_permission("HD Ticket", "read", ticket.name)) is may
	assert frappe.get_list("HD Ticket", filters={"name": ticket.name}, pluck="name") == [ticket.name] * may


def test_only_agents_reply_as_agents(site: Any) -> None:
	ticket = new_ticket(raised_by="host-raiser@example.com")
	frappe.set_user(user("host-raiser@example.com"))
	with pytest.raises(frappe.PermissionError):
		frappe.get_doc("HD Ticket", ticket.name).reply_via_agent(message="Hi", to="host-raiser@example.com")


def test_an_agent_of_another_team_reads_no_restricted_ticket(settings: Callable[..., None]) -> None:
	agent = user(AGENT, "Agent")
	if not frappe.db.exists("HD Team", "Host Team"):
		members = [{"user": user("host-member@example.com", "Agent")}]
		frappe.get_doc({"doctype": "HD Team", "team_name": "Host Team", "users": members}).insert()
	ticket = new_ticket(agent_group="Host Team")
	allowed = []
	for restricted in (1, 0):
		settings(restrict_tickets_by_agent_group=restricted)
		frappe.set_user(agent)
		allowed.append(bool(frappe.has_permission("HD Ticket", "read", ticket.name)))
	assert allowed == [False, True]


# -- files, assignments, portal ----------------------------------------------------------------------------


def test_a_file_of_a_reply_belongs_to_communication_and_ticket(settings: Callable[..., None]) -> None:
	settings(skip_email_workflow=1)
	mail = new_ticket(raised_by="customer@example.com")
	file = frappe.get_doc(
		{"doctype": "File", "file_name": "a.txt", "content": b"inside", "is_private": 1}
	).insert()
	mail.reply_via_agent(message="See file", to=mail.raised_by, attachments=[file.name])
	(reply,) = communications(mail)
	place = {"file_url": file.file_url}
	rows = frappe.get_all(
		"File", filters=place, fields=["attached_to_doctype", "attached_to_name"], as_list=True
	)
	assert set(rows) == {("Communication", reply.name), ("HD Ticket", str(mail.name))}


def test_assigned_agents_hear_when_a_ticket_opens_again(ticket: Any) -> None:
	agent = user(AGENT, "Agent")
	if not frappe.db.exists("HD Agent", agent):
		frappe.get_doc({"doctype": "HD Agent", "user": agent, "agent_name": "Host"}).insert()
	fresh(ticket).assign_agent(agent)
	close(ticket)
	frappe.db.delete("HD Notification", {"reference_ticket": ticket.name})
	communicate(ticket.name)
	found = frappe.get_all(
		"HD Notification", {"reference_ticket": ticket.name}, ["user_to", "notification_type"]
	)
	assert [(row.user_to, row.notification_type) for row in found] == [(agent, "Reaction")]


def test_a_ticket_from_the_portal_is_raised_by_its_user(site: Any) -> None:
	from helpdesk.helpdesk.doctype.hd_ticket.api import get_one, new

	frappe.set_user(user("host-raiser@example.com"))
	ticket = new({"subject": "From the portal", "description": "Help"})
	assert (ticket.raised_by, ticket.via_customer_portal) == ("host-raiser@example.com", 1)
	shown = get_one(ticket.name, is_customer_portal=True)
	assert [row.content for row in shown["communications"]] == ["Help"]
	assert shown["comments"] == []
