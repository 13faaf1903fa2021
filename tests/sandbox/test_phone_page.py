"""The phone page in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.files import PDF, PNG
from tests.sandbox.conftest import wamid_of
from tests.sandbox.receiver import Receiver
from whatsapp_channel.sandbox import Running, Sandbox

if TYPE_CHECKING:
	import httpx
	from playwright.sync_api import Browser, Page


@pytest.fixture
def page(browser: Browser, server: Running) -> Iterator[Page]:
	"""The page with no customer yet; a script error fails the test."""
	context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
	context.set_default_timeout(45_000)
	opened = context.new_page()
	problems: list[str] = []
	opened.on("pageerror", lambda error: problems.append(str(error)))
	opened.goto(f"{server.url}/")
	opened.get_by_text("No customers yet").wait_for()
	yield opened
	context.close()
	assert problems == []


@pytest.fixture
def chat(page: Page) -> Page:
	"""The page with Ada's chat open."""
	page.get_by_role("button", name="New customer").click()
	page.get_by_label("Name", exact=True).fill("Ada Okafor")
	page.get_by_label("Phone number", exact=True).fill("+1 415 555 0123")
	page.get_by_role("button", name="Add customer").click()
	page.get_by_text("Say hello to Sandbox Business").wait_for()
	return page


def write(page: Page, text: str) -> None:
	page.get_by_label("Write a message").fill(text)
	page.keyboard.press("Enter")


def test_message_gets_two_ticks_and_the_answer_appears_and_is_read(
	chat: Page, sandbox: Sandbox, receiver: Receiver, send: Callable[..., httpx.Response]
) -> None:
	write(chat, "<b>Hello</b>")
	chat.get_by_role("img", name="Taken by the helpdesk").wait_for()
	chat.locator(".bubble.mine", has_text="<b>Hello</b>").wait_for()
	assert receiver.texts() == ["<b>Hello</b>"]
	wamid = wamid_of(send(body="*Welcome* to https://example.com/a"))
	chat.locator(".bubble.theirs strong", has_text="Welcome").wait_for()
	assert (
		chat.get_by_role("link", name="https://example.com/a").get_attribute("rel") == "noreferrer noopener"
	)
	sandbox.wait_until(lambda: sandbox.message(wamid).status == "read")
	assert sandbox.flush()
	assert receiver.statuses(wamid) == ["sent", "delivered", "read"]


def test_refused_message_shows_why_and_is_sent_again(
	chat: Page, sandbox: Sandbox, receiver: Receiver
) -> None:
	sandbox.settings.update({"retry_delays": [60]})
	receiver.answers = [401]
	write(chat, "Hello")
	chat.get_by_text("HTTP 401: the helpdesk refused the signature").wait_for()
	chat.get_by_role("button", name="Send again").click()
	chat.get_by_role("img", name="Taken by the helpdesk", exact=True).wait_for()
	assert receiver.texts() == ["Hello", "Hello"]


def test_chosen_files_are_sent_each_by_itself(chat: Page, sandbox: Sandbox, receiver: Receiver) -> None:
	chat.get_by_label("Write a message").fill("Look")
	files = [("a.png", "image/png", PNG), ("receipt.pdf", "application/pdf", PDF)]
	with chat.expect_file_chooser() as chooser:
		chat.get_by_role("button", name="Send files").click()
	chooser.value.set_files([{"name": n, "mimeType": m, "buffer": b} for n, m, b in files])
	chat.get_by_text("[document] receipt.pdf", exact=True).wait_for()
	photo, document = [message.raw for message in sandbox.messages("14155550123")]
	assert (photo["type"], photo["image"]["caption"]) == ("image", "Look")
	assert document["document"]["filename"] == "receipt.pdf"
	assert sandbox.media[photo["image"]["id"]].data == PNG
	assert sandbox.media[document["document"]["id"]].data == PDF


def test_phone_switched_off_holds_delivery(
	chat: Page, sandbox: Sandbox, receiver: Receiver, send: Callable[..., httpx.Response]
) -> None:
	write(chat, "Hello")
	chat.get_by_role("img", name="Taken by the helpdesk").wait_for()
	chat.get_by_text("Phone switched off").click()
	chat.get_by_text("The phone is off").wait_for()
	wamid = wamid_of(send(body="Are you there?"))
	chat.locator(".bubble.theirs").wait_for()
	assert sandbox.flush()
	assert receiver.statuses(wamid) == ["sent"]
	chat.get_by_text("Phone switched off").click()
	sandbox.wait_until(lambda: sandbox.message(wamid).status == "read")


NUMBERS = {"national": "0151 2345678", "words": "Ada", "too short": "+1 23", "empty": ""}


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS.keys())
def test_wrong_number_is_told_at_the_field(page: Page, sandbox: Sandbox, number: str) -> None:
	page.get_by_role("button", name="New customer").click()
	page.get_by_label("Name", exact=True).fill("Bo")
	page.get_by_label("Phone number", exact=True).fill(number)
	page.keyboard.press("Enter")
	page.locator("#new-error:not([hidden])").wait_for()
	field = page.get_by_label("Phone number", exact=True)
	assert field.get_attribute("aria-invalid") == "true"
	assert field.evaluate("element => element === document.activeElement")
	assert sandbox.customers == {}


def test_fault_is_ordered_and_removed_by_hand(chat: Page, sandbox: Sandbox) -> None:
	chat.get_by_text("Faults", exact=True).click()
	chat.get_by_label("Fault", exact=True).select_option(label="Any error code")
	chat.get_by_label("Error code").fill("131026")
	chat.get_by_role("button", name="Order the fault").click()
	chat.get_by_text("Any error code, 1 left").wait_for()
	assert [(fault.kind, fault.code) for fault in sandbox.faults.waiting()] == [("error", 131026)]
	chat.get_by_role("button", name="Remove Any error code").click()
	chat.get_by_text("No faults are waiting.").wait_for()
	assert sandbox.faults.waiting() == []


def test_sandbox_that_is_away_is_told_and_the_text_kept(
	chat: Page, server: Running, receiver: Receiver
) -> None:
	with server.refusing():
		write(chat, "Hello")
		chat.get_by_role("alert").filter(has_text="The sandbox does not answer").wait_for()
		assert chat.get_by_label("Write a message").input_value() == "Hello"
	chat.get_by_role("alert").filter(has_text="The sandbox does not answer").wait_for(state="hidden")
	chat.get_by_role("button", name="Send", exact=True).click()
	chat.get_by_role("img", name="Taken by the helpdesk").wait_for()
	assert receiver.texts() == ["Hello"]


def test_keyboard_alone(page: Page, sandbox: Sandbox, receiver: Receiver) -> None:
	for number, name in (("+14155550123", "Ada"), ("+14155550124", "Bo")):
		sandbox.customer(number, name)
	page.get_by_role("button", name="Ada").focus()
	page.keyboard.press("ArrowDown")
	page.keyboard.press("Enter")
	page.locator("#text:focus").wait_for()
	page.keyboard.type("One")
	page.keyboard.press("Shift+Enter")
	page.keyboard.type("Two")
	page.keyboard.press("Enter")
	page.get_by_role("img", name="Taken by the helpdesk").wait_for()
	assert receiver.texts() == ["One\nTwo"]
	assert receiver.values()[0]["contacts"][0]["profile"]["name"] == "Bo"


def test_narrow_screen_shows_one_thing_at_a_time(chat: Page) -> None:
	chat.set_viewport_size({"width": 360, "height": 740})
	chat.get_by_role("button", name="Close tools").click()
	assert not chat.locator(".list").is_visible()
	assert chat.get_by_label("Write a message").is_visible()
	assert chat.locator("html").evaluate("element => element.scrollWidth") == 360
	chat.get_by_role("button", name="Back to the customers").click()
	chat.get_by_role("button", name="Ada Okafor").wait_for()
	assert not chat.get_by_label("Write a message").is_visible()
	assert chat.locator("html").evaluate("element => element.scrollWidth") == 360


CODES = {
	"text message": ("SMS", "en_US", "Text message from WhatsApp", "WhatsApp code"),
	"call in Portuguese": ("VOICE", "pt_BR", "Call from WhatsApp", "Seu código é"),
	"call in a language without words": ("VOICE", "xx", "Call from WhatsApp", "Your code is"),
}


@pytest.mark.parametrize(("method", "language", "kind", "words"), CODES.values(), ids=CODES.keys())
def test_verification_code_shows_on_the_numbers_own_phone(
	page: Page, sandbox: Sandbox, graph: httpx.Client, method: str, language: str, kind: str, words: str
) -> None:
	sandbox.number().fields["code_verification_status"] = "NOT_VERIFIED"
	body = {"code_method": method, "language": language}
	graph.post(f"/{sandbox.number().id}/request_code", json=body)
	shown = page.get_by_role("region", name="On your numbers' own phones").get_by_role("listitem")
	shown.filter(has_text=words).wait_for()
	code = sandbox.phone_texts[0].code
	written = f"{code[:3]}-{code[3:]}" if method == "SMS" else " ".join(code)
	(text,) = shown.all_inner_texts()
	assert [part for part in ("+1 555-010-0200", kind, written) if part not in text] == []
	assert page.locator("html").evaluate("element => element.scrollWidth <= innerWidth")
