"""Which ticket a message goes to, to the second; and what never opens one."""

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import frappe
import pytest

from tests.app.conftest import team
from tests.app.desk import AGENT, MESSAGE, Desk, newest
from tests.app.people import START, arrive, changed_number, people, system, text
from whatsapp_channel.clock import to_site

A, B, OTHER = "16505551234", "12195555358", "13105550123"
WITHIN = 3600
CLOSED_AT = START - 10 * WITHIN


def moment(at: int) -> datetime:
	return to_site(datetime.fromtimestamp(at, timezone.utc))


def policy(desk: Desk, kind: str, within: int = WITHIN) -> None:
	frappe.db.set_value("WhatsApp Channel", desk.channel, {"ticket_policy": kind, "reopen_within": within})
	frappe.db.commit()


def set_status(ticket: str, status: str, at: int | None = None) -> None:
	"""As an agent sets it; `at`: when it was closed."""
	document = frappe.get_doc("HD Ticket", ticket)
	document.status = status
	document.save()
	if at is not None:
		values = {"resolution_date": moment(at), "modified": moment(at)}
		frappe.db.set_value("HD Ticket", ticket, values, update_modified=False)
	frappe.db.commit()


def ticket_of(desk: Desk, words: str) -> str | None:
	"""The only ticket in which agents read these words; None if none."""
	found = [
		ticket
		for ticket in desk.tickets()
		if any(words in content for content in desk.conversation_of(ticket))
	]
	assert len(found) <= 1, found
	return found[0] if found else None


def is_open(ticket: str) -> bool:
	frappe.db.commit()
	return frappe.db.get_value("HD Ticket", ticket, "status_category") == "Open"


# Policy, when the message was written counted from the end of the policy's time, and what becomes of it.
REOPENED, NEW, NO_TICKET = "reopened", "new", "no ticket"
BOUNDARIES = {
	"Duration, a second within": ("Duration", WITHIN - 1, REOPENED),
	"Duration, at the last second": ("Duration", WITHIN, REOPENED),
	"Duration, a second later": ("Duration", WITHIN + 1, NEW),
	"Duration, a second before it was closed": ("Duration", -1, REOPENED),
	"Duration, as it was closed": ("Duration", 0, REOPENED),
	"Duration, a second after it was closed": ("Duration", 1, REOPENED),
	"Always, a second before it was closed": ("Always", -1, NEW),
	"Always, as it was closed": ("Always", 0, NEW),
	"Always, a second after it was closed": ("Always", 1, NEW),
	"Always, a second within the other policy's time": ("Always", WITHIN - 1, NEW),
	"Always, at its last second": ("Always", WITHIN, NEW),
	"Always, a second later": ("Always", WITHIN + 1, NEW),
	"None, a second before it was closed": ("None", -1, NO_TICKET),
	"None, as it was closed": ("None", 0, NO_TICKET),
	"None, a second after it was closed": ("None", 1, NO_TICKET),
	"None, a second within the other policy's time": ("None", WITHIN - 1, NO_TICKET),
	"None, at its last second": ("None", WITHIN, NO_TICKET),
	"None, a second later": ("None", WITHIN + 1, NO_TICKET),
}


@pytest.mark.parametrize(("kind", "after", "expected"), BOUNDARIES.values(), ids=BOUNDARIES.keys())
def test_a_closed_ticket_and_the_policy_to_the_second(
	desk: Desk, kind: str, after: int, expected: str
) -> None:
	arrive(desk, text(A, CLOSED_AT - START - 60, "first"))
	ticket = desk.ticket()
	set_status(ticket, "Closed", CLOSED_AT)
	policy(desk, kind)
	arrive(desk, text(A, CLOSED_AT - START + after, "second"))
	found = ticket_of(desk, "second")
	outcome = REOPENED if found == ticket else NEW if found else NO_TICKET
	assert outcome == expected
	assert is_open(ticket) is (expected == REOPENED)
	assert len(desk.tickets()) == (2 if expected == NEW else 1)
	assert frappe.db.count(MESSAGE, {"text": "second"}) == 1


@pytest.mark.parametrize("kind", ["None", "Always", "Duration"])
@pytest.mark.parametrize("after", [0, 30 * 24 * 3600], ids=["at once", "a month later"])
def test_an_open_ticket_is_always_continued(desk: Desk, kind: str, after: int) -> None:
	arrive(desk, text(A, -40 * 24 * 3600, "first"))
	policy(desk, kind)
	arrive(desk, text(A, after - 40 * 24 * 3600 + 1, "second"))
	assert ticket_of(desk, "second") == desk.ticket()


@pytest.mark.parametrize(("kind", "tickets"), [("None", 0), ("Always", 1), ("Duration", 1)])
def test_the_first_message_of_a_customer(desk: Desk, kind: str, tickets: int) -> None:
	policy(desk, kind)
	arrive(desk, text(A), text(A, 1))
	assert len(desk.tickets()) == tickets
	assert frappe.db.count(MESSAGE, {"ticket": ["is", "set"]}) == 2 * tickets


# -- quoted messages ----------------------------------------------------------------------------------------


class Tickets:
	"""A customer with two tickets: the older one open again, the newer one continued by default."""

	def __init__(self, desk: Desk) -> None:
		self.desk = desk
		policy(desk, "Duration", 0)
		self.first, self.later = text(A, -100, "first"), text(A, -90, "later in the first")
		arrive(desk, self.first, self.later)
		self.old = desk.ticket()
		set_status(self.old, "Closed", START - 80)
		arrive(desk, text(A, -10, "second"))
		(self.new,) = [ticket for ticket in desk.tickets() if ticket != self.old]
		set_status(self.old, "Open")

	def communication(self, message: dict[str, Any]) -> str:
		"""In which the message is shown."""
		return frappe.db.get_value(MESSAGE, {"wamid": message["id"]}, "communication")


def mail_ticket() -> str:
	document = frappe.new_doc("HD Ticket")
	document.update({"subject": "By mail", "raised_by": "maria@example.com"})
	return str(document.insert(ignore_permissions=True).name)


def other_open(tickets: Tickets) -> tuple[str, str]:
	return tickets.first["id"], tickets.old


def our_reply(tickets: Tickets) -> tuple[str, str]:
	row = tickets.desk.reply(tickets.old, "<p>our answer</p>")
	tickets.desk.settle()
	return tickets.desk.message(row).wamid, tickets.old


def closed(tickets: Tickets) -> tuple[str, str]:
	set_status(tickets.old, "Closed", START - 5)
	return tickets.first["id"], tickets.new


def merged(tickets: Tickets) -> tuple[str, str]:
	from helpdesk.helpdesk.doctype.hd_ticket.api import merge_ticket

	target = mail_ticket()
	merge_ticket(tickets.old, target)
	return tickets.first["id"], target


def merged_into_closed(tickets: Tickets) -> tuple[str, str]:
	_wamid, target = merged(tickets)
	set_status(target, "Closed", START - 5)
	return tickets.first["id"], tickets.new


def split_away(tickets: Tickets) -> tuple[str, str]:
	from helpdesk.helpdesk.doctype.hd_ticket.api import split_ticket

	fresh = split_ticket("Something else", tickets.communication(tickets.later))
	return tickets.later["id"], str(fresh)


def left_by_a_split(tickets: Tickets) -> tuple[str, str]:
	split_away(tickets)
	return tickets.first["id"], tickets.old


def deleted(tickets: Tickets) -> tuple[str, str]:
	frappe.delete_doc("HD Ticket", tickets.old, force=True)
	return tickets.first["id"], tickets.new


def of_another_customer(tickets: Tickets) -> tuple[str, str]:
	message = text(OTHER, -5, "of somebody else")
	arrive(tickets.desk, message, name="Ana")
	return message["id"], tickets.new


def unknown(tickets: Tickets) -> tuple[str, str]:
	return "wamid.never.seen", tickets.new


QUOTED: dict[str, Callable[[Tickets], tuple[str, str]]] = {
	"of another open ticket": other_open,
	"our own reply in another open ticket": our_reply,
	"of a closed ticket": closed,
	"of a ticket merged into an open one": merged,
	"of a ticket merged into a closed one": merged_into_closed,
	"moved into another ticket by a split": split_away,
	"left behind by a split": left_by_a_split,
	"of a deleted ticket": deleted,
	"of another customer's ticket": of_another_customer,
	"nobody has seen": unknown,
}


@pytest.mark.parametrize("quoted", QUOTED.values(), ids=QUOTED.keys())
def test_a_quoted_message_chooses_the_open_ticket_it_stands_in(
	desk: Desk, quoted: Callable[[Tickets], tuple[str, str]]
) -> None:
	tickets = Tickets(desk)
	wamid, expected = quoted(tickets)
	frappe.db.commit()
	before = len(desk.tickets())
	arrive(desk, text(A, 1, "an answer", context={"from": "15550100200", "id": wamid}))
	assert any("an answer" in content for content in desk.conversation_of(expected))
	assert frappe.db.count("Communication", {"content": ["like", "%an answer%"]}) == 1
	assert len(desk.tickets()) == before
	assert is_open(expected)


def test_after_a_quote_the_next_message_goes_on_where_it_would_have(desk: Desk) -> None:
	tickets = Tickets(desk)
	arrive(desk, text(A, 1, "an answer", context={"from": "15550100200", "id": tickets.first["id"]}))
	arrive(desk, text(A, 2, "and now this"))
	assert ticket_of(desk, "an answer") == tickets.old
	assert ticket_of(desk, "and now this") == tickets.new


# -- what never opens a ticket ------------------------------------------------------------------------------


def about(kind: str, target: str, **body: Any) -> dict[str, Any]:
	return {**text(A, 30), "type": kind, kind: body, "text": None, "context": {"id": target}}


QUIET: dict[str, Callable[[str], dict[str, Any]]] = {
	"reaction": lambda target: about("reaction", target, message_id=target, emoji="👍"),
	"reaction taken back": lambda target: about("reaction", target, message_id=target),
	"reaction to an unknown message": lambda _: about(
		"reaction", "wamid.x", message_id="wamid.x", emoji="👍"
	),
	"edit": lambda target: about(
		"edit",
		target,
		original_message_id=target,
		message={"type": "text", "text": {"body": "edited"}},
	),
	"revoke": lambda target: about("revoke", target, original_message_id=target),
	"number changed": lambda _: changed_number(A, B, 30),
	"security code changed": lambda _: system(A, 30, type="customer_identity_changed", body="?"),
	"news of an unknown kind": lambda _: system(A, 30, type="user_moved_to_mars", body="?"),
}


def open_ticket(desk: Desk) -> None:
	arrive(desk, text(A, 1, "first"))


def closed_ticket(desk: Desk) -> None:
	open_ticket(desk)
	set_status(desk.ticket(), "Closed", START + 20)


def no_ticket(desk: Desk) -> None:
	policy(desk, "None")
	open_ticket(desk)
	policy(desk, "Always")


STATES: dict[str, Callable[[Desk], None]] = {
	"open": open_ticket,
	"closed": closed_ticket,
	"no ticket": no_ticket,
}


def picture(desk: Desk) -> Any:
	"""All that a quiet message must not change."""
	frappe.db.commit()
	conversations = frappe.get_all(
		"WhatsApp Conversation", fields=["name", "state", "ticket", "window_ends", "last_inbound"]
	)
	sessions = frappe.get_all("WhatsApp Session", fields=["name", "inbound_count"])
	tickets = [
		(ticket, frappe.db.get_value("HD Ticket", ticket, ["status", "resolution_date", "agent_group"]))
		for ticket in desk.tickets()
	]
	shown = [len(desk.conversation_of(ticket)) for ticket in desk.tickets()]
	return conversations, sessions, tickets, shown


@pytest.mark.parametrize("quiet", QUIET.values(), ids=QUIET.keys())
@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
def test_quiet_messages_open_nothing(
	desk: Desk, state: Callable[[Desk], None], quiet: Callable[[str], dict[str, Any]]
) -> None:
	state(desk)
	wamid = frappe.db.get_value(MESSAGE, {"text": "first"}, "wamid")
	before = picture(desk)
	message = quiet(wamid)
	arrive(desk, {field: value for field, value in message.items() if value is not None})
	assert picture(desk) == before
	assert frappe.db.count(MESSAGE, {"wamid": message["id"]}) == 1


@pytest.mark.parametrize("quiet", QUIET.values(), ids=QUIET.keys())
def test_quiet_messages_of_strangers_open_nothing(desk: Desk, quiet: Callable[[str], dict[str, Any]]) -> None:
	message = quiet("wamid.x")
	arrive(desk, {field: value for field, value in message.items() if value is not None})
	assert desk.tickets() == []
	assert frappe.db.count("WhatsApp Session") == frappe.db.count("WhatsApp Conversation") == 0
	assert len(people()) == 1


STATUSES = ("sent", "delivered", "read", "failed")


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_that_comes_after_the_ticket_was_closed_leaves_it_closed(desk: Desk, status: str) -> None:
	desk.writes("first", wa_id=A)
	row = desk.message(desk.reply(desk.ticket()))
	desk.settle()
	set_status(desk.ticket(), "Closed")
	before = frappe.db.get_value("HD Ticket", desk.ticket(), ["status", "resolution_date"])
	wamid = desk.message(row.name).wamid
	desk.post(desk.status(wamid, status, code=131026 if status == "failed" else None))
	desk.settle()
	assert desk.message(row.name).status == status.capitalize()
	assert frappe.db.get_value("HD Ticket", desk.ticket(), ["status", "resolution_date"]) == before
	assert len(desk.conversation_of(desk.ticket())) == 2


# -- tickets that were changed by hand ----------------------------------------------------------------------


def other_team() -> str:
	return team("WhatsApp Other Team")


@pytest.mark.parametrize("is_closed", [False, True], ids=["open", "closed"])
def test_a_ticket_in_another_team_stays_there(desk: Desk, is_closed: bool) -> None:
	arrive(desk, text(A, 1, "first"))
	document = frappe.get_doc("HD Ticket", desk.ticket())
	document.agent_group = other_team()
	document.save()
	frappe.db.commit()
	if is_closed:
		set_status(desk.ticket(), "Closed", START + 1)
	arrive(desk, text(A, 2, "second"))
	assert ticket_of(desk, "second") == desk.ticket()
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "agent_group") == other_team()


def test_a_late_message_does_not_hide_the_ticket_that_it_opened(desk: Desk) -> None:
	policy(desk, "Always")
	arrive(desk, text(A, 100, "first"))
	set_status(desk.ticket(), "Closed")
	arrive(desk, text(A, 50, "late"), text(A, 200, "next"))
	assert len(desk.tickets()) == 2
	assert ticket_of(desk, "next") == ticket_of(desk, "late")


def test_a_message_does_not_change_whom_a_ticket_is_assigned_to(desk: Desk, agent: str) -> None:
	arrive(desk, text(A, 1, "first"))
	frappe.get_doc("HD Ticket", desk.ticket()).assign_agent(AGENT)
	frappe.db.commit()
	arrive(desk, text(A, 2, "second"))
	assigned = {"reference_type": "HD Ticket", "reference_name": desk.ticket(), "status": "Open"}
	assert frappe.get_all("ToDo", assigned, pluck="allocated_to") == [AGENT]
	assert ticket_of(desk, "second") == desk.ticket()


def test_a_new_department_holds_for_new_tickets_only(desk: Desk) -> None:
	arrive(desk, text(A, 1, "first"))
	frappe.db.set_value("WhatsApp Channel", desk.channel, "department", other_team())
	frappe.db.commit()
	arrive(desk, text(A, 2, "second"), text(OTHER, 3, "of somebody else"))
	old, new = desk.tickets()
	assert ticket_of(desk, "second") == old
	teams = [frappe.db.get_value("HD Ticket", ticket, "agent_group") for ticket in (old, new)]
	assert teams == ["WhatsApp Test Team", other_team()]


def test_after_a_merge_into_a_closed_ticket_the_policy_counts_from_that_ones_closing(desk: Desk) -> None:
	from helpdesk.helpdesk.doctype.hd_ticket.api import merge_ticket

	arrive(desk, text(A, CLOSED_AT - START - 60, "first"))
	target = mail_ticket()
	merge_ticket(desk.ticket(), target)
	set_status(target, "Closed", CLOSED_AT)
	policy(desk, "Duration")
	arrive(desk, text(A, CLOSED_AT - START + WITHIN, "within"))
	assert any("within" in content for content in desk.conversation_of(target))
	set_status(target, "Closed", CLOSED_AT)
	arrive(desk, text(A, CLOSED_AT - START + WITHIN + 1, "later"))
	assert not any("later" in content for content in desk.conversation_of(target))
	assert ticket_of(desk, "later") == str(newest("HD Ticket"))
