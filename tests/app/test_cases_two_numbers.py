"""One id of Meta's at two of our numbers is two messages, and whatever refers to it means the one of its own number."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import frappe
import pytest

from tests.app.conftest import team
from tests.app.desk import MESSAGE, Desk, newest, text_message, utc
from tests.files import PNG
from whatsapp_channel.doctypes import SIGN
from whatsapp_channel.inbound import gaps
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.patches import messages_of_a_number

ITEM = "WhatsApp Delivery Item"
OTHER = "300000000000009"
SAME = "wamid.SAME"


@pytest.fixture
def other(desk: Desk) -> Desk:
	"""A second number of the account with a channel of its own."""
	number = {"number": "+15550100209", "phone_number_id": OTHER, "account": desk.account}
	frappe.get_doc({"doctype": "WhatsApp Number", **number}).insert()
	channel = {"channel_name": "Other Channel", "number": OTHER, "department": team("WhatsApp Other Team")}
	made = frappe.get_doc({"doctype": "WhatsApp Channel", **channel}).insert()
	frappe.db.commit()
	return Desk(desk.web, desk.sandbox, desk.account, OTHER, made.name)


def arrives(desk: Desk, *messages: dict[str, Any]) -> None:
	frappe.db.commit()
	assert desk.post(desk.payload(*messages)).status_code == 200
	desk.settle()
	frappe.db.commit()


def rows(desk: Desk) -> list["frappe._dict"]:
	fields = ["name", "text", "reaction", "revoked_on", "original_text", "ticket", "status", "quoted_key"]
	return frappe.get_all(MESSAGE, {"channel": desk.channel}, fields, order_by="creation, name")


def about(kind: str, **content: Any) -> dict[str, Any]:
	"""A message about the one with the id that both numbers have."""
	stamp = str(int(utc().timestamp()))
	sender = {"from": "5511912345678", "timestamp": stamp, "type": kind, kind: content}
	return {**sender, "id": f"wamid.{kind}"}


def sends(desk: Desk) -> None:
	arrives(desk, text_message("To both of you", wamid=SAME))


def echoes(desk: Desk) -> None:
	"""The business wrote it in the app, from each of its numbers."""
	message = {**text_message("To both of you", wamid=SAME, sender="15550100200"), "to": "5511912345678"}
	body = desk.payload()
	change = body["entry"][0]["changes"][0]
	change["field"] = "smb_message_echoes"
	change["value"] = {"metadata": change["value"]["metadata"], "message_echoes": [message]}
	assert desk.post(body).status_code == 200
	desk.settle()


def shares_history(desk: Desk) -> None:
	message = text_message("To both of you", wamid=SAME)
	body = desk.payload()
	change = body["entry"][0]["changes"][0]
	change["field"] = "history"
	thread = {"id": "5511912345678", "messages": [message]}
	change["value"] = {"metadata": change["value"]["metadata"], "history": [{"threads": [thread]}]}
	assert desk.post(body).status_code == 200
	desk.settle()


WAYS: dict[str, tuple[Callable[[Desk], None], int]] = {
	"message": (sends, 1),
	"echo": (echoes, 0),
	"history": (shares_history, 0),
}


@pytest.mark.parametrize(("arrive", "tickets"), WAYS.values(), ids=WAYS)
def test_each_number_has_its_message(
	desk: Desk, other: Desk, arrive: Callable[[Desk], None], tickets: int
) -> None:
	for each in (desk, other, desk, other):
		arrive(each)
	for each in (desk, other):
		assert [row.text for row in rows(each)] == ["To both of you"]
		assert len(each.tickets()) == tickets
	assert frappe.get_all(ITEM) == []


def test_both_in_one_delivery(desk: Desk, other: Desk) -> None:
	body = desk.payload(text_message("one", wamid=SAME))
	body["entry"] += other.payload(text_message("two", wamid=SAME))["entry"]
	desk.post(body)
	desk.settle()
	assert [[row.text for row in rows(each)] for each in (desk, other)] == [["one"], ["two"]]


TRACES: dict[str, tuple[dict[str, Any], Callable[[Any], Any], Any]] = {
	"reaction": (
		about("reaction", message_id=SAME, emoji="\U0001f44d"),
		lambda row: row.reaction,
		"\U0001f44d",
	),
	"deletion": (about("revoke", original_message_id=SAME), lambda row: bool(row.revoked_on), True),
	"edit": (
		about("edit", original_message_id=SAME, message={"type": "text", "text": {"body": "New"}}),
		lambda row: row.text,
		"New",
	),
}


@pytest.mark.parametrize("is_early", [False, True], ids=["after", "before"])
@pytest.mark.parametrize(("trace", "seen", "value"), TRACES.values(), ids=TRACES)
def test_a_trace_is_of_its_own_number(
	desk: Desk, other: Desk, trace: dict[str, Any], seen: Callable[[Any], Any], value: Any, is_early: bool
) -> None:
	"""Also when it arrives before the message."""
	sends(desk)
	if is_early:
		arrives(other, trace)
	sends(other)
	if not is_early:
		arrives(other, trace)
	(here,) = [row for row in rows(desk) if row.ticket]
	(there,) = [row for row in rows(other) if row.ticket]
	assert seen(there) == value
	assert seen(here) != value


def test_a_quote_shows_the_message_of_its_own_number(desk: Desk, other: Desk) -> None:
	arrives(desk, text_message("Words of the first", wamid=SAME))
	arrives(other, text_message("Words of the other", wamid=SAME))
	arrives(other, text_message("An answer", wamid="wamid.answer", context={"from": "1", "id": SAME}))
	content = other.conversation_of(other.ticket())[-1]
	assert "Words of the other" in content
	assert len(desk.conversation_of(desk.ticket())) == 1


def test_a_status_is_of_its_own_number(desk: Desk, other: Desk) -> None:
	names = []
	for each in (desk, other):
		sends(each)
		names.append(each.reply(each.ticket()))
		each.settle()
	for each, name in zip((desk, other), names, strict=True):
		session = frappe.db.get_value(MESSAGE, {"channel": each.channel, "direction": "Incoming"}, "session")
		ids = {"wamid": "wamid.OURS", "wamid_key": wamid_key(each.number, "wamid.OURS")}
		values = {**ids, "status": "Accepted", "session": session}
		frappe.db.set_value(MESSAGE, name, values)
	frappe.db.commit()
	other.post(other.status("wamid.OURS", "read"))
	other.settle()
	assert [desk.message(name).status for name in names] == ["Accepted", "Read"]
	desk.post(desk.status("wamid.OURS", "delivered"))
	desk.settle()
	assert [desk.message(name).status for name in names] == ["Delivered", "Read"]


def test_a_status_without_a_number_finds_its_message(desk: Desk, other: Desk) -> None:
	desk.writes("Hello")
	name = desk.reply(desk.ticket())
	desk.settle()
	body = desk.status(desk.message(name).wamid, "delivered")
	del body["entry"][0]["changes"][0]["value"]["metadata"]
	desk.post(body)
	desk.settle()
	assert desk.message(name).status == "Delivered"


def test_a_sign_of_a_gap_is_settled_by_its_own_number_alone(desk: Desk, other: Desk) -> None:
	for each in (desk, other):
		arrives(
			each,
			text_message(
				"long ago", wamid=f"wamid.{each.number}", timestamp=str(int(utc(days=3).timestamp()))
			),
		)
		gaps.note_unknown(each.number, SAME, gaps.STATUS, utc())
	frappe.db.commit()
	sends(other)
	gaps.withdraw_found()
	states = dict(frappe.get_all(SIGN, fields=["number", "state"], as_list=True))
	assert states == {desk.number: "Open", OTHER: "Settled"}


def test_each_has_its_own_file(desk: Desk, other: Desk) -> None:
	wamid = desk.sandbox.customer("5511912345678", "Maria").sends_file("image", PNG, "image/png")
	desk.flush()
	desk.settle()
	raw = frappe.parse_json(frappe.db.get_value(MESSAGE, {"wamid": wamid}, "payload"))
	arrives(other, raw)
	media = frappe.get_all("WhatsApp Message Media", fields=["parent", "state", "file"])
	assert [row.state for row in media] == ["Stored", "Stored"]
	assert len({row.file for row in media}) == 2
	for row in media:
		communication = frappe.db.get_value(MESSAGE, row.parent, "communication")
		assert frappe.db.get_value("File", row.file, "attached_to_name") == communication


# -- rows that were stored before ---------------------------------------------------------------------------


def old_key(wamid: str) -> str:
	"""The key of a message as it was made of its id alone."""
	return sha256(wamid.encode()).hexdigest()


def make_old() -> None:
	"""Every row has its keys of old."""
	for row in frappe.get_all(MESSAGE, fields=["name", "wamid", "quoted_wamid"]):
		quoted = row.quoted_wamid and old_key(row.quoted_wamid)
		frappe.db.set_value(MESSAGE, row.name, {"wamid_key": old_key(row.wamid), "quoted_key": quoted})
	for row in frappe.get_all(SIGN, fields=["name", "wamid"]):
		frappe.db.set_value(SIGN, row.name, "wamid_key", old_key(row.wamid))
	frappe.db.commit()


def keys() -> dict[str, Any]:
	frappe.db.commit()
	found = {}
	for doctype, fields in ((MESSAGE, ["wamid_key", "quoted_key"]), (SIGN, ["wamid_key"])):
		for row in frappe.get_all(doctype, fields=["name", *fields], as_list=True):
			found[row[0]] = row[1:]
	return found


@pytest.fixture
def stored_before(desk: Desk, other: Desk) -> dict[str, Any]:
	"""Messages of two numbers, a reply, quotes, a sign and an erased message; returns the keys that they should have."""
	for each in (desk, other):
		answer = {"context": {"from": "1", "id": f"wamid.{each.number}"}}
		arrives(each, text_message("one", wamid=f"wamid.{each.number}"))
		arrives(each, text_message("two", wamid=f"wamid.two.{each.number}", **answer))
	desk.writes("three")
	desk.reply(desk.ticket())
	desk.settle()
	gaps.note_unknown(desk.number, "wamid.lost", gaps.STATUS, utc(days=-3))
	frappe.db.commit()
	wanted = keys()
	make_old()
	frappe.db.set_value(MESSAGE, {"text": "two"}, {"wamid": None, "quoted_wamid": None})
	frappe.db.commit()
	assert not set(keys().values()) & set(wanted.values())
	return wanted


def test_stored_keys_become_those_of_their_numbers_once(stored_before: dict[str, Any]) -> None:
	for _again in range(2):
		messages_of_a_number.execute()
		assert keys() == stored_before


def test_broken_off_it_goes_on_the_next_time(
	stored_before: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
	with monkeypatch.context() as patched:
		patched.setattr(messages_of_a_number, "KEYS", messages_of_a_number.KEYS[:1])
		patched.setattr(messages_of_a_number, "PARTS", messages_of_a_number.PARTS[:128])
		messages_of_a_number.execute()
	messages_of_a_number.execute()
	assert keys() == stored_before


def test_what_was_filed_before_is_filed_once_and_hears_of_its_statuses(
	desk: Desk, other: Desk, stored_before: dict[str, Any]
) -> None:
	messages_of_a_number.execute()
	frappe.db.commit()
	count = frappe.db.count(MESSAGE)
	for wamid in (f"wamid.{desk.number}", f"wamid.two.{desk.number}"):
		arrives(desk, text_message("again", wamid=wamid))
	assert frappe.db.count(MESSAGE) == count
	reply = newest(MESSAGE, direction="Outgoing", channel=desk.channel)
	desk.post(desk.status(desk.message(reply).wamid, "read"))
	desk.settle()
	assert desk.message(reply).status == "Read"
