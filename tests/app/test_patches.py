"""What a migration does to a site that worked with an earlier version."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import frappe
import pytest

from tests.app.columns import IMAGE, JSON, SVG, markup
from tests.app.desk import MESSAGE, Desk, text_message, utc
from whatsapp_channel.clock import site_now
from whatsapp_channel.database import insert_unless_there
from whatsapp_channel.doctypes import CUSTOMER, ITEM, MEDIA, NUMBER, SETTINGS, SIGN
from whatsapp_channel.inbound import gaps
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.patches import channels_at_work_keep_sending, columns_without_markup, signs_of_their_own

FIELD = "trial_policy"


def forget_policy() -> None:
	frappe.db.delete("Singles", {"doctype": SETTINGS, "field": FIELD})
	frappe.clear_document_cache(SETTINGS, SETTINGS)


def policy() -> str | None:
	rows = frappe.db.sql(
		"select value from tabSingles where doctype = %s and field = %s", (SETTINGS, FIELD), pluck=True
	)
	return rows[0] if rows else None


def test_a_site_with_channels_leaves_the_trial_to_meta(desk: Desk) -> None:
	forget_policy()
	channels_at_work_keep_sending.execute()
	assert policy() == "Meta's Present Limits"


def test_a_site_without_channels_begins_with_the_guide(site: Any) -> None:
	forget_policy()
	channels_at_work_keep_sending.execute()
	assert policy() is None


@pytest.mark.parametrize("chosen", ["Guide", "Off"])
def test_what_an_administrator_chose_stays(desk: Desk, chosen: str) -> None:
	frappe.db.set_single_value(SETTINGS, FIELD, chosen)
	channels_at_work_keep_sending.execute()
	assert policy() == chosen


def everything(doctype: str) -> list[dict[str, Any]]:
	frappe.db.commit()
	return frappe.get_all(doctype, fields=["*"], order_by="name")


@pytest.fixture
def stored_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
	"""Rows as earlier versions wrote them, more than are read at once; returns the name of a message."""
	monkeypatch.setattr(columns_without_markup, "AT_ONCE", 2)
	for text in ("One", "Two", f"Three {IMAGE}"):
		desk.writes(text)
	for name in frappe.get_all(MESSAGE, pluck="name"):
		frappe.db.set_value(MESSAGE, name, {"message_type": IMAGE, "error": f"Five {SVG}", "reaction": JSON})
	document = frappe.get_doc(MESSAGE, name)
	document.append("media", {"kind": "document", "file_name": "file.exe"}).db_insert()
	frappe.db.set_value(MEDIA, {"parent": name}, {"file_name": f"{IMAGE}.exe", "mime_type": SVG})
	frappe.db.set_value(CUSTOMER, {"name": ["is", "set"]}, "username", f"ana{SVG}")
	frappe.db.set_single_value(SETTINGS, "last_refusal", IMAGE)
	frappe.db.commit()
	return name


def test_what_was_stored_loses_its_markup(site: Any, stored_before: str) -> None:
	since, before = frappe.utils.now_datetime(), everything(MESSAGE)
	assert markup(since)
	columns_without_markup.execute()
	assert markup(since) == []
	after = everything(MESSAGE)
	for field in ("text", "payload", "modified", "wamid", "wamid_key"):
		assert [row[field] for row in after] == [row[field] for row in before]
	assert {row.error for row in after} == {'Five "›‹svg onload=alert(1)›'}
	assert frappe.db.get_value(MEDIA, {"parent": stored_before}, "file_name").startswith("‹img")
	columns_without_markup.execute()
	assert everything(MESSAGE) == after


def test_contacts_of_customers_get_a_name_that_fits_into_an_attribute(site: Any, desk: Desk) -> None:
	desk.writes("Hello", name="Ana")
	old, new = 'Ana" onmouseover="alert(1)', "Ana” onmouseover=”alert(1)"
	contact = frappe.db.get_value(CUSTOMER, {}, "contact")
	frappe.rename_doc("Contact", contact, old, force=True, show_alert=False)
	frappe.db.set_value("Contact", old, "first_name", old)
	frappe.get_doc({"doctype": "Contact", "first_name": 'Robert "Bob" Smith'}).insert()
	frappe.db.commit()
	for _again in range(2):
		columns_without_markup.execute()
		assert frappe.db.get_value(CUSTOMER, {}, "contact") == new
		assert frappe.db.get_value("HD Ticket", desk.ticket(), "contact") == new
		assert frappe.db.get_value("Contact", new, "first_name") == new
	assert frappe.db.exists("Contact", 'Robert "Bob" Smith')


# -- signs of missing messages were items of deliveries -----------------------------------------------------

SEEN, SINCE = datetime(2026, 5, 2, 12, 0, 1, 250000), datetime(2026, 5, 1, 8, 30)


def test_a_customer_without_a_contact_stops_no_update(desk: Desk) -> None:
	desk.writes("Hello")
	frappe.db.set_value("WhatsApp Customer", {}, "contact", None)
	frappe.db.commit()
	columns_without_markup.execute()
	assert frappe.get_all("WhatsApp Customer", pluck="contact") == [None]


def item_as_sign(
	number: str, wamid: str, why: str = "text", state: str = "Dropped", payload: str | None = None
) -> str:
	"""A sign as it was stored before there was a DocType for it; returns its name."""
	key = sha256(f"sign:{number}:{wamid}".encode()).hexdigest()
	told = {"wamid": wamid, "why": why, "at": str(SEEN), "since": str(SINCE)}
	values = {
		"name": key[:20],
		"item_key": key,
		"position": sha256(wamid.encode()).hexdigest(),
		"kind": "Sign",
		"number": number,
		"state": state,
		"error": "Somebody answered a message that is not here.",
		"payload": payload if payload is not None else json.dumps(told),
		"creation": site_now() - timedelta(days=7),
	}
	assert insert_unless_there(ITEM, values)
	return key[:20]


@pytest.mark.parametrize(
	("why", "kind"),
	[
		("text", "Quote"),
		("image", "Quote"),
		("reaction", "Reaction"),
		("edit", "Edit"),
		("revoke", "Deletion"),
		("status", "Status"),
	],
)
def test_a_sign_is_carried_over_whole(desk: Desk, why: str, kind: str) -> None:
	name = item_as_sign(desk.number, "wamid.lost", why)
	stored = frappe.db.get_value(ITEM, name, "creation")
	signs_of_their_own.execute()
	(sign,) = frappe.get_all(SIGN, fields=["*"])
	assert (sign.name, sign.number, sign.kind, sign.state) == (name, desk.number, kind, "Open")
	assert (sign.wamid, sign.wamid_key) == ("wamid.lost", wamid_key(desk.number, "wamid.lost"))
	assert (sign.seen_at, sign.last_message, sign.creation) == (SEEN, SINCE, stored)
	assert not frappe.db.count(ITEM)


def test_what_counted_no_more_is_settled_if_the_message_came_and_dismissed_if_not(desk: Desk) -> None:
	here = desk.writes("here")
	item_as_sign(desk.number, here, state="Processed")
	item_as_sign(desk.number, "wamid.lost", state="Processed")
	signs_of_their_own.execute()
	found = frappe.get_all(SIGN, fields=["wamid", "state"], as_list=True)
	assert dict(found) == {here: "Settled", "wamid.lost": "Dismissed"}


def test_signs_are_carried_over_in_chunks_any_number_of_times(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	monkeypatch.setattr(signs_of_their_own, "CHUNK", 2)
	for index in range(5):
		item_as_sign(desk.number, f"wamid.lost.{index}")
	item = {"doctype": ITEM, "kind": "Message", "state": "Dropped", "payload": "{}", "item_key": "a message"}
	kept = frappe.get_doc(item).insert().name
	signs_of_their_own.execute()
	assert frappe.db.count(SIGN) == 5
	# One whose item came back, as from a restored table.
	item_as_sign(desk.number, "wamid.lost.0")
	signs_of_their_own.execute()
	assert frappe.db.count(SIGN) == 5
	assert frappe.get_all(ITEM, pluck="name") == [kept]


@pytest.mark.parametrize("payload", ["", "{", "[]"])
def test_a_sign_that_cannot_be_read_stops_no_migration(desk: Desk, payload: str) -> None:
	name = item_as_sign(desk.number, "wamid.lost", payload=payload)
	stored = frappe.db.get_value(ITEM, name, "creation")
	signs_of_their_own.execute()
	(sign,) = frappe.get_all(SIGN, fields=["name", "state", "wamid_key", "last_message"])
	assert (sign.name, sign.state, sign.last_message) == (name, "Open", stored)
	assert sign.wamid_key == wamid_key(desk.number, "wamid.lost")


def test_signs_that_were_carried_over_go_on_as_before(desk: Desk) -> None:
	"""The same message is no second sign, and the sign goes when the message comes."""
	desk.writes("the first", ago=3 * 86400)
	item_as_sign(desk.number, "wamid.late")
	item_as_sign(desk.number, "wamid.dismissed", state="Processed")
	frappe.db.set_value(NUMBER, desk.number, {"missing_since": SINCE, "missing_evidence": 1})
	signs_of_their_own.execute()
	for wamid in ("wamid.late", "wamid.dismissed"):
		gaps.note_unknown(desk.number, wamid, gaps.STATUS, utc())
	assert frappe.db.count(SIGN) == 2
	assert frappe.db.get_value(NUMBER, desk.number, "missing_evidence") == 1
	frappe.db.commit()
	late = text_message("late", wamid="wamid.late", timestamp=str(int(utc(seconds=5000).timestamp())))
	desk.post(desk.payload(late))
	desk.settle()
	assert frappe.db.get_value(NUMBER, desk.number, ["missing_since", "missing_evidence"]) == (None, 0)
