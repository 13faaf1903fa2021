"""The parts that all pages share: what an inbox or a dialog of a ticket may rely on, on the embedded host."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Running

pytestmark = pytest.mark.embedded_only(reason="the demo runs on the embedded host")
PAGES = {
	"tickets": "",
	"channels": "desk/setup.html",
	"set-up": "desk/setup.html#/setup",
	"health": "desk/health.html",
}
JS = "/assets/whatsapp_channel/js"
API = "**/api/method/"


@pytest.fixture
def show(page: Page, demo: Running) -> Any:
	"""Opens a page of the demo, and waits until it is drawn."""

	def opened(place: str) -> Page:
		page.goto(demo.desk_url + PAGES[place])
		drawn = {
			"tickets": "#status option",
			"channels": ".wac-switch",
			"set-up": "#wac-title",
			"health": ".wac-health-row",
		}
		expect(page.locator(drawn[place]).first).to_be_attached()
		return page

	return opened


# -- looks -----------------------------------------------------------------------------------------------------------


def ground(page: Page) -> str:
	"""The colour behind the text of the page."""
	return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("place", PAGES)
def test_colours_follow_the_system_the_page_and_the_desk(show: Any, place: str) -> None:
	page = show(place)
	page.emulate_media(color_scheme="light")
	light = ground(page)
	page.emulate_media(color_scheme="dark")
	dark = ground(page)
	assert light != dark
	page.evaluate("document.documentElement.dataset.theme = 'light'")
	assert ground(page) == light
	page.emulate_media(color_scheme="light")
	page.evaluate("document.documentElement.dataset.theme = 'dark'")
	assert ground(page) == dark
	page.evaluate("document.documentElement.style.setProperty('--bg-color', 'rgb(1, 2, 3)')")
	assert ground(page) == "rgb(1, 2, 3)"


@pytest.mark.parametrize("place", PAGES)
@pytest.mark.parametrize("width", [360, 1280])
def test_right_to_left_is_no_wider_than_the_window(show: Any, place: str, width: int) -> None:
	page = show(place)
	page.set_viewport_size({"width": width, "height": 740})
	page.evaluate("document.documentElement.dir = 'rtl'")
	assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize("place", PAGES)
def test_the_focus_is_seen_wherever_it_goes(show: Any, place: str) -> None:
	page = show(place)
	seen = "() => { const style = getComputedStyle(document.activeElement); return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 }"
	for _stop in range(12):
		page.keyboard.press("Tab")
		if page.evaluate("document.activeElement !== document.body"):
			assert page.evaluate(seen), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


# -- states ----------------------------------------------------------------------------------------------------------


def test_channels_that_could_not_be_read_are_shown_again(show: Any) -> None:
	page = show("channels")
	page.route(f"{API}frappe.client.get_list", lambda route: route.abort())
	page.evaluate("window.dispatchEvent(new Event('focus'))")
	expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
	page.unroute(f"{API}frappe.client.get_list")
	page.get_by_role("button", name="Try again").click()
	expect(page.get_by_role("switch")).to_be_visible()
	expect(page.get_by_role("alert")).to_have_count(0)


def test_a_site_without_checks_says_so(page: Page, demo: Running) -> None:
	def none(route: Route) -> None:
		route.fulfill(json={"message": []})

	page.route(f"{API}whatsapp_channel.api.health.checks", none)
	page.goto(demo.desk_url + PAGES["health"])
	expect(page.get_by_text("There is nothing to check.")).to_be_visible()
	expect(page.get_by_role("alert")).to_have_count(0)


# -- dialog ----------------------------------------------------------------------------------------------------------

FORM = f"""async () => {{
	const {{ openDialog }} = await import("{JS}/components/dialog.js");
	const {{ Form }} = await import("{JS}/components/form.js");
	const form = new Form("order");
	const body = form.field({{ name: "count", label: "Count", required: true }});
	const send = async (close) => {{
		await new Promise((resolve) => (window.answer = resolve));
		if (form.values().count === "0") throw new Error("Count: more than none.");
		if (form.values().count === "1") throw Object.assign(new Error("Nobody answers."), {{ offline: true }});
		close(form.values().count);
	}};
	const dialog = openDialog(document.body, {{ title: "Order", body, form, actions: [{{ text: "Send", primary: true, action: send }}] }});
	window.ended = "open";
	dialog.closed.then((value) => (window.ended = value ?? "nothing"));
}}"""


@pytest.fixture
def dialog(show: Any) -> Page:
	"""A dialog with a form of one field, opened from a button that had the focus."""
	page = show("channels")
	page.get_by_role("button", name="Configure").focus()
	page.evaluate(FORM)
	return page


def test_a_dialog_says_what_is_wrong_and_stays(dialog: Page) -> None:
	field, send = dialog.get_by_label("Count"), dialog.get_by_role("button", name="Send")
	send.click()
	expect(dialog.get_by_text("Count is needed.")).to_be_visible()
	expect(field).to_be_focused()
	for count, words in (("0", "more than none."), ("1", "Nobody answers.")):
		field.fill(count)
		field.press("Enter")
		expect(send).to_have_attribute("aria-busy", "true")
		dialog.evaluate("answer()")
		expect(dialog.get_by_role("dialog").get_by_role("alert").filter(has_text=words)).to_be_visible()
		expect(send).not_to_have_attribute("aria-busy", "true")
	field.fill("2")
	send.click()
	dialog.evaluate("answer()")
	expect(dialog.get_by_role("dialog")).to_have_count(0)
	dialog.wait_for_function("ended === '2'")


@pytest.mark.parametrize("way", ["Escape", "Close"])
def test_a_dialog_that_is_left_gives_the_focus_back(dialog: Page, way: str) -> None:
	if way == "Escape":
		dialog.keyboard.press("Escape")
	else:
		dialog.get_by_role("button", name="Close").click()
	expect(dialog.get_by_role("dialog", name="Order")).to_have_count(0)
	dialog.wait_for_function("ended === 'nothing'")
	expect(dialog.get_by_role("button", name="Configure")).to_be_focused()


def test_a_second_press_does_not_send_twice(dialog: Page) -> None:
	field = dialog.get_by_label("Count")
	field.fill("2")
	field.press("Enter")
	dialog.evaluate("void (window.first = answer)")
	field.press("Enter")
	assert dialog.evaluate("first === answer")


# -- list, notices -----------------------------------------------------------------------------------------------------

LIST = f"""async () => {{
	const {{ List }} = await import("{JS}/components/list.js");
	const {{ make }} = await import("{JS}/components/dom.js");
	const {{ emptyState }} = await import("{JS}/components/states.js");
	const row = ({{ id, text }}) => make("li", {{}}, make("button", {{ type: "button", id: `row-${{id}}` }}, text));
	window.list = new List({{ key: ({{ id }}) => id, row, label: "Things", walk: true, empty: emptyState({{ title: "None" }}) }});
	document.getElementById("main").replaceChildren(list.element);
}}"""


def test_a_list_keeps_rows_and_focus_and_tells_when_it_is_empty(show: Any) -> None:
	page = show("channels")
	page.evaluate(LIST)
	expect(page.get_by_text("None")).to_be_hidden()
	page.evaluate("list.show([])")
	expect(page.get_by_text("None")).to_be_visible()
	page.evaluate("list.show([{id: 1, text: 'one'}, {id: 2, text: 'two'}])")
	page.evaluate("window.kept = document.getElementById('row-1')")
	page.get_by_role("button", name="one").focus()
	page.keyboard.press("ArrowDown")
	expect(page.get_by_role("button", name="two")).to_be_focused()
	page.keyboard.press("ArrowDown")
	page.evaluate("list.show([{id: 3, text: 'new'}, {id: 1, text: 'one'}, {id: 2, text: 'second'}])")
	expect(page.get_by_role("button", name="second")).to_be_focused()
	assert page.evaluate("kept === document.getElementById('row-1')")
	expect(page.get_by_role("list", name="Things").get_by_role("listitem")).to_have_text(
		["new", "one", "second"]
	)


TOAST = f"""async () => {{
	const {{ toaster }} = await import("{JS}/components/toast.js");
	toaster(document.body)("error", "<b>Not sent</b>");
}}"""


def test_a_notice_is_read_at_once_is_text_and_can_be_closed(show: Any) -> None:
	page = show("channels")
	page.evaluate(TOAST)
	expect(page.get_by_role("alert")).to_contain_text("<b>Not sent</b>")
	page.get_by_role("button", name="Close the notice").click()
	expect(page.get_by_role("alert")).to_have_count(0)
