"""An administrator at the wizard in a browser, on either host, with the sandbox as Meta."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import frappe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.app.desk import TEAM, Desk, wait_until
from whatsapp_channel.sandbox import Sandbox
from whatsapp_channel.sandbox.state.dialogs import SCREENS

NUMBER = "+5511912345678"
NAME, DESCRIPTION = "Lucky Shrub", "Succulents and shrubs, delivered."
CUSTOMER = "14155550134"
HEADINGS = {
	"link": "Link your Facebook",
	"profile": "Create the business profile",
	"number": "Choose the number",
	"request": "Verify +",
	"code": "Enter the code",
	"register": "register it",
	"channel": "Configure WhatsApp as a channel",
	"done": "is connected",
}


@dataclass
class Walk:
	"""One tab with the wizard; `url` is where it is, `desk` does the background work of the site."""

	context: BrowserContext
	sandbox: Sandbox
	desk: Desk
	url: str
	pages: list[Page] = field(default_factory=list)

	@property
	def page(self) -> Page:
		"""The first tab."""
		return self.pages[0]

	def open(self, query: str = "") -> Page:
		"""Another tab with the wizard, ready to be used."""
		page = self.context.new_page()
		self.pages.append(page)
		page.goto(self.url + query)
		expect(title(page)).to_be_visible()
		return page

	def at(self, part: str, page: Page | None = None) -> None:
		"""Waits until a part of the wizard is shown."""
		expect(title(page or self.page)).to_contain_text(HEADINGS[part])

	# -- Meta's window -------------------------------------------------------------------------------------

	def window(self) -> Page:
		"""Opens Meta's window as a click does."""
		with self.page.expect_popup() as opened:
			self.page.get_by_role("button", name="Continue with Facebook").or_(self._again()).click()
		expect(opened.value.get_by_role("heading", level=1).first).to_be_visible()
		return opened.value

	def _again(self) -> Locator:
		return self.page.locator("#wac-launch", has_text="Try again")

	def go_on(self, window: Page, last: str, *, number: str = "later") -> None:
		"""Walks in Meta's window until the screen `last` is shown. `number`: what is chosen there."""
		for screen in SCREENS[: SCREENS.index(last) + 1]:
			if screen == "PHONE_NUMBER_VERIFICATION" and number != "new":
				continue
			form = window.locator(f"#{screen}")
			expect(form).to_be_visible()
			if screen == last:
				return
			if screen == "PHONE_NUMBER_SETUP":
				form.locator(f"input[name=number][value='{number}']").check()
			if screen == "PHONE_NUMBER_SETUP" and number == "new":
				window.get_by_label("Phone number", exact=True).fill("2025550199")
			if screen == "PHONE_NUMBER_VERIFICATION":
				window.get_by_label("Verification code").fill(self.code())
			press(window, "Continue")

	def link(self, *, number: str = "later") -> None:
		"""Step 1 with Meta's window."""
		window = self.window()
		self.go_on(window, "DONE", number=number)
		press(window, "Finish")
		self.at("profile")

	def link_by_hand(self, **values: str) -> None:
		"""Step 1 with the sandbox's token, or with other `values`."""
		config = self.sandbox.config
		given = {"Access Token": config.token, "WhatsApp Business Account ID": config.waba_id, **values}
		details = self.page.get_by_text("Connect by hand, with an access token")
		if not self.page.get_by_label("Access Token").is_visible():
			details.click()
		for label, value in given.items():
			self.page.get_by_label(label).fill(value)
		press(self.page, "Check and connect")

	# -- the other steps -----------------------------------------------------------------------------------

	def describe(self) -> None:
		"""Step 2, without sending it."""
		self.page.get_by_label("Display Name").fill(NAME)
		self.page.get_by_label("Category").select_option(label="Shopping and Retail")
		self.page.get_by_label("Description").fill(DESCRIPTION)

	def save_profile(self) -> None:
		"""Step 2."""
		self.describe()
		press(self.page, "Save and continue")
		expect(title(self.page)).not_to_contain_text(HEADINGS["profile"])

	def add_number(self, number: str = NUMBER) -> None:
		"""Step 3: a number that the account did not have."""
		self.at("number")
		box = self.page.get_by_role("textbox", name="Phone Number")
		if not box.is_visible():
			self.page.get_by_text("Add a new number").click()
		box.fill(number)
		press(self.page, "Add this number")

	def request_code(self, method: str = "Text message") -> None:
		"""Step 3: has the code sent."""
		self.at("request")
		self.page.get_by_label(method).check()
		press(self.page, "Send the code")
		self.at("code")

	def code(self) -> str:
		"""The newest code that a phone got."""
		return self.sandbox.phone_texts[-1].code

	def verify(self, code: str | None = None) -> None:
		"""Step 3: enters the code."""
		self.page.get_by_role("textbox", name="Code").fill(code or self.code())
		press(self.page, "Verify")

	def create_channel(self, name: str = "Support on WhatsApp") -> None:
		"""Step 4."""
		self.at("channel")
		self.page.get_by_label("Channel Name").fill(name)
		self.page.get_by_label("Department").select_option(TEAM)
		press(self.page, "Create the channel")
		self.at("done")

	def to(self, part: str) -> None:
		"""Everything before a part, by the shortest way."""
		ways: dict[str, Callable[[], None]] = {
			"profile": self.link,
			"number": self.save_profile,
			"request": self.add_number,
			"code": self.request_code,
			"channel": self.verify,
			"done": self.create_channel,
		}
		reached = [known for known in ways if title(self.page).get_by_text(HEADINGS[known]).count()]
		parts = list(ways)
		begin = parts.index(reached[0]) + 1 if reached else 0
		for known in parts[begin : parts.index(part) + 1]:
			ways[known]()
			self.at(known)

	# -- the last screen -----------------------------------------------------------------------------------

	def test_message(self) -> None:
		"""A customer writes, the administrator answers on the last screen and sees it delivered."""
		self.sandbox.customer(CUSTOMER, "Maria").sends("Hello", to=self.number())
		self.settle()
		press(self.page, "Send a test answer")
		expect(self.page.get_by_text("Answer sent")).to_be_visible()
		self.settle()
		expect(self.page.get_by_text("The channel works in both directions.")).to_be_visible()

	# -- the site ------------------------------------------------------------------------------------------

	def number(self) -> str:
		"""The number of the only channel."""
		frappe.db.commit()
		return frappe.get_all("WhatsApp Channel", pluck="number")[0]

	def settle(self) -> None:
		"""All that Meta posts and the site has to do is done."""
		wait_until(lambda: self.sandbox.flush(1) and not self.desk.settle())


def press(page: Page | Locator, name: str) -> None:
	"""Clicks the button of exactly this name."""
	page.get_by_role("button", name=name, exact=True).click()


def title(page: Page) -> Locator:
	"""The heading of the present step."""
	return page.locator("#wac-title")


def alerts(page: Page) -> Locator:
	"""What went wrong, beside its field or above the buttons."""
	return page.get_by_role("alert").filter(visible=True)


def stored(page: Page) -> str:
	"""All that the page keeps in the browser, and all that stands in it."""
	script = (
		"JSON.stringify([{...localStorage}, {...sessionStorage}, document.body.outerHTML, location.href])"
	)
	return str(page.evaluate(script))


def width(page: Page) -> Any:
	"""How wide the content is."""
	return page.evaluate("document.documentElement.scrollWidth")
