"""What a migration does to a site that worked with an earlier version."""

from typing import Any

import frappe
import pytest

from tests.app.columns import IMAGE, JSON, SVG, markup
from tests.app.desk import MESSAGE, Desk
from whatsapp_channel.doctypes import CUSTOMER, MEDIA, SETTINGS
from whatsapp_channel.patches import channels_at_work_keep_sending, columns_without_markup

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
