"""A failure that Meta takes back, explains later, or explains in words that the app does not know."""

from collections.abc import Callable
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk
from tests.app.test_statuses import NOW, badge, deliver, notes, report, sent, value  # noqa: F401 (sent: a fixture)
from whatsapp_channel.cloud_api.errors import rule_for

UNDELIVERABLE = {"code": 131026, "title": "Message undeliverable"}
TOO_LATE = {"code": 131047, "title": "Re-engagement message"}
NEW_THING = {"code": 139999, "title": "New thing", "error_data": {"details": "Brand new reason"}}
NO_REASON = "gave no reason"

Sent = Callable[..., str]


def failed(wamid: str, *errors: dict[str, Any], at: int = NOW) -> dict[str, Any]:
	return report(wamid, "failed", at, errors=list(errors))


def each(desk: Desk, *reports: dict[str, Any]) -> None:
	"""One after the other: those that wait at the same moment are applied together."""
	for one in reports:
		deliver(desk, [one])


# -- taken back ------------------------------------------------------------------------------------------------------

TAKEN_BACK = {
	"delivered": (["failed", "delivered"], "Delivered", "Sent", 1),
	"read": (["failed", "read"], "Read", "Read", 1),
	"played": (["failed", "played"], "Played", "Read", 1),
	"delivered, then read": (["failed", "delivered", "read"], "Read", "Read", 1),
	"read, then a late delivered": (["failed", "read", "delivered"], "Read", "Read", 1),
	"delivered, then a repeated failure": (["failed", "delivered", "failed"], "Delivered", "Sent", 1),
	"repeated": (["failed", "delivered", "delivered"], "Delivered", "Sent", 1),
	"sent proves nothing": (["failed", "sent"], "Failed", "Error", 0),
	"failed alone": (["failed"], "Failed", "Error", 0),
	"delivered before": (["delivered", "failed"], "Delivered", "Sent", 0),
}


@pytest.mark.parametrize(("words", "status", "shown", "told"), TAKEN_BACK.values(), ids=TAKEN_BACK)
def test_a_failure_that_is_taken_back(
	desk: Desk,
	sent: Sent,  # noqa: F811
	words: list[str],
	status: str,
	shown: str,
	told: int,
) -> None:
	name = sent()
	each(desk, *(report(name, word, NOW + place) for place, word in enumerate(words)))
	assert (value(name), badge(name)) == (status, shown)
	assert sum("arrived after all" in note for note in notes(desk)) == told
	if status != "Failed":
		assert value(name, ["error", "error_code", "meta_error"]) == (None, 0, None)


def test_what_was_sent_again_meanwhile_may_have_come_twice(desk: Desk, sent: Sent) -> None:  # noqa: F811
	name = sent()
	each(desk, report(name, "failed"))
	frappe.db.set_value(MESSAGE, name, "sent_again", 1)
	frappe.db.commit()
	each(desk, report(name, "delivered"))
	assert any("may have it twice" in note for note in notes(desk))


def test_the_parts_behind_stay_unsent_and_it_says_so(desk: Desk, sent: Sent) -> None:  # noqa: F811
	first = sent()
	behind = sent("Queued", communication=value(first, "communication"), part=1)
	each(desk, report(first, "failed"), report(first, "delivered"))
	assert [value(name) for name in (first, behind)] == ["Delivered", "Failed"]
	assert badge(first) == "Error"
	assert any("Other parts of this reply were not sent" in note for note in notes(desk))


def test_it_is_the_first_response_again(desk: Desk, sent: Sent) -> None:  # noqa: F811
	desk.writes("Where is my order?")
	ticket = desk.ticket()
	row = desk.reply(ticket)
	desk.settle()

	def responded() -> Any:
		frappe.db.commit()
		return frappe.db.get_value("HD Ticket", ticket, "first_responded_on")

	before = responded()
	wamid = desk.message(row).wamid
	each(desk, failed(wamid, UNDELIVERABLE))
	assert responded() is None
	each(desk, report(wamid, "delivered"))
	assert abs((responded() - before).total_seconds()) < 2


# -- explained later -------------------------------------------------------------------------------------------------

# Errors of each report with the seconds after the first, the code in the end, and how many notes agents find.
REASONS: dict[str, tuple[list[tuple[list, int]], int, int]] = {
	"none, then one": ([([], 0), ([TOO_LATE], 0)], 131047, 2),
	"one, then none": ([([TOO_LATE], 0), ([], 1)], 131047, 1),
	"none, then none": ([([], 0), ([], 1)], 0, 1),
	"the same twice": ([([TOO_LATE], 0), ([TOO_LATE], 1)], 131047, 1),
	"two of the table": ([([UNDELIVERABLE], 0), ([TOO_LATE], 1)], 131047, 2),
	"two of the table in one second": ([([UNDELIVERABLE], 0), ([TOO_LATE], 0)], 131047, 2),
	"two of the table, the second older": ([([UNDELIVERABLE], 5), ([TOO_LATE], 0)], 131026, 1),
	"two of the table, then the first again": (
		[([UNDELIVERABLE], 0), ([TOO_LATE], 0), ([UNDELIVERABLE], 0)],
		131047,
		2,
	),
	"unknown, then of the table": ([([NEW_THING], 0), ([UNDELIVERABLE], 0)], 131026, 2),
	"of the table, then unknown": ([([UNDELIVERABLE], 0), ([NEW_THING], 1)], 131026, 1),
	"words without a code, then a code": ([([{"title": "Odd"}], 0), ([UNDELIVERABLE], 0)], 131026, 2),
	"several at once, one known": ([([{"title": "Odd"}, NEW_THING, TOO_LATE], 0)], 131047, 1),
	"errors that are no objects": ([(["x", 7, None], 0), ([TOO_LATE], 0)], 131047, 2),
}


@pytest.mark.parametrize("together", [False, True], ids=["each alone", "in one delivery"])
@pytest.mark.parametrize(("reports", "code", "told"), REASONS.values(), ids=REASONS)
def test_the_reason_that_tells_most_is_kept(
	desk: Desk,
	sent: Sent,  # noqa: F811
	reports: list,
	code: int,
	told: int,
	together: bool,
) -> None:
	name = sent()
	made = [failed(name, *errors, at=NOW + later) for errors, later in reports]
	if together:
		deliver(desk, made)
	else:
		each(desk, *made)
	assert (value(name), value(name, "error_code")) == ("Failed", code)
	expected = rule_for(code).for_agent.text if code else NO_REASON
	assert expected in value(name, "error")
	found = notes(desk)
	assert len(found) == (1 if together else told)
	assert any(frappe.utils.escape_html(expected) in note for note in found)


def test_the_parts_behind_get_the_reason_too(desk: Desk, sent: Sent) -> None:  # noqa: F811
	first = sent()
	behind = sent("Queued", communication=value(first, "communication"), part=1, next_attempt=None)
	each(desk, failed(first), failed(first, TOO_LATE))
	assert value(behind, "error") == value(first, "error") == rule_for(131047).for_agent.text


# -- Meta's own words ------------------------------------------------------------------------------------------------

WORDS = {
	"a code that nobody knows": ([NEW_THING], "New thing: Brand new reason (code 139999)"),
	"a code with its cause in the details": (
		[{"code": 131008, "title": "Required parameter", "error_data": {"details": "template.name"}}],
		"Required parameter: template.name (code 131008)",
	),
	"a media file": (
		[
			{
				"code": 131053,
				"title": "Media upload error",
				"message": "Media",
				"error_data": {"details": "mp5"},
			}
		],
		"Media upload error: Media: mp5 (code 131053)",
	),
	"100": ([{"code": 100, "message": "Invalid parameter"}], "Invalid parameter (code 100)"),
	"no code": ([{"title": "Odd"}], "Odd"),
	"a code and no words": ([{"code": 139999}], "139999"),
	"two": (
		[NEW_THING, TOO_LATE],
		"New thing: Brand new reason (code 139999)\nRe-engagement message (code 131047)",
	),
	"markup": ([{"code": 139999, "title": "<b>x</b>"}], "x"),
	"none": ([], None),
}


@pytest.mark.parametrize(("errors", "words"), WORDS.values(), ids=WORDS)
def test_metas_words_stand_in_the_row(desk: Desk, sent: Sent, errors: list, words: str | None) -> None:  # noqa: F811
	name = sent()
	each(desk, failed(name, *errors))
	stored = value(name, "meta_error")
	assert stored == words if words != "x" else ("x" in stored and "<b>" not in stored)


def test_words_of_both_reports_are_kept(desk: Desk, sent: Sent) -> None:  # noqa: F811
	name = sent()
	each(desk, failed(name, NEW_THING), failed(name, TOO_LATE), failed(name, NEW_THING))
	assert value(name, "meta_error").splitlines() == [
		"New thing: Brand new reason (code 139999)",
		"Re-engagement message (code 131047)",
	]


ANSWERS = {
	"refused": ({"kind": "error", "code": 131009, "details": "text is too odd"}, "Failed"),
	"unknown": ({"kind": "error", "code": 139999, "details": "Brand new reason"}, "Failed"),
	"to be tried again": ({"kind": "error", "code": 130429, "details": "slow down"}, "Queued"),
}


@pytest.mark.parametrize(("fault", "status"), ANSWERS.values(), ids=ANSWERS)
def test_words_of_an_answer(desk: Desk, fault: dict, status: str) -> None:
	desk.writes("Hello")
	desk.sandbox.faults.add(**fault, match="messages", count=1)
	row = desk.reply(desk.ticket())
	desk.settle()
	stored = desk.message(row)
	assert stored.status == status
	assert fault["details"] in stored.meta_error
	assert str(fault["code"]) in stored.meta_error
	if status == "Queued":
		frappe.db.set_value(MESSAGE, row, "next_attempt", None)
		frappe.db.commit()
		desk.settle()
		assert (desk.message(row).status, desk.message(row).meta_error) == ("Accepted", None)


def test_who_reads_them(site: Any) -> None:
	"""Administrators, whom agents are told to ask."""
	meta = frappe.get_meta(MESSAGE)
	level = meta.get_field("meta_error").permlevel
	assert {each.role for each in meta.permissions if each.permlevel == level} == {
		"System Manager",
		"Agent Manager",
	}


def test_what_was_erased_gets_no_words(desk: Desk, sent: Sent) -> None:  # noqa: F811
	name = sent()
	frappe.db.set_value(MESSAGE, name, "wamid", None)
	frappe.db.commit()
	told = {"code": 139999, "title": "No such user 5511912345678"}
	each(desk, failed(name, told))
	assert (value(name), value(name, "meta_error")) == ("Failed", None)
