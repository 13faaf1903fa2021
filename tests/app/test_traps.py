"""What Helpdesk and Frappe do that would harm a channel, one case each; the table is complete or the last test fails."""

from collections.abc import Callable

import frappe
import pytest

from tests.app.conftest import user
from tests.app.desk import MESSAGE, Desk, newest, text_message
from whatsapp_channel.clock import site_now

TRAPS = {
	"acknowledgement mail": "with no outgoing account it throws and undoes the ticket",
	"feedback mail": "the same when the ticket is closed",
	"reply mail": "a reply without an outgoing account throws and is undone",
	"any other mail": "a Notification to raised_by would go to an address that bounces",
	"e-mail tickets": "the override must leave them exactly as they are",
	"merge copies": "merging inserts every Communication again",
	"merge notice": "merging calls the reply method without a recipient",
	"merged ticket": "the ticket of a conversation may have been merged into another",
	"merge before the failure": "a reply may fail after its ticket was merged",
	"merge chain": "and that one into a third",
	"split notice": "splitting calls the reply method without a recipient",
	"split ticket": "splitting moves Communications to a copy of the ticket",
	"bulk reply": "it logs exceptions without undoing what was written",
	"description": "a description on insert makes a second first message, sent by Administrator",
	"JSON-looking text": "Frappe does not sanitise what parses as JSON",
	"long subject": "a subject of 141 characters throws",
	"zero-padded names": "'0002' is no number",
	"portal user": "up to Helpdesk 1.22 anyone who reads a ticket may call the reply method",
	"reopening": "each save of a Communication opens its ticket again",
	"empty recipients": "a sent Communication without recipients breaks the Reply button",
	"quoted history": "the reply box sends the quoted message along",
	"internal comment": "comments are for agents only",
	"portal reply": "a reply in the portal belongs to the portal",
	"service level without the priority": "opening a ticket throws",
	"first response": "the reply must count for the service level",
	"sender's name": "the ticket page shows the address of whom it does not know",
	"rewritten text": "Frappe rewrites what looks like HTML in most fields",
	"refused contact": "Frappe refuses some names and numbers of Contacts",
	"mandatory field": "Helpdesk saves the ticket with every message, and a field may be mandatory",
	"hostile subject": "Helpdesk shows subjects and names as HTML",
}
covered: dict[str, Callable] = {}


def trap(name: str) -> Callable:
	"""Marks the case of one trap."""

	def mark(test: Callable) -> Callable:
		covered[name] = test
		return test

	return mark


@pytest.fixture
def ticket(desk: Desk) -> str:
	"""A ticket whose customer wrote a moment ago."""
	desk.writes("Where is my order?")
	return desk.ticket()


@pytest.fixture
def helpdesk_settings(site: object) -> object:
	"""HD Settings, put back afterwards."""
	document = frappe.get_doc("HD Settings")
	before = {
		field: document.get(field)
		for field in (
			"send_acknowledgement_email",
			"enable_email_ticket_feedback",
			"send_email_feedback_on_status",
		)
	}
	yield lambda **values: set_settings(values)
	frappe.db.rollback()
	set_settings(before)


def set_settings(values: dict) -> None:
	for field, value in values.items():
		frappe.db.set_single_value("HD Settings", field, value)
	frappe.clear_cache()
	frappe.db.commit()


def mails() -> int:
	frappe.db.commit()
	return frappe.db.count("Email Queue")


def communications(ticket: str) -> list:
	frappe.db.commit()
	fields = ["name", "content", "sent_or_received", "sender", "recipients", "communication_medium"]
	filters = {"reference_doctype": "HD Ticket", "reference_name": ticket}
	return frappe.get_all("Communication", filters, fields, order_by="communication_date, creation")


def set_status(ticket: str, status: str) -> None:
	document = frappe.get_doc("HD Ticket", ticket)
	document.status = status
	document.save()
	frappe.db.commit()


@trap("acknowledgement mail")
def test_no_acknowledgement_mail(desk: Desk, helpdesk_settings: Callable) -> None:
	helpdesk_settings(send_acknowledgement_email=1)
	desk.writes("Hello")
	assert desk.ticket()
	assert mails() == 0


@trap("feedback mail")
def test_no_feedback_mail(desk: Desk, ticket: str, helpdesk_settings: Callable) -> None:
	helpdesk_settings(enable_email_ticket_feedback=1, send_email_feedback_on_status="Closed")
	set_status(ticket, "Closed")
	assert frappe.db.get_value("HD Ticket", ticket, "status") == "Closed"
	assert mails() == 0


@trap("reply mail")
def test_a_reply_needs_no_mail_account_and_sends_no_mail(desk: Desk, ticket: str) -> None:
	assert not frappe.db.exists("Email Account", {"default_outgoing": 1, "enable_outgoing": 1})
	desk.reply(ticket)
	desk.settle()
	assert len(desk.on_phone()) == 1
	assert mails() == 0


@trap("any other mail")
def test_other_mails_to_the_synthetic_address_are_dropped(desk: Desk, ticket: str) -> None:
	address = frappe.db.get_value("HD Ticket", ticket, "raised_by")
	assert frappe.db.get_value("Email Unsubscribe", {"email": address}, "global_unsubscribe") == 1
	desk.writes("Again")
	assert frappe.db.count("Email Unsubscribe", {"email": address}) == 1


@pytest.fixture
def mail_ticket(desk: Desk) -> str:
	"""A ticket that came by e-mail."""
	document = frappe.get_doc(
		{"doctype": "HD Ticket", "subject": "By mail", "raised_by": "someone@example.com"}
	)
	document.insert(ignore_permissions=True)
	frappe.db.commit()
	return str(document.name)


@trap("e-mail tickets")
def test_an_email_ticket_is_answered_as_before(desk: Desk, mail_ticket: str) -> None:
	document = frappe.get_doc("HD Ticket", mail_ticket)
	before = len(communications(mail_ticket))
	with pytest.raises(frappe.ValidationError, match="email"):
		document.reply_via_agent(message="<p>Hi</p>", to="someone@example.com")
	frappe.db.rollback()
	assert len(communications(mail_ticket)) == before
	assert frappe.db.count(MESSAGE) == 0


def merge(source: str, target: str) -> None:
	from helpdesk.helpdesk.doctype.hd_ticket.api import merge_ticket

	merge_ticket(source, target)
	frappe.db.commit()


@pytest.fixture
def merged(desk: Desk, ticket: str, mail_ticket: str) -> tuple[str, str]:
	"""A WhatsApp ticket with a sent reply, merged into an e-mail ticket: source and target."""
	desk.reply(ticket, "<p>answer</p>")
	desk.settle()
	merge(ticket, mail_ticket)
	desk.settle()
	return ticket, mail_ticket


@trap("merge copies")
def test_merging_sends_nothing_again(desk: Desk, merged: tuple) -> None:
	assert desk.on_phone() == ["answer"]
	assert any("answer" in row.content for row in communications(merged[1]))
	assert frappe.db.count(MESSAGE, {"direction": "Outgoing"}) == 1


@trap("merge notice")
def test_the_notice_of_a_merge_is_recorded_and_not_sent(desk: Desk, merged: tuple) -> None:
	notice = communications(merged[0])[-1]
	assert "merged" in notice.content
	assert (notice.sent_or_received, notice.recipients) == ("Sent", "5511912345678@whatsapp.invalid")
	assert desk.on_phone() == ["answer"]
	assert mails() == 0


@trap("merged ticket")
def test_after_a_merge_both_sides_go_on_in_the_target(desk: Desk, merged: tuple) -> None:
	source, target = merged
	desk.writes("after the merge")
	assert any("after the merge" in row.content for row in communications(target))
	assert not any("after the merge" in row.content for row in communications(source))
	desk.reply(target, "<p>from the target</p>", to="5511912345678@whatsapp.invalid")
	desk.settle()
	assert desk.on_phone() == ["answer", "from the target"]


@trap("merge before the failure")
def test_a_failure_after_a_merge_is_shown_in_the_target(desk: Desk, merged: tuple) -> None:
	from whatsapp_channel.api.ticket import state

	row = newest(MESSAGE, direction="Outgoing")
	desk.post(desk.status(desk.message(row).wamid, "failed", code=131026))
	desk.settle()
	assert [message["name"] for message in state(merged[1])["undelivered"]] == [row]
	assert (
		frappe.db.count(
			"HD Ticket Comment", {"reference_ticket": merged[1], "content": ["like", "%not delivered%"]}
		)
		== 1
	)


def test_the_target_of_a_merge_can_answer_at_once(desk: Desk, merged: tuple) -> None:
	assert frappe.db.get_value("HD Ticket", merged[1], "whatsapp_channel") == desk.channel
	desk.reply(merged[1], "<p>at once</p>", to="5511912345678@whatsapp.invalid")
	desk.settle()
	assert desk.on_phone() == ["answer", "at once"]


def test_each_of_two_merged_customers_can_be_answered(desk: Desk, ticket: str) -> None:
	desk.writes("from Ana", wa_id="5511987654321", name="Ana")
	other = next(name for name in desk.tickets() if name != ticket)
	merge(other, ticket)
	desk.reply(ticket, "<p>to Ana</p>", to="5511987654321@whatsapp.invalid")
	desk.reply(ticket, "<p>to Maria</p>", to="5511912345678@whatsapp.invalid")
	desk.settle()
	assert desk.on_phone("5511987654321") == ["to Ana"]
	assert desk.on_phone() == ["to Maria"]
	document = frappe.get_doc("HD Ticket", ticket)
	with pytest.raises(frappe.ValidationError, match="recipient"):
		document.reply_via_agent(
			message="<p>to both</p>", to="5511912345678@whatsapp.invalid", cc="5511987654321@whatsapp.invalid"
		)


@trap("merge chain")
def test_merges_are_followed_to_the_last_ticket(desk: Desk, merged: tuple) -> None:
	last = frappe.get_doc({"doctype": "HD Ticket", "subject": "Last", "raised_by": "third@example.com"})
	last.insert(ignore_permissions=True)
	frappe.db.commit()
	merge(merged[1], str(last.name)) if frappe.db.exists(
		"Email Account", {"default_outgoing": 1}
	) else link_merge(merged[1], str(last.name))
	desk.writes("to the last")
	assert any("to the last" in row.content for row in communications(str(last.name)))


def link_merge(source: str, target: str) -> None:
	"""As merging does, without its notice: an e-mail ticket's would need a mail account."""
	document = frappe.get_doc("HD Ticket", source)
	document.update({"status": "Closed", "is_merged": 1, "merged_with": target})
	document.save()
	frappe.db.commit()


@pytest.fixture
def split(desk: Desk, ticket: str) -> tuple[str, str]:
	"""A ticket with two subjects and a failed reply to the second, split: old and new ticket."""
	from helpdesk.helpdesk.doctype.hd_ticket.api import split_ticket

	desk.writes("Another matter")
	row = desk.reply(ticket, "<p>about the other matter</p>")
	desk.settle()
	desk.post(desk.status(desk.message(row).wamid, "failed", code=131026))
	desk.settle()
	second = communications(ticket)[1].name
	new = str(split_ticket("Another matter", second))
	frappe.db.commit()
	desk.settle()
	return ticket, new


@trap("split notice")
def test_the_notice_of_a_split_is_recorded_and_not_sent(desk: Desk, split: tuple) -> None:
	assert "split" in communications(split[0])[-1].content
	assert desk.on_phone() == ["about the other matter"]
	assert mails() == 0


@trap("split ticket")
def test_the_new_ticket_of_a_split_can_answer_and_shows_what_failed(desk: Desk, split: tuple) -> None:
	from whatsapp_channel.api.ticket import state

	assert [message["text"] for message in state(split[1])["undelivered"]] == ["about the other matter"]
	assert state(split[0])["undelivered"] == []
	desk.reply(split[1], "<p>from the new ticket</p>")
	desk.settle()
	assert desk.on_phone()[-1] == "from the new ticket"


@trap("bulk reply")
def test_a_bulk_reply_outside_the_window_leaves_nothing_behind(desk: Desk, ticket: str) -> None:
	past = frappe.utils.add_to_date(site_now(), seconds=-1)
	frappe.db.set_value("WhatsApp Conversation", newest("WhatsApp Conversation"), "window_ends", past)
	frappe.db.commit()
	document = frappe.get_doc("HD Ticket", ticket)
	with pytest.raises(frappe.ValidationError, match="24 hours"):
		document.reply_via_agent("<p>To all of you</p>", to=document.raised_by)
	frappe.db.commit()  # as bulk reply does after an exception
	assert len(communications(ticket)) == 1
	assert frappe.db.count(MESSAGE, {"direction": "Outgoing"}) == 0


@trap("description")
def test_the_first_message_stands_in_the_ticket_once(desk: Desk, ticket: str) -> None:
	(only,) = communications(ticket)
	assert (only.sender, only.communication_medium) == ("5511912345678@whatsapp.invalid", "Chat")
	assert "Where is my order?" in frappe.db.get_value("HD Ticket", ticket, "description")


HOSTILE = '<img src=x onerror="alert(1)">'


@trap("JSON-looking text")
@pytest.mark.parametrize(
	"text", [f'{{"a": "{HOSTILE}"}}', f'"{HOSTILE}"', f"[{HOSTILE!r}]", "123", "null", "true"]
)
def test_json_looking_text_is_escaped(desk: Desk, text: str) -> None:
	desk.writes(text)
	(only,) = communications(desk.ticket())
	assert "<img" not in only.content
	assert only.content.startswith("<div")


@trap("long subject")
def test_a_long_first_message_becomes_a_shortened_subject(desk: Desk) -> None:
	text = "x" * 141
	desk.writes(text)
	subject = frappe.db.get_value("HD Ticket", desk.ticket(), "subject")
	assert len(subject) <= 140
	assert text in communications(desk.ticket())[0].content


@trap("zero-padded names")
def test_ticket_names_are_never_made_numbers(desk: Desk, ticket: str) -> None:
	row = desk.message(newest(MESSAGE))
	assert row.ticket == ticket == str(frappe.get_doc("HD Ticket", ticket).name)
	assert frappe.db.get_value("WhatsApp Conversation", row.conversation, "ticket") == ticket


@trap("portal user")
def test_a_portal_user_cannot_reply(desk: Desk, ticket: str) -> None:
	customer = user("portal-user@example.com")
	frappe.db.set_value("HD Ticket", ticket, "owner", customer)
	frappe.db.commit()
	client = desk.web.login(customer)
	arguments = {"message": "<p>Hi</p>", "to": "5511912345678@whatsapp.invalid"}
	body = {"dt": "HD Ticket", "dn": ticket, "method": "reply_via_agent", "args": frappe.as_json(arguments)}
	answer = client.post("/api/method/run_doc_method", data=body)
	assert answer.status_code == 403
	desk.settle()
	assert desk.on_phone() == []
	assert len(communications(ticket)) == 1


@trap("reopening")
def test_a_status_does_not_open_a_closed_ticket_again(desk: Desk, ticket: str) -> None:
	row = desk.reply(ticket)
	desk.settle()
	set_status(ticket, "Closed")
	desk.post(desk.status(desk.message(row).wamid, "read"))
	desk.settle()
	assert desk.message(row).status == "Read"
	assert frappe.db.get_value("HD Ticket", ticket, "status") == "Closed"


@trap("empty recipients")
def test_communications_name_both_ends(desk: Desk, ticket: str) -> None:
	desk.reply(ticket)
	received, sent = communications(ticket)
	assert received.sender == sent.recipients == "5511912345678@whatsapp.invalid"
	assert sent.sender


QUOTES = {
	"marked": '<p>Yes.</p><p class="reply-to-content"></p><blockquote>Where is my order?</blockquote>',
	"unmarked, of an older Helpdesk": "<p>Yes.</p><blockquote>Where is my order?</blockquote><p></p>",
}


@trap("quoted history")
@pytest.mark.parametrize("html", QUOTES.values(), ids=QUOTES.keys())
def test_the_quoted_message_is_not_sent_back(desk: Desk, ticket: str, html: str) -> None:
	desk.reply(ticket, html)
	desk.settle()
	assert desk.on_phone() == ["Yes."]


@trap("internal comment")
def test_an_internal_comment_is_not_sent(desk: Desk, ticket: str) -> None:
	frappe.get_doc("HD Ticket", ticket).new_comment(content="<p>rude customer</p>", attachments=[])
	frappe.db.commit()
	desk.settle()
	assert desk.on_phone() == []


@trap("portal reply")
def test_a_reply_in_the_portal_is_not_sent(desk: Desk, ticket: str) -> None:
	frappe.get_doc("HD Ticket", ticket).create_communication_via_contact(message="<p>from the portal</p>")
	frappe.db.commit()
	desk.settle()
	assert desk.on_phone() == []
	assert frappe.db.count(MESSAGE) == 1


@trap("service level without the priority")
def test_a_message_survives_that_no_ticket_can_be_opened(desk: Desk) -> None:
	fields = ("default_priority", "default_ticket_type")
	before = {field: frappe.db.get_single_value("HD Settings", field) for field in fields}
	set_settings({"default_priority": "No Such Priority", "default_ticket_type": None})
	try:
		desk.post(desk.payload(text_message("Help")))
		desk.settle()
		item = frappe.get_doc("WhatsApp Delivery Item", newest("WhatsApp Delivery Item"))
		assert (item.state, bool(item.error)) == ("Pending", True)
	finally:
		set_settings(before)
	assert item.reprocess() == "Processed"
	assert "Help" in communications(desk.ticket())[0].content


@trap("first response")
def test_a_reply_counts_as_first_response(desk: Desk, ticket: str) -> None:
	assert not frappe.db.get_value("HD Ticket", ticket, "first_responded_on")
	desk.reply(ticket)
	assert frappe.db.get_value("HD Ticket", ticket, "first_responded_on")


@trap("sender's name")
def test_the_ticket_page_calls_the_customer_by_name(desk: Desk, ticket: str, agent: str) -> None:
	client = desk.web.login(agent)
	method = "helpdesk.helpdesk.doctype.hd_ticket.api.get_ticket_activities"
	answer = client.get(f"/api/method/{method}", params={"ticket": ticket})
	(communication,) = answer.json()["message"]["communications"]
	assert communication["user"]["name"] == "Maria · WhatsApp"
	assert communication["sender"] == "5511912345678@whatsapp.invalid"
	refused = desk.web.login(user("portal-user@example.com")).get(
		f"/api/method/{method}", params={"ticket": ticket}
	)
	assert refused.status_code == 403


AS_WRITTEN = [HOSTILE, "<script>alert(1)</script>", "1 < 2 > 0 & <3", '{"a": "<b>"}']


@trap("rewritten text")
@pytest.mark.parametrize("text", AS_WRITTEN)
def test_text_arrives_as_it_was_written_in_both_directions(desk: Desk, text: str) -> None:
	from html import escape, unescape

	desk.writes(text)
	ticket = desk.ticket()
	assert desk.message(newest(MESSAGE)).text == text
	shown = communications(ticket)[0].content
	assert text in unescape(shown)
	assert "<img" not in shown
	desk.reply(ticket, f"<p>{escape(text)}</p>")
	desk.settle()
	assert desk.on_phone() == [text]


REFUSED_NAMES = ["New Contact", "New Contacts Ltd", "Contact", "N" * 10_000, "   ", "'; drop table x; --"]


@trap("refused contact")
@pytest.mark.parametrize("name", REFUSED_NAMES, ids=lambda name: name[:20])
def test_a_name_that_no_contact_may_have_costs_no_message(desk: Desk, name: str) -> None:
	desk.writes("Hello", name=name)
	desk.writes("Hello", name=name, wa_id="5511987654321")
	assert len(desk.tickets()) == 2
	assert all(frappe.db.get_value("HD Ticket", ticket, "contact") for ticket in desk.tickets())


def test_a_number_that_no_contact_may_have_costs_no_message(desk: Desk) -> None:
	desk.post(desk.payload(text_message("Hello", sender="12345678901234567890")))
	desk.settle()
	assert "Hello" in communications(desk.ticket())[0].content


@pytest.fixture
def mandatory_field(site: object) -> object:
	"""HD Ticket with a field that people must fill."""
	from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

	field = {"fieldname": "wa_test_reason", "label": "Reason", "fieldtype": "Data", "reqd": 1}
	create_custom_fields({"HD Ticket": [field]})
	frappe.db.commit()
	yield
	frappe.db.rollback()
	frappe.delete_doc("Custom Field", "HD Ticket-wa_test_reason", force=True)
	frappe.clear_cache(doctype="HD Ticket")
	frappe.db.commit()


@trap("mandatory field")
def test_a_mandatory_field_of_the_ticket_costs_no_message(desk: Desk, mandatory_field: None) -> None:
	desk.writes("first")
	desk.writes("second")
	assert len(communications(desk.ticket())) == 2
	assert frappe.db.count("WhatsApp Delivery Item") == 0
	desk.reply(desk.ticket())
	desk.settle()
	assert len(desk.on_phone()) == 1


@trap("hostile subject")
def test_subject_and_names_carry_no_markup(desk: Desk) -> None:
	desk.writes(HOSTILE, name=HOSTILE)
	row = frappe.db.get_value("HD Ticket", desk.ticket(), ["subject", "contact"], as_dict=True)
	assert "<" not in row.subject
	assert "<" not in frappe.db.get_value("Contact", row.contact, "first_name")


def test_every_trap_has_a_case() -> None:
	assert set(covered) == set(TRAPS)
