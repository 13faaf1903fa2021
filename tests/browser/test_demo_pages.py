"""The phone page and the desk page of the demo, as people use them."""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import HOSTILE, Running, start, stop, without_errors

pytestmark = pytest.mark.embedded_only(reason="the demo runs on the embedded host")


@pytest.fixture
def desk(context: BrowserContext, demo: Running) -> Iterator[Page]:
	"""The desk page; no script of it may have failed at the end."""
	page = context.new_page()
	errors = without_errors(page)
	page.goto(demo.desk_url)
	yield page
	assert errors == []


@pytest.fixture
def phone(context: BrowserContext, demo: Running) -> Iterator[Page]:
	"""The phone page; no script of it may have failed at the end."""
	page = context.new_page()
	errors = without_errors(page)
	page.goto(demo.phone_url)
	yield page
	assert errors == []


def write_on_phone(phone: Page, customer: str, text: str) -> None:
	"""Chooses a customer and sends a text."""
	phone.bring_to_front()
	phone.get_by_role("button", name=customer).click()
	phone.get_by_label("Write a message").fill(text)
	phone.get_by_role("button", name="Send", exact=True).click()


def open_ticket(desk: Page, text: str) -> None:
	"""Opens the ticket whose row has this text."""
	desk.bring_to_front()
	desk.get_by_role("navigation", name="Tickets").get_by_role("button", name=text).click()
	expect(entries(desk).first).to_be_visible()


def entries(desk: Page) -> Locator:
	"""Messages and comments of the open ticket."""
	return desk.get_by_role("log", name="Conversation").get_by_role("listitem")


def reply(desk: Page, text: str) -> None:
	"""Writes a reply and sends it with the button."""
	desk.get_by_role("textbox", name="Reply").click()
	desk.keyboard.type(text)
	desk.get_by_role("button", name="Send", exact=True).click()


def badge(desk: Page) -> Locator:
	"""The delivery badge of the last reply."""
	return desk.locator(".entry.sent .wac-badge").last


def width_of(page: Page) -> int:
	"""How wide the page's content is, in CSS pixels."""
	return page.evaluate("document.documentElement.scrollWidth")


def test_a_message_becomes_a_ticket_and_its_answer_is_read_on_the_phone(desk: Page, phone: Page):
	write_on_phone(phone, "Maria", "Where is my parcel?\nNumber 4711")
	row = desk.get_by_role("button", name="Where is my parcel?")
	expect(row).to_contain_text("Open")
	expect(row).to_contain_text(re.compile(r"WhatsApp · 2[34] h left"))
	open_ticket(desk, "Where is my parcel?")
	expect(entries(desk).first).to_contain_text("Maria")
	expect(desk.get_by_text("To: ")).to_contain_text("14155550134@whatsapp.invalid")
	# A page in the background may count as seen: only a phone that is off cannot read the answer at once.
	phone.get_by_text("Phone switched off").click()
	reply(desk, "It leaves our warehouse today.")
	expect(badge(desk)).to_have_text("Sent")
	phone.get_by_text("Phone switched off").click()
	phone.bring_to_front()
	expect(phone.get_by_role("log").get_by_text("It leaves our warehouse today.")).to_be_visible()
	expect(badge(desk)).to_have_text("Read")
	expect(row).to_contain_text("Replied")


def test_bold_and_lists_arrive_as_whatsapp_marks(desk: Page, demo: Running):
	customer = demo.customer("+14155550102", "Bo")
	demo.writes(customer, "Which colours are there?")
	open_ticket(desk, "Which colours are there?")
	editor = desk.get_by_role("textbox", name="Reply")
	editor.click()
	desk.keyboard.press("Control+b")
	desk.keyboard.type("Two")
	desk.keyboard.press("Control+b")
	desk.keyboard.press("Enter")
	desk.get_by_role("button", name="List").click()
	desk.keyboard.type("red")
	desk.keyboard.press("Enter")
	desk.keyboard.type("blue")
	desk.keyboard.press("Control+Enter")
	expect(badge(desk)).to_have_text("Sent")
	messages = desk.request.get(f"{demo.phone_url}sandbox/customers/{customer}/messages").json()["messages"]
	assert messages[-1]["text"] == "*Two*\n\n- red\n- blue"


def test_keyboard_alone_opens_a_ticket_and_answers_it(desk: Page, demo: Running):
	demo.writes(demo.customer("+14155550103", "Kim"), "Do you open on Sunday?")
	row = desk.get_by_role("button", name="Do you open on Sunday?")
	expect(row).to_be_visible()
	row.focus()
	desk.keyboard.press("Enter")
	expect(entries(desk)).to_have_count(1)
	for _step in range(40):
		if desk.evaluate("document.activeElement.id") == "editor":
			break
		desk.keyboard.press("Tab")
	desk.keyboard.type("Yes, from ten.")
	desk.keyboard.press("Control+Enter")
	expect(badge(desk)).to_have_text("Sent")
	expect(desk.get_by_role("textbox", name="Reply")).to_be_empty()


def test_a_failed_message_says_why_and_is_sent_again(desk: Page, demo: Running):
	customer = demo.customer("+14155550104", "Ines")
	demo.writes(customer, "Is the shop open?")
	open_ticket(desk, "Is the shop open?")
	demo.control("faults", kind="error", code=131026, match="messages")
	reply(desk, "Until six.")
	expect(badge(desk)).to_have_text("Error")
	expect(desk.get_by_label("Comment of")).to_contain_text("was not delivered")
	desk.get_by_role("button", name="Send again: Until six.").click()
	dialog = desk.get_by_role("dialog", name="Not delivered")
	expect(dialog).to_contain_text("Until six.")
	dialog.get_by_role("button", name="Send again").click()
	expect(desk.get_by_text("The message is on its way again.")).to_be_visible()
	expect(dialog).to_be_hidden()
	expect(badge(desk)).to_have_text("Sent")
	expect(desk.get_by_role("button", name="Send again: Until six.")).to_have_count(0)


def test_after_24_hours_a_reply_is_refused_with_the_reason(desk: Page, demo: Running):
	yesterday = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=25)
	demo.writes(demo.customer("+14155550105", "Lee"), "Is anyone there?", at=yesterday.isoformat())
	expect(desk.get_by_role("button", name="Is anyone there?")).to_contain_text("window closed")
	open_ticket(desk, "Is anyone there?")
	reply(desk, "Sorry for the delay.")
	expect(desk.get_by_role("alert")).to_contain_text("24 hours after the customer's last message")
	expect(desk.get_by_role("textbox", name="Reply")).to_contain_text("Sorry for the delay.")
	expect(entries(desk)).to_have_count(1)


def test_the_button_of_the_form_script_shows_its_dialog(desk: Page, demo: Running):
	demo.writes(demo.customer("+14155550106", "Noa"), "May I pay by card?")
	open_ticket(desk, "May I pay by card?")
	desk.get_by_role("group", name="Actions").get_by_role("button", name="WhatsApp").click()
	dialog = desk.get_by_role("dialog", name="WhatsApp")
	expect(dialog).to_contain_text("Noa (+14155550106)")
	desk.keyboard.press("Escape")
	expect(dialog).to_be_hidden()


def test_comments_and_status_stay_in_the_desk(desk: Page, demo: Running):
	customer = demo.customer("+14155550107", "Ola")
	demo.writes(customer, "Can I change my address?")
	open_ticket(desk, "Can I change my address?")
	desk.get_by_role("tab", name="Comment").click()
	desk.keyboard.type("Ask the warehouse first.")
	desk.get_by_role("button", name="Add comment").click()
	expect(desk.get_by_label("Comment of")).to_contain_text("Ask the warehouse first.")
	desk.get_by_label("Status").select_option("Closed")
	expect(desk.get_by_role("button", name="Can I change my address?")).to_contain_text("Closed")
	messages = desk.request.get(f"{demo.phone_url}sandbox/customers/{customer}/messages").json()["messages"]
	assert [each["outgoing"] for each in messages] == [False]


def test_a_comment_that_is_being_written_never_becomes_a_reply(desk: Page, demo: Running):
	for number, name in (("+14155550111", "Uma"), ("+14155550112", "Vic")):
		demo.writes(demo.customer(number, name), f"I am {name}")
	open_ticket(desk, "I am Uma")
	tab, editor = lambda name: desk.get_by_role("tab", name=name), desk.locator("#editor")
	editor.click()
	desk.keyboard.type("For the customer.")
	tab("Comment").click()
	expect(editor).to_have_text("")
	desk.keyboard.type("For colleagues.")
	tab("Reply").click()
	expect(editor).to_have_text("For the customer.")
	tab("Reply").press("ArrowRight")
	expect(editor).to_have_text("For colleagues.")
	open_ticket(desk, "I am Vic")
	expect(editor).to_have_text("")
	tab("Reply").click()
	open_ticket(desk, "I am Uma")
	expect(editor).to_have_text("For the customer.")
	desk.get_by_role("button", name="Send", exact=True).click()
	expect(desk.get_by_label("answered").last).to_contain_text("For the customer.")
	expect(editor).to_have_text("")
	tab("Comment").click()
	expect(editor).to_have_text("For colleagues.")
	desk.get_by_role("button", name="Add comment").click()
	expect(desk.get_by_label("Comment of")).to_contain_text("For colleagues.")
	expect(desk.get_by_label("answered")).to_have_count(1)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_text_on_both_pages(desk: Page, phone: Page, demo: Running, text: str):
	number = f"+1415555020{list(HOSTILE.values()).index(text)}"
	demo.writes(demo.customer(number, f"Eve {text}"), text)
	# Subjects and names stand in pages that show them as HTML: their angle brackets and quotes become other signs.
	as_title = text.replace("<", "‹").replace(">", "›").replace('"', "”")
	open_ticket(desk, as_title)
	expect(entries(desk).first).to_contain_text(text)
	desk.get_by_role("group", name="Actions").get_by_role("button", name="WhatsApp").click()
	expect(desk.get_by_role("dialog", name="WhatsApp")).to_contain_text(f"Eve {as_title}")
	desk.keyboard.press("Escape")
	reply(desk, text)
	expect(badge(desk)).to_have_text(re.compile("Sent|Read"))
	phone.bring_to_front()
	phone.get_by_role("button", name=f"Eve {text}").click()
	expect(phone.get_by_role("log").get_by_text(text)).to_have_count(2)
	for page in (desk, phone):
		assert page.locator("main img, main svg[onload], main script").count() == 0
		assert page.evaluate("window.hacked") is None


def test_both_pages_fit_a_small_telephone(desk: Page, phone: Page, demo: Running):
	demo.writes(demo.customer("+14155550108", "Zoe with a rather long name of her own"), "A" * 200)
	for page in (desk, phone):
		page.set_viewport_size({"width": 360, "height": 740})
		page.reload()
	open_ticket(desk, "A" * 50)
	reply(desk, "https://example.com/" + "b" * 200)
	expect(badge(desk)).to_have_text(re.compile("Sent|Read"))
	phone.get_by_role("button", name="Zoe").click()
	expect(phone.get_by_role("log").get_by_role("listitem")).not_to_have_count(0)
	assert (width_of(desk), width_of(phone)) == (360, 360)
	desk.get_by_role("button", name="Back to the tickets").click()
	expect(desk.get_by_role("navigation", name="Tickets")).to_be_visible()
	assert width_of(desk) == 360


def test_a_desk_without_tickets_leads_to_the_phone(context: BrowserContext, tmp_path: Path):
	running = start(tmp_path)
	page = context.new_page()
	page.goto(running.desk_url)
	expect(page.get_by_text("No tickets yet")).to_be_visible()
	with context.expect_page() as opened:
		page.get_by_role("link", name="phone page", exact=True).click()
	expect(opened.value.get_by_role("button", name="Maria")).to_be_visible()
	assert stop(running) == 0
	expect(page.get_by_text("The server does not answer")).to_be_visible()


def test_the_next_start_continues_with_tickets_and_phones(context: BrowserContext, tmp_path: Path):
	first = start(tmp_path)
	first.writes(first.customer("+14155550109", "Uma"), "Shall we go on tomorrow?")
	page = context.new_page()
	page.goto(first.desk_url)
	expect(page.get_by_role("button", name="Shall we go on tomorrow?")).to_be_visible()
	assert stop(first) == 0
	second = start(tmp_path)
	page.goto(second.desk_url)
	open_ticket(page, "Shall we go on tomorrow?")
	reply(page, "Yes, here we are.")
	expect(badge(page)).to_have_text("Sent")
	phone = context.new_page()
	phone.goto(second.phone_url)
	phone.get_by_role("button", name="Uma").click()
	expect(phone.get_by_role("log")).to_contain_text("Shall we go on tomorrow?")
	expect(phone.get_by_role("log")).to_contain_text("Yes, here we are.")
	stop(second)
