"""What the screens of the sign-up dialog refuse, and how people get through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.credentials import GIVEN
from tests.sandbox.opener import Opening, choose_new_number, go_on, go_to
from whatsapp_channel.sandbox import Config, Running, Sandbox
from whatsapp_channel.sandbox.state.dialogs import SCREENS

if TYPE_CHECKING:
	pass

CONFIG = Config(**GIVEN)


# -- what a screen refuses -----------------------------------------------------------------------------------------

NUMBER_FAULTS = {
	"in_use_app": "already registered to an existing WhatsApp account",
	"in_use_elsewhere": "with another business",
	"blocked": "was blocked",
	"limit": "maximum of phone numbers",
	"landline": "Choose a voice call",
}


@pytest.mark.parametrize(("fault", "words"), NUMBER_FAULTS.items(), ids=NUMBER_FAULTS.keys())
def test_number_that_cannot_be_used_is_explained(
	opening: Opening, sandbox: Sandbox, fault: str, words: str
) -> None:
	sandbox.number_faults["14155550177"] = fault
	dialog = opening().integrate()
	go_to(dialog, sandbox, "PHONE_NUMBER_SETUP")
	choose_new_number(dialog)
	dialog.get_by_role("button", name="Continue").click()
	dialog.get_by_role("alert").filter(has_text=words).wait_for()
	if fault == "landline":
		dialog.get_by_label("Phone call").check()
		go_on(dialog, "PHONE_NUMBER_VERIFICATION")


EMPTY: dict[str, tuple[str, str]] = {
	"email": ("LOGIN", "Email address"),
	"display name": ("WHATSAPP_BUSINESS_PROFILE_SETUP", "Display name"),
	"code": ("PHONE_NUMBER_VERIFICATION", "Verification code"),
}


@pytest.mark.parametrize(("screen", "label"), EMPTY.values(), ids=EMPTY.keys())
def test_empty_field_is_told_and_focused(opening: Opening, sandbox: Sandbox, screen: str, label: str) -> None:
	dialog = opening().integrate()
	go_to(dialog, sandbox, screen)
	field = dialog.get_by_label(label)
	field.fill("")
	dialog.get_by_role("button", name="Continue").click()
	dialog.get_by_role("alert").filter(has_text="Enter").wait_for()
	dialog.locator(":focus[aria-invalid=true]").wait_for()
	assert field.get_attribute("aria-invalid") == "true"


def test_wrong_code_then_another_by_call(opening: Opening, sandbox: Sandbox) -> None:
	dialog = opening().integrate()
	go_to(dialog, sandbox, "PHONE_NUMBER_VERIFICATION")
	first = sandbox.phone_texts[-1].code
	dialog.get_by_label("Verification code").fill("000000")
	dialog.get_by_role("button", name="Continue").click()
	dialog.get_by_role("alert").filter(has_text="The code is incorrect").wait_for()
	dialog.get_by_role("button", name="Resend by phone call").click()
	dialog.get_by_text("The number is being called.").wait_for()
	spoken = sandbox.phone_texts[-1]
	assert (spoken.method, spoken.code != first) == ("VOICE", True)
	dialog.get_by_label("Verification code").fill(f"{spoken.code[:3]}-{spoken.code[3:]}")
	go_on(dialog, "PERMISSIONS")


OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
	"other app": ({"app_id": "1"}, "Invalid App ID"),
	"no configuration": ({"config_id": ""}, "without a config_id"),
	"token instead of code": ({"response_type": "token"}, "response_type"),
}


@pytest.mark.parametrize(("options", "words"), OPTIONS.values(), ids=OPTIONS.keys())
def test_dialog_refuses_other_options(opening: Opening, options: dict[str, Any], words: str) -> None:
	page = opening(**options)
	with page.page.expect_popup() as opened:
		page.page.get_by_role("button", name="Integrate").click()
	opened.value.get_by_role("alert").filter(has_text=words).wait_for()
	opened.value.close()
	assert page.answer()["authResponse"] is None


# -- people --------------------------------------------------------------------------------------------------------


def test_keyboard_alone(opening: Opening, sandbox: Sandbox) -> None:
	page = opening()
	dialog = page.integrate()
	for step in SCREENS[1:]:
		if step == "PERMISSIONS":
			dialog.locator("#code:focus").wait_for()
			dialog.keyboard.type(sandbox.phone_texts[-1].code)
		if step == "PHONE_NUMBER_VERIFICATION":
			dialog.locator("input[name=number]:focus").wait_for()
			dialog.keyboard.press("ArrowDown")
			dialog.keyboard.press("Tab")
			dialog.keyboard.press("Tab")
			dialog.keyboard.type("415 555 0177")
		dialog.keyboard.press("Enter")
		dialog.locator(f"body[data-screen={step}]").wait_for()
	with dialog.expect_event("close"):
		dialog.keyboard.press("Enter")
	assert page.answer()["authResponse"]["code"]


@pytest.mark.parametrize("screen", SCREENS)
def test_narrow_screen_and_labels(opening: Opening, sandbox: Sandbox, screen: str) -> None:
	dialog = opening().integrate()
	dialog.set_viewport_size({"width": 360, "height": 640})
	go_to(dialog, sandbox, screen)
	assert dialog.locator("html").evaluate("element => element.scrollWidth") == 360
	unnamed = "inputs => inputs.filter(one => !one.labels.length).map(one => one.id)"
	assert dialog.locator("input, select, textarea").evaluate_all(unnamed) == []


def test_policies_let_the_opener_in_and_nobody_else(server: Running) -> None:
	sdk = httpx.get(f"{server.url}/pt_BR/sdk.js")
	assert sdk.headers["Access-Control-Allow-Origin"] == "*"
	assert sdk.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
	dialog = httpx.get(f"{server.url}/signup/dialog")
	assert "frame-ancestors 'none'" in dialog.headers["Content-Security-Policy"]
	assert "unsafe" not in dialog.headers["Content-Security-Policy"]
	assert "Cross-Origin-Opener-Policy" not in dialog.headers
