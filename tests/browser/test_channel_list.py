# ruff: noqa: F811 (fixtures are imported and named as arguments)
"""The list of channels as an administrator uses it: a channel is switched off and on after a question (Z42)."""

import frappe
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.app.conftest import sandbox  # noqa: F401 (a fixture)
from tests.browser.setup_world import address, ready, walk  # noqa: F401 (fixtures)
from tests.browser.walking import Walk, press

pytestmark = pytest.mark.embedded_only(
	"in the desk the channels are a list of Frappe's, and its toggle asks the same question"
)
NAME = "Support on WhatsApp"


@pytest.fixture
def page(walk: Walk) -> Page:
	"""The list with one channel."""
	walk.to("done")
	press(walk.page, "Go to the channels")
	expect(switch(walk.page)).to_be_checked()
	return walk.page


def switch(page: Page) -> Locator:
	"""What shows and changes whether the channel is active."""
	return page.get_by_role("switch", name=NAME)


def question(page: Page, action: str) -> Locator:
	"""The dialog that asks before it is done."""
	return page.get_by_role("dialog", name=f"{action} {NAME}?")


def enabled() -> int:
	"""What is stored."""
	frappe.db.commit()
	return int(frappe.db.get_value("WhatsApp Channel", {"channel_name": NAME}, "enabled"))


def test_a_channel_is_deactivated_and_activated_after_a_question(page: Page) -> None:
	for action, stored in (("Deactivate", 0), ("Activate", 1)):
		switch(page).click()
		press(question(page, action), action)
		expect(question(page, action)).to_be_hidden()
		expect(switch(page)).to_be_checked(checked=bool(stored))
		assert enabled() == stored


def test_who_decides_otherwise_changes_nothing(page: Page) -> None:
	switch(page).click()
	expect(question(page, "Deactivate")).to_contain_text("Agents who answer are told why.")
	page.keyboard.press("Escape")
	expect(question(page, "Deactivate")).to_be_hidden()
	expect(switch(page)).to_be_checked()
	expect(switch(page)).to_be_focused()
	assert enabled() == 1
