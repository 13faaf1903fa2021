"""What nobody could file goes after a long time, told before; what a deactivated channel holds never does (Z41)."""

from typing import Any

import frappe
import pytest

from tests.app.desk import Desk, text_message
from whatsapp_channel import settings
from whatsapp_channel.clock import site_now
from whatsapp_channel.doctypes import DELIVERY, ITEM, SETTINGS
from whatsapp_channel.inbound import unfiled
from whatsapp_channel.patches import unfiled_rows_end

FIELD = settings.UNFILED_DAYS
HERE, ELSEWHERE = "here", "999"


def old(doctype: str, name: str, days: float) -> str:
	created = frappe.utils.add_to_date(site_now(), days=-days)
	frappe.db.set_value(doctype, name, "creation", created, update_modified=False)
	return name


def an_item(state: str, days: float, number: str | None = ELSEWHERE, delivery: str = "?") -> str:
	key = f"{state} {days} {number} {delivery}"
	values = {"doctype": ITEM, "state": state, "number": number, "payload": "{}", "item_key": key}
	return old(ITEM, frappe.get_doc({**values, "delivery": delivery}).insert(ignore_links=True).name, days)


def a_delivery(state: str, days: float, item: str | None) -> str:
	name = f"{state} {days} {item}"
	values = {"doctype": DELIVERY, "state": state, "body": "{}"}
	frappe.get_doc(values).insert(set_name=name)
	if item:
		an_item(item, 1, delivery=name)
	return old(DELIVERY, name, days)


def keep_for(days: int | None) -> None:
	if days is not None:
		frappe.db.set_single_value(SETTINGS, FIELD, days)
	frappe.db.commit()


@pytest.mark.parametrize(
	("state", "number", "days", "limit", "kept"),
	[
		("Failed", ELSEWHERE, 366, None, False),
		("Failed", HERE, 366, None, False),
		("Failed", ELSEWHERE, 364, None, True),
		("Failed", ELSEWHERE, 31, 30, False),
		("Failed", ELSEWHERE, 3000, 0, True),
		("Unroutable", ELSEWHERE, 366, None, False),
		("Unroutable", None, 366, None, False),
		("Unroutable", ELSEWHERE, 364, None, True),
		# Its number was entered since, and waits for a channel or for its activation.
		("Unroutable", HERE, 3000, None, True),
		("Held", HERE, 3000, None, True),
		("Held", ELSEWHERE, 3000, None, True),
		("Pending", HERE, 3000, None, True),
		# Log Settings decides on these.
		("Processed", HERE, 3000, None, True),
		("Dropped", HERE, 3000, None, True),
	],
)
def test_items(
	desk: Desk, state: str, number: str | None, days: float, limit: int | None, kept: bool
) -> None:
	name = an_item(state, days, desk.number if number == HERE else number)
	keep_for(limit)
	unfiled.delete_old_ones()
	assert bool(frappe.db.exists(ITEM, name)) is kept


@pytest.mark.parametrize(
	("state", "days", "item", "kept"),
	[
		("Failed", 366, None, False),
		("Failed", 364, None, True),
		("Failed", 366, "Processed", False),
		("Failed", 366, "Held", True),
		("Failed", 366, "Pending", True),
		("Failed", 366, "Failed", True),
		("Received", 3000, None, True),
		("Processed", 3000, None, True),
	],
)
def test_deliveries(desk: Desk, state: str, days: float, item: str | None, kept: bool) -> None:
	name = a_delivery(state, days, item)
	keep_for(None)
	unfiled.delete_old_ones()
	assert bool(frappe.db.exists(DELIVERY, name)) is kept


def test_what_a_deactivated_channel_holds_outlives_every_limit(desk: Desk) -> None:
	frappe.get_doc("WhatsApp Channel", desk.channel).update({"enabled": 0}).save()
	frappe.db.commit()
	desk.post(desk.payload(text_message("years ago")))
	desk.settle()
	for doctype in (ITEM, DELIVERY):
		for name in frappe.get_all(doctype, pluck="name"):
			old(doctype, name, 3000)
	keep_for(1)
	unfiled.delete_old_ones()
	for doctype in (ITEM, DELIVERY):
		frappe.get_doc({"doctype": doctype}).clear_old_logs(30)
	frappe.get_doc("WhatsApp Channel", desk.channel).update({"enabled": 1}).save()
	frappe.db.commit()
	desk.settle()
	assert "years ago" in desk.conversation_of(desk.ticket())[0]


def test_the_body_of_a_deleted_item_goes_with_the_logs(desk: Desk) -> None:
	desk.post(desk.payload(text_message("to nobody"), number=ELSEWHERE))
	desk.settle()
	(delivery,) = frappe.get_all(DELIVERY, pluck="name")
	(item,) = frappe.get_all(ITEM, pluck="name")
	old(DELIVERY, delivery, 366)
	old(ITEM, item, 366)
	keep_for(None)
	unfiled.delete_old_ones()
	frappe.get_doc({"doctype": DELIVERY}).clear_old_logs(30)
	assert (frappe.get_all(ITEM), frappe.get_all(DELIVERY)) == ([], [])


@pytest.mark.parametrize(
	("limit", "days", "told"),
	[
		(None, 334, False),
		(None, 336, True),
		(None, 400, True),
		(10, 4, False),
		(10, 6, True),
		(0, 3000, False),
	],
)
def test_it_is_told_before(desk: Desk, limit: int | None, days: float, told: bool) -> None:
	an_item("Failed", days)
	an_item("Held", 3000)
	keep_for(limit)
	found = unfiled.leaving()
	assert found.items == int(told)
	assert bool(found.first) is told


def forget() -> None:
	frappe.db.delete("Singles", {"doctype": SETTINGS, "field": FIELD})
	frappe.clear_document_cache(SETTINGS, SETTINGS)


def test_a_site_that_saved_its_settings_before(desk: Desk) -> None:
	frappe.db.set_single_value(SETTINGS, "mask_numbers", 0)
	forget()
	assert settings.unfiled_days() == 365
	unfiled_rows_end.execute()
	assert frappe.db.get_single_value(SETTINGS, FIELD) == 365


def test_what_an_administrator_chose_stays(site: Any) -> None:
	frappe.db.set_single_value(SETTINGS, FIELD, 0)
	unfiled_rows_end.execute()
	assert settings.unfiled_days() == 0
