"""What happens to a message after its ticket was merged is seen in the ticket in which agents go on."""

import time
from collections.abc import Callable

import frappe
import pytest

from tests.app.conftest import team
from tests.app.desk import MESSAGE, Desk, newest
from tests.app.two_teams import OTHER_TEAM, belongs
from tests.files import PNG
from whatsapp_channel.conversations.media.circuit_breaker import CircuitBreaker
from whatsapp_channel.helpdesk import copies
from whatsapp_channel.inbound.media import refetch

MARIA, ANA, BOB = "5511912345678", "5511987654321", "5511900000002"
ADDRESS = f"{MARIA}@whatsapp.invalid"


def opened(desk: Desk, wa_id: str, name: str) -> str:
	"""The ticket of another customer."""
	before = set(desk.tickets())
	desk.writes("another matter", wa_id=wa_id, name=name)
	(ticket,) = set(desk.tickets()) - before
	return ticket


def merge(source: str, target: str) -> str:
	from helpdesk.helpdesk.doctype.hd_ticket.api import merge_ticket

	frappe.set_user("Administrator")
	merge_ticket(source, target)
	frappe.db.commit()
	return target


def split_at(communication: str) -> str:
	from helpdesk.helpdesk.doctype.hd_ticket.api import split_ticket

	frappe.set_user("Administrator")
	name = str(split_ticket("Apart", communication))
	frappe.db.commit()
	return name


def into_another(desk: Desk, source: str) -> str:
	return merge(source, opened(desk, ANA, "Ana"))


def into_another_team(desk: Desk, source: str) -> str:
	target = opened(desk, ANA, "Ana")
	belongs(target, team(OTHER_TEAM))
	return merge(source, target)


def into_an_email_ticket(desk: Desk, source: str) -> str:
	values = {"doctype": "HD Ticket", "subject": "By mail", "raised_by": "someone@example.com"}
	target = frappe.get_doc(values).insert(ignore_permissions=True).name
	frappe.db.commit()
	return merge(source, str(target))


def into_a_chain(desk: Desk, source: str) -> str:
	return merge(into_another(desk, source), opened(desk, BOB, "Bob"))


def into_one_that_was_merged_before(desk: Desk, source: str) -> str:
	last, middle = opened(desk, BOB, "Bob"), opened(desk, ANA, "Ana")
	merge(middle, last)
	return merge(source, last)


def into_one_that_is_split_then(desk: Desk, source: str) -> str:
	"""The message that changes is the last, so the split takes it along."""
	target = into_another(desk, source)
	original = newest(MESSAGE, customer=["is", "set"], ticket=source)
	communication = frappe.db.get_value(MESSAGE, original, "communication")
	(copy,) = copies_in(target, communication)
	return split_at(copy)


MOVES = (
	into_another,
	into_another_team,
	into_an_email_ticket,
	into_a_chain,
	into_one_that_was_merged_before,
	into_one_that_is_split_then,
)
EVERY_MOVE = pytest.mark.parametrize("move", MOVES, ids=[move.__name__ for move in MOVES])


def copies_in(ticket: str, communication: str) -> list[str]:
	"""By their time, which the merge keeps."""
	frappe.db.commit()
	created = frappe.db.get_value("Communication", communication, "creation")
	place = {"reference_doctype": "HD Ticket", "reference_name": ticket, "creation": created}
	return frappe.get_all("Communication", place, pluck="name")


def copy_of(message: str, ticket: str) -> "frappe._dict":
	"""What agents see of a message in the ticket into which its own was merged."""
	(name,) = copies_in(ticket, frappe.db.get_value(MESSAGE, message, "communication"))
	return frappe.db.get_value("Communication", name, ["name", "content", "delivery_status"], as_dict=True)


def notes(ticket: str) -> list[str]:
	frappe.db.commit()
	return frappe.get_all("HD Ticket Comment", {"reference_ticket": ticket}, pluck="content")


def reports(desk: Desk, message: str, *words: str) -> None:
	for word in words:
		code = 131026 if word == "failed" else None
		assert desk.post(desk.status(desk.message(message).wamid, word, code=code)).status_code == 200
		desk.settle()


# How far a reply came before the merge, what comes after it, and the badge of the copy in the end.
COURSES = {
	"queued, then sent": ([], [], "Sent"),
	"queued, then delivered": ([], ["delivered"], "Sent"),
	"queued, then read": ([], ["delivered", "read"], "Read"),
	"queued, then failed": ([], ["failed"], "Error"),
	"sent, then read": (["sent"], ["read"], "Read"),
	"sent, then played": (["sent"], ["played"], "Read"),
	"sent, then failed": (["sent"], ["failed"], "Error"),
	"failed, then delivered": (["failed"], ["delivered"], "Sent"),
	"failed, then read": (["failed"], ["read"], "Read"),
	"read before": (["read"], [], "Read"),
}


@pytest.mark.parametrize(("before", "after", "badge"), COURSES.values(), ids=COURSES.keys())
def test_the_course_of_a_reply(desk: Desk, before: list[str], after: list[str], badge: str) -> None:
	desk.writes("Where is my order?")
	source = desk.ticket()
	row = desk.reply(source, "<p>On its way</p>")
	if before:
		desk.settle()
		reports(desk, row, *before)
	target = into_another(desk, source) if before else merge_unsent(desk, source)
	desk.settle()
	reports(desk, row, *after)
	assert copy_of(row, target).delivery_status == badge


def merge_unsent(desk: Desk, source: str) -> str:
	"""A merge before the sender runs."""
	values = {"doctype": "HD Ticket", "subject": "By mail", "raised_by": "someone@example.com"}
	target = str(frappe.get_doc(values).insert(ignore_permissions=True).name)
	return merge(source, target)


@EVERY_MOVE
def test_a_reply_that_is_read_after(desk: Desk, move: Callable[[Desk, str], str]) -> None:
	desk.writes("Where is my order?")
	source = desk.ticket()
	row = desk.reply(source, "<p>On its way</p>")
	desk.settle()
	target = move(desk, source)
	reports(desk, row, "delivered", "read")
	assert copy_of(row, target).delivery_status == "Read"


@EVERY_MOVE
def test_a_reaction_after(desk: Desk, move: Callable[[Desk, str], str]) -> None:
	desk.writes("Where is my order?")
	source = desk.ticket()
	row = desk.reply(source, "<p>On its way</p>")
	desk.settle()
	target = move(desk, source)
	for emoji in ("👍", "❤️", ""):
		reacted = {"emoji": emoji, "message_id": desk.message(row).wamid}
		arrives(desk, f"wamid.r{emoji}", "reaction", reacted)
		content = copy_of(row, target).content
		assert "On its way" in content
		assert (emoji in content) if emoji else ("❤️" not in content)


def arrives(desk: Desk, wamid: str, kind: str, body: dict) -> None:
	stamp = str(int(time.time()))
	message = {"from": MARIA, "id": wamid, "timestamp": stamp, "type": kind, kind: body}
	assert desk.post(desk.payload(message)).status_code == 200
	desk.settle()


TRACES = {
	"edited": ("edit", {"message": {"type": "text", "text": {"body": "at eleven"}}}, "at eleven"),
	"deleted": ("revoke", {}, "Deleted in WhatsApp"),
	"reacted to": ("reaction", {"emoji": "👍"}, "👍"),
}


@EVERY_MOVE
@pytest.mark.parametrize("trace", TRACES)
def test_what_becomes_of_a_customers_message(
	desk: Desk, move: Callable[[Desk, str], str], trace: str
) -> None:
	kind, body, seen = TRACES[trace]
	wamid = desk.writes("at ten", ago=60)
	row = newest(MESSAGE, direction="Incoming")
	target = move(desk, desk.ticket())
	about = "message_id" if kind == "reaction" else "original_message_id"
	arrives(desk, "wamid.trace", kind, {**body, about: wamid})
	assert seen in copy_of(row, target).content


@EVERY_MOVE
def test_a_file_that_is_fetched_after(desk: Desk, move: Callable[[Desk, str], str]) -> None:
	CircuitBreaker._known.clear()
	desk.sandbox.faults.add("media_gone", count=5)
	desk.sandbox.customer(MARIA, "Maria").sends_file("image", PNG, "image/png", caption="Look")
	desk.flush()
	desk.settle()
	row = newest(MESSAGE, direction="Incoming")
	desk.sandbox.faults.clear()
	target = move(desk, desk.ticket())
	refetch.fetch_again(row)
	frappe.db.commit()
	copy = copy_of(row, target)
	url = frappe.db.get_value("WhatsApp Message Media", {"parent": row}, "file_url")
	assert url in copy.content
	assert "tried again" not in copy.content
	place = {"file_url": url, "attached_to_doctype": "Communication", "attached_to_name": copy.name}
	assert frappe.db.exists("File", place)


@EVERY_MOVE
def test_the_note_about_a_failure_stands_where_agents_go_on(
	desk: Desk, move: Callable[[Desk, str], str]
) -> None:
	desk.writes("Where is my order?")
	source = desk.ticket()
	row = desk.reply(source, "<p>On its way</p>")
	desk.settle()
	target = move(desk, source)
	reports(desk, row, "failed")
	assert copy_of(row, target).delivery_status == "Error"
	last = copies.tickets.merge_target(source)
	assert any("not delivered" in note for note in notes(last))


def test_first_response_that_a_merge_brought_is_taken_back_with_the_reply(desk: Desk) -> None:
	desk.writes("Where is my order?")
	source = desk.ticket()
	row = desk.reply(source, "<p>On its way</p>")
	desk.settle()
	target = into_another(desk, source)
	frappe.db.set_value("HD Ticket", target, "first_responded_on", frappe.utils.now_datetime())
	frappe.db.commit()
	reports(desk, row, "failed")
	assert not frappe.db.get_value("HD Ticket", target, "first_responded_on")
	reports(desk, row, "delivered")
	assert frappe.db.get_value("HD Ticket", target, "first_responded_on")


def test_what_happened_while_the_merge_was_under_way(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	desk.writes("Where is my order?")
	source = desk.ticket()
	row = desk.reply(source, "<p>On its way</p>")
	desk.settle()
	woken: list[str] = []
	monkeypatch.setattr(
		"whatsapp_channel.jobs._wake", lambda name, method, **more: woken.append(f"{method} {more}")
	)
	target = into_another(desk, source)
	assert f"whatsapp_channel.helpdesk.copies.refresh {{'ticket': '{source}'}}" in woken
	copy = copy_of(row, target)
	# As a merge that read the reply before its status came has left it.
	frappe.db.set_value("Communication", copy.name, {"delivery_status": "Sending", "content": "old"})
	frappe.db.commit()
	copies.refresh(source)
	assert copy_of(row, target).delivery_status == "Sent"
	assert "On its way" in copy_of(row, target).content


@pytest.mark.parametrize("move", MOVES[:5], ids=[move.__name__ for move in MOVES[:5]])
def test_a_reply_in_a_merged_ticket_is_refused_with_the_target(
	desk: Desk, move: Callable[[Desk, str], str]
) -> None:
	desk.writes("Where is my order?")
	source = desk.ticket()
	target = move(desk, source)
	before = frappe.db.count("Communication")
	document = frappe.get_doc("HD Ticket", source)
	with pytest.raises(frappe.ValidationError, match=rf"merged into ticket {target}\b"):
		document.reply_via_agent(message="<p>Too late</p>", to=ADDRESS)
	frappe.db.rollback()
	desk.settle()
	assert desk.on_phone() == []
	assert frappe.db.count("Communication") == before
	state = desk.web.login(agent()).post(STATE, json={"ticket": source}).json()["message"]
	assert target in state["label"]
	assert any(f"merged into ticket {target}" in line for line in state["lines"])


STATE = "/api/method/whatsapp_channel.api.ticket.state"


def agent() -> str:
	from tests.app.conftest import user
	from tests.app.desk import AGENT

	return user(AGENT, "Agent")


def test_a_ticket_whose_target_is_gone_was_merged_nowhere(desk: Desk) -> None:
	desk.writes("Where is my order?")
	source = desk.ticket()
	frappe.db.set_value("HD Ticket", source, {"is_merged": 1, "merged_with": "99999999"})
	assert copies.tickets.merge_target(source) is None


def test_tickets_that_are_merged_in_a_circle_can_be_answered(desk: Desk) -> None:
	desk.writes("Where is my order?")
	source = desk.ticket()
	other = opened(desk, ANA, "Ana")
	for name, into in ((source, other), (other, source)):
		frappe.db.set_value("HD Ticket", name, {"is_merged": 1, "merged_with": into})
	frappe.db.commit()
	desk.reply(source, "<p>round</p>", to=ADDRESS)
	desk.settle()
	assert desk.on_phone() == ["round"]


def test_what_was_never_merged_costs_two_statements_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	desk.writes("Where is my order?")
	row = desk.reply(desk.ticket(), "<p>On its way</p>")
	communication = desk.message(row).communication
	asked: list[str] = []
	database = type(frappe.local.db)
	original = database.sql
	monkeypatch.setattr(
		database, "sql", lambda self, query, *a, **k: asked.append(query) or original(self, query, *a, **k)
	)
	assert copies.copies_of([communication]) == {}
	assert len(asked) == 2
