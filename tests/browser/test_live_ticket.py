"""An open ticket in Helpdesk's own agent page, which Frappe's own socket.io tells what happens: nobody loads it again."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import frappe
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.app.conftest import agent, desk, sandbox, user  # noqa: F401 (fixtures)
from tests.app.desk import AGENT, DEADLINE, MESSAGE, Desk
from tests.browser.test_helpdesk_page import address, message  # noqa: F401 (a fixture)
from tests.files import png
from whatsapp_channel.clock import site_now
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.inbound.media import refetch
from whatsapp_channel.outbound import resend

pytestmark = pytest.mark.bench_only(reason="socket.io and Helpdesk's agent page exist on a bench only")

FIRST = "Where is my parcel?"
SOCKET = "document.querySelector('#app').__vue_app__.config.globalProperties.$socket"


@pytest.fixture(scope="module")
def realtime(host: Any) -> Iterator[int]:
	"""Frappe's realtime server, with every app's handlers that this Frappe loads; yields its port."""
	node = shutil.which("node")
	assert node, "Node is not in the PATH, and Frappe's realtime server needs it"
	with socket.socket() as free:
		free.bind(("127.0.0.1", 0))
		port = free.getsockname()[1]
	variables = {**os.environ, "FRAPPE_SOCKETIO_PORT": str(port), "FRAPPE_SITE": host.site_name}
	folder = Path(host.sites).parent / "apps" / "frappe"
	process = subprocess.Popen([node, "socketio.js"], cwd=folder, env=variables, stdout=subprocess.DEVNULL)
	wait_for_port(port)
	yield port
	process.terminate()
	process.wait(timeout=30)


def wait_for_port(port: int) -> None:
	"""Returns when somebody listens there."""
	until = time.monotonic() + DEADLINE
	while socket.socket().connect_ex(("127.0.0.1", port)):
		assert time.monotonic() < until, "the realtime server does not listen"
		time.sleep(0.1)


@pytest.fixture
def page(context: BrowserContext, address: str, realtime: int, desk: Desk, agent: str) -> Page:  # noqa: F811
	"""A page in which the agent is logged in; its socket, whose port is built into Helpdesk's page, is ours."""
	built_in = frappe.conf.socketio_port or 9000
	context.add_init_script(
		f"""
		const ours = (url) => String(url).replace(":{built_in}/", ":{realtime}/");
		const open = XMLHttpRequest.prototype.open;
		XMLHttpRequest.prototype.open = function (method, url, ...more) {{
			return open.call(this, method, ours(url), ...more);
		}};
		window.WebSocket = class extends WebSocket {{
			constructor(url, ...more) {{
				super(ours(url), ...more);
			}}
		}};
		"""
	)
	context.request.post(f"{address}/api/method/login", form={"usr": AGENT, "pwd": AGENT})
	return context.new_page()


@pytest.fixture
def opened(page: Page, address: str, desk: Desk) -> Page:  # noqa: F811
	"""The page of the customer's ticket, in its room and at rest: what changes from now on was told by the socket."""
	desk.writes(FIRST, name="Maria")
	open_ticket(page, address, desk.ticket())
	return page


def open_ticket(page: Page, address: str, ticket: str) -> None:  # noqa: F811
	"""Opens a ticket, and waits until the page listens and has asked once more what was told before it did."""
	page.goto(f"{address}/helpdesk/tickets/{ticket}")
	expect(page.locator("iframe")).not_to_have_count(0)
	page.wait_for_function(f"{SOCKET}.connected && {SOCKET}.whatsappTicket === {ticket!r}")
	time.sleep(2.5)
	page.wait_for_load_state("networkidle")


def writes(desk: Desk) -> None:  # noqa: F811
	desk.writes("It is a blue one.", name="Maria")


def sends_photo(desk: Desk) -> None:  # noqa: F811
	customer = desk.sandbox.customer("+5511912345678", "Maria")
	customer.sends_file("image", png(320, 200), "image/png", caption="It is a blue one.")
	desk.flush()
	desk.settle()


@pytest.mark.parametrize("happens", [writes, sends_photo], ids=["text", "photo"])
def test_a_new_message_appears(opened: Page, desk: Desk, happens: Callable[[Desk], None]):  # noqa: F811
	happens(desk)
	expect(message(opened, "It is a blue one.")).to_be_visible()


def test_a_note_appears(opened: Page, desk: Desk):  # noqa: F811
	tickets.note(desk.ticket(), "It is a blue one.")
	frappe.db.commit()
	expect(opened.get_by_text("It is a blue one.").first).to_be_visible()


def test_a_badge_follows_its_message(opened: Page, desk: Desk):  # noqa: F811
	row = desk.reply(desk.ticket(), "<p>It leaves today.</p>")
	expect(message(opened, "It leaves today.")).to_be_visible()
	expect(opened.get_by_text("Sending", exact=True)).to_be_visible()
	desk.settle()
	expect(opened.get_by_text("Sent", exact=True)).to_be_visible()
	expect(opened.get_by_text("Sending", exact=True)).to_have_count(0)
	for status in ("delivered", "read"):
		desk.sandbox.mark(desk.message(row).wamid, status)
	desk.settle()
	expect(opened.get_by_text("Read", exact=True)).to_be_visible()


def test_a_failure_shows_badge_note_and_button(opened: Page, desk: Desk):  # noqa: F811
	row = desk.reply(desk.ticket(), "<p>It leaves today.</p>")
	desk.settle()
	expect(opened.get_by_text("Sent", exact=True)).to_be_visible()
	desk.sandbox.mark(desk.message(row).wamid, "failed", code=131026)
	desk.settle()
	expect(opened.get_by_text("Error", exact=True)).to_be_visible()
	expect(opened.get_by_text("was not delivered").first).to_be_visible()
	expect(opened.get_by_role("button", name="Send again: It leaves today.")).to_be_visible()


def test_an_unconfirmed_message_offers_check(opened: Page, desk: Desk):  # noqa: F811
	desk.sandbox.faults.add("proxy_error")
	row = desk.reply(desk.ticket(), "<p>It leaves today.</p>")
	desk.settle()
	expect(message(opened, "It leaves today.")).to_be_visible()
	opened.wait_for_load_state("networkidle")
	frappe.db.set_value(MESSAGE, row, "last_attempt", frappe.utils.add_to_date(site_now(), seconds=-61))
	frappe.db.commit()
	desk.settle()
	button = opened.get_by_role("button", name="Send again: It leaves today.")
	expect(button).to_be_visible()
	# A colleague is faster; the badge is the same before and after.
	resend.send_again(row)
	frappe.db.commit()
	expect(button).to_have_count(0)


def test_a_file_that_comes_late_appears(opened: Page, desk: Desk):  # noqa: F811
	desk.sandbox.faults.add("media_gone")
	sends_photo(desk)
	frame = opened.locator("iframe").last.content_frame
	expect(frame.get_by_text("link to this file was dead")).to_be_visible()
	row = frappe.db.get_value(MESSAGE, {"direction": "Incoming", "message_type": "image"})
	refetch.fetch_again(row)
	frappe.db.commit()
	expect(opened.locator("iframe").last.content_frame.locator("img")).to_be_visible()


def test_a_reaction_appears_at_its_message(opened: Page, desk: Desk):  # noqa: F811
	row = desk.reply(desk.ticket(), "<p>It leaves today.</p>")
	desk.settle()
	expect(opened.get_by_text("Sent", exact=True)).to_be_visible()
	customer = desk.sandbox.customer("+5511912345678", "Maria")
	reaction = {"message_id": desk.message(row).wamid, "emoji": "❤️"}
	customer.sends_raw({"type": "reaction", "reaction": reaction})
	desk.flush()
	desk.settle()
	expect(message(opened, "❤️")).to_be_visible()


def test_what_happened_while_the_connection_was_down_appears_with_it(opened: Page, desk: Desk):  # noqa: F811
	opened.evaluate(f"{SOCKET}.disconnect()")
	writes(desk)
	opened.evaluate(f"{SOCKET}.connect()")
	expect(message(opened, "It is a blue one.")).to_be_visible()


def test_who_left_the_ticket_is_told_no_more(opened: Page, desk: Desk):  # noqa: F811
	opened.evaluate(f"window.heard = []; {SOCKET}.onAny((event) => heard.push(event))")
	writes(desk)
	opened.wait_for_function("heard.includes('helpdesk:ticket-update')")
	opened.get_by_role("link", name="Tickets").first.click()
	opened.wait_for_function(f"{SOCKET}.whatsappTicket === ''")
	time.sleep(1)
	opened.evaluate("heard.length = 0")
	writes(desk)
	time.sleep(2)
	assert "helpdesk:ticket-update" not in opened.evaluate("heard")


def test_who_may_not_read_the_ticket_hears_nothing(opened: Page, desk: Desk, address: str):  # noqa: F811
	stranger = user("whatsapp-stranger@example.com")
	opened.context.request.post(f"{address}/api/method/login", form={"usr": stranger, "pwd": stranger})
	opened.goto(f"{address}/helpdesk/my-tickets")
	opened.wait_for_function(f"{SOCKET}.connected")
	opened.evaluate(f"window.heard = []; {SOCKET}.onAny((event, ...more) => heard.push([event, ...more]))")
	opened.evaluate(f"{SOCKET}.emit('doc_open', 'HD Ticket', {desk.ticket()!r})")
	time.sleep(1)
	writes(desk)
	time.sleep(2)
	assert not [each for each in opened.evaluate("heard") if re.match("helpdesk:ticket", each[0])]
