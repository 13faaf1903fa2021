"""A customer's text becomes a message, a conversation, a session and a ticket: once, and in the right one."""

import frappe
import pytest

from tests.app.desk import MESSAGE, TEAM, Desk, newest, text_message
from whatsapp_channel.clock import site_now


def rows(doctype: str, *fields: str) -> list:
	frappe.db.commit()
	return frappe.get_all(doctype, fields=list(fields) or ["name"], order_by="creation")


def close(ticket: str, seconds_ago: int = 0) -> None:
	"""Closes a ticket as an agent would, some time ago."""
	document = frappe.get_doc("HD Ticket", ticket)
	document.status = "Closed"
	document.save()
	moment = frappe.utils.add_to_date(site_now(), seconds=-seconds_ago)
	frappe.db.set_value(
		"HD Ticket", ticket, {"resolution_date": moment, "modified": moment}, update_modified=False
	)
	frappe.db.commit()


def test_the_first_text_opens_a_ticket_in_the_department(desk: Desk) -> None:
	desk.writes("My order has not arrived")
	ticket = frappe.get_doc("HD Ticket", desk.ticket())
	assert ticket.subject == "My order has not arrived"
	assert ticket.agent_group == TEAM
	assert ticket.raised_by == "5511912345678@whatsapp.invalid"
	assert ticket.via_customer_portal == 0
	contact = frappe.get_doc("Contact", ticket.contact)
	assert (contact.first_name, contact.phone_nos[0].phone) == ("Maria", "+5511912345678")
	assert not contact.email_ids
	communication = frappe.get_doc("Communication", {"reference_name": ticket.name})
	assert communication.sent_or_received == "Received"
	assert communication.communication_medium == "Chat"
	assert communication.sender == ticket.raised_by
	assert "My order has not arrived" in communication.content


def test_a_department_that_was_removed_by_force_costs_no_message(desk: Desk) -> None:
	frappe.db.set_value("WhatsApp Channel", desk.channel, "department", "A Team That Is Gone")
	frappe.db.commit()
	desk.writes("Hello")
	assert frappe.db.get_value("HD Ticket", desk.ticket(), ["agent_group", "whatsapp_channel"]) == (
		None,
		desk.channel,
	)


def test_the_message_is_linked_to_everything_it_belongs_to(desk: Desk) -> None:
	wamid = desk.writes("Hello")
	row = desk.message(newest(MESSAGE))
	assert (row.wamid, row.direction, row.status, row.text) == (wamid, "Incoming", "Received", "Hello")
	assert row.ticket == desk.ticket()
	assert frappe.db.get_value("Communication", row.communication, "reference_name") == desk.ticket()
	session = frappe.get_doc("WhatsApp Session", row.session)
	assert (session.kind, session.inbound_count) == ("Customer Initiated", 1)
	assert (session.ends_at - session.opened_at).total_seconds() == 24 * 3600
	conversation = frappe.get_doc("WhatsApp Conversation", row.conversation)
	assert (conversation.state, conversation.ticket) == ("Open", desk.ticket())
	assert (conversation.window_ends - row.message_timestamp).total_seconds() == 24 * 3600


def test_further_texts_go_into_the_open_ticket_in_their_order(desk: Desk) -> None:
	for text in ("one", "two", "three"):
		desk.writes(text)
	assert ["one" in desk.conversation_of(desk.ticket())[0], len(desk.conversation_of(desk.ticket()))] == [
		True,
		3,
	]
	assert len(rows("WhatsApp Session")) == len(rows("WhatsApp Conversation")) == 1
	assert frappe.db.get_value("WhatsApp Session", newest("WhatsApp Session"), "inbound_count") == 3


def test_two_customers_get_two_tickets(desk: Desk) -> None:
	desk.writes("from Maria")
	desk.writes("from Ana", wa_id="5511987654321", name="Ana")
	assert len(desk.tickets()) == 2


def test_a_contact_with_exactly_this_number_is_used(desk: Desk) -> None:
	other = frappe.get_doc(
		{"doctype": "Contact", "first_name": "Other", "phone_nos": [{"phone": "+55119123456789"}]}
	)
	known = frappe.get_doc(
		{"doctype": "Contact", "first_name": "Known", "phone_nos": [{"phone": "+55 11 91234-5678"}]}
	)
	other.insert()
	known.insert()
	frappe.db.commit()
	desk.writes("Hello")
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "contact") == known.name


HOUR = 3600
POLICIES = {
	"Duration, open ticket": ("Duration", None, 1, True),
	"Duration, closed just now": ("Duration", 0, 1, True),
	"Duration, closed a minute short of its time": ("Duration", 24 * HOUR - 60, 1, True),
	"Duration, closed a minute longer than its time": ("Duration", 24 * HOUR + 60, 2, True),
	"Always, open ticket": ("Always", None, 1, True),
	"Always, closed": ("Always", 0, 2, True),
	"None, open ticket": ("None", None, 1, True),
	"None, closed": ("None", 0, 1, False),
}


@pytest.mark.parametrize(("policy", "closed", "tickets", "filed"), POLICIES.values(), ids=POLICIES.keys())
def test_ticket_policy(desk: Desk, policy: str, closed: int | None, tickets: int, filed: bool) -> None:
	desk.writes("first")
	if closed is not None:
		close(desk.ticket(), closed)
	frappe.db.set_value("WhatsApp Channel", desk.channel, "ticket_policy", policy)
	frappe.db.commit()
	desk.writes("second")
	assert len(desk.tickets()) == tickets
	last = desk.conversation_of(desk.tickets()[-1])[-1]
	assert ("second" in last) is filed
	assert frappe.db.count(MESSAGE, {"text": "second"}) == 1


def test_a_message_within_the_time_opens_the_closed_ticket_again(desk: Desk) -> None:
	desk.writes("first")
	close(desk.ticket())
	desk.writes("second")
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "status_category") == "Open"


def test_a_new_ticket_is_a_new_conversation_and_ends_the_old_one(desk: Desk) -> None:
	desk.writes("first")
	close(desk.ticket(), 48 * HOUR)
	desk.writes("second")
	old, new = rows("WhatsApp Conversation", "state", "ticket", "ended_at")
	assert (old.state, new.state) == ("Ended", "Open")
	assert old.ended_at
	assert [old.ticket, new.ticket] == desk.tickets()


def test_with_policy_none_an_agent_converts_the_conversation(desk: Desk) -> None:
	from whatsapp_channel.api.conversation import convert_to_ticket

	frappe.db.set_value("WhatsApp Channel", desk.channel, "ticket_policy", "None")
	frappe.db.commit()
	desk.writes("first")
	desk.writes("second")
	assert desk.tickets() == []
	ticket = convert_to_ticket(newest("WhatsApp Conversation"))
	frappe.db.commit()
	assert desk.ticket() == ticket
	assert len(desk.conversation_of(ticket)) == 2
	desk.writes("third")
	assert len(desk.conversation_of(ticket)) == 3
	with pytest.raises(frappe.ValidationError, match=str(ticket)):
		convert_to_ticket(newest("WhatsApp Conversation"))


def test_after_the_ticket_is_deleted_the_next_message_opens_a_new_one(desk: Desk) -> None:
	desk.writes("first")
	frappe.delete_doc("HD Ticket", desk.ticket(), force=True)
	frappe.db.commit()
	desk.writes("second")
	# Frappe gives the name of the deleted ticket, the last of its series, to the new one.
	assert "second" in desk.conversation_of(desk.ticket())[-1]
	assert frappe.db.count("WhatsApp Conversation") == 1


def test_a_deactivated_channel_holds_messages_and_files_them_in_order_on_activation(desk: Desk) -> None:
	set_enabled(desk, 0)
	for index, ago in enumerate((300, 200, 100)):
		desk.writes(f"message {index}", ago=ago)
	assert desk.tickets() == []
	assert {item.state for item in rows("WhatsApp Delivery Item", "state")} == {"Held"}
	set_enabled(desk, 1)
	desk.settle()
	contents = desk.conversation_of(desk.ticket())
	assert [f"message {index}" in content for index, content in enumerate(contents)] == [True] * 3
	session = frappe.get_doc("WhatsApp Session", newest("WhatsApp Session"))
	first = frappe.db.get_value(MESSAGE, {"text": "message 0"}, "message_timestamp")
	assert session.opened_at == first


def set_enabled(desk: Desk, enabled: int) -> None:
	channel = frappe.get_doc("WhatsApp Channel", desk.channel)
	channel.enabled = enabled
	channel.save()
	frappe.db.commit()


SESSIONS = {
	"one second before 24 h": (24 * HOUR - 1, 1),
	"exactly 24 h": (24 * HOUR, 2),
}


@pytest.mark.parametrize(("gap", "sessions"), SESSIONS.values(), ids=SESSIONS.keys())
def test_a_session_takes_24_hours_from_its_first_message(desk: Desk, gap: int, sessions: int) -> None:
	import time

	first = int(time.time()) - 2 * 24 * HOUR
	for index, moment in enumerate((first, first + gap)):
		desk.post(desk.payload({**text_message(wamid=f"wamid.{index}"), "timestamp": str(moment)}))
	desk.settle()
	assert len(rows("WhatsApp Session")) == sessions


def test_messages_out_of_order_count_in_the_session_of_their_own_time(desk: Desk) -> None:
	desk.writes("now")
	desk.writes("late", ago=30 * HOUR)
	sessions = rows("WhatsApp Session", "opened_at", "inbound_count")
	assert [session.inbound_count for session in sessions] == [1, 1]
	conversation = frappe.get_doc("WhatsApp Conversation", newest("WhatsApp Conversation"))
	assert conversation.last_inbound == frappe.db.get_value(MESSAGE, {"text": "now"}, "message_timestamp")


def test_a_reaction_neither_opens_a_ticket_nor_a_window(desk: Desk) -> None:
	desk.writes("first")
	close(desk.ticket())
	reaction = {
		**text_message(wamid="wamid.r"),
		"type": "reaction",
		"reaction": {"message_id": "wamid.x", "emoji": "👍"},
	}
	desk.post(desk.payload(reaction))
	desk.settle()
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "status_category") == "Resolved"
	assert frappe.db.count(MESSAGE, {"message_type": "reaction"}) == 1


def test_a_delivery_broken_off_in_the_middle_is_done_again_without_doubles(desk: Desk) -> None:
	messages = [text_message(f"text {index}", wamid=f"wamid.{index}") for index in range(3)]
	desk.post(desk.payload(*messages))
	desk.settle()
	name = newest("WhatsApp Delivery")
	frappe.db.set_value("WhatsApp Delivery", name, "state", "Received")
	frappe.db.commit()
	desk.settle()
	assert frappe.db.count(MESSAGE) == 3
	assert len(desk.conversation_of(desk.ticket())) == 3


def test_a_body_that_keeps_killing_the_worker_is_given_up_and_blocks_nothing(desk: Desk) -> None:
	desk.post(desk.payload(text_message("poison")))
	frappe.db.set_value("WhatsApp Delivery", newest("WhatsApp Delivery"), "attempts", 5)
	frappe.db.commit()
	desk.writes("after it")
	assert sorted(row.state for row in rows("WhatsApp Delivery", "state")) == ["Failed", "Processed"]
	assert "after it" in desk.conversation_of(desk.ticket())[0]


def test_a_customer_known_by_user_id_is_known_by_number_as_soon_as_a_message_has_both(desk: Desk) -> None:
	def post(wamid: str, **ids: str) -> None:
		message = {**text_message(wamid=wamid), **ids}
		if "from" not in ids:
			del message["from"]
		desk.post(desk.payload(message))
		desk.settle()

	post("wamid.1", from_user_id="BR.1")
	first_address = frappe.db.get_value("HD Ticket", desk.ticket(), "raised_by")
	post("wamid.2", **{"from_user_id": "BR.1", "from": "5511912345678"})
	post("wamid.3", **{"from": "5511912345678"})
	assert len(rows("WhatsApp Customer")) == len(desk.tickets()) == 1
	customer = frappe.get_doc("WhatsApp Customer", newest("WhatsApp Customer"))
	assert (customer.wa_id, customer.phone, customer.bsuid) == ("5511912345678", "+5511912345678", "BR.1")
	assert first_address == f"{customer.name}@whatsapp.invalid"
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "raised_by") == "5511912345678@whatsapp.invalid"
	desk.reply(desk.ticket(), "<p>known by either</p>", to=first_address)
	desk.sandbox.customer("5511912345678", "Maria")
	desk.settle()
	assert desk.on_phone() == ["known by either"]


UNREADABLE = {"no JSON": "{", "no item": "{}", "another kind": '{"raw": {}, "kind": "Dream"}'}


@pytest.mark.parametrize("payload", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_item_that_cannot_be_read_again_stops_nothing(desk: Desk, payload: str) -> None:
	desk.post(desk.payload(text_message(), number="999"))
	desk.settle()
	item = newest("WhatsApp Delivery Item")
	values = {"payload": payload, "state": "Pending", "next_attempt": site_now()}
	frappe.db.set_value("WhatsApp Delivery Item", item, values)
	frappe.db.commit()
	desk.writes("beside it")
	assert frappe.db.get_value("WhatsApp Delivery Item", item, "state") == "Failed"
	assert desk.ticket()
