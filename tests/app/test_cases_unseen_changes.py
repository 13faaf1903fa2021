"""An edit or a deletion of which WhatsApp passes on only that it happened leaves a remark, and opens nothing."""

import time
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk

NOT_SUPPORTED = [{"code": 131051, "title": "Message type unknown"}]


def unsupported(kind: str, wamid: str = "wamid.c", quotes: str | None = None) -> dict[str, Any]:
	message = {
		"from": "5511912345678",
		"id": wamid,
		"timestamp": str(int(time.time())),
		"type": "unsupported",
		"unsupported": {"type": kind},
		"errors": NOT_SUPPORTED,
	}
	return {**message, "context": {"id": quotes}} if quotes else message


def arrives(desk: Desk, *messages: dict) -> None:
	for message in messages:
		assert desk.post(desk.payload(message)).status_code == 200
		desk.settle()


def notes(ticket: str) -> list[str]:
	frappe.db.commit()
	return frappe.get_all(
		"HD Ticket Comment", {"reference_ticket": ticket}, pluck="content", order_by="creation"
	)


# The kind, whether it names its message, and words of the remark; None: there is none.
KINDS = {
	"edited": ("edit", False, "edited an earlier message"),
	"edited, known": ("edit", True, "edited the message &quot;at ten&quot;"),
	"deleted": ("revoke", False, "deleted an earlier message"),
	"deleted, known": ("revoke", True, "deleted the message &quot;at ten&quot;"),
	"reaction": ("reaction", False, None),
	"pinned": ("pin", False, None),
	"vote": ("poll_update", False, None),
	"kept": ("keep_in_chat", False, None),
}


@pytest.mark.parametrize(("kind", "named", "words"), KINDS.values(), ids=KINDS)
def test_a_remark(desk: Desk, kind: str, named: bool, words: str | None) -> None:
	wamid = desk.writes("at ten", ago=60)
	ticket = desk.ticket()
	arrives(desk, unsupported(kind, quotes=wamid if named else None))
	found = notes(ticket)
	assert [words in note.replace('"', "&quot;") for note in found] == ([True] if words else [])
	assert len(desk.conversation_of(ticket)) == 1


def test_a_repeated_webhook_leaves_one(desk: Desk) -> None:
	desk.writes("at ten", ago=60)
	arrives(desk, unsupported("edit"), unsupported("edit"))
	assert len(notes(desk.ticket())) == 1


def test_each_change_leaves_its_own(desk: Desk) -> None:
	desk.writes("at ten", ago=60)
	arrives(desk, unsupported("edit"), unsupported("edit", "wamid.d"))
	assert len(notes(desk.ticket())) == 2


def test_a_closed_ticket_stays_closed(desk: Desk) -> None:
	desk.writes("at ten", ago=60)
	ticket = desk.ticket()
	document = frappe.get_doc("HD Ticket", ticket)
	document.status = "Closed"
	document.save()
	frappe.db.commit()
	arrives(desk, unsupported("edit"))
	assert frappe.db.get_value("HD Ticket", ticket, "status") == "Closed"
	assert len(notes(ticket)) == 1
	assert desk.tickets() == [ticket]


def test_in_a_merged_ticket_it_stands_where_agents_go_on(desk: Desk) -> None:
	from helpdesk.helpdesk.doctype.hd_ticket.api import merge_ticket

	desk.writes("at ten", ago=60)
	source = desk.ticket()
	desk.writes("another matter", wa_id="5511987654321", name="Ana")
	(target,) = set(desk.tickets()) - {source}
	frappe.set_user("Administrator")
	merge_ticket(source, target)
	frappe.db.commit()
	arrives(desk, unsupported("edit"))
	assert any("edited an earlier message" in note for note in notes(target))


def test_a_stranger_opens_nothing(desk: Desk) -> None:
	arrives(desk, unsupported("edit"))
	assert desk.tickets() == []
	assert frappe.get_all(MESSAGE, pluck="message_type") == ["unsupported"]


def test_a_colleague_in_the_business_app(desk: Desk) -> None:
	desk.writes("at ten", ago=60)
	echo = unsupported("edit", "wamid.echo") | {"from": "15550100200", "to": "5511912345678"}
	body = desk.envelope({"message_echoes": [echo]})
	body["entry"][0]["changes"][0]["field"] = "smb_message_echoes"
	assert desk.post(body).status_code == 200
	desk.settle()
	assert any("A colleague edited" in note for note in notes(desk.ticket()))
