# ruff: noqa: F811 (fixtures are imported and named as arguments)
"""Step 1 of the wizard with Meta's window: every way through it, out of it, and around what browsers hold back."""

from typing import Any

import frappe
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.app.conftest import SETTINGS, sandbox  # noqa: F401 (a fixture)
from tests.browser.setup_world import address, ready, walk  # noqa: F401 (fixtures)
from tests.browser.walking import Walk, alerts, press, stored
from whatsapp_channel.sandbox.graph.oauth import OAuth
from whatsapp_channel.sandbox.state.dialogs import SCREENS

LEAVING = [screen for screen in SCREENS if screen != "DONE"]
SDK = "**/en_US/sdk.js"


def number_of(screen: str) -> str:
	"""The choice that leads over a screen: only a new number is verified in the window."""
	return "new" if screen == "PHONE_NUMBER_VERIFICATION" else "later"


@pytest.mark.parametrize("screen", LEAVING)
@pytest.mark.parametrize("way", ["Cancel", "Report a problem"])
def test_leaving_the_window_is_explained(walk: Walk, screen: str, way: str):
	window = walk.window()
	walk.go_on(window, screen, number=number_of(screen))
	press(window, way)
	expect(alerts(walk.page)).to_contain_text("The account is not connected yet")
	expect(walk.page.get_by_role("button", name="Try again")).to_be_enabled()


@pytest.mark.parametrize("screen", ["LOGIN", "PHONE_NUMBER_SETUP", "PERMISSIONS"])
def test_a_window_that_was_closed_can_be_opened_again(walk: Walk, screen: str):
	window = walk.window()
	walk.go_on(window, screen)
	window.close(run_before_unload=True)
	expect(alerts(walk.page)).to_contain_text("The account is not connected yet")
	walk.link()


@pytest.mark.parametrize("number", ["later", "300000000000001", "new"])
def test_every_choice_of_a_number_in_the_window_ends_in_the_profile(walk: Walk, number: str):
	walk.link(number=number)


def test_closing_the_last_screen_finishes(walk: Walk):
	window = walk.window()
	walk.go_on(window, "DONE")
	window.close(run_before_unload=True)
	walk.at("profile")


@pytest.mark.parametrize(
	"switches",
	[
		pytest.param({"event_before_code": True}, id="the event before the code"),
		pytest.param({"event_before_code": False}, id="the code before the event"),
		pytest.param({"event_before_code": False, "gap_ms": 1500}, id="the event long after the code"),
		pytest.param({"omit_event": True}, id="no event"),
		pytest.param({"omit_ids": True}, id="an event without ids"),
		pytest.param({"wrong_origin": True}, id="an event of a stranger is not heard"),
		pytest.param({"token_days": 0}, id="a token without an end"),
	],
)
def test_the_account_is_linked(walk: Walk, switches: dict[str, Any]):
	walk.sandbox.signup.update(switches)
	walk.link()


@pytest.mark.parametrize(
	("switches", "words"),
	[
		pytest.param({"expire_code": True}, "code", id="the code is too late"),
		pytest.param({"third_party_cookies_blocked": True}, "third-party cookies", id="cookies are blocked"),
		pytest.param(
			{"missing_scopes": ("whatsapp_business_management",)}, "permission", id="a scope is missing"
		),
	],
)
def test_what_goes_wrong_is_explained(walk: Walk, switches: dict[str, Any], words: str):
	walk.sandbox.signup.update(switches)
	window = walk.window()
	walk.go_on(window, "DONE")
	press(window, "Finish")
	expect(alerts(walk.page)).to_contain_text(words, ignore_case=True)
	walk.sandbox.signup.update(
		{"expire_code": False, "third_party_cookies_blocked": False, "missing_scopes": ()}
	)
	walk.link()


def test_of_several_accounts_one_is_chosen_also_after_a_reload(walk: Walk, monkeypatch: pytest.MonkeyPatch):
	other = walk.sandbox.add_account("200000000000002", "Second Shop").id
	make, first = OAuth.make_code, walk.sandbox.config.waba_id
	monkeypatch.setattr(
		OAuth, "make_code", lambda oauth, _ids, given: make(oauth, [first, other], given=given)
	)
	walk.sandbox.signup.update({"omit_ids": True})
	window = walk.window()
	walk.go_on(window, "DONE")
	press(window, "Finish")
	expect(
		walk.page.get_by_role("group", name="Accounts that you shared").get_by_role("radio")
	).to_have_count(2)
	walk.page.reload()
	walk.page.get_by_label("Second Shop").check()
	press(walk.page, "Use this account")
	walk.at("profile")
	frappe.db.commit()
	assert frappe.get_all("WhatsApp Business Account", pluck="name") == [other]


def test_a_blocked_window_is_detected(walk: Walk):
	walk.page.evaluate("void (window.open = () => null)")
	press(walk.page, "Continue with Facebook")
	expect(alerts(walk.page)).to_contain_text("Allow pop-ups for this site")
	walk.page.reload()
	walk.link()


def test_a_script_that_does_not_load_is_explained(walk: Walk, context: BrowserContext):
	def refuse(route: Route) -> None:
		route.abort()

	context.route(SDK, refuse)
	walk.page.reload()
	expect(alerts(walk.page)).to_contain_text("Meta's script could not be loaded")
	expect(walk.page.get_by_label("Access Token")).to_be_visible()
	context.unroute(SDK, refuse)
	press(walk.page, "Try again")
	walk.link()


def test_a_site_without_https_offers_the_way_by_hand(walk: Walk):
	frappe.db.set_single_value(SETTINGS, "api_base_url", "https://graph.facebook.com")
	frappe.db.commit()
	walk.page.reload()
	expect(walk.page.get_by_text("HTTPS").first).to_be_visible()
	expect(walk.page.get_by_label("Access Token")).to_be_visible()


def test_cancelling_on_the_page_closes_the_window(walk: Walk):
	window = walk.window()
	press(walk.page, "Cancel")
	expect(walk.page.get_by_role("button", name="Continue with Facebook")).to_be_enabled()
	assert window.is_closed() or not window.wait_for_event("close")


def test_the_code_and_the_token_stay_out_of_the_browser(walk: Walk):
	walk.link()
	kept = stored(walk.page)
	assert not [secret for secret in [*walk.sandbox.tokens, *walk.sandbox.oauth.codes] if secret in kept]


@pytest.fixture
def broken(walk: Walk) -> Page:
	"""An account that Meta refuses."""
	walk.link()
	frappe.db.commit()
	name = frappe.get_all("WhatsApp Business Account", pluck="name")[0]
	frappe.db.set_value("WhatsApp Business Account", name, "attention_reason", "Meta refuses the token.")
	frappe.db.commit()
	walk.page.reload()
	return walk.page


def test_a_refused_account_is_reconnected_in_step_1(walk: Walk, broken: Page):
	expect(broken.get_by_role("heading", name="Reconnect")).to_be_visible()
	expect(alerts(broken)).to_contain_text("Meta refuses the token.")
	walk.link()
