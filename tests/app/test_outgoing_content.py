"""What goes out is what was stored when it was written, whatever the version of the app that stored it."""

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk
from whatsapp_channel.api import ticket as ticket_page
from whatsapp_channel.cloud_api.outgoing import from_json, text


@pytest.fixture
def ticket(desk: Desk) -> str:
	"""A ticket whose customer wrote a moment ago."""
	desk.writes("Where is my order?")
	return desk.ticket()


def as_before(row: str, content: str | None = None) -> None:
	"""As a row was written before rows had content, or with content of somebody else's making."""
	frappe.db.set_value(MESSAGE, row, "content", content, update_modified=False)
	frappe.db.commit()


def test_a_reply_is_stored_as_it_goes_out(desk: Desk, ticket: str) -> None:
	message = desk.message(desk.reply(ticket, "<p>It is <strong>here</strong>.</p>"))
	assert from_json(message.content) == text("It is *here*.")
	assert (message.message_type, message.text) == ("text", "It is *here*.")


def test_a_long_reply_is_as_many_contents(desk: Desk, ticket: str) -> None:
	desk.reply(ticket, f"<p>{'word ' * 1500}</p>")
	desk.settle()
	rows = frappe.get_all(MESSAGE, {"direction": "Outgoing"}, ["text", "content"], order_by="part")
	assert len(rows) == 2
	assert [from_json(row.content).body for row in rows] == [row.text for row in rows] == desk.on_phone()


def test_what_was_queued_before_the_update_goes_out(desk: Desk, ticket: str) -> None:
	as_before(desk.reply(ticket, "<p>Queued in the old version</p>"))
	desk.settle()
	assert desk.on_phone() == ["Queued in the old version"]


def test_what_failed_before_the_update_can_be_sent_again(desk: Desk, ticket: str) -> None:
	row = desk.reply(ticket, "<p>Failed in the old version</p>")
	desk.settle()
	desk.post(desk.status(desk.message(row).wamid, "failed", code=131026))
	desk.settle()
	as_before(row)
	ticket_page.send_again(row)
	frappe.db.commit()
	desk.settle()
	assert desk.on_phone() == ["Failed in the old version"] * 2


UNSENDABLE = {
	"of a newer version": '{"type": "hologram", "body": "Hi"}',
	"cut off": '{"type": "text", "bo',
	"without a text": '{"type": "text", "body": ""}',
}


@pytest.mark.parametrize("content", UNSENDABLE.values(), ids=UNSENDABLE)
def test_content_that_cannot_be_sent_fails_alone_and_says_why(desk: Desk, ticket: str, content: str) -> None:
	row = desk.reply(ticket, "<p>first</p>")
	as_before(row, content)
	desk.reply(ticket, "<p>second</p>")
	desk.settle()
	assert desk.on_phone() == ["second"]
	message = desk.message(row)
	assert message.status == "Failed"
	assert "cannot be sent" in message.error
