"""Signs that messages may be missing: what counts as one, what it says, and how it goes away."""

from typing import Any

import frappe
import pytest
from frappe.model.base_document import get_controller

from tests.app.desk import Desk, text_message, utc
from tests.app.waiting import ITEM, make_due
from whatsapp_channel.clock import to_site
from whatsapp_channel.doctypes import NUMBER, SIGN
from whatsapp_channel.inbound import gaps
from whatsapp_channel.keys import wamid_key


def number(desk: Desk) -> Any:
	frappe.db.commit()
	fields = ["missing_since", "missing_evidence", "missing_reason"]
	return frappe.db.get_value(NUMBER, desk.number, fields, as_dict=True)


def signs(desk: Desk) -> list[tuple[str, str]]:
	"""Kind and state of the rows, the first first."""
	rows = frappe.get_all(SIGN, {"number": desk.number}, ["kind", "state"], order_by="creation, name")
	return [(row.kind, row.state) for row in rows]


def connected(desk: Desk, days: float = 3) -> None:
	"""The number has been receiving for some days; the last message came two hours ago."""
	desk.writes("the first", ago=days * 86400)
	desk.writes("the last", ago=7200)


def stamped(ago: float) -> str:
	return str(int(utc(seconds=ago).timestamp()))


def quote(desk: Desk, wamid: str, *, of: str, ago: float = 60) -> None:
	"""A customer answers to a message."""
	message = text_message("As I wrote", wamid=wamid, timestamp=stamped(ago), context={"id": of})
	desk.post(desk.payload(message))
	desk.settle()


def event(desk: Desk, kind: str, body: dict, ago: float = 60) -> None:
	message = text_message("", wamid=f"wamid.{kind}", timestamp=stamped(ago)) | {"type": kind, kind: body}
	desk.post(desk.payload(message))
	desk.settle()


def unknown_status(desk: Desk, wamid: str, status: str = "delivered") -> None:
	"""A status for a message that nobody here sent, and the end of the patience with it."""
	desk.post(desk.status(wamid, status))
	desk.settle()
	frappe.db.sql(f"update `tab{ITEM}` set creation = '2026-01-01' where kind = 'Status'")
	make_due()
	desk.settle()


SIGNS = {
	"a quote": (lambda desk: quote(desk, "wamid.q", of="wamid.lost"), "answered", "Quote"),
	"a reaction": (
		lambda desk: event(desk, "reaction", {"message_id": "wamid.lost", "emoji": "👍"}),
		"reacted",
		"Reaction",
	),
	"an edit": (
		lambda desk: event(
			desk,
			"edit",
			{"original_message_id": "wamid.lost", "message": {"type": "text", "text": {"body": "new"}}},
		),
		"edited",
		"Edit",
	),
	"a deletion": (
		lambda desk: event(desk, "revoke", {"original_message_id": "wamid.lost"}),
		"deleted",
		"Deletion",
	),
	"a status that is given up": (lambda desk: unknown_status(desk, "wamid.lost"), "did not send", "Status"),
}


@pytest.mark.parametrize(("sign", "reason", "kind"), SIGNS.values(), ids=SIGNS.keys())
def test_a_reference_to_an_unknown_message_is_a_sign(desk: Desk, sign: Any, reason: str, kind: str) -> None:
	connected(desk)
	sign(desk)
	row = number(desk)
	assert abs((row.missing_since - to_site(utc(seconds=7200))).total_seconds()) < 60
	assert row.missing_evidence == 1
	assert reason in row.missing_reason
	assert signs(desk) == [(kind, "Open")]
	(seen,) = frappe.get_all(SIGN, fields=["wamid", "wamid_key", "seen_at", "last_message"])
	assert (seen.wamid, seen.wamid_key) == ("wamid.lost", wamid_key(desk.number, "wamid.lost"))
	assert seen.last_message == row.missing_since < seen.seen_at


def test_a_reference_to_a_known_message_is_none(desk: Desk) -> None:
	connected(desk)
	wamid = desk.writes("known", ago=3600)
	quote(desk, "wamid.q", of=wamid)
	assert number(desk).missing_since is None


def test_references_soon_after_the_first_message_are_natural(desk: Desk) -> None:
	connected(desk, days=0.9)
	quote(desk, "wamid.q", of="wamid.before.we.were.connected")
	assert number(desk).missing_since is None


def test_a_number_without_a_channel_has_no_signs(desk: Desk) -> None:
	gaps.note_unknown("999", "wamid.lost", "text", utc())
	gaps.note_unknown(None, "wamid.lost", "text", utc())
	assert frappe.get_all(SIGN) == []


def test_each_unknown_message_counts_once_however_often_it_is_referred_to(desk: Desk) -> None:
	connected(desk)
	for index in range(3):
		quote(desk, f"wamid.q{index}", of="wamid.lost")
	for status in ("sent", "delivered"):
		unknown_status(desk, "wamid.lost", status)
	assert number(desk).missing_evidence == 1
	quote(desk, "wamid.q9", of="wamid.lost.too")
	assert number(desk).missing_evidence == 2


def test_the_hole_begins_where_its_first_sign_says(desk: Desk) -> None:
	connected(desk)
	quote(desk, "wamid.q1", of="wamid.lost.1", ago=600)
	since = number(desk).missing_since
	desk.writes("in between", ago=300)
	quote(desk, "wamid.q2", of="wamid.lost.2", ago=60)
	assert number(desk).missing_since == since


def test_the_sign_is_withdrawn_when_the_message_arrives_after_all(desk: Desk) -> None:
	connected(desk)
	quote(desk, "wamid.q1", of="wamid.late")
	quote(desk, "wamid.q2", of="wamid.lost")
	desk.post(desk.payload(text_message("late", wamid="wamid.late", timestamp=stamped(5000))))
	desk.settle()
	assert number(desk).missing_evidence == 1
	desk.post(desk.payload(text_message("found", wamid="wamid.lost", timestamp=stamped(4000))))
	desk.settle()
	assert number(desk) == {"missing_since": None, "missing_evidence": 0, "missing_reason": None}
	assert signs(desk) == [("Quote", "Settled")] * 2


def test_dismissed_signs_do_not_come_back_and_new_ones_count(desk: Desk) -> None:
	connected(desk)
	quote(desk, "wamid.q1", of="wamid.lost")
	client = desk.web.login("Administrator")
	path = "/api/method/whatsapp_channel.api.items.dismiss_gap"
	assert client.post(path, json={"number": desk.number}).status_code == 200
	assert number(desk).missing_since is None
	quote(desk, "wamid.q2", of="wamid.lost")
	assert number(desk).missing_since is None
	quote(desk, "wamid.q3", of="wamid.lost.too")
	assert number(desk).missing_evidence == 1
	assert signs(desk) == [("Quote", "Dismissed"), ("Quote", "Open")]


def test_beyond_the_most_signs_no_rows_are_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	monkeypatch.setattr(gaps, "MOST_SIGNS", 1)
	connected(desk)
	gaps.note_unknown(desk.number, "wamid.lost.1", gaps.STATUS, utc())
	asked: list[str] = []
	for name in ("sql", "count"):
		original = getattr(frappe.db, name)

		def ask(what: Any, *more: Any, original: Any = original, **named: Any) -> Any:
			asked.append(str(what))
			return original(what, *more, **named)

		monkeypatch.setattr(frappe.local.db, name, ask)
	gaps.note_unknown(desk.number, "wamid.lost.2", gaps.STATUS, utc())
	monkeypatch.undo()
	assert not [each for each in asked if SIGN in each or "WhatsApp Session Message" in each]
	assert number(desk).missing_evidence == 1


def test_signs_do_not_fill_the_table(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	monkeypatch.setattr(gaps, "MOST_SIGNS", 2)
	connected(desk)
	for index in range(4):
		gaps.note_unknown(desk.number, f"wamid.lost.{index}", gaps.STATUS, utc())
	assert number(desk).missing_evidence == 2


def old(desk: Desk, wamid: str, state: gaps.SignState, days: int) -> None:
	gaps.note_unknown(desk.number, wamid, gaps.STATUS, utc())
	moment = frappe.utils.add_days(frappe.utils.now_datetime(), -days)
	frappe.db.set_value(SIGN, {"wamid": wamid}, {"state": state.value, "creation": moment})


RETENTION = [
	(gaps.SignState.SETTLED, 31, False),
	(gaps.SignState.DISMISSED, 31, False),
	(gaps.SignState.SETTLED, 29, True),
	(gaps.SignState.OPEN, 400, True),
]


@pytest.mark.parametrize(("state", "days", "kept"), RETENTION)
def test_signs_that_count_no_more_go_after_thirty_days(
	desk: Desk, state: gaps.SignState, days: int, kept: bool
) -> None:
	connected(desk)
	old(desk, "wamid.lost", state, days)
	get_controller(SIGN).clear_old_logs(30)
	assert bool(frappe.db.exists(SIGN, {"wamid": "wamid.lost"})) is kept


def test_old_signs_of_a_number_that_is_gone_go_too(desk: Desk) -> None:
	connected(desk)
	old(desk, "wamid.lost", gaps.SignState.OPEN, 31)
	frappe.db.delete(NUMBER, {"name": desk.number})
	get_controller(SIGN).clear_old_logs(30)
	assert frappe.get_all(SIGN) == []


def test_a_number_with_signs_can_be_deleted(desk: Desk) -> None:
	connected(desk)
	quote(desk, "wamid.q", of="wamid.lost")
	for doctype in (
		"WhatsApp Channel",
		"WhatsApp Conversation",
		"WhatsApp Session",
		"WhatsApp Session Message",
	):
		frappe.db.delete(doctype)
	frappe.delete_doc(NUMBER, desk.number)
	assert signs(desk) == [("Quote", "Open")]
