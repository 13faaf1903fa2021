"""The sign-up dialog in a real browser: how it ends, and what the page that opened it hears."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.credentials import GIVEN
from tests.sandbox.opener import Opening, choose_new_number, finish, go_on, go_to
from tests.sandbox.receiver import Receiver
from whatsapp_channel.sandbox import Config, Running, Sandbox
from whatsapp_channel.sandbox.state.dialogs import SCREENS

if TYPE_CHECKING:
	from playwright.sync_api import Browser

CONFIG = Config(**GIVEN)


def exchange(server: Running, code: str) -> httpx.Response:
	query = {"client_id": CONFIG.app_id, "client_secret": CONFIG.app_secret, "code": code}
	return httpx.get(f"{server.url}/v26.0/oauth/access_token", params=query)


# -- the happy paths -----------------------------------------------------------------------------------------------


def test_walk_with_everything_new(
	opening: Opening, server: Running, sandbox: Sandbox, receiver: Receiver
) -> None:
	page = opening()
	dialog = page.integrate()
	go_on(dialog, "BUSINESS_ACCOUNT_SELECTION")
	dialog.get_by_label("Create a business portfolio").check()
	dialog.get_by_label("Business name").fill("Lucky Shrub")
	go_on(dialog, "WABA_PHONE_PROFILE_PICKER")
	dialog.get_by_label("Account name").fill("Lucky Account")
	go_on(dialog, "WHATSAPP_BUSINESS_PROFILE_SETUP")
	dialog.get_by_label("Display name").fill("Lucky Shrub")
	dialog.get_by_label("Category").select_option("RETAIL")
	dialog.get_by_label("Description").fill("Plants for everyone")
	go_on(dialog, "PHONE_NUMBER_SETUP")
	choose_new_number(dialog)
	dialog.get_by_label("Phone call").check()
	go_on(dialog, "PHONE_NUMBER_VERIFICATION")
	spoken = sandbox.phone_texts[-1]
	assert (spoken.method, spoken.language, spoken.text.split(" ")[0]) == ("VOICE", "pt_BR", "Seu")
	dialog.get_by_label("Verification code").fill(spoken.code)
	go_on(dialog, "PERMISSIONS")
	dialog.locator("#PERMISSIONS").get_by_text("Lucky Account").wait_for()
	go_on(dialog, "DONE")
	finish(dialog)
	code = page.answer()["authResponse"]["code"]
	(event,) = page.events()
	account, number = list(sandbox.accounts.values())[-1], list(sandbox.numbers.values())[-1]
	assert event == {
		"data": {"phone_number_id": number.id, "waba_id": account.id, "business_id": account.business_id},
		"type": "WA_EMBEDDED_SIGNUP",
		"event": "FINISH",
		"version": "3",
	}
	assert (account.ownership, number.waba_id, number.name) == ("shared", account.id, "Lucky Shrub")
	assert number.profile == {"vertical": "RETAIL", "description": "Plants for everyone"}
	assert exchange(server, code).json()["access_token"] in sandbox.tokens
	assert page.origins() == {server.url}
	assert sandbox.flush()
	(told,) = receiver.events("account_update")
	assert told["value"]["waba_info"]["waba_id"] == account.id


def test_existing_number_needs_no_code(opening: Opening, server: Running, sandbox: Sandbox) -> None:
	page = opening()
	dialog = page.integrate()
	go_to(dialog, sandbox, "DONE", new_number=False)
	finish(dialog)
	assert page.events()[0]["data"] == {
		"phone_number_id": CONFIG.phone_number_id,
		"waba_id": CONFIG.waba_id,
		"business_id": CONFIG.business_id,
	}
	assert exchange(server, page.answer()["authResponse"]["code"]).status_code == 200


def test_verified_number_asks_for_no_way_to_verify(opening: Opening, sandbox: Sandbox) -> None:
	dialog = opening().integrate()
	go_to(dialog, sandbox, "PHONE_NUMBER_SETUP")
	way = dialog.get_by_role("group", name="Verify by")
	shown = []
	for choice in ("+1 555-010-0200", "Add a new number", "Only display the account"):
		dialog.get_by_label(choice).check()
		shown.append(way.is_visible())
	assert shown == [False, True, False]


def test_dialog_without_an_opener_says_when_it_is_over(
	browser: Browser, server: Running, sandbox: Sandbox
) -> None:
	options = {
		"app_id": CONFIG.app_id,
		"config_id": "1",
		"response_type": "code",
		"override_default_response_type": "true",
	}
	page = browser.new_page()
	page.goto(f"{server.url}/signup/dialog?{urlencode(options)}")
	page.get_by_role("button", name="Cancel").click()
	page.get_by_text("You can close this window now.").wait_for()
	page.close()


def test_account_alone(opening: Opening, sandbox: Sandbox) -> None:
	page = opening()
	dialog = page.integrate()
	go_to(dialog, sandbox, "PHONE_NUMBER_SETUP")
	dialog.get_by_label("Only display the account").check()
	go_on(dialog, "PERMISSIONS")
	go_on(dialog, "DONE")
	finish(dialog)
	(event,) = page.events()
	assert (event["event"], set(event["data"])) == ("FINISH_ONLY_WABA", {"waba_id", "business_id"})


def test_window_closed_on_the_last_screen_counts_as_finished(
	opening: Opening, server: Running, sandbox: Sandbox
) -> None:
	page = opening()
	dialog = page.integrate()
	go_to(dialog, sandbox, "DONE", new_number=False)
	dialog.close(run_before_unload=True)
	code = page.answer()["authResponse"]["code"]
	assert page.events()[0]["event"] == "FINISH"
	(session,) = sandbox.sessions.values()
	sandbox.wait_until(lambda: session.outcome == "finished")
	assert exchange(server, code).status_code == 200


def test_opener_fills_in_beforehand(opening: Opening, sandbox: Sandbox) -> None:
	setup = {
		"business": {"name": "Lucky Shrub"},
		"phone": {"displayName": "Lucky", "category": "EDU", "description": "Plants"},
	}
	dialog = opening(extras={"setup": setup}).integrate()
	go_on(dialog, "BUSINESS_ACCOUNT_SELECTION")
	dialog.get_by_label("Create a business portfolio").check()
	assert dialog.get_by_label("Business name").input_value() == "Lucky Shrub"
	dialog.get_by_label("Sandbox Business").check()
	go_on(dialog, "WABA_PHONE_PROFILE_PICKER")
	go_on(dialog, "WHATSAPP_BUSINESS_PROFILE_SETUP")
	labels = ("Display name", "Category", "Description")
	assert [dialog.get_by_label(one).input_value() for one in labels] == ["Lucky", "EDU", "Plants"]


# -- leaving -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("screen", SCREENS[:-1])
@pytest.mark.parametrize("way", ["button", "window"])
def test_leaving_tells_the_step(opening: Opening, sandbox: Sandbox, screen: str, way: str) -> None:
	page = opening()
	dialog = page.integrate()
	go_to(dialog, sandbox, screen)
	with dialog.expect_event("close"):
		if way == "button":
			dialog.get_by_role("button", name="Cancel").click()
		else:
			dialog.close(run_before_unload=True)
	assert page.answer() == {"authResponse": None, "status": "unknown"}
	steps = [(event["event"], event["data"]["current_step"]) for event in page.events()]
	assert steps == ([] if screen == "LOGIN" else [("CANCEL", screen)])
	(session,) = sandbox.sessions.values()
	sandbox.wait_until(lambda: session.outcome == "cancelled")


@pytest.mark.parametrize("screen", SCREENS[:-1])
def test_reported_problem_names_what_the_screen_said(opening: Opening, sandbox: Sandbox, screen: str) -> None:
	sandbox.signup.update({"problems": {screen: "You have too many accounts."}})
	page = opening()
	dialog = page.integrate()
	go_to(dialog, sandbox, screen)
	if screen == "PHONE_NUMBER_SETUP":
		choose_new_number(dialog)
	dialog.get_by_role("button", name="Continue").click()
	dialog.get_by_role("alert").filter(has_text="You have too many accounts.").wait_for()
	with dialog.expect_event("close"):
		dialog.get_by_role("button", name="Report a problem").click()
	assert page.answer()["authResponse"] is None
	(event,) = page.events()
	(session,) = sandbox.sessions.values()
	assert (event["event"], event["data"]["error_message"]) == ("CANCEL", "You have too many accounts.")
	assert (event["data"]["error_code"], event["data"]["session_id"]) == ("524126", session.id)


def test_blocked_pop_up_is_told_as_meta_tells_it(opening: Opening) -> None:
	page = opening()
	page.page.evaluate("window.open = () => null")
	page.page.get_by_role("button", name="Integrate").click()
	assert page.answer() == {"authResponse": None, "status": "unknown"}


# -- switches ------------------------------------------------------------------------------------------------------


ORDERS: dict[str, tuple[dict[str, Any], list[str]]] = {
	"event first": ({}, ["event", "code"]),
	"code first": ({"event_before_code": False}, ["code", "event"]),
	"no event": ({"omit_event": True}, ["code"]),
	"cookies blocked": ({"third_party_cookies_blocked": True}, ["event", "code"]),
}


@pytest.mark.parametrize(("switches", "expected"), ORDERS.values(), ids=ORDERS.keys())
def test_halves_come_as_ordered(
	opening: Opening, sandbox: Sandbox, switches: dict[str, Any], expected: list[str]
) -> None:
	sandbox.signup.update(switches)
	page = opening()
	dialog = page.integrate()
	go_to(dialog, sandbox, "DONE", new_number=False)
	finish(dialog)
	answer = page.answer()
	page.page.wait_for_function(
		f"heard.filter(([kind, data]) => kind === 'callback' || data?.data?.startsWith('{{')).length === {len(expected)}"
	)
	assert page.order() == expected
	assert (answer["authResponse"] is None) is ("third_party_cookies_blocked" in switches)


def test_event_without_ids(opening: Opening, sandbox: Sandbox) -> None:
	sandbox.signup.omit_ids = True
	page = opening()
	dialog = page.integrate()
	go_to(dialog, sandbox, "DONE", new_number=False)
	finish(dialog)
	assert (page.events()[0]["event"], page.events()[0]["data"]) == ("FINISH", {})


def test_expired_code_is_refused(opening: Opening, server: Running, sandbox: Sandbox) -> None:
	sandbox.signup.expire_code = True
	page = opening()
	dialog = page.integrate()
	go_to(dialog, sandbox, "DONE", new_number=False)
	finish(dialog)
	answer = exchange(server, page.answer()["authResponse"]["code"])
	assert (answer.status_code, answer.json()["error"]["error_subcode"]) == (400, 36007)


def test_wrong_origin(opening: Opening, server: Running, sandbox: Sandbox) -> None:
	sandbox.signup.wrong_origin = True
	page = opening()
	dialog = page.integrate()
	go_to(dialog, sandbox, "DONE", new_number=False)
	finish(dialog)
	assert page.answer()["authResponse"]["code"]
	assert page.origins() == {server.url.replace("127.0.0.1", "localhost")}
