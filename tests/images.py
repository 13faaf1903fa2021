"""Takes the pictures of docs/images that show the app's own pages, on the embedded host. `python -m tests.images`

A demo that starts without a channel is set up; in another one a customer asks on the phone page and an agent answers on
the desk page. Pictures of Helpdesk's and Frappe's own pages are taken on a bench and are not made here.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.boot import load_stand_in

load_stand_in()

from playwright.sync_api import BrowserContext, Page, expect  # noqa: E402

from embedded import demo_data  # noqa: E402
from embedded.demo import STATUS_DELAY_MS, Demo  # noqa: E402
from tests import chromium  # noqa: E402
from tests.browser.test_demo_pages import badge, entries, open_ticket, reply, write_on_phone  # noqa: E402
from tests.browser.walking import Walk, press  # noqa: E402

FOLDER = Path(__file__).parents[1] / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
DEADLINE, SETTLED = 45_000, 500  # milliseconds
QUESTION = "Hello, where is my order 4711? It should have come yesterday."
ANSWER = "Hello Maria, your parcel left our warehouse this morning and arrives tomorrow before noon."
SECOND = "Great, thank you! Can the driver leave it with the neighbours?"


@dataclass
class DemoWalk(Walk):
	"""The wizard of a demo, whose own worker does the background work."""

	def settle(self) -> None:
		"""Meta has posted what it has to; the page waits for the rest."""
		self.sandbox.flush(10)

	def create_channel(self, name: str = demo_data.CHANNEL) -> None:
		"""Step 4, with the demo's own department."""
		self.page.get_by_label("Channel Name").fill(name)
		self.page.get_by_label("Department").select_option(demo_data.TEAM)
		press(self.page, "Create the channel")
		self.at("done")


@contextmanager
def running(*, connected: bool) -> Iterator[tuple[Demo, BrowserContext]]:
	"""A new demo, with or without a channel, and a browser for it."""
	with (
		tempfile.TemporaryDirectory() as folder,
		Demo(Path(folder), (0, 0), _silent, connected=connected, delay_ms=STATUS_DELAY_MS) as demo,
		chromium.started() as browser,
	):
		context = browser.new_context(viewport=SIZE, locale="en-US")
		context.set_default_timeout(DEADLINE)
		yield demo, context


def _silent(_text: str) -> None:
	pass


def keep(page: Page, name: str, *, full: bool = False) -> None:
	"""Writes what a page shows; `full` also what one would have to scroll to."""
	page.mouse.move(0, 0)
	# Pages ask for news all the time, so there is no end to wait for; pictures and movements need a moment.
	page.wait_for_timeout(SETTLED)
	page.screenshot(path=FOLDER / f"{name}.png", full_page=full, animations="disabled")
	sys.stdout.write(f"{name}.png\n")


def set_up(demo: Demo, context: BrowserContext) -> None:
	"""The four steps, each as it is before it is done, and what stands in the way of some."""
	walk = DemoWalk(context, demo.sandbox, _no_desk(), f"{demo.desk_url}/desk/setup.html#/setup")
	page = walk.open()
	keep(page, "setup-1-link", full=True)
	press(walk.window(), "Cancel")
	expect(page.get_by_role("alert").filter(visible=True).first).to_be_visible()
	keep(page, "setup-cancelled", full=True)
	walk.link()
	walk.describe()
	keep(page, "setup-2-profile", full=True)
	walk.save_profile()
	walk.add_number()
	walk.request_code()
	keep(page, "setup-3-number", full=True)
	walk.verify()
	walk.at("channel")
	keep(page, "setup-4-channel", full=True)
	walk.create_channel()
	walk.test_message()
	keep(page, "setup-done", full=True)


def _no_desk() -> Any:
	"""The demo's worker stands in for the tests' desk."""
	return None


def talk(demo: Demo, context: BrowserContext) -> None:
	"""A customer asks on the phone page and an agent answers on the desk page."""
	phone, desk = context.new_page(), context.new_page()
	phone.goto(demo.phone_url)
	press(phone, "Close tools")
	desk.goto(demo.desk_url)
	write_on_phone(phone, "Maria", QUESTION)
	open_ticket(desk, "Hello")
	reply(desk, ANSWER)
	expect(badge(desk)).to_have_text("Sent")
	phone.bring_to_front()
	expect(phone.get_by_role("log").get_by_text(ANSWER)).to_be_visible()
	write_on_phone(phone, "Maria", SECOND)
	expect(phone.get_by_role("log").get_by_text(SECOND)).to_be_visible()
	keep(phone, "phone")
	desk.bring_to_front()
	expect(entries(desk).get_by_text(SECOND)).to_be_visible()
	desk.get_by_role("textbox", name="Reply").click()
	desk.keyboard.type("Of course. I have told the driver.")
	keep(desk, "embedded-ticket")


def main() -> int:
	"""Takes all of them; returns the exit code."""
	with running(connected=False) as (demo, context):
		set_up(demo, context)
	with running(connected=True) as (demo, context):
		talk(demo, context)
	return 0


if __name__ == "__main__":
	sys.exit(main())
