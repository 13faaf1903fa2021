"""What customers send is shown whole: forms with their files, cards, voices, removed captions, changed number plans."""

import html
import json
import time
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk, newest, text_message
from tests.app.people import CUSTOMER, only
from tests.app.test_identity_contacts import contact as made_by_people
from tests.app.waiting import ITEM, kept
from tests.cloud_api.test_shared_contacts import ANN, CARDS
from tests.files import OGG, PDF, PNG
from whatsapp_channel.inbound import drain
from whatsapp_channel.inbound.media import fetching, refetch

PHONE = "5511912345678"
MEDIA = "WhatsApp Message Media"


def raw(kind: str, wamid: str = "wamid.c1", sender: str = PHONE, **content: Any) -> dict[str, Any]:
	stamp = str(int(time.time()))
	return {"from": sender, "id": wamid, "timestamp": stamp, "type": kind, **content}


def arrives(desk: Desk, *messages: dict[str, Any]) -> None:
	frappe.db.commit()
	assert desk.post(desk.payload(*messages)).status_code == 200
	desk.settle()
	frappe.db.commit()


def shown(desk: Desk) -> str:
	return html.unescape(desk.conversation_of(desk.ticket())[-1])


def form(answers: Any, wamid: str = "wamid.flow1") -> dict[str, Any]:
	reply = {"name": "flow", "body": "Sent", "response_json": json.dumps(answers)}
	return raw("interactive", wamid, interactive={"type": "nfm_reply", "nfm_reply": reply})


def uploaded(desk: Desk, kind: str, data: bytes, mime_type: str, filename: str | None = None) -> str:
	"""A file that Meta has; returns its id."""
	customer = desk.sandbox.customer(PHONE, "Maria")
	return customer.file_message(kind, data, mime_type, filename=filename)[kind]["id"]


# Answers of a form and what agents read.
ANSWERS: dict[str, tuple[Any, list[str]]] = {
	"files that Meta has no more": (
		{
			"flow_token": "t",
			"reason": "Broken",
			"photos": [{"file_name": "IMG_1.jpg", "mime_type": "image/jpeg", "sha256": "PqHg=", "id": 790}],
			"bill": [{"file_name": "bill.pdf", "mime_type": "application/pdf", "id": "791"}],
		},
		["Sent", "reason: Broken", "photos: IMG_1.jpg", "bill: bill.pdf"],
	),
	"just words": ("just words", ["just words"]),
	"a list": (["a", {"b": "c"}], ["a, b: c"]),
	"a number": (5, ["5"]),
	"yes and no": ({"agreed": True, "again": False}, ["agreed: Yes", "again: No"]),
}


@pytest.mark.parametrize(("answers", "words"), ANSWERS.values(), ids=ANSWERS)
def test_nothing_of_a_form_is_dropped(desk: Desk, answers: Any, words: list[str]) -> None:
	arrives(desk, form(answers))
	content = shown(desk).replace("<strong>", "").replace("</strong>", "")
	for each in words:
		assert each in content
	assert "flow_token" not in content


def test_files_of_a_form_are_fetched(desk: Desk) -> None:
	photo = uploaded(desk, "image", PNG, "image/png")
	bill = uploaded(desk, "document", PDF, "application/pdf", "bill.pdf")
	answers = {
		"photos": [{"file_name": "IMG_1.png", "mime_type": "image/png", "id": int(photo)}],
		"bill": [{"file_name": "bill.pdf", "mime_type": "application/pdf", "id": bill}],
	}
	arrives(desk, form(answers))
	stored = frappe.get_all(
		MEDIA, fields=["kind", "state", "file_name", "media_id", "file_url"], order_by="idx"
	)
	assert [(row.kind, row.state, row.file_name, row.media_id) for row in stored] == [
		("image", "Stored", "IMG_1.png", photo),
		("document", "Stored", "bill.pdf", bill),
	]
	content = shown(desk)
	assert all(row.file_url in content for row in stored)
	attached = {"attached_to_doctype": "HD Ticket", "attached_to_name": desk.ticket()}
	assert sorted(frappe.get_all("File", attached, pluck="file_name")) == ["IMG_1.png", "bill.pdf"]


def test_one_file_of_a_form_that_fails_costs_nothing_else(desk: Desk) -> None:
	photo = uploaded(desk, "image", PNG, "image/png")
	answers = {"photos": [{"mime_type": "image/png", "id": each} for each in ("404", photo)]}
	arrives(desk, form(answers))
	assert sorted(frappe.get_all(MEDIA, pluck="state")) == ["Failed", "Stored"]


def test_files_of_a_form_follow_when_there_was_no_time(desk: Desk) -> None:
	photo = uploaded(desk, "image", PNG, "image/png")
	desk.post(desk.payload(form({"photos": [{"mime_type": "image/png", "id": photo}]})))
	drain.drain()
	late = fetching.site_now() - fetching.FILE_WAIT * 2 / 3
	frappe.db.set_value(ITEM, kept()[0].name, "file_since", late)
	frappe.db.commit()
	desk.settle()
	assert frappe.get_all(MEDIA, pluck="state") == ["Failed"]
	refetch.fetch_again(newest(MESSAGE))
	assert frappe.get_all(MEDIA, pluck="state") == ["Stored"]


def test_an_item_of_before_with_one_file(desk: Desk) -> None:
	"""Its file was fetched by a version that kept the outcome of one file alone."""
	desk.sandbox.customer(PHONE, "Maria").sends_file("image", PNG, "image/png")
	desk.flush()
	drain.drain()
	fetching.work(fetching.lane_of(PHONE))
	(item,) = kept()
	(one,) = json.loads(item.file_row)
	frappe.db.set_value(ITEM, item.name, "file_row", json.dumps(one))
	frappe.db.commit()
	desk.settle()
	assert frappe.get_all(MEDIA, pluck="state") == ["Stored"]


def test_a_voice_of_a_type_of_its_own(desk: Desk) -> None:
	voice = uploaded(desk, "audio", OGG, "audio/ogg")
	arrives(desk, raw("voice", voice={"id": voice, "mime_type": "audio/ogg; codecs=opus"}))
	(row,) = frappe.get_all(MEDIA, fields=["kind", "state", "file_url"])
	assert (row.kind, row.state) == ("audio", "Stored")
	assert f'<audio controls="" preload="none" src="{row.file_url}"' in shown(desk).replace(
		"<audio controls ", '<audio controls="" '
	)
	assert "Voice message" in shown(desk)
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "subject") == "Voice message"


REPLIES = {
	"permission to call": (
		raw(
			"interactive",
			interactive={"type": "call_permission_reply", "call_permission_reply": {"response": "reject"}},
		),
		"The customer does not allow calls.",
	),
	"way to pay": (
		raw(
			"interactive", interactive={"type": "payment_method", "payment_method": {"payment_method": "pix"}}
		),
		"Way to pay: pix",
	),
}


@pytest.mark.parametrize(("message", "words"), REPLIES.values(), ids=REPLIES)
def test_replies_have_a_readable_form(desk: Desk, message: dict[str, Any], words: str) -> None:
	arrives(desk, message)
	assert words in shown(desk)
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "subject") == words


def test_a_shared_contact_is_shown_whole(desk: Desk) -> None:
	arrives(desk, raw("contacts", contacts=[ANN, CARDS["address alone"][0]]))
	content = shown(desk)
	for part in ("Ann Example", "+44 20 7946 0000 (Work)", 'href="https://ann.example"', "1 High St, York"):
		assert part in content
	for part in ("1990-01-02", "5 Only Street, Leeds"):
		assert part in content


# -- captions -----------------------------------------------------------------------------------------------


def document(caption: str | None) -> dict[str, Any]:
	told = {"caption": caption} if caption else {}
	return {"type": "document", "document": {"id": "1", "filename": "bill.pdf", **told}}


# The captions of a document before and after an edit, and what agents read: words now and before.
CAPTIONS: dict[str, tuple[str | None, str | None, str | None, str | None]] = {
	"removed": ("old words", None, None, "old words"),
	"changed": ("old words", "new words", "new words", "old words"),
	"added": (None, "new words", "new words", None),
	"none before and after": (None, None, None, None),
}


@pytest.mark.parametrize(("old", "new", "now", "before"), CAPTIONS.values(), ids=CAPTIONS)
def test_caption_of_a_document_after_an_edit(
	desk: Desk, old: str | None, new: str | None, now: str | None, before: str | None
) -> None:
	edit = {"original_message_id": "wamid.d", "message": document(new)}
	arrives(desk, raw("document", "wamid.d", **{"document": document(old)["document"]}))
	arrives(desk, raw("edit", "wamid.e", edit=edit))
	content = shown(desk)
	assert (f">{now}<" in content) if now else ('pre-wrap;">' not in content)
	assert (f"Before: {before}" in content) if before else ("Before:" not in content)
	assert "Edited" in content
	assert (frappe.db.get_value(MESSAGE, {"wamid": "wamid.d"}, "text") or None) == now


# -- number plans -------------------------------------------------------------------------------------------

PLANS = {
	"Benin, Contact of now": ("+2290197123456", "22997123456"),
	"Benin, Contact of before": ("+22997123456", "2290197123456"),
	"Benin, as people write it": ("+229 97 12 34 56", "2290197123456"),
	"Ivory Coast": ("+2250707123456", "22507123456"),
	"Gabon": ("+24177412345", "2417412345"),
	"Cameroon": ("+237677123456", "23777123456"),
}


@pytest.mark.parametrize(("written", "wa_id"), PLANS.values(), ids=PLANS)
def test_a_contact_is_found_in_either_form_of_the_plan(desk: Desk, written: str, wa_id: str) -> None:
	known = made_by_people("Awa", written)
	arrives(desk, text_message(sender=wa_id))
	assert (only().contact, only().wa_id) == (known, wa_id)
	assert frappe.db.count("Contact", {"name": ["like", "Awa%"]}) == 1


def test_both_forms_are_one_customer(desk: Desk) -> None:
	arrives(desk, text_message("one", wamid="wamid.1", sender="22997123456"))
	arrives(desk, text_message("two", wamid="wamid.2", sender="2290197123456"))
	assert frappe.get_all(CUSTOMER, pluck="phone") == ["+2290197123456"]
	assert len(desk.tickets()) == 1
