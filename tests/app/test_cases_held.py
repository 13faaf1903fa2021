"""A reply that became old in the queue asks its agent before it goes out."""

from collections.abc import Iterator
from typing import Any

import frappe
import pytest

from tests.app.conftest import user
from tests.app.desk import AGENT, MESSAGE, Desk
from tests.app.two_teams import MARIA, MARIAS_ADDRESS, Teams, teams  # noqa: F401 (a fixture)
from tests.app.waiting import set_enabled
from whatsapp_channel import settings
from whatsapp_channel.database import set_single_value
from whatsapp_channel.doctypes import SETTINGS
from whatsapp_channel.outbound import outbox
from whatsapp_channel.patches import replies_that_ask

API = "/api/method/whatsapp_channel.api.ticket."
HOUR = 3600 * 1_000_000


@pytest.fixture
def ask_after(site: Any) -> Iterator[Any]:
	def choose(hours: int) -> None:
		set_single_value(SETTINGS, "ask_after_hours", hours)
		frappe.db.commit()

	yield choose
	frappe.db.delete("Singles", {"doctype": SETTINGS, "field": "ask_after_hours"})
	frappe.db.commit()


def waits(hours: float, *rows: str) -> None:
	"""As if these messages had been queued so long ago."""
	for row in rows:
		queued = frappe.db.get_value(MESSAGE, row, "sequence") - int(hours * HOUR)
		frappe.db.set_value(MESSAGE, row, "sequence", queued)
	frappe.db.commit()


def parts_of(row: str) -> list[str]:
	communication = frappe.db.get_value(MESSAGE, row, "communication")
	return frappe.get_all(MESSAGE, {"communication": communication}, pluck="name", order_by="sequence, part")


def badge(row: str) -> str:
	frappe.db.commit()
	communication = frappe.db.get_value(MESSAGE, row, "communication")
	return frappe.db.get_value("Communication", communication, "delivery_status")


def notes(ticket: str) -> list[str]:
	frappe.db.commit()
	return frappe.get_all("HD Ticket Comment", {"reference_ticket": ticket}, pluck="content")


def call(desk: Desk, method: str, **arguments: str) -> Any:
	frappe.db.commit()
	return desk.web.login(user(AGENT, "Agent")).post(API + method, json=arguments)


# What is set (None: nothing was ever saved), how long the reply waited, and whether its agent is asked.
AGES = {
	"just written": (24, 0, False),
	"nearly": (24, 23.9, False),
	"old": (24, 24.1, True),
	"very old": (24, 24 * 40, True),
	"old, never ask": (0, 24 * 40, False),
	"one hour": (1, 1.1, True),
	"nothing saved": (None, 24.1, True),
	"nothing saved, not old": (None, 23, False),
}


@pytest.mark.parametrize(("setting", "hours", "asked"), AGES.values(), ids=AGES)
def test_an_old_reply_asks_its_agent(
	desk: Desk, ask_after: Any, setting: int | None, hours: float, asked: bool
) -> None:
	if setting is not None:
		ask_after(setting)
	desk.writes("Where is my order?")
	set_enabled(desk, 0)
	row = held_back(desk)
	waits(hours, row)
	set_enabled(desk, 1)
	desk.settle()
	assert desk.message(row).status == ("Held" if asked else "Accepted")
	assert desk.on_phone() == ([] if asked else ["On its way"])
	assert badge(row) == ("Error" if asked else "Sent")
	told = [note for note in notes(desk.ticket()) if "On its way" in note and "was not sent" in note]
	assert len(told) == int(asked)


def held_back(desk: Desk, text: str = "On its way") -> str:
	"""A reply that was written before the channel was switched off."""
	set_enabled(desk, 1)
	row = desk.reply(desk.ticket(), f"<p>{text}</p>")
	set_enabled(desk, 0)
	return row


def old_reply(desk: Desk, text: str = "On its way") -> str:
	"""A reply that asks its agent."""
	if not desk.tickets():
		desk.writes("Where is my order?")
	row = desk.reply(desk.ticket(), f"<p>{text}</p>")
	waits(25, *parts_of(row))
	desk.settle()
	assert desk.message(row).status == "Held"
	return row


def test_the_page_of_the_ticket_asks(desk: Desk) -> None:
	row = old_reply(desk)
	state = call(desk, "state", ticket=desk.ticket()).json()["message"]
	(asked,) = state["undelivered"]
	assert (asked["name"], asked["text"], asked["held"]) == (row, "On its way", True)
	assert "24 hours" in asked["reason"]
	assert {"held", "send_anyway", "discard"} <= set(state["labels"])


def test_sent_anyway_it_goes_out_once(desk: Desk) -> None:
	row = old_reply(desk)
	assert call(desk, "send_anyway", message=row).status_code == 200
	desk.settle()
	assert desk.on_phone() == ["On its way"]
	assert (desk.message(row).status, badge(row)) == ("Accepted", "Sent")
	assert call(desk, "send_anyway", message=row).status_code == 417
	assert call(desk, "discard", message=row).status_code == 417
	assert call(desk, "state", ticket=desk.ticket()).json()["message"]["undelivered"] == []


def test_discarded_it_never_goes_out(desk: Desk) -> None:
	row = old_reply(desk)
	assert call(desk, "discard", message=row).status_code == 200
	desk.settle()
	assert desk.on_phone() == []
	assert (desk.message(row).status, badge(row)) == ("Discarded", "Error")
	assert call(desk, "send_anyway", message=row).status_code == 417
	assert call(desk, "send_again", message=row).status_code == 417
	assert call(desk, "state", ticket=desk.ticket()).json()["message"]["undelivered"] == []
	assert not frappe.db.get_value("HD Ticket", desk.ticket(), "first_responded_on")


def test_all_parts_of_a_long_reply_are_asked_about_together(desk: Desk) -> None:
	row = old_reply(desk, "long " * 1200)
	parts = parts_of(row)
	assert len(parts) == 2
	assert [desk.message(part).status for part in parts] == ["Held", "Held"]
	(asked,) = call(desk, "state", ticket=desk.ticket()).json()["message"]["undelivered"]
	assert call(desk, "send_anyway", message=asked["name"]).status_code == 200
	desk.settle()
	assert len(desk.on_phone()) == 2
	assert [desk.message(part).status for part in parts] == ["Accepted", "Accepted"]


def test_it_holds_nobody_back(desk: Desk) -> None:
	row = old_reply(desk)
	desk.reply(desk.ticket(), "<p>newer</p>")
	desk.settle()
	assert desk.on_phone() == ["newer"]
	assert call(desk, "send_anyway", message=row).status_code == 200
	desk.settle()
	assert desk.on_phone() == ["newer", "On its way"]


def test_sent_anyway_and_held_up_again_it_asks_again(desk: Desk) -> None:
	row = old_reply(desk)
	set_enabled(desk, 1)
	frappe.db.commit()
	assert call(desk, "send_anyway", message=row).status_code == 200
	waits(25, row)
	desk.settle()
	assert desk.message(row).status == "Held"


def test_a_closed_window_is_said_and_the_reply_stays(desk: Desk) -> None:
	row = old_reply(desk)
	frappe.db.set_value("WhatsApp Conversation", {}, "window_ends", "2020-01-01 00:00:00")
	answer = call(desk, "send_anyway", message=row)
	assert answer.status_code == 417
	assert "24 hours after" in answer.text
	assert desk.message(row).status == "Held"
	assert call(desk, "discard", message=row).status_code == 200


def test_an_old_one_of_which_meta_tells_after_all(desk: Desk) -> None:
	row = old_reply(desk)
	reference = desk.message(row).client_reference
	desk.post(desk.status("wamid.held", "delivered", reference=reference))
	desk.settle()
	assert (desk.message(row).status, badge(row)) == ("Delivered", "Sent")


@pytest.mark.parametrize("method", ["send_anyway", "discard"])
def test_an_agent_of_another_team_decides_nothing(teams: Teams, method: str) -> None:  # noqa: F811
	frappe.set_user("Administrator")
	row = teams.desk.reply(teams.marias, "<p>old</p>", to=MARIAS_ADDRESS)
	waits(25, row)
	teams.desk.settle()
	name = f"whatsapp_channel.api.ticket.{method}"
	for who in ("guest", "portal user", "agent of another team"):
		assert teams.call(who, name, message=row).status_code == 403
	assert teams.desk.message(row).status == "Held"
	assert teams.call("agent of the team", name, message=row).status_code == 200
	assert teams.sent()["Maria"] == (["old"] if method == "send_anyway" else [])


def test_what_is_held_is_erased_with_its_customer(desk: Desk) -> None:
	from tests.app.person import erased

	row = old_reply(desk)
	erased(MARIA)
	assert (desk.message(row).status, desk.message(row).text) == ("Failed", "Erased on request.")


@pytest.mark.parametrize(("saved", "hours"), [(None, 24), (0, 0), (48, 48)])
def test_a_site_of_before_asks_after_a_day(desk: Desk, ask_after: Any, saved: int | None, hours: int) -> None:
	frappe.db.delete("Singles", {"doctype": SETTINGS, "field": "ask_after_hours"})
	if saved is not None:
		ask_after(saved)
	replies_that_ask.execute()
	assert settings.ask_after_hours() == hours
	assert frappe.db.get_single_value(SETTINGS, "ask_after_hours") == hours


def test_the_outbox_does_not_know_held_replies(desk: Desk) -> None:
	old_reply(desk)
	assert outbox.queues_with_work() == []
