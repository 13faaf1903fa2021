# ruff: noqa: F811 (fixtures are imported and named as arguments)
"""The four steps of the wizard as an administrator takes them, with what goes wrong in each."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.app.conftest import sandbox, team  # noqa: F401 (a fixture)
from tests.app.desk import TEAM
from tests.browser.setup_world import address, ready, walk  # noqa: F401 (fixtures)
from tests.browser.walking import NAME, NUMBER, Walk, alerts, press, stored, title, width
from tests.pictures import GIF, png

PARTS = ["link", "profile", "number", "request", "code", "channel", "done"]
MEGABYTE = 1024 * 1024


def test_from_integrate_to_a_delivered_test_message(walk: Walk, capsys: pytest.CaptureFixture[str]):
	began = time.monotonic()
	walk.to("done")
	walk.test_message()
	with capsys.disabled():
		print(f"\nFrom Integrate to a delivered test message: {time.monotonic() - began:.1f} s")
	assert (
		walk.page.locator("img.wac-qr").evaluate("async node => (await node.decode(), node.naturalWidth)") > 0
	)
	expect(walk.page.get_by_role("link", name="wa.me/")).to_have_attribute(
		"href", f"https://wa.me/{NUMBER[1:]}"
	)


def test_on_a_channel_in_use_the_test_answer_is_asked_about(walk: Walk):
	walk.to("done")
	walk.test_message()
	walk.sandbox.customer("4915112345678", "Jan").sends("Is my order on its way?", to=walk.number())
	walk.settle()
	question = walk.page.get_by_role("dialog")
	press(walk.page, "Send a test answer")
	expect(question).to_contain_text("may be a real customer")
	question.get_by_role("button", name="Cancel").click()
	expect(question).to_have_count(0)
	expect(walk.page.get_by_role("button", name="Send a test answer")).to_be_enabled()
	press(walk.page, "Send a test answer")
	question.get_by_role("button", name="Send", exact=True).click()
	expect(walk.page.get_by_text("Answer sent")).to_be_visible()
	walk.settle()
	assert len([each for each in walk.sandbox.messages("4915112345678") if each.outgoing]) == 1


def test_by_hand_and_with_a_voice_call(walk: Walk):
	walk.link_by_hand(**{"App Secret": walk.sandbox.config.app_secret})
	walk.save_profile()
	walk.add_number()
	walk.request_code("Voice call")
	expect(walk.page.get_by_text("Meta is calling")).to_be_visible()
	walk.verify()
	walk.create_channel()
	kept = stored(walk.page)
	assert walk.sandbox.config.token not in kept
	assert walk.sandbox.config.app_secret not in kept


@pytest.mark.parametrize(
	("label", "value", "words"),
	[
		pytest.param("Access Token", "", "is needed", id="no token"),
		pytest.param("Access Token", "EAAwrong", "token", id="a wrong token"),
		pytest.param("WhatsApp Business Account ID", "12a", "digits only", id="letters in the id"),
		pytest.param("WhatsApp Business Account ID", "999", "999", id="an account that is not there"),
	],
)
def test_what_is_wrong_by_hand_is_said_and_the_rest_stays(walk: Walk, label: str, value: str, words: str):
	walk.link_by_hand(**{label: value})
	expect(alerts(walk.page).first).to_contain_text(words)
	expect(walk.page.get_by_label(label)).to_have_value(value)
	walk.link_by_hand()
	walk.at("profile")


# -- going on ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS[1:])
def test_a_reload_continues_where_it_was(walk: Walk, part: str):
	walk.to(part)
	walk.page.reload()
	walk.at(part)


def test_a_profile_that_is_not_saved_survives_a_reload(walk: Walk):
	walk.to("profile")
	walk.describe()
	walk.page.reload()
	expect(walk.page.get_by_label("Display Name")).to_have_value(NAME)
	press(walk.page, "Save and continue")
	walk.at("number")


def test_a_second_tab_goes_on_and_the_first_follows(walk: Walk):
	walk.to("profile")
	second = walk.open()
	walk.at("profile", second)
	walk.save_profile()
	second.bring_to_front()
	second.evaluate("window.dispatchEvent(new Event('focus'))")
	walk.at("number", second)


# -- the profile ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("label", "value", "words"),
	[
		pytest.param("Display Name", "", "is needed", id="no name"),
		pytest.param("Display Name", "A", "at least 2", id="a name of one character"),
		pytest.param("Display Name", "A" * 76, "at most 75", id="a name of 76 characters"),
		pytest.param("Category", "", "is needed", id="no category"),
		pytest.param("Description", "d" * 513, "at most 512", id="a description of 513 characters"),
		pytest.param("E-mail", "a@b", "e-mail", id="half an address"),
		pytest.param("Website", "shop.example", "https://", id="a website without a scheme"),
	],
)
def test_a_field_of_the_profile_says_what_is_wrong(walk: Walk, label: str, value: str, words: str):
	walk.to("profile")
	walk.describe()
	walk.page.get_by_text("About, address, e-mail and websites").click()
	field = walk.page.get_by_label(label, exact=True).or_(walk.page.get_by_label(f"{label} *", exact=True))
	field.select_option(value) if label == "Category" else field.fill(value)
	press(walk.page, "Save and continue")
	expect(alerts(walk.page)).to_contain_text(words)
	expect(field).to_be_focused()
	walk.at("profile")


def test_the_preview_shows_what_is_typed(walk: Walk):
	walk.to("profile")
	walk.describe()
	preview = walk.page.get_by_role("figure").filter(has_text="What customers see")
	for text in (NAME, "Shopping and Retail", "Succulents"):
		expect(preview).to_contain_text(text)
	expect(walk.page.get_by_text(f"{len(NAME)} of 75")).to_be_visible()


# -- the number ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verification", ["VERIFIED", "NOT_VERIFIED", "EXPIRED"])
def test_a_connected_number_needs_no_code(walk: Walk, verification: str):
	number = walk.sandbox.numbers[walk.sandbox.config.phone_number_id]
	number.fields["code_verification_status"] = verification
	walk.to("number")
	press(walk.page, "Use this number")
	walk.create_channel()
	walk.at("done")


@pytest.mark.parametrize("fault", ["in_use_app", "in_use_elsewhere", "blocked", "limit"])
def test_a_number_that_cannot_be_used_says_why(walk: Walk, fault: str):
	walk.to("number")
	walk.sandbox.number_faults[NUMBER[1:]] = fault
	walk.add_number()
	expect(alerts(walk.page)).not_to_be_empty()
	walk.sandbox.number_faults.clear()
	press(walk.page, "Add this number")
	walk.at("request")


def test_a_landline_is_told_to_take_the_call(walk: Walk):
	walk.to("request")
	walk.sandbox.number_faults[NUMBER[1:]] = "landline"
	press(walk.page, "Send the code")
	expect(alerts(walk.page)).to_contain_text("call")
	walk.request_code("Voice call")


@pytest.mark.parametrize(
	("code", "words"),
	[
		pytest.param("", "is needed", id="nothing"),
		pytest.param("12345", "exactly six", id="five digits"),
		pytest.param("1234567", "exactly six", id="seven digits"),
		pytest.param("12345a", "exactly six", id="a letter"),
		pytest.param("000000", "wrong", id="a wrong code"),
	],
)
def test_a_code_that_cannot_be_right_says_so(walk: Walk, code: str, words: str):
	walk.to("code")
	walk.page.get_by_role("textbox", name="Code").fill(code)
	press(walk.page, "Verify")
	expect(alerts(walk.page)).to_contain_text(words)
	walk.verify()
	walk.at("channel")


def test_the_wait_before_another_code_is_counted_down(walk: Walk):
	walk.to("code")
	expect(walk.page.get_by_role("timer")).to_contain_text("Possible again in")
	expect(walk.page.get_by_role("button", name="Send it again")).to_be_disabled()


def test_a_number_with_a_pin_asks_for_it(walk: Walk):
	walk.to("code")
	number = walk.sandbox.find_number(NUMBER)
	number.pin = "246810"
	walk.verify()
	walk.at("register")
	expect(alerts(walk.page)).to_contain_text("PIN")
	walk.page.get_by_label("PIN").fill("246810")
	press(walk.page, "Register the number")
	walk.at("channel")
	assert "246810" not in stored(walk.page)


# -- the channel ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("name", "kind", "content", "words"),
	[
		pytest.param("icon.png", "image/png", png(MEGABYTE + 1), "at most 1 MB", id="one byte too many"),
		pytest.param("icon.gif", "image/gif", GIF, "jpg or png", id="a gif"),
		pytest.param("icon.png", "image/png", GIF, "neither JPEG nor PNG", id="a gif with another name"),
	],
)
def test_an_icon_that_cannot_be_used_says_why(walk: Walk, name: str, kind: str, content: bytes, words: str):
	walk.to("channel")
	walk.page.get_by_label("Department").select_option(TEAM)
	file = {"name": name, "mimeType": kind, "buffer": content}
	walk.page.get_by_label("Icon").set_input_files(file)  # type: ignore[arg-type]
	if not alerts(walk.page).count():
		expect(walk.page.get_by_role("button", name="Remove")).to_be_visible()
		press(walk.page, "Create the channel")
	expect(alerts(walk.page).first).to_contain_text(words)


def test_the_largest_icon_is_taken(walk: Walk):
	walk.to("channel")
	file = {"name": "icon.png", "mimeType": "image/png", "buffer": png(MEGABYTE, 64, 64)}
	walk.page.get_by_label("Icon").set_input_files(file)  # type: ignore[arg-type]
	expect(walk.page.get_by_role("button", name="Remove")).to_be_visible()
	walk.create_channel()


# -- everybody ------------------------------------------------------------------------------------------------


def test_every_part_fits_a_small_telephone(walk: Walk):
	walk.page.set_viewport_size({"width": 360, "height": 740})
	for part in PARTS:
		if part != "link":
			walk.to(part)
		walk.at(part)
		assert width(walk.page) <= 360, part  # less where a scrollbar takes its place


def test_the_keyboard_is_enough(walk: Walk):
	page = walk.page
	reach(page, "Connect by hand, with an access token")
	page.keyboard.press("Enter")
	reach(page, "Access Token")
	for text in (walk.sandbox.config.token, walk.sandbox.config.waba_id):
		page.keyboard.type(text)
		page.keyboard.press("Tab")
	page.keyboard.press("Enter")
	walk.at("profile")
	expect(title(page)).to_be_focused()
	reach(page, "Display Name")
	for text in (NAME, "Shop", "Shrubs"):
		page.keyboard.type(text)
		page.keyboard.press("Tab")
	page.keyboard.press("Shift+Tab")
	expect(page.get_by_label("Description")).to_be_focused()
	reach(page, "Save and continue")
	page.keyboard.press("Enter")
	walk.at("number")
	expect(title(page)).to_be_focused()


def reach(page: Page, name: str) -> None:
	"""Tabs until something of this name has the focus."""
	script = "() => { const node = document.activeElement; return `${node.labels?.[0]?.textContent ?? node.textContent}` }"
	for _each in range(60):
		page.keyboard.press("Tab")
		if str(page.evaluate(script)).startswith(name):
			return
	raise AssertionError(f"{name} cannot be reached with the Tab key")
