"""Signs that messages may be missing: what counts as one, what it says, and how it goes away."""

from typing import Any

import frappe
import pytest

from tests.app.desk import Desk, text_message, utc
from tests.app.waiting import ITEM, kept, make_due
from whatsapp_channel.clock import to_site
from whatsapp_channel.inbound import gaps

NUMBER = "WhatsApp Number"


def number(desk: Desk) -> Any:
	frappe.db.commit()
	fields = ["missing_since", "missing_evidence", "missing_reason"]
	return frappe.db.get_value(NUMBER, desk.number, fields, as_dict=True)


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
	"a quote": (lambda desk: quote(desk, "wamid.q", of="wamid.lost"), "answered"),
	"a reaction": (
		lambda desk: event(desk, "reaction", {"message_id": "wamid.lost", "emoji": "👍"}),
		"reacted",
	),
	"an edit": (
		lambda desk: event(
			desk,
			"edit",
			{"original_message_id": "wamid.lost", "message": {"type": "text", "text": {"body": "new"}}},
		),
		"edited",
	),
	"a deletion": (lambda desk: event(desk, "revoke", {"original_message_id": "wamid.lost"}), "deleted"),
	"a status that is given up": (lambda desk: unknown_status(desk, "wamid.lost"), "did not send"),
}


@pytest.mark.parametrize(("sign", "reason"), SIGNS.values(), ids=SIGNS.keys())
def test_a_reference_to_an_unknown_message_is_a_sign(desk: Desk, sign: Any, reason: str) -> None:
	connected(desk)
	sign(desk)
	row = number(desk)
	assert abs((row.missing_since - to_site(utc(seconds=7200))).total_seconds()) < 60
	assert row.missing_evidence == 1
	assert reason in row.missing_reason


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
	assert kept(kind="Sign") == []


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
	assert not [each for each in asked if ITEM in each or "WhatsApp Session Message" in each]
	assert number(desk).missing_evidence == 1


def test_signs_do_not_fill_the_table(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	monkeypatch.setattr(gaps, "MOST_SIGNS", 2)
	connected(desk)
	for index in range(4):
		gaps.note_unknown(desk.number, f"wamid.lost.{index}", gaps.STATUS, utc())
	assert number(desk).missing_evidence == 2
