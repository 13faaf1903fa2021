"""A Single's fields as this app reads them: what is empty is None, and no moment that nobody entered."""

import datetime
from collections.abc import Iterator
from typing import Any

import frappe
import pytest

from whatsapp_channel.database import single_value, single_values
from whatsapp_channel.doctypes import SETTINGS

MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5)


@pytest.fixture
def stored(site: Any) -> Iterator[Any]:
	"""Writes one field as it stands in the table; None for no row at all."""

	def write(field: str, value: str | None) -> None:
		frappe.db.delete("Singles", {"doctype": SETTINGS, "field": field})
		if value is not None:
			frappe.db.sql(
				"insert into tabSingles (doctype, field, value) values (%s, %s, %s)", (SETTINGS, field, value)
			)
		getattr(frappe.db, "value_cache", {}).clear()

	yield write
	frappe.db.rollback()


CASES = {
	"no date at all": ("last_refused_at", None, None),
	"an empty date": ("last_refused_at", "", None),
	"a date": ("last_refused_at", "2026-01-02 03:04:05", MOMENT),
	"no number": ("media_retention_days", None, 0),
	"an empty number": ("media_retention_days", "", 0),
	"a number": ("media_retention_days", "30", 30),
	"no choice": ("mask_numbers", None, 0),
	"a choice": ("mask_numbers", "1", 1),
	"a text": ("last_refusal", "Why", "Why"),
}


@pytest.mark.parametrize(("field", "value", "expected"), CASES.values(), ids=CASES.keys())
def test_a_field_is_read(stored: Any, field: str, value: str | None, expected: Any) -> None:
	stored(field, value)
	assert single_value(SETTINGS, field) == expected
	assert single_values(SETTINGS, field) == (expected if value else None,)


def test_a_text_that_is_empty_is_no_text(stored: Any) -> None:
	for value in (None, ""):
		stored("last_refusal", value)
		assert not single_value(SETTINGS, "last_refusal")
		assert single_values(SETTINGS, "last_refusal") == (None,)


def test_several_come_in_the_order_in_which_they_are_asked_for(stored: Any) -> None:
	stored("last_refusal", "Why")
	stored("last_refused_at", "2026-01-02 03:04:05")
	stored("refused_deliveries", None)
	fields = ("last_refused_at", "refused_deliveries", "last_refusal")
	assert single_values(SETTINGS, *fields) == (MOMENT, None, "Why")
