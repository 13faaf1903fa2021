"""The last screen of the set-up: a message comes, an answer goes out and arrives (Z35)."""

from typing import Any

import frappe
import pytest

from tests.app.desk import AGENT, MESSAGE, Desk, newest
from whatsapp_channel.onboarding import sample_message

WORDS = "This is a test message. WhatsApp and the helpdesk are connected."


def state(desk: Desk) -> dict[str, Any]:
	frappe.db.commit()
	return sample_message.state(desk.channel)


def shown(desk: Desk) -> str:
	"""The message that the page shows."""
	return state(desk)["received"]["message"]


def send(desk: Desk, message: str | None = None) -> None:
	sample_message.send(desk.channel, message or shown(desk))
	frappe.db.commit()


def refusal(desk: Desk, message: str | None = None) -> str:
	with pytest.raises(frappe.ValidationError) as caught:
		sample_message.send(desk.channel, shown(desk) if message is None else message)
	frappe.db.rollback()
	return str(caught.value)


def test_before_anybody_wrote(desk: Desk) -> None:
	assert state(desk) == {"received": None, "reply": None, "window_open": False, "in_use": False}
	assert "There is no such message of a customer" in refusal(desk, "")
	assert frappe.db.count(MESSAGE) == 0


def test_the_answer_goes_to_whom_the_page_shows(desk: Desk) -> None:
	desk.writes("Hello")
	of_the_page = shown(desk)
	desk.writes("Is my order on its way?", wa_id="4915112345678", name="Jan")
	send(desk, of_the_page)
	desk.settle()
	assert desk.on_phone() == [WORDS]
	assert desk.on_phone("4915112345678") == []


def test_the_newest_is_the_one_that_was_written_last(desk: Desk) -> None:
	desk.writes("Hello")
	last = shown(desk)
	desk.writes("on its way for an hour", wa_id="4915112345678", name="Jan", ago=3600)
	assert shown(desk) == last


@pytest.mark.parametrize("change", ["outgoing", "another channel", "the app", "unknown"])
def test_only_a_customers_message_of_the_channel_is_answered(desk: Desk, change: str) -> None:
	desk.writes("Hello")
	message = shown(desk)
	values = {
		"outgoing": {"direction": "Outgoing"},
		"another channel": {"channel": "Another"},
		"the app": {"origin": "Business App"},
	}
	if change in values:
		frappe.db.set_value(MESSAGE, message, values[change])
		frappe.db.commit()
	named = message if change in values else "nowhere"
	assert "There is no such message of a customer" in refusal(desk, named)


def test_a_channel_on_which_somebody_has_answered_is_in_use(desk: Desk) -> None:
	desk.writes("Hello")
	assert state(desk)["in_use"] is False
	desk.reply(desk.ticket())
	assert state(desk)["in_use"] is True


def test_a_message_and_its_answer_delivered_live(desk: Desk) -> None:
	desk.writes("Hello")
	told = state(desk)
	assert told["received"]["from_masked"] == "+55 ••••• 5678"
	assert told["received"]["ticket"] == desk.ticket()
	assert told["received"]["at"]
	assert (told["reply"], told["window_open"]) == (None, True)
	send(desk)
	assert state(desk)["reply"]["status"] == "Queued"
	desk.settle()
	assert state(desk)["reply"]["status"] == "Accepted"
	assert desk.on_phone() == [WORDS]
	for status in ("sent", "delivered"):
		desk.post(desk.status(desk.message(newest(MESSAGE, direction="Outgoing")).wamid, status))
		desk.settle()
		assert state(desk)["reply"]["status"] == status.capitalize()
	assert state(desk)["reply"]["reason"] is None


def test_the_answer_stands_in_the_ticket_like_an_agents(desk: Desk) -> None:
	desk.writes("Hello")
	send(desk)
	row = desk.message(newest(MESSAGE, direction="Outgoing"))
	assert (row.ticket, row.conversation is not None) == (desk.ticket(), True)
	assert desk.conversation_of(desk.ticket())[-1] == f"<p>{WORDS}</p>"
	assert frappe.db.get_value("Communication", row.communication, "sent_or_received") == "Sent"


def test_a_failed_answer_tells_its_reason(desk: Desk) -> None:
	desk.writes("Hello")
	send(desk)
	desk.settle()
	wamid = desk.message(newest(MESSAGE, direction="Outgoing")).wamid
	desk.post(desk.status(wamid, "failed", code=131047))
	desk.settle()
	reply = state(desk)["reply"]
	assert reply["status"] == "Failed"
	assert reply["reason"]


def test_an_answer_to_an_earlier_message_is_not_todays(desk: Desk) -> None:
	desk.writes("Hello")
	send(desk)
	desk.settle()
	desk.writes("Hello again")
	assert state(desk)["reply"] is None


def test_a_merged_ticket_is_answered_where_it_went(desk: Desk) -> None:
	desk.writes("Hello")
	first = desk.ticket()
	desk.writes("from somebody else", wa_id="4915112345678", name="Jan")
	theirs = newest(MESSAGE, direction="Incoming")
	target = next(name for name in desk.tickets() if name != first)
	frappe.db.set_value("HD Ticket", target, {"merged_with": first, "is_merged": 1})
	frappe.db.commit()
	send(desk, theirs)
	assert desk.message(newest(MESSAGE, direction="Outgoing")).ticket == first
	assert state(desk)["reply"]["status"] == "Queued"


def test_a_closed_window(desk: Desk) -> None:
	desk.writes("Hello", ago=25 * 3600)
	assert state(desk)["window_open"] is False
	assert "WhatsApp allows free replies for 24 hours" in refusal(desk)


def test_a_deactivated_channel(desk: Desk) -> None:
	desk.writes("Hello")
	frappe.db.set_value("WhatsApp Channel", desk.channel, "enabled", 0)
	frappe.db.commit()
	assert desk.channel in refusal(desk)


def test_a_channel_that_opens_no_tickets(desk: Desk) -> None:
	frappe.db.set_value("WhatsApp Channel", desk.channel, "ticket_policy", "None")
	frappe.db.commit()
	desk.writes("Hello")
	assert state(desk)["received"]["ticket"] is None
	assert "has no ticket" in refusal(desk)


def test_an_agent_may_not_send_it(desk: Desk, agent: str) -> None:
	desk.writes("Hello")
	message = shown(desk)
	frappe.set_user(AGENT)
	try:
		with pytest.raises(frappe.PermissionError):
			sample_message.send(desk.channel, message)
	finally:
		frappe.set_user("Administrator")


@pytest.mark.parametrize("roles", [("Agent",), ()], ids=["agent", "no_agent"])
def test_an_administrator_answers_as_an_agent_or_learns_how(desk: Desk, roles: tuple[str, ...]) -> None:
	from tests.app.conftest import user

	desk.writes("Hello")
	name = f"whatsapp-manager-{len(roles)}@example.com"
	frappe.set_user(user(name, "System Manager", *roles))
	try:
		if roles:
			send(desk)
		else:
			assert "Add yourself as an agent" in refusal(desk)
	finally:
		frappe.set_user("Administrator")
	desk.settle()
	assert desk.on_phone() == [WORDS] * len(roles)
