"""What a migration does to a site that worked with an earlier version."""

from typing import Any

import frappe
import pytest

from tests.app.desk import Desk
from whatsapp_channel.doctypes import SETTINGS
from whatsapp_channel.patches import channels_at_work_keep_sending

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
