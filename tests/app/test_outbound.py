"""An agent's reply reaches the customer at most once, in order, and the ticket tells what became of it."""

from datetime import datetime, timedelta, timezone
from typing import Any

import frappe
import pytest

from tests.app.conftest import team
from tests.app.desk import MESSAGE, Desk, newest, wait_until
from whatsapp_channel import clock, jobs
from whatsapp_channel.clock import site_now
from whatsapp_channel.outbound import outbox, send

REPLY = "<p>It is on its <strong>way</strong>.</p>"


@pytest.fixture
def ticket(desk: Desk) -> str:
	"""A ticket whose customer wrote a moment ago."""
	desk.writes("Where is my order?")
	return desk.ticket()


def badge(row: str) -> str:
	frappe.db.commit()
	communication = frappe.db.get_value(MESSAGE, row, "communication")
	return frappe.db.get_value("Communication", communication, "delivery_status")


def notes(ticket: str) -> list[str]:
	frappe.db.commit()
	return frappe.get_all("HD Ticket Comment", {"reference_ticket": ticket}, pluck="content")


def outgoing() -> list:
	frappe.db.commit()
	fields = ["name", "status", "text", "part", "wamid"]
	return frappe.get_all(MESSAGE, {"direction": "Outgoing"}, fields, order_by="creation, part")


def test_a_reply_is_queued_with_the_ticket_and_sent_by_the_job(desk: Desk, ticket: str) -> None:
	row = desk.reply(ticket, REPLY)
	assert (desk.message(row).status, badge(row)) == ("Queued", "Sending")
	desk.settle()
	assert desk.on_phone() == ["It is on its *way*."]
	message = desk.message(row)
	assert message.status == "Accepted"
	assert message.wamid.startswith("wamid.")
	communication = frappe.get_doc("Communication", message.communication)
	assert (communication.sent_or_received, communication.communication_medium) == ("Sent", "Chat")
	assert communication.recipients == "5511912345678@whatsapp.invalid"
	assert frappe.db.get_value("WhatsApp Conversation", message.conversation, "state") == "Responded"
	assert frappe.db.get_value("WhatsApp Session", message.session, ["inbound_count", "outbound_count"]) == (
		1,
		1,
	)


STATUS_ORDERS = {
	"in order": (["sent", "delivered", "read"], "Read", "Read"),
	"reversed": (["read", "delivered", "sent"], "Read", "Read"),
	"read alone": (["read"], "Read", "Read"),
	"delivered twice": (["delivered", "delivered"], "Delivered", "Sent"),
	"failed": (["sent", "failed"], "Failed", "Error"),
	"failed, then delivered after all": (["failed", "delivered"], "Delivered", "Sent"),
	"delivered, then a late failed": (["delivered", "failed"], "Delivered", "Sent"),
	"unknown word": (["sent", "teleported"], "Sent", "Sent"),
}


@pytest.mark.parametrize(("order", "status", "shown"), STATUS_ORDERS.values(), ids=STATUS_ORDERS.keys())
def test_statuses_only_move_forward(
	desk: Desk, ticket: str, order: list[str], status: str, shown: str
) -> None:
	row = desk.reply(ticket)
	desk.settle()
	wamid = desk.message(row).wamid
	for one in order:
		desk.post(desk.status(wamid, one, code=131026 if one == "failed" else None))
		desk.settle()
	assert (desk.message(row).status, badge(row)) == (status, shown)


def test_each_status_keeps_its_time(desk: Desk, ticket: str) -> None:
	row = desk.reply(ticket)
	desk.settle()
	for status in ("read", "sent", "delivered"):
		desk.post(desk.status(desk.message(row).wamid, status))
	desk.settle()
	message = desk.message(row)
	assert all((message.accepted_on, message.sent_on, message.delivered_on, message.read_on))


def test_statuses_through_the_sandbox_from_sent_to_read(desk: Desk, ticket: str) -> None:
	row = desk.reply(ticket)
	desk.settle()
	for status, expected in (("sent", "Sent"), ("delivered", "Delivered"), ("read", "Read")):
		desk.sandbox.mark(desk.message(row).wamid, status)
		desk.settle()
		assert desk.message(row).status == expected


def test_a_failed_message_reaches_the_agent_in_words_and_can_be_sent_again(desk: Desk, ticket: str) -> None:
	from whatsapp_channel.api.ticket import send_again, state

	row = desk.reply(ticket, "<p>First try</p>")
	desk.settle()
	desk.post(desk.status(desk.message(row).wamid, "failed", code=131026))
	desk.settle()
	assert badge(row) == "Error"
	(note,) = notes(ticket)
	assert "First try" in note
	assert "131026" not in note
	(undelivered,) = state(ticket)["undelivered"]
	assert undelivered["name"] == row
	assert undelivered["reason"]
	send_again(row)
	frappe.db.commit()
	desk.settle()
	assert desk.on_phone() == ["First try", "First try"]
	assert state(ticket)["undelivered"] == []
	assert badge(row) == "Sent"
	with pytest.raises(frappe.ValidationError, match="Reload"):
		send_again(row)


def test_the_same_failure_twice_is_one_note(desk: Desk, ticket: str) -> None:
	row = desk.reply(ticket)
	desk.settle()
	for _ in range(2):
		desk.post(desk.status(desk.message(row).wamid, "failed", code=131026))
		desk.settle()
	assert len(notes(ticket)) == 1


def test_replies_arrive_in_the_order_in_which_they_were_written(desk: Desk, ticket: str) -> None:
	for index in range(4):
		desk.reply(ticket, f"<p>{index}</p>")
	desk.settle()
	assert desk.on_phone() == ["0", "1", "2", "3"]


def test_a_long_reply_goes_out_in_parts(desk: Desk, ticket: str) -> None:
	words = " ".join(f"word{index}" for index in range(1500))
	desk.reply(ticket, f"<p>{words}</p>")
	desk.settle()
	assert len(desk.on_phone()) > 1
	assert all(len(part) <= 4096 for part in desk.on_phone())
	assert " ".join(desk.on_phone()).split() == words.split()


def test_when_a_part_fails_the_rest_waits_with_it(desk: Desk, ticket: str) -> None:
	desk.sandbox.faults.add("error", code=131026)
	desk.reply(ticket, "<p>" + "word " * 2000 + "</p>")
	desk.settle()
	from whatsapp_channel.api.ticket import send_again, state

	assert {message.status for message in outgoing()} == {"Failed"}
	assert desk.on_phone() == []
	(undelivered,) = state(ticket)["undelivered"]
	send_again(undelivered["name"])
	frappe.db.commit()
	desk.settle()
	assert " ".join(desk.on_phone()).split() == ["word"] * 2000
	assert state(ticket)["undelivered"] == []


def make_due(row: str) -> None:
	"""Lets the pause before the next attempt be over."""
	frappe.db.set_value(MESSAGE, row, {"next_attempt": site_now()})
	frappe.db.commit()


PASSING = {
	"server error": ("server_error", {}),
	"throttled": ("throttled", {}),
	"pair rate limit": ("throttled", {"code": 131056}),
}


@pytest.mark.parametrize(("fault", "options"), PASSING.values(), ids=PASSING.keys())
def test_an_error_that_passes_is_tried_again_later(
	desk: Desk, ticket: str, fault: str, options: dict
) -> None:
	desk.sandbox.faults.add(fault, **options)
	row = desk.reply(ticket)
	desk.settle()
	message = desk.message(row)
	assert message.status == "Queued"
	assert message.next_attempt > site_now()
	assert message.error
	make_due(row)
	desk.settle()
	assert desk.message(row).status == "Accepted"
	assert len(desk.on_phone()) == 1


def test_the_reply_behind_one_that_waits_waits_as_well(desk: Desk, ticket: str) -> None:
	desk.sandbox.faults.add("throttled")
	first = desk.reply(ticket, "<p>first</p>")
	desk.reply(ticket, "<p>second</p>")
	desk.settle()
	assert desk.on_phone() == []
	make_due(first)
	desk.settle()
	assert desk.on_phone() == ["first", "second"]


def test_meta_unreachable_is_tried_again(desk: Desk, ticket: str) -> None:
	address = frappe.db.get_single_value("WhatsApp Channel Settings", "api_base_url")
	frappe.db.set_single_value("WhatsApp Channel Settings", "api_base_url", "http://127.0.0.1:9")
	row = desk.reply(ticket)
	desk.settle()
	assert desk.message(row).status == "Queued"
	frappe.db.set_single_value("WhatsApp Channel Settings", "api_base_url", address)
	make_due(row)
	desk.settle()
	assert len(desk.on_phone()) == 1


UNKNOWN_OUTCOMES = ["lost_answer", "proxy_error"]


@pytest.mark.parametrize("fault", UNKNOWN_OUTCOMES)
def test_when_the_outcome_is_unknown_the_message_is_not_sent_again(
	desk: Desk, ticket: str, fault: str
) -> None:
	desk.sandbox.faults.add(fault)
	row = desk.reply(ticket)
	desk.settle()
	assert desk.message(row).status == "Sending"
	send.send_queued(desk.message(row).customer, desk.channel)
	assert len(requests_to_send(desk)) == 1


def requests_to_send(desk: Desk) -> list:
	return [
		request
		for request in desk.sandbox.requests
		if request.method == "POST" and "messages" in request.path
	]


def test_a_lost_answer_is_settled_by_the_status_webhook(desk: Desk, ticket: str) -> None:
	desk.sandbox.faults.add("lost_answer")
	row = desk.reply(ticket, "<p>first</p>")
	desk.reply(ticket, "<p>second</p>")
	desk.settle()
	assert desk.on_phone() == ["first"]
	sent = next(message for message in desk.sandbox.messages("5511912345678") if message.outgoing)
	desk.sandbox.mark(sent.wamid, "sent")
	wait_until(lambda: desk.settle() or desk.message(row).status == "Sent")
	assert desk.message(row).wamid == sent.wamid
	assert desk.message(row).session
	wait_until(lambda: desk.settle() or desk.on_phone() == ["first", "second"])


def test_without_any_confirmation_the_agent_decides(desk: Desk, ticket: str) -> None:
	from whatsapp_channel.api.ticket import check, send_again, state

	desk.sandbox.faults.add("proxy_error")
	row = desk.reply(ticket, "<p>first</p>")
	desk.reply(ticket, "<p>second</p>")
	desk.settle()
	frappe.db.set_value(MESSAGE, row, "last_attempt", frappe.utils.add_to_date(site_now(), seconds=-61))
	frappe.db.commit()
	desk.settle()
	assert desk.message(row).status == "Unconfirmed"
	assert "second" in desk.on_phone()
	(undelivered,) = state(ticket)["undelivered"]
	assert undelivered["can_check"]
	assert "no confirmation" in check(row)["text"].lower()
	send_again(row)
	frappe.db.commit()
	desk.settle()
	assert desk.on_phone().count("first") == 1


# Seconds after an attempt that was made ten seconds before clocks went back, and whether its patience is over.
AFTER = {
	"5": (5, False),
	"59, an hour earlier by the clock": (59, False),
	"61": (61, True),
	"700": (700, True),
}


@pytest.mark.parametrize(("seconds", "is_over"), AFTER.values(), ids=AFTER.keys())
def test_patience_when_clocks_go_back(
	desk: Desk, ticket: str, monkeypatch: pytest.MonkeyPatch, seconds: int, is_over: bool
) -> None:
	row = desk.reply(ticket)
	attempt = datetime(2026, 11, 1, 5, 59, 50, tzinfo=timezone.utc)
	monkeypatch.setattr(clock, "get_system_timezone", lambda: "America/New_York")
	values = {"status": "Sending", "attempts": 1, "last_attempt": clock.to_site(attempt)}
	frappe.db.set_value(MESSAGE, row, values)
	frappe.db.commit()
	monkeypatch.setattr(clock, "utc_now", lambda: attempt + timedelta(seconds=seconds))
	assert outbox.is_due(desk.message(row)) is is_over
	assert bool(outbox.queues_with_work()) is is_over


WHILE_SENDING = {"accepted": (None, ["one", "two"]), "no answer": ("lost_answer", ["one"])}


@pytest.mark.parametrize(("fault", "arrived"), WHILE_SENDING.values(), ids=WHILE_SENDING.keys())
def test_a_reply_written_while_another_is_on_its_way_silences_no_later_wake_up(
	desk: Desk, ticket: str, monkeypatch: pytest.MonkeyPatch, fault: str | None, arrived: list[str]
) -> None:
	if fault:
		desk.sandbox.faults.add(fault)
	customer = desk.message(desk.reply(ticket, "<p>one</p>")).customer
	original = send._post

	def post(message: Any, *more: Any) -> bool:
		if message.text == "one":
			desk.reply(ticket, "<p>two</p>")
		return original(message, *more)

	monkeypatch.setattr(send, "_post", post)
	send.send_queued(customer, desk.channel)
	frappe.db.commit()
	assert desk.on_phone() == arrived
	woken: list[str] = []
	monkeypatch.setattr(frappe, "enqueue", lambda method, **_more: woken.append(method))
	jobs.wake_sender(customer, desk.channel)
	assert len(woken) == 1


def test_a_worker_killed_before_saving_the_answer_sends_nothing_twice(desk: Desk, ticket: str) -> None:
	row = desk.reply(ticket)
	values = {"status": "Sending", "attempts": 1, "last_attempt": site_now()}
	frappe.db.set_value(MESSAGE, row, values)
	frappe.db.commit()
	desk.settle()
	assert requests_to_send(desk) == []
	assert desk.message(row).status == "Sending"


def test_a_status_that_overtakes_the_answer_is_not_lost(desk: Desk, ticket: str) -> None:
	desk.sandbox.settings.update({"statuses": "auto"})
	desk.sandbox.faults.add("status_first")
	row = desk.reply(ticket)
	desk.settle()
	wait_until(lambda: desk.settle() or desk.message(row).status == "Delivered")
	assert frappe.db.count("WhatsApp Session Message", {"direction": "Outgoing"}) == 1
	assert frappe.db.get_value("WhatsApp Session", desk.message(row).session, "outbound_count") == 1


def test_a_status_for_an_unknown_message_waits_and_is_then_dropped(desk: Desk, ticket: str) -> None:
	desk.post(desk.status("wamid.nobody", "delivered"))
	desk.settle()
	item = newest("WhatsApp Delivery Item")
	assert frappe.db.get_value("WhatsApp Delivery Item", item, "state") == "Pending"
	old = frappe.utils.add_to_date(site_now(), minutes=-11)
	frappe.db.set_value(
		"WhatsApp Delivery Item", item, {"creation": old, "next_attempt": old}, update_modified=False
	)
	frappe.db.commit()
	desk.settle()
	assert frappe.db.get_value("WhatsApp Delivery Item", item, "state") == "Dropped"


# -- refused before anything is written ---------------------------------------------------------------------------


def close_window(desk: Desk) -> None:
	conversation = newest("WhatsApp Conversation")
	past = frappe.utils.add_to_date(site_now(), seconds=-1)
	frappe.db.set_value("WhatsApp Conversation", conversation, "window_ends", past)
	frappe.db.commit()


def deactivate(desk: Desk) -> None:
	channel = frappe.get_doc("WhatsApp Channel", desk.channel)
	channel.enabled = 0
	channel.save()
	frappe.db.commit()


OTHER = "5511999999999@whatsapp.invalid"
OURS = "5511912345678@whatsapp.invalid"
REFUSED = {
	"window closed": (close_window, {}, "24 hours"),
	"channel deactivated": (deactivate, {}, "deactivated"),
	"another customer's address": (None, {"to": OTHER}, "recipient"),
	"two WhatsApp addresses": (None, {"to": f"{OURS}, {OTHER}"}, "recipient"),
	"another WhatsApp address in Cc": (None, {"cc": OTHER}, "recipient"),
	"another WhatsApp address in Bcc alone": (None, {"to": None, "bcc": OTHER}, "recipient"),
	"WhatsApp and e-mail": (None, {"to": f"{OURS}, someone@example.com"}, "either"),
	"WhatsApp with an e-mail in Cc": (None, {"cc": "someone@example.com"}, "either"),
	"an attachment": (None, {"attachments": ["some-file"]}, "Files"),
	"a picture": (None, {"message": '<p>see</p><img src="/private/files/a.png">'}, "pictures"),
	"no recipient": (None, {"to": ""}, "Enter a recipient"),
	"no text": (None, {"message": "<p><br></p>"}, "no text"),
}


@pytest.mark.parametrize(("before", "change", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_a_reply_that_cannot_go_out_is_refused_before_anything_is_written(
	desk: Desk, ticket: str, before: object, change: dict, says: str
) -> None:
	if before:
		before(desk)
	document = frappe.get_doc("HD Ticket", ticket)
	count = frappe.db.count("Communication")
	with pytest.raises(frappe.ValidationError, match=says):
		document.reply_via_agent(**{"message": "<p>Hi</p>", "to": document.raised_by, **change})
	assert frappe.db.count("Communication") == count
	assert frappe.db.count(MESSAGE, {"direction": "Outgoing"}) == 0


def test_after_the_window_closed_a_new_message_of_the_customer_opens_it(desk: Desk, ticket: str) -> None:
	close_window(desk)
	desk.writes("Still there?")
	desk.reply(ticket)
	desk.settle()
	assert len(desk.on_phone()) == 1


# -- the account's token ------------------------------------------------------------------------------------------


def channel_status(desk: Desk) -> "frappe._dict":
	frappe.db.commit()
	return frappe.db.get_value("WhatsApp Channel", desk.channel, ["status", "status_reason"], as_dict=True)


def refuse_token(desk: Desk, ticket: str, *texts: str) -> str:
	"""Meta refuses the token twice, which stops the account; returns the first reply's message row."""
	desk.sandbox.tokens.clear()
	first, *_ = [desk.reply(ticket, f"<p>{text}</p>") for text in texts or ("Hello",)]
	desk.settle()
	make_due(first)
	desk.settle()
	return first


def test_a_refused_token_stops_sending_and_never_receiving(desk: Desk, ticket: str) -> None:
	row = refuse_token(desk, ticket)
	assert desk.message(row).status == "Queued"
	assert channel_status(desk).status == "Needs Attention"
	assert channel_status(desk).status_reason
	asked = len(requests_to_send(desk))
	desk.reply(ticket, "<p>second</p>")
	desk.writes("Are you there?")
	assert len(requests_to_send(desk)) == asked
	assert any("Are you there?" in content for content in desk.conversation_of(ticket))


def test_a_new_token_sends_what_waited(desk: Desk, ticket: str) -> None:
	row = refuse_token(desk, ticket, "first", "second")
	desk.sandbox.tokens.add("renewed-token")
	account = frappe.get_doc("WhatsApp Business Account", desk.account)
	account.access_token = "renewed-token"
	account.save()
	make_due(row)
	desk.settle()
	assert desk.on_phone() == ["first", "second"]
	assert channel_status(desk).status == "Active"


def test_one_refusal_alone_stops_nothing(desk: Desk, ticket: str) -> None:
	desk.sandbox.faults.add("token_refused")
	row = desk.reply(ticket)
	desk.settle()
	make_due(row)
	desk.settle()
	assert len(desk.on_phone()) == 1
	assert channel_status(desk).status == "Active"


def test_check_connection_resumes_when_meta_accepts_the_token(desk: Desk, ticket: str) -> None:
	tokens = set(desk.sandbox.tokens)
	row = refuse_token(desk, ticket)
	account = frappe.get_doc("WhatsApp Business Account", desk.account)
	with pytest.raises(frappe.ValidationError):
		account.check_connection()
	desk.sandbox.tokens |= tokens
	account.check_connection()
	make_due(row)
	desk.settle()
	assert frappe.db.get_value("WhatsApp Number", desk.number, "verified_name") == desk.sandbox.config.name
	assert len(desk.on_phone()) == 1


def test_secrets_are_in_no_row_that_people_or_logs_can_read(desk: Desk, ticket: str) -> None:
	refuse_token(desk, ticket)
	secrets = (desk.sandbox.config.token, desk.sandbox.config.app_secret, desk.sandbox.config.verify_token)
	readable = ("WhatsApp Business Account", "WhatsApp Channel", MESSAGE, "Error Log", "Version", "Comment")
	for doctype in filter(frappe.db.table_exists, readable):
		for row in frappe.db.sql(f"select * from `tab{doctype}`"):
			assert not any(secret in str(row) for secret in secrets), doctype


UNUSABLE_TOKENS = {"a space inside": "two parts", "not ASCII": "tokén", "a line end inside": "two\nparts"}


@pytest.mark.parametrize("token", UNUSABLE_TOKENS.values(), ids=UNUSABLE_TOKENS.keys())
def test_a_token_that_cannot_be_one_is_refused_on_the_form(desk: Desk, token: str) -> None:
	account = frappe.get_doc("WhatsApp Business Account", desk.account)
	account.access_token = token
	with pytest.raises(frappe.ValidationError, match="Access Token"):
		account.save()


def test_without_a_token_nothing_leaves_and_the_message_waits(desk: Desk, ticket: str) -> None:
	frappe.db.delete("__Auth", {"doctype": "WhatsApp Business Account"})
	row = desk.reply(ticket)
	desk.settle()
	assert desk.message(row).status == "Queued"
	assert channel_status(desk).status == "Needs Attention"
	assert requests_to_send(desk) == []


def test_a_number_that_meta_does_not_know_does_not_stop_the_account(desk: Desk, ticket: str) -> None:
	desk.sandbox.faults.add("error", code=100, subcode=33, http_status=400)
	row = desk.reply(ticket)
	desk.settle()
	assert desk.message(row).status == "Failed"
	assert not frappe.db.get_value("WhatsApp Business Account", desk.account, "attention_reason")


def test_nothing_is_sent_again_on_a_deactivated_channel(desk: Desk, ticket: str) -> None:
	from whatsapp_channel.api.ticket import send_again

	desk.sandbox.faults.add("error", code=131026)
	row = desk.reply(ticket)
	desk.settle()
	deactivate(desk)
	with pytest.raises(frappe.ValidationError, match="deactivated"):
		send_again(row)


def test_messages_that_cannot_go_out_do_not_hide_those_that_can(desk: Desk, ticket: str) -> None:
	from whatsapp_channel.outbound.outbox import queues_with_work

	row = refuse_token(desk, ticket)
	make_due(row)
	assert queues_with_work() == []
	frappe.db.set_value("WhatsApp Business Account", desk.account, "attention_reason", None)
	assert queues_with_work(limit=1) == [(desk.message(row).customer, desk.channel)]


def test_a_channel_that_cannot_send_does_not_hold_up_another(desk: Desk, ticket: str) -> None:
	second = desk.sandbox.add_number("300000000000002", "+15550100300", "Second")
	values = {
		"doctype": "WhatsApp Number",
		"number": "+15550100300",
		"phone_number_id": second.id,
		"account": desk.account,
	}
	frappe.get_doc(values).insert()
	channel = {
		"doctype": "WhatsApp Channel",
		"channel_name": "Second Channel",
		"number": second.id,
		"department": team("WhatsApp Test Team 2"),
	}
	frappe.get_doc(channel).insert()
	frappe.db.commit()
	desk.sandbox.customer("5511912345678", "Maria").sends("on the second number", to=second.id)
	desk.flush()
	desk.settle()
	(other,) = frappe.get_all("HD Ticket", {"whatsapp_channel": "Second Channel"}, pluck="name")
	desk.reply(ticket, "<p>waits</p>")
	deactivate(desk)
	desk.reply(str(other), "<p>goes out</p>")
	desk.settle()
	assert desk.on_phone() == ["goes out"]


def test_a_removed_token_shows_at_once(desk: Desk) -> None:
	assert channel_status(desk).status == "Active"
	account = frappe.get_doc("WhatsApp Business Account", desk.account)
	account.access_token = ""
	account.save()
	frappe.db.commit()
	assert channel_status(desk).status == "Setup Incomplete"


def test_a_number_with_conversations_stays_with_its_account(desk: Desk, ticket: str) -> None:
	other = {
		"doctype": "WhatsApp Business Account",
		"account_name": "Other",
		"waba_id": "999",
		"access_token": "x",
	}
	frappe.get_doc(other).insert()
	number = frappe.get_doc("WhatsApp Number", desk.number)
	number.account = "999"
	with pytest.raises(frappe.ValidationError, match="conversations"):
		number.save()
