"""The health page as an administrator uses it, on the embedded host."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.browser.conftest import Running
from whatsapp_channel.health.registry import CHECKS

pytestmark = pytest.mark.embedded_only(reason="the demo runs on the embedded host")
API = "**/api/method/whatsapp_channel.api.health."
SKIPPED = ("Workers", "Scheduler", "Database")
# A demo has its tokens sent to the sandbox, which an administrator has to be told of.
WARNED, ALL_WELL = "Address of the API", "1 warning"
TIME = 60_000  # milliseconds for all checks on a busy machine


@pytest.fixture
def health(page: Page, demo: Running) -> Page:
	"""The page with every check made."""
	page.goto(f"{demo.desk_url}desk/health.html")
	expect(verdict(page)).not_to_contain_text("Checking", timeout=TIME)
	return page


def credentials(demo: Running) -> dict[str, str]:
	"""What the sandbox made up when it started."""
	return httpx.get(f"{demo.phone_url}sandbox/state", trust_env=False).json()["config"]


def verdict(page: Page) -> Locator:
	return page.get_by_role("region", name="Summary").get_by_role("status")


def row(page: Page, title: str) -> Locator:
	return page.get_by_role("list", name="Checks").get_by_role("listitem", name=title)


def again(page: Page, title: str) -> Locator:
	return page.get_by_role("button", name=f"Check again: {title}", exact=True)


@pytest.fixture
def unsubscribed(demo: Running) -> Iterator[Any]:
	"""Meta does not post the account's messages here, until the test calls what it gets."""
	config = credentials(demo)
	url = f"{demo.phone_url}v25.0/{config['waba_id']}/subscribed_apps"

	def subscribe(method: str = "POST") -> None:
		headers = {"Authorization": f"Bearer {config['token']}"}
		httpx.request(method, url, headers=headers, trust_env=False).raise_for_status()

	subscribe("DELETE")
	yield subscribe
	subscribe()


def test_the_page_fills_while_the_checks_run(page: Page, demo: Running) -> None:
	page.goto(f"{demo.desk_url}desk/health.html")
	expect(verdict(page)).to_contain_text(f"of {len(CHECKS)}")
	expect(page.get_by_role("progressbar", name="Progress of the checks")).to_be_visible()
	expect(page.get_by_role("list", name="Checks").get_by_role("listitem")).to_have_count(len(CHECKS))
	expect(row(page, CHECKS[0].title)).to_contain_text("OK")
	expect(verdict(page)).to_contain_text(ALL_WELL, timeout=TIME)
	expect(page.get_by_role("progressbar")).to_be_hidden()


def test_a_healthy_demo(health: Page) -> None:
	expect(verdict(health)).to_contain_text(
		f"{len(CHECKS) - len(SKIPPED) - 1} checks are fine. 3 were skipped"
	)
	for title in SKIPPED:
		expect(row(health, title)).to_contain_text("Skipped")
	expect(row(health, WARNED)).to_contain_text("which is not Meta")
	row(health, "Callback address").get_by_text("Details").click()
	expect(row(health, "Callback address")).to_contain_text("Median in milliseconds")


def test_a_fault_its_way_out_and_its_end(page: Page, demo: Running, unsubscribed: Any) -> None:
	page.goto(f"{demo.desk_url}desk/health.html")
	expect(verdict(page)).to_contain_text("1 problem, 1 warning", timeout=TIME)
	found = row(page, "Webhook subscription")
	expect(found).to_contain_text("Meta posts nothing of this account")
	expect(found).to_contain_text("What to do:")
	page.get_by_role("list", name="What needs a look").get_by_role(
		"button", name="Webhook subscription"
	).click()
	expect(again(page, "Webhook subscription")).to_be_focused()
	unsubscribed()
	page.keyboard.press("Enter")
	expect(found).to_contain_text("Meta posts to this site")
	expect(again(page, "Webhook subscription")).to_be_focused()
	expect(verdict(page)).to_contain_text(ALL_WELL)


def test_by_keyboard_alone(health: Page) -> None:
	wanted = again(health, CHECKS[-1].title)
	health.locator("#main").focus()
	for _press in range(4 * len(CHECKS)):
		if wanted.evaluate("button => button === document.activeElement"):
			break
		health.keyboard.press("Tab")
	expect(wanted).to_be_focused()
	with health.expect_response(lambda answer: answer.url.endswith("health.check")) as asked:
		health.keyboard.press("Enter")
	assert asked.value.request.post_data_json == {"key": CHECKS[-1].key}
	expect(wanted).to_be_focused()


def test_all_again(health: Page) -> None:
	health.get_by_role("button", name="Check all again").click()
	expect(verdict(health)).to_contain_text("Checking")
	expect(health.get_by_role("button", name="Check all again")).to_have_attribute("aria-disabled", "true")
	expect(verdict(health)).to_contain_text(ALL_WELL, timeout=TIME)


def test_a_server_that_does_not_answer(page: Page, demo: Running) -> None:
	page.route(f"{API}checks", lambda route: route.abort())
	page.goto(f"{demo.desk_url}desk/health.html")
	expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
	page.unroute(f"{API}checks")
	page.get_by_role("button", name="Try again").click()
	expect(verdict(page)).to_contain_text(ALL_WELL, timeout=TIME)


def test_one_check_without_an_answer_leaves_the_others(page: Page, demo: Running) -> None:
	def answer(route: Route) -> None:
		lost = route.request.post_data_json == {"key": "clock"}
		route.fulfill(status=500, body="<html>") if lost else route.continue_()

	page.route(f"{API}check", answer)
	page.goto(f"{demo.desk_url}desk/health.html")
	expect(verdict(page)).to_contain_text("1 not checked", timeout=TIME)
	expect(row(page, "Clock")).to_contain_text("HTTP 500")
	expect(row(page, "Size limits")).to_contain_text("OK")


def test_text_of_the_server_is_no_markup(page: Page, demo: Running) -> None:
	hostile = {
		"reason": "<img src=x onerror='window.hacked=1'>",
		"fix": "<b>fix</b>",
		"details": {"<i>a": "<s>b"},
	}
	result = {"key": "x", "title": "x", "state": "WARNING", "seconds": 0, **hostile}
	page.route(f"{API}check", lambda route: route.fulfill(json={"message": result}))
	page.goto(f"{demo.desk_url}desk/health.html")
	expect(verdict(page)).to_contain_text(f"{len(CHECKS)} warnings")
	expect(row(page, "Clock")).to_contain_text("<img src=x")
	assert page.evaluate("window.hacked") is None


def test_the_report_for_somebody_who_helps(health: Page, demo: Running, context: BrowserContext) -> None:
	context.grant_permissions(["clipboard-read", "clipboard-write"])
	health.get_by_role("button", name="Copy report").click()
	expect(health.get_by_text("The report is in the clipboard.")).to_be_visible()
	copied = health.evaluate("navigator.clipboard.readText()")
	assert copied.startswith("OK Encryption key (encryption_key)")
	assert "SKIPPED Database (database)" in copied
	assert credentials(demo)["token"] not in copied


def test_a_narrow_screen(page: Page, demo: Running) -> None:
	page.set_viewport_size({"width": 360, "height": 740})
	page.goto(f"{demo.desk_url}desk/health.html")
	expect(verdict(page)).to_contain_text(ALL_WELL, timeout=TIME)
	assert page.evaluate("document.documentElement.scrollWidth") == 360
	for button in page.get_by_role("button").all():
		box = button.bounding_box()
		assert box
		assert box["x"] >= 0
		assert box["x"] + box["width"] <= 360
