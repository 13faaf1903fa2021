"""Helpdesk's own agent page, on a bench: the ticket, its reply box, and what our form script adds."""

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.app.conftest import agent, desk, sandbox  # noqa: F401 (fixtures)
from tests.app.desk import AGENT, Desk, wait_until
from tests.browser.conftest import HOSTILE
from whatsapp_channel.sandbox import Sandbox

pytestmark = pytest.mark.bench_only(reason="Helpdesk's agent page exists on a bench only")


class Quiet(WSGIRequestHandler):
	"""Without a line for each file of the page."""

	def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
		"""Say nothing."""


@pytest.fixture(scope="module")
def address(host: Any) -> Iterator[str]:
	"""The site with its scripts and styles; there is no socketio, so pages learn of changes when they are loaded."""
	assets = SharedDataMiddleware(host.application, {"/assets": str(Path(host.sites) / "assets")})
	server = make_server("127.0.0.1", 0, assets, threaded=True, request_handler=Quiet)
	thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
	thread.start()
	yield f"http://127.0.0.1:{server.server_port}"
	server.shutdown()
	server.server_close()
	thread.join()


@pytest.fixture
def page(context: BrowserContext, address: str, desk: Desk, agent: str) -> Page:  # noqa: F811
	"""A page in which the agent is logged in."""
	context.request.post(f"{address}/api/method/login", form={"usr": AGENT, "pwd": AGENT})
	return context.new_page()


@pytest.fixture
def phone(context: BrowserContext, sandbox: Sandbox) -> Page:  # noqa: F811
	"""The phone page of the sandbox that plays Meta."""
	opened = context.new_page()
	opened.goto(sandbox.url)
	return opened


def open_ticket(page: Page, address: str, ticket: str, text: str) -> None:
	"""Opens a ticket and waits for a message of its conversation."""
	page.goto(f"{address}/helpdesk/tickets/{ticket}")
	expect(message(page, text)).to_be_visible()


def message(page: Page, text: str) -> Locator:
	"""A text in the conversation; Helpdesk shows each message in a frame of its own."""
	return page.locator("iframe").last.content_frame.get_by_text(text)


def reply(page: Page, text: str) -> None:
	"""Writes in Helpdesk's own reply box and sends."""
	page.get_by_role("button", name="Reply", exact=True).last.click()
	editor = page.locator(".comm-area [contenteditable=true]").first
	editor.click()
	page.keyboard.type(text)
	with page.expect_response(lambda response: "run_doc_method" in response.url):
		page.get_by_role("button", name=re.compile("^Send")).click()


def test_the_agent_answers_in_helpdesks_own_reply_box(page: Page, phone: Page, address: str, desk: Desk):  # noqa: F811
	desk.sandbox.customer("+5511912345678", "Maria")
	phone.get_by_role("button", name="Maria").click()
	phone.get_by_label("Write a message").fill("Where is my parcel?")
	phone.get_by_role("button", name="Send", exact=True).click()
	expect(phone.get_by_role("log")).to_contain_text("Where is my parcel?")
	desk.settle()
	ticket = desk.ticket()
	page.bring_to_front()
	open_ticket(page, address, ticket, "Where is my parcel?")
	reply(page, "It leaves our warehouse today.")
	desk.settle()
	phone.bring_to_front()
	expect(phone.get_by_role("log")).to_contain_text("It leaves our warehouse today.")
	wait_until(lambda: desk.sandbox.messages("5511912345678")[-1].status == "read")
	desk.settle()
	page.bring_to_front()
	open_ticket(page, address, ticket, "It leaves our warehouse today.")
	expect(page.get_by_text("Read", exact=True)).to_be_visible()


def test_the_button_tells_the_window_and_its_dialog_the_customer(page: Page, address: str, desk: Desk):  # noqa: F811
	desk.writes("Do you open on Sunday?", name="Maria")
	open_ticket(page, address, desk.ticket(), "Do you open on Sunday?")
	page.get_by_role("button", name=re.compile("WhatsApp · 2[34] h left")).click()
	dialog = page.get_by_role("dialog")
	expect(dialog).to_contain_text("Maria (+5511912345678)")
	expect(dialog).to_contain_text("Free replies are possible until")


def test_a_failed_message_is_sent_again_from_the_ticket(page: Page, address: str, desk: Desk):  # noqa: F811
	desk.writes("Is the shop open?")
	ticket = desk.ticket()
	first = desk.reply(ticket, "<p>Until six.</p>")
	desk.settle()
	desk.sandbox.mark(desk.message(first).wamid, "failed", code=131026)
	desk.settle()
	open_ticket(page, address, ticket, "Until six.")
	expect(page.get_by_text("Error", exact=True)).to_be_visible()
	page.get_by_role("button", name="Send again: Until six.").click()
	page.get_by_role("dialog").get_by_role("button", name="Send again").click()
	expect(page.get_by_text("The message is on its way again.").last).to_be_visible()
	desk.settle()
	assert desk.on_phone() == ["Until six.", "Until six."]
	open_ticket(page, address, ticket, "Until six.")
	expect(page.get_by_text("Sent", exact=True)).to_be_visible()
	expect(page.get_by_role("button", name="Send again: Until six.")).to_have_count(0)


def test_a_closed_window_is_said_in_words_and_the_text_stays(page: Page, address: str, desk: Desk):  # noqa: F811
	desk.writes("Is anyone there?", ago=25 * 3600)
	ticket = desk.ticket()
	open_ticket(page, address, ticket, "Is anyone there?")
	expect(page.get_by_role("button", name="WhatsApp · window closed")).to_be_visible()
	reply(page, "Sorry for the delay.")
	expect(page.get_by_text("24 hours after the customer's last message").last).to_be_visible()
	assert len(desk.conversation_of(ticket)) == 1


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_runs_nothing_in_helpdesks_page(page: Page, address: str, desk: Desk, text: str):  # noqa: F811
	desk.writes(text, name=f"Eve {text}"[:80])
	page.goto(f"{address}/helpdesk/tickets/{desk.ticket()}")
	page.get_by_role("button", name=re.compile("WhatsApp ·")).click()
	expect(page.get_by_role("dialog")).to_contain_text("Eve")
	expect(page.locator("iframe")).not_to_have_count(0)
	for frame in page.frames:
		assert frame.evaluate("window.hacked") is None
		assert frame.locator("img[src=x], svg[onload]").count() == 0
