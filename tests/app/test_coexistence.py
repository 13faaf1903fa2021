"""The business goes on using the WhatsApp Business app: its messages, its past ones, and its address book."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk, newest, utc
from whatsapp_channel.clock import site_now, to_site
from whatsapp_channel.cloud_api.webhook_parser import read_delivery
from whatsapp_channel.inbound.coexistence import history
from whatsapp_channel.sandbox.page.business_phone import BusinessApp
from whatsapp_channel.sandbox.state.model import MediaFile
from whatsapp_channel.sandbox.state.webhook_items import Item

MARIA = "5511912345678"
ANA = "5511987654321"
CONVERSATION = "WhatsApp Conversation"
ITEM = "WhatsApp Delivery Item"
HOUR = 3600


@pytest.fixture
def app(desk: Desk) -> BusinessApp:
	"""The app on a colleague's phone."""
	return BusinessApp(desk.sandbox)


def post(desk: Desk, *items: Item) -> None:
	"""One delivery with these items, and the work it makes."""
	assert desk.post(desk.sandbox.payload_for(*items)).status_code == 200
	desk.settle()


def echo(desk: Desk, app: BusinessApp, text: str = "Hello", *, wa_id: str = MARIA, ago: float = 0) -> str:
	"""A colleague wrote in the app; returns the wamid."""
	raw = app.echo(wa_id, {"type": "text", "text": {"body": text}}, utc(seconds=ago))
	post(desk, app.echoes(raw))
	return raw["id"]


def rows(doctype: str, *fields: str, **filters: Any) -> list:
	frappe.db.commit()
	return frappe.get_all(doctype, filters, list(fields) or ["name"], order_by="creation, name")


def row_of(wamid: str) -> "frappe._dict":
	frappe.db.commit()
	return frappe.db.get_value(MESSAGE, {"wamid": wamid}, "*", as_dict=True)


def close(ticket: str) -> None:
	document = frappe.get_doc("HD Ticket", ticket)
	document.status = "Closed"
	document.save()
	frappe.db.commit()


def items() -> list:
	return rows(ITEM, "name", "state", "kind", "error")


# -- messages of the app -----------------------------------------------------------------------------------------


def test_a_message_of_the_app_is_shown_in_the_open_ticket(desk: Desk, app: BusinessApp) -> None:
	desk.writes("Where is my order?", ago=60)
	before = rows("WhatsApp Session", "name", "outbound_count", "inbound_count", "ends_at")
	ends = frappe.db.get_value(CONVERSATION, {}, "window_ends")
	wamid = echo(desk, app, "On its way")
	row = row_of(wamid)
	assert (row.direction, row.origin, row.status, row.text) == (
		"Outgoing",
		"Business App",
		"Accepted",
		"On its way",
	)
	assert (row.session, row.ticket) == (None, desk.ticket())
	communication = frappe.get_doc("Communication", row.communication)
	assert (communication.sent_or_received, communication.communication_medium) == ("Sent", "Chat")
	assert (communication.sender_full_name, communication.delivery_status) == ("Business App", "Sent")
	assert communication.sender.endswith("@whatsapp.invalid")
	assert communication.recipients == f"{MARIA}@whatsapp.invalid"
	assert communication.communication_date == row.message_timestamp
	assert "On its way" in communication.content
	conversation = frappe.get_doc(CONVERSATION, row.conversation)
	assert (conversation.state, conversation.window_ends) == ("Responded", ends)
	assert rows("WhatsApp Session", "name", "outbound_count", "inbound_count", "ends_at") == before
	assert desk.on_phone() == []


def test_agents_read_who_wrote(desk: Desk, app: BusinessApp) -> None:
	from whatsapp_channel.overrides.activities import get_ticket_activities

	desk.writes("Hello")
	echo(desk, app)
	shown = get_ticket_activities(desk.ticket())["communications"][-1]
	assert shown["user"]["name"] == "Business App · WhatsApp"


@pytest.fixture
def replied(desk: Desk) -> Iterator[str]:
	"""Helpdesk sets the status of an answered ticket, as it does by default; the status."""
	was = frappe.db.get_single_value("HD Settings", "auto_update_status")
	frappe.db.set_single_value("HD Settings", "auto_update_status", 1)
	frappe.db.commit()
	yield frappe.db.get_single_value("HD Settings", "update_status_to")
	frappe.db.set_single_value("HD Settings", "auto_update_status", was)
	frappe.db.commit()


# Who writes when, in the order in which it arrives; then the state of the conversation, whether the ticket waits for
# an agent, and how long ago it was answered first.
ORDERS = {
	"after the question": ([("customer", 60), ("app", 30)], "Responded", False, 30),
	"twice": ([("customer", 60), ("app", 40), ("app", 20)], "Responded", False, 40),
	"late, after a further question": ([("customer", 60), ("customer", 20), ("app", 40)], "Open", True, 40),
	"late, written before the question": ([("customer", 30), ("app", 60)], "Open", True, None),
	"then the customer writes again": ([("customer", 60), ("app", 40), ("customer", 20)], "Open", True, 40),
}


@pytest.mark.parametrize(("steps", "state", "waits", "responded"), ORDERS.values(), ids=ORDERS.keys())
def test_what_counts_as_the_first_response(
	desk: Desk, app: BusinessApp, replied: str, steps: list, state: str, waits: bool, responded: int | None
) -> None:
	now = utc()
	for index, (who, ago) in enumerate(steps):
		at = now - timedelta(seconds=ago)
		if who == "customer":
			desk.sandbox.customer(MARIA, "Maria").sends(f"text {index}", at)
			desk.flush()
			desk.settle()
			age(desk.ticket(), now - timedelta(hours=1))
		else:
			echo(desk, app, f"text {index}", ago=(utc() - at).total_seconds())
	ticket = frappe.get_doc("HD Ticket", desk.ticket())
	assert frappe.db.get_value(CONVERSATION, {}, "state") == state
	assert ticket.status == ("Open" if waits else replied)
	wanted = to_site(now - timedelta(seconds=responded)) if responded is not None else None
	assert ticket.first_responded_on == wanted
	contents = desk.conversation_of(ticket.name)
	assert len(contents) == len(steps)


def age(ticket: str, at: datetime) -> None:
	"""As if the ticket had been opened then."""
	values = {"creation": to_site(at), "service_level_agreement_creation": to_site(at)}
	frappe.db.set_value("HD Ticket", ticket, values, update_modified=False)
	frappe.db.commit()


def test_a_response_that_becomes_known_late_does_not_break_the_agreement(
	desk: Desk, app: BusinessApp
) -> None:
	"""Helpdesk would date it now, hours after it was given."""
	desk.writes("first", ago=20 * HOUR)
	ticket = desk.ticket()
	age(ticket, utc(hours=20))
	echo(desk, app, ago=20 * HOUR - 60)
	document = frappe.get_doc("HD Ticket", ticket)
	assert document.first_responded_on == row_of_newest().message_timestamp


def row_of_newest() -> "frappe._dict":
	frappe.db.commit()
	return frappe.db.get_value(MESSAGE, newest(MESSAGE, direction="Outgoing"), "*", as_dict=True)


def test_a_closed_ticket_shows_it_and_stays_as_it_is(desk: Desk, app: BusinessApp, replied: str) -> None:
	desk.writes("first", ago=60)
	close(desk.ticket())
	fields = ["status", "modified", "resolution_date", "first_responded_on"]
	before = frappe.db.get_value("HD Ticket", desk.ticket(), fields)
	wamid = echo(desk, app, "You are welcome")
	assert frappe.db.get_value("HD Ticket", desk.ticket(), fields) == before
	assert before[0] == "Closed"
	assert row_of(wamid).conversation == newest(CONVERSATION)
	assert "You are welcome" in desk.conversation_of(desk.ticket())[-1]


def test_what_a_colleague_wrote_first_is_shown_in_the_ticket_that_the_answer_opens(
	desk: Desk, app: BusinessApp, replied: str
) -> None:
	echo(desk, app, "Your order is ready", ago=60)
	desk.writes("Thank you", ago=30)
	first, second = desk.conversation_of(desk.ticket())
	assert "Your order is ready" in first
	assert "Thank you" in second
	fields = ["status", "first_responded_on"]
	assert frappe.db.get_value("HD Ticket", desk.ticket(), fields) == ("Open", None)


def test_a_reply_to_what_a_colleague_wrote_goes_to_the_customer(desk: Desk, app: BusinessApp) -> None:
	"""Helpdesk's reply button takes the sender of the message beneath which it stands."""
	desk.writes("Hello", ago=60)
	communication = row_of(echo(desk, app)).communication
	sender = frappe.db.get_value("Communication", communication, "sender")
	desk.reply(desk.ticket(), "<p>And this as well</p>", to=sender)
	desk.settle()
	assert desk.on_phone() == ["And this as well"]


def test_a_customer_who_has_not_written_yet_gets_no_ticket_and_no_window(
	desk: Desk, app: BusinessApp
) -> None:
	wamid = echo(desk, app, "Your order is ready", wa_id=ANA, ago=60)
	conversation = frappe.get_doc(CONVERSATION, row_of(wamid).conversation)
	assert (conversation.state, conversation.ticket, conversation.window_ends) == ("Responded", None, None)
	assert (desk.tickets(), rows("WhatsApp Session"), rows("Contact", name=ANA)) == ([], [], [])
	customer = frappe.get_doc("WhatsApp Customer", conversation.customer)
	assert (customer.wa_id, customer.contact) == (ANA, None)
	desk.writes("Thank you", wa_id=ANA, name="Ana")
	answer = frappe.get_doc(CONVERSATION, conversation.name)
	assert (answer.ticket, answer.state) == (desk.ticket(), "Open")
	assert answer.window_ends
	assert len(rows("WhatsApp Customer")) == len(rows(CONVERSATION)) == 1


def test_what_arrives_twice_is_one_message(desk: Desk, app: BusinessApp) -> None:
	desk.writes("Hello", ago=60)
	item = app.echoes(app.echo(MARIA, {"type": "text", "text": {"body": "Hi"}}))
	other = app.echoes(*item.raw["message_echoes"], app.echo(MARIA, {"type": "text", "text": {"body": "Ho"}}))
	for delivered in (item, item, other):
		post(desk, delivered)
	assert [row.text for row in rows(MESSAGE, "text", origin="Business App")] == ["Hi", "Ho"]
	assert len(desk.conversation_of(desk.ticket())) == 3


def test_the_echo_of_our_own_reply_is_no_second_message(desk: Desk, app: BusinessApp) -> None:
	desk.writes("Hello", ago=60)
	name = desk.reply(desk.ticket(), "<p>Hi</p>")
	desk.settle()
	own = desk.message(name)
	post(desk, app.echoes(app.echo(MARIA, {"type": "text", "text": {"body": "Hi"}, "id": own.wamid})))
	assert [row.name for row in rows(MESSAGE, direction="Outgoing")] == [name]
	assert desk.message(name).origin == "Cloud API"


def test_an_echo_that_overtakes_the_answer_to_our_request_waits_for_it(desk: Desk, app: BusinessApp) -> None:
	desk.writes("Hello", ago=60)
	name = desk.reply(desk.ticket(), "<p>Hi</p>")
	frappe.db.set_value(MESSAGE, name, {"status": "Sending", "last_attempt": site_now()})
	frappe.db.commit()
	raw = app.echo(MARIA, {"type": "text", "text": {"body": "Hi"}})
	post_unsettled(desk, app.echoes(raw))
	assert [item.state for item in items()] == ["Pending"]
	assert len(rows(MESSAGE, direction="Outgoing")) == 1
	values = {"status": "Accepted", "last_attempt": None}
	frappe.db.set_value(MESSAGE, name, values)
	frappe.db.set_value(ITEM, items()[0].name, "next_attempt", site_now())
	frappe.db.commit()
	desk.settle()
	assert [item.state for item in items()] == ["Processed"]


def post_unsettled(desk: Desk, item: Item) -> None:
	from whatsapp_channel.inbound import drain

	desk.post(desk.sandbox.payload_for(item))
	drain.drain()
	frappe.db.commit()


UNFILED = {
	"in a group": ({"group_id": "group.1"}, "Dropped", "group"),
	"without a recipient": ({"to": None, "to_user_id": None}, "Failed", "recipient"),
	"without an id": ({"id": None}, "Failed", "id"),
}


@pytest.mark.parametrize(("change", "state", "word"), UNFILED.values(), ids=UNFILED.keys())
def test_what_cannot_be_filed_is_kept_and_says_why(
	desk: Desk, app: BusinessApp, change: dict, state: str, word: str
) -> None:
	raw = app.echo(MARIA, {"type": "text", "text": {"body": "Hello"}, **change})
	post(desk, app.echoes({key: value for key, value in raw.items() if value is not None}))
	(item,) = items()
	assert (item.state, item.kind) == (state, "Echo")
	assert word in item.error
	assert rows(MESSAGE) == []


def test_a_deactivated_channel_holds_the_app_s_messages_as_well(desk: Desk, app: BusinessApp) -> None:
	set_enabled(desk, 0)
	wamid = echo(desk, app, ago=60)
	assert [item.state for item in items()] == ["Held"]
	set_enabled(desk, 1)
	desk.settle()
	assert row_of(wamid).origin == "Business App"


def set_enabled(desk: Desk, enabled: int) -> None:
	channel = frappe.get_doc("WhatsApp Channel", desk.channel)
	channel.enabled = enabled
	channel.save()
	frappe.db.commit()


def test_a_photo_of_the_app_is_fetched_like_a_customer_s(desk: Desk, app: BusinessApp) -> None:
	desk.writes("Hello", ago=60)
	pixels = desk.sandbox.add_media(MediaFile("4711", PNG, "image/png"))
	image = {"id": pixels.id, "mime_type": "image/png", "caption": "Here it is"}
	raw = app.echo(MARIA, {"type": "image", "image": image})
	post(desk, app.echoes(raw))
	row = row_of(raw["id"])
	(media,) = rows("WhatsApp Message Media", "state", "file", parent=row.name)
	assert media.state == "Stored"
	attached = rows("File", "attached_to_name", attached_to_doctype="Communication")
	assert [file.attached_to_name for file in attached] == [row.communication]
	assert "Here it is" in frappe.db.get_value("Communication", row.communication, "content")


PNG = bytes.fromhex(
	"89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
	"0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)


LATER = {"edit first": True, "message first": False}


@pytest.mark.parametrize("early", LATER.values(), ids=LATER.keys())
def test_a_colleague_corrects_a_message(desk: Desk, app: BusinessApp, early: bool) -> None:
	desk.writes("Hello", ago=60)
	sent = app.echo(MARIA, {"type": "text", "text": {"body": "At ten"}}, utc(seconds=30))
	text = {"type": "text", "text": {"body": "At nine"}}
	edit = {"type": "edit", "edit": {"original_message_id": sent["id"], "message": text}}
	both = [sent, app.echo(MARIA, edit, utc(seconds=20))]
	for raw in reversed(both) if early else both:
		post(desk, app.echoes(raw))
	row = row_of(sent["id"])
	assert (row.text, row.original_text) == ("At nine", "At ten")
	assert row.edited_on
	assert "At nine" in frappe.db.get_value("Communication", row.communication, "content")
	assert len(desk.conversation_of(desk.ticket())) == 2


@pytest.mark.parametrize("early", LATER.values(), ids=LATER.keys())
def test_a_colleague_deletes_a_message(desk: Desk, app: BusinessApp, early: bool) -> None:
	desk.writes("Hello", ago=60)
	sent = app.echo(MARIA, {"type": "text", "text": {"body": "Wrong chat"}}, utc(seconds=30))
	gone = {"type": "revoke", "revoke": {"original_message_id": sent["id"]}}
	both = [sent, app.echo(MARIA, gone, utc(seconds=20))]
	for raw in reversed(both) if early else both:
		post(desk, app.echoes(raw))
	row = row_of(sent["id"])
	assert row.revoked_on == to_site(datetime.fromtimestamp(int(both[1]["timestamp"]), utc().tzinfo))
	assert len(desk.conversation_of(desk.ticket())) == 2


def test_a_colleague_cannot_delete_what_the_customer_wrote(desk: Desk, app: BusinessApp) -> None:
	wamid = desk.writes("Hello", ago=60)
	gone = {"type": "revoke", "revoke": {"original_message_id": wamid}}
	post(desk, app.echoes(app.echo(MARIA, gone)))
	assert row_of(wamid).revoked_on is None


def test_a_reaction_of_a_colleague_answers_nothing(desk: Desk, app: BusinessApp) -> None:
	wamid = desk.writes("Hello", ago=60)
	reaction = {"type": "reaction", "reaction": {"message_id": wamid, "emoji": "👍"}}
	post(desk, app.echoes(app.echo(MARIA, reaction)))
	assert row_of(wamid).reaction == "👍"
	assert frappe.db.get_value(CONVERSATION, {}, "state") == "Open"
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "first_responded_on") is None


def test_statuses_of_the_app_s_messages_move_them_and_cost_nothing(desk: Desk, app: BusinessApp) -> None:
	desk.writes("Hello", ago=60)
	wamid = echo(desk, app)
	for word in ("delivered", "sent", "read"):
		desk.post(desk.status(wamid, word))
		desk.settle()
	row = row_of(wamid)
	assert (row.status, row.session) == ("Read", None)
	assert frappe.db.get_value("Communication", row.communication, "delivery_status") == "Read"
	assert [session.outbound_count for session in rows("WhatsApp Session", "outbound_count")] == [0]


# -- messages of the past ----------------------------------------------------------------------------------------


def past(
	app: BusinessApp,
	text: str,
	*,
	days: float,
	own: bool = False,
	status: str = "READ",
	wa_id: str = MARIA,
	**more: Any,
) -> dict:
	"""A message as it stands in a thread of the history."""
	wamid = f"wamid.past.{wa_id}.{text}"
	stamp = str(int(utc(days=days).timestamp()))
	ends = {"from": app.number.digits, "to": wa_id} if own else {"from": wa_id}
	context = {"history_context": {"status": status}}
	return {
		**ends,
		"id": wamid,
		"timestamp": stamp,
		"type": "text",
		"text": {"body": text},
		**context,
		**more,
	}


def nothing_but_messages(desk: Desk) -> None:
	"""The past makes no work for anyone."""
	assert desk.tickets() == []
	# A site whose zone was changed after its installation has rows from the future: they are no test's.
	made = [["creation", ">", site_now() - timedelta(minutes=5)], ["creation", "<=", site_now()]]
	for doctype in ("WhatsApp Session", "Communication", "HD Notification"):
		assert frappe.get_all(doctype, filters=made) == [], doctype
	assert [row for row in rows(CONVERSATION, "window_ends", "last_inbound") if row.window_ends] == []
	assert [row.contact for row in rows("WhatsApp Customer", "contact") if row.contact] == []


def test_the_past_is_one_ended_conversation(desk: Desk, app: BusinessApp) -> None:
	first, last = past(app, "hello", days=9), past(app, "hi", days=2, own=True)
	post(desk, app.history({MARIA: [last], ANA: [past(app, "olá", days=3, wa_id=ANA)]}))
	post(desk, app.history({MARIA: [first]}, phase=1))
	assert len(rows("WhatsApp Customer")) == len(rows(CONVERSATION)) == 2
	conversation = frappe.get_doc(CONVERSATION, row_of(first["id"]).conversation)
	assert row_of(last["id"]).conversation == conversation.name
	assert (conversation.state, conversation.ticket) == ("Ended", None)
	assert conversation.opened_at == row_of(first["id"]).message_timestamp
	assert conversation.ended_at == row_of(last["id"]).message_timestamp
	directions = {
		row.text: (row.direction, row.origin) for row in rows(MESSAGE, "text", "direction", "origin")
	}
	assert directions["hello"] == ("Incoming", "History")
	assert directions["hi"] == ("Outgoing", "History")
	nothing_but_messages(desk)


PAST_STATUSES = {
	"read": ("READ", True, "Read"),
	"delivered": ("DELIVERED", True, "Delivered"),
	"sent": ("SENT", True, "Sent"),
	"played": ("PLAYED", True, "Played"),
	"error": ("ERROR", True, "Failed"),
	"pending": ("PENDING", True, "Accepted"),
	"unknown": ("TELEPORTED", True, "Accepted"),
	"of the customer": ("PENDING", False, "Received"),
}


@pytest.mark.parametrize(("word", "own", "status"), PAST_STATUSES.values(), ids=PAST_STATUSES.keys())
def test_status_of_a_past_message(desk: Desk, app: BusinessApp, word: str, own: bool, status: str) -> None:
	message = past(app, "hello", days=9, own=own, status=word)
	post(desk, app.history({MARIA: [message]}))
	assert row_of(message["id"]).status == status
	assert desk.on_phone() == []


def test_what_is_copied_twice_or_arrived_live_is_one_message(desk: Desk, app: BusinessApp) -> None:
	live = desk.writes("live", ago=60)
	repeated = {**past(app, "live", days=0), "id": live}
	other = past(app, "other", days=9)
	for chunk in ([repeated, other, other], [other], [repeated, past(app, "third", days=8)]):
		post(desk, app.history({MARIA: chunk}))
	assert sorted(row.text for row in rows(MESSAGE, "text")) == ["live", "other", "third"]
	row = row_of(live)
	assert (row.origin, row.conversation) == ("Cloud API", desk.message(row.name).conversation)
	assert frappe.db.get_value(CONVERSATION, row.conversation, "state") == "Open"


def test_a_new_message_never_continues_the_past(desk: Desk, app: BusinessApp) -> None:
	post(desk, app.history({MARIA: [past(app, "hello", days=0.01)]}))
	desk.writes("new", ago=HOUR)
	old, new = rows(CONVERSATION, "name", "state", "ticket")
	assert (old.state, old.ticket) == ("Ended", None)
	assert (new.state, new.ticket) == ("Open", desk.ticket())
	assert row_of(past(app, "hello", days=0)["id"]).ticket is None


def test_a_history_copied_again_does_not_hide_the_open_ticket(desk: Desk, app: BusinessApp) -> None:
	"""The number was connected anew: what was written meanwhile is younger than the conversation that is open."""
	desk.writes("first", ago=48 * HOUR)
	ticket = desk.ticket()
	post(desk, app.history({MARIA: [past(app, "meanwhile", days=1)]}))
	desk.writes("second", ago=60)
	assert desk.tickets() == [ticket]
	echo(desk, app, "third")
	assert row_of_newest().ticket == ticket


def test_the_past_cannot_be_put_into_a_ticket(desk: Desk, app: BusinessApp) -> None:
	from whatsapp_channel.api.conversation import convert_to_ticket

	post(desk, app.history({MARIA: [past(app, "hello", days=9)]}))
	with pytest.raises(frappe.ValidationError):
		convert_to_ticket(newest(CONVERSATION))
	frappe.db.rollback()
	assert desk.tickets() == []


def test_reactions_edits_and_deletions_of_the_past_are_shown_at_their_messages(
	desk: Desk, app: BusinessApp
) -> None:
	hello, bye = past(app, "hello", days=9), past(app, "bye", days=8, own=True)
	reaction = {
		**past(app, "r", days=7, own=True),
		"type": "reaction",
		"reaction": {"message_id": hello["id"], "emoji": "👍"},
	}
	gone = {
		**past(app, "g", days=6, own=True),
		"type": "revoke",
		"revoke": {"original_message_id": bye["id"]},
	}
	post(desk, app.history({MARIA: [gone, hello, reaction]}))
	post(desk, app.history({MARIA: [bye]}, chunk=2))
	assert row_of(hello["id"]).reaction == "👍"
	assert row_of(bye["id"]).revoked_on
	nothing_but_messages(desk)


def test_files_of_the_past_are_noted_and_not_fetched(desk: Desk, app: BusinessApp) -> None:
	placeholder = {**past(app, "photo", days=9), "type": "media_placeholder"}
	del placeholder["text"]
	post(desk, app.history({MARIA: [placeholder]}))
	image = {"id": "4711", "mime_type": "image/jpeg", "caption": "Beach", "sha256": "00" * 32}
	follows = {**placeholder, "type": "image", "image": image}
	del follows["history_context"]
	for _again in range(2):
		post(desk, app.history_media(follows))
	row = row_of(placeholder["id"])
	assert (row.message_type, row.text, row.origin) == ("image", "Beach", "History")
	(media,) = rows(
		"WhatsApp Message Media", "state", "media_id", "error", "available_until", parent=row.name
	)
	assert (media.state, media.media_id) == ("Failed", "4711")
	assert media.error
	assert media.available_until > site_now()
	assert [request for request in desk.sandbox.requests if "4711" in request.path] == []
	nothing_but_messages(desk)


def test_a_file_of_the_past_is_fetched_when_an_administrator_asks_for_it(
	desk: Desk, app: BusinessApp
) -> None:
	from whatsapp_channel.api.media import fetch_again

	desk.sandbox.add_media(MediaFile("4711", PNG, "image/png"))
	image = {**past(app, "photo", days=9), "type": "image", "image": {"id": "4711", "mime_type": "image/png"}}
	post(desk, app.history({MARIA: [image]}))
	assert fetch_again(row_of(image["id"]).name)["fetched"]
	frappe.db.commit()
	(media,) = rows("WhatsApp Message Media", "state", "file_url", parent=row_of(image["id"]).name)
	assert media.state == "Stored"
	assert media.file_url.startswith("/private/files/")
	nothing_but_messages(desk)


def test_a_file_that_comes_before_its_message_is_the_message(desk: Desk, app: BusinessApp) -> None:
	follows = {**past(app, "photo", days=9, own=True), "type": "image", "image": {"id": "4711"}}
	del follows["history_context"]
	post(desk, app.history_media(follows))
	post(desk, app.history({MARIA: [{**past(app, "photo", days=9, own=True), "type": "media_placeholder"}]}))
	row = row_of(follows["id"])
	assert (row.message_type, row.direction) == ("image", "Outgoing")
	assert len(rows("WhatsApp Message Media", parent=row.name)) == 1


def test_a_declined_history_is_explained_to_the_administrator(desk: Desk, app: BusinessApp) -> None:
	app.declines_history()
	desk.flush()
	desk.settle()
	(item,) = items()
	assert item.kind == "Error"
	assert "declined in the WhatsApp Business app" in item.error


def test_a_run_of_past_messages_is_filed_together_and_says_what_is_left(desk: Desk, app: BusinessApp) -> None:
	good = [past(app, f"{index}", days=9) for index in range(3)]
	bad = [
		{**past(app, "group", days=9), "group_id": "group.1"},
		{**past(app, "tomorrow", days=-2)},
		{**past(app, "broken", days=9), "timestamp": "yesterday"},
	]
	delivery = read_delivery(desk.sandbox.payload_for(app.history({MARIA: [*good, *bad]})))
	left = history.file_all(delivery.items)
	assert [item.raw["id"] for item in left] == [message["id"] for message in bad]
	assert sorted(row.text for row in rows(MESSAGE, "text")) == ["0", "1", "2"]


def test_the_past_of_a_deactivated_channel_waits(desk: Desk, app: BusinessApp) -> None:
	set_enabled(desk, 0)
	post(desk, app.history({MARIA: [past(app, f"{index}", days=9) for index in range(3)]}))
	assert [item.state for item in items()] == ["Held"] * 3
	set_enabled(desk, 1)
	desk.settle()
	assert len(rows(MESSAGE, origin="History")) == 3


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
	"""How many statements this thread has given to the database since."""
	count = 0
	original = type(frappe.local.db).sql

	def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
		nonlocal count
		count += 1
		return original(self, *args, **kwargs)

	monkeypatch.setattr(type(frappe.local.db), "sql", counted)
	return lambda: count


def test_thousands_of_past_messages_take_a_few_statements_each(
	desk: Desk, app: BusinessApp, statements: Callable[[], int]
) -> None:
	customers = [f"55119{index:08d}" for index in range(20)]
	threads = {
		wa_id: [past(app, f"{index}", days=9, own=index % 2 == 0, wa_id=wa_id) for index in range(100)]
		for wa_id in customers
	}
	before = statements()
	post(desk, app.history(threads))
	taken = statements() - before
	assert frappe.db.count(MESSAGE, {"origin": "History"}) == 2000
	assert len(rows("WhatsApp Customer")) == len(rows(CONVERSATION)) == len(customers)
	assert taken < 2000 * 6, f"{taken} statements"


# -- the address book --------------------------------------------------------------------------------------------


def name_of(wa_id: str = MARIA) -> str:
	frappe.db.commit()
	return frappe.db.get_value("WhatsApp Customer", {"wa_id": wa_id}, "profile_name")


def test_the_address_book_names_a_customer_who_has_no_name(desk: Desk, app: BusinessApp) -> None:
	post(desk, app.history({MARIA: [past(app, "hello", days=9)]}))
	assert name_of() == f"+{MARIA}"
	post(desk, app.contacts({MARIA: "Maria Souza"}))
	assert name_of() == "Maria Souza"
	assert items() == []


def test_names_that_come_before_the_history_are_used_when_it_comes(desk: Desk, app: BusinessApp) -> None:
	post(desk, app.contacts({MARIA: "Maria Souza", ANA: "Ana"}))
	(item,) = items()
	assert item.state == "Pending"
	assert "2" in item.error
	assert rows("WhatsApp Customer") == rows("Contact", first_name="Maria Souza") == []
	post(desk, app.history({MARIA: [past(app, "hello", days=9)]}))
	frappe.db.set_value(ITEM, item.name, "next_attempt", site_now())
	frappe.db.commit()
	desk.settle()
	assert name_of() == "Maria Souza"


def test_a_customer_s_own_name_counts_for_more(desk: Desk, app: BusinessApp) -> None:
	desk.writes("Hello", name="Mari 🌸")
	post(desk, app.contacts({MARIA: "Maria Souza (late payer)"}))
	assert name_of() == "Mari 🌸"


def test_who_is_removed_from_the_address_book_keeps_the_name(desk: Desk, app: BusinessApp) -> None:
	post(desk, app.history({MARIA: [past(app, "hello", days=9)]}))
	post(desk, app.contacts({MARIA: "Maria Souza"}))
	post(desk, app.contacts({MARIA: ""}, action="remove"))
	assert name_of() == "Maria Souza"
	assert items() == []
