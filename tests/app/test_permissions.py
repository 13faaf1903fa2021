"""Who may read and do what: agents by their tickets, administrators by role, guests and portal users nothing."""

from collections.abc import Iterator

import frappe
import pytest

from tests.app.conftest import user
from tests.app.desk import AGENT, MESSAGE, TEAM, Desk, newest

SET_UP = ["WhatsApp Channel Settings", "WhatsApp Business Account", "WhatsApp Number", "WhatsApp Channel"]
RECORDS = [
	"WhatsApp Customer",
	"WhatsApp Conversation",
	"WhatsApp Session",
	MESSAGE,
	"WhatsApp Delivery",
	"WhatsApp Delivery Item",
	"WhatsApp Missing Message Sign",
]
# DocType: roles that may read it. Only System Manager writes, and only what is set up by hand.
READERS = {
	"WhatsApp Channel Settings": {"System Manager"},
	"WhatsApp Business Account": {"System Manager", "Agent Manager"},
	"WhatsApp Number": {"System Manager", "Agent Manager"},
	"WhatsApp Channel": {"System Manager", "Agent Manager", "Agent"},
	"WhatsApp Customer": {"System Manager", "Agent Manager"},
	"WhatsApp Conversation": {"System Manager", "Agent Manager", "Agent"},
	"WhatsApp Session": {"System Manager", "Agent Manager"},
	MESSAGE: {"System Manager", "Agent Manager", "Agent"},
	"WhatsApp Delivery": {"System Manager"},
	"WhatsApp Delivery Item": {"System Manager"},
	"WhatsApp Missing Message Sign": {"System Manager"},
}
PEOPLE = {
	"System Manager": "whatsapp-admin@example.com",
	"Agent Manager": "whatsapp-manager@example.com",
	"Agent": AGENT,
	"": "portal-user@example.com",
}


@pytest.fixture
def acting(desk: Desk) -> Iterator:
	"""Becomes somebody for the rest of the test."""

	def become(role: str) -> str:
		name = user(PEOPLE[role], *filter(None, [role]))
		frappe.set_user(name)
		return name

	yield become
	frappe.set_user("Administrator")


@pytest.mark.parametrize("role", PEOPLE)
@pytest.mark.parametrize("doctype", READERS)
def test_roles(acting: object, doctype: str, role: str) -> None:
	acting(role)
	assert bool(frappe.has_permission(doctype, "read")) is (role in READERS[doctype])
	may_write = role == "System Manager" and doctype in SET_UP
	assert bool(frappe.has_permission(doctype, "write")) is may_write
	assert bool(frappe.has_permission(doctype, "create")) is may_write


def test_every_doctype_has_its_row() -> None:
	assert set(READERS) == set(SET_UP) | set(RECORDS)


@pytest.fixture
def restricted(desk: Desk) -> Iterator[None]:
	"""Helpdesk shows agents only the tickets of their own teams."""
	frappe.db.set_single_value("HD Settings", "restrict_tickets_by_agent_group", 1)
	frappe.clear_cache()
	frappe.db.commit()
	yield
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.db.set_single_value("HD Settings", "restrict_tickets_by_agent_group", 0)
	frappe.clear_cache()
	frappe.db.commit()


def see() -> tuple[int, int]:
	"""How many conversations and messages the present user finds in lists."""
	return len(frappe.get_list("WhatsApp Conversation")), len(frappe.get_list(MESSAGE))


def test_an_agent_sees_the_conversations_of_his_tickets(desk: Desk, acting: object) -> None:
	desk.writes("Hello")
	acting("Agent")
	assert see() == (1, 1)
	assert frappe.get_doc("WhatsApp Conversation", newest("WhatsApp Conversation")).has_permission("read")


def test_an_agent_of_another_team_sees_nothing(desk: Desk, acting: object, restricted: None) -> None:
	desk.writes("Hello")
	conversation, message = newest("WhatsApp Conversation"), newest(MESSAGE)
	acting("Agent")
	assert see() == (0, 0)
	assert not frappe.get_doc("WhatsApp Conversation", conversation).has_permission("read")
	assert not frappe.get_doc(MESSAGE, message).has_permission("read")


@pytest.mark.parametrize("member", [True, False], ids=["of the department", "of no department"])
def test_a_conversation_without_ticket_is_seen_by_the_department(
	desk: Desk, acting: object, restricted: None, member: bool
) -> None:
	frappe.db.set_value("WhatsApp Channel", desk.channel, "ticket_policy", "None")
	frappe.db.commit()
	desk.writes("Hello")
	conversation = newest("WhatsApp Conversation")
	name = acting("Agent")
	frappe.set_user("Administrator")
	with team_member(name if member else None):
		frappe.set_user(name)
		assert see() == ((1, 1) if member else (0, 0))
		assert frappe.get_doc("WhatsApp Conversation", conversation).has_permission("read") is member


class team_member:
	"""Puts a user into the test team for a while."""

	def __init__(self, name: str | None) -> None:
		self.name = name

	def __enter__(self) -> None:
		self._write([{"user": self.name}] if self.name else [])

	def __exit__(self, *_: object) -> None:
		frappe.set_user("Administrator")
		self._write([])

	def _write(self, users: list) -> None:
		if self.name and not frappe.db.exists("HD Agent", self.name):
			frappe.get_doc(
				{"doctype": "HD Agent", "user": self.name, "agent_name": self.name, "is_active": 1}
			).insert()
		team = frappe.get_doc("HD Team", TEAM)
		team.set("users", users)
		team.save()
		frappe.clear_cache()
		frappe.db.commit()


CALLS = {
	"ticket.state": {"ticket": "{ticket}"},
	"ticket.send_again": {"message": "{message}"},
	"ticket.check": {"message": "{message}"},
	"ticket.send_anyway": {"message": "{message}"},
	"ticket.discard": {"message": "{message}"},
	"conversation.convert_to_ticket": {"conversation": "{conversation}"},
}


@pytest.mark.parametrize("who", ["guest", "portal user"])
@pytest.mark.parametrize(("method", "arguments"), CALLS.items(), ids=CALLS.keys())
def test_methods_refuse_strangers(desk: Desk, method: str, arguments: dict, who: str) -> None:
	desk.writes("Hello")
	desk.reply(desk.ticket())
	names = {
		"ticket": desk.ticket(),
		"message": newest(MESSAGE, direction="Outgoing"),
		"conversation": newest("WhatsApp Conversation"),
	}
	filled = {key: value.format(**names) for key, value in arguments.items()}
	client = desk.web.login(user(PEOPLE[""])) if who == "portal user" else desk.web
	answer = client.post(f"/api/method/whatsapp_channel.api.{method}", data=filled)
	assert answer.status_code == 403


def test_an_agent_reads_the_state_of_his_ticket_over_http(desk: Desk, agent: str) -> None:
	desk.writes("Hello")
	client = desk.web.login(agent)
	answer = client.get("/api/method/whatsapp_channel.api.ticket.state", params={"ticket": desk.ticket()})
	assert answer.status_code == 200
	state = answer.json()["message"]
	assert (state["whatsapp"], state["window_open"], state["undelivered"]) == (True, True, [])


def test_an_agent_replies_over_http_as_helpdesk_does(desk: Desk, agent: str) -> None:
	desk.writes("Hello")
	client = desk.web.login(agent)
	arguments = {
		"attachments": [],
		"to": "5511912345678@whatsapp.invalid",
		"cc": "",
		"bcc": "",
		"message": "<p>Hi</p>",
	}
	body = {
		"dt": "HD Ticket",
		"dn": desk.ticket(),
		"method": "reply_via_agent",
		"args": frappe.as_json(arguments),
	}
	assert client.post("/api/method/run_doc_method", data=body).status_code == 200
	desk.settle()
	assert desk.on_phone() == ["Hi"]
