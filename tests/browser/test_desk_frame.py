"""What Frappe's desk puts around the app's pages, on a bench: space, sidebar and icon."""

import frappe
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_helpdesk_page import address  # noqa: F401 (a fixture)
from whatsapp_channel import desk

pytestmark = pytest.mark.bench_only(reason="Frappe's desk exists on a bench only")

PAGES = ("whatsapp-setup", "whatsapp-health")
# The left and right distance of the page's content from the desk's main area.
SPACE = """wac => {
	const area = wac.closest(".layout-main-section-wrapper").getBoundingClientRect();
	const inner = [...wac.children].filter((each) => each.offsetWidth).map((each) => each.getBoundingClientRect());
	return [
		Math.min(...inner.map((each) => each.left)) - area.left,
		area.right - Math.max(...inner.map((each) => each.right)),
	];
}"""


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:  # noqa: F811
	"""A page in which the administrator is logged in."""
	context.request.post(f"{address}/api/method/login", form={"usr": "Administrator", "pwd": "admin"})
	return context.new_page()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [400, 1280])
def test_a_page_has_space_at_its_sides(page: Page, address: str, path: str, width: int):  # noqa: F811
	page.set_viewport_size({"width": width, "height": 800})
	page.goto(f"{address}/app/{path}")
	content = page.locator(".layout-main-section .wac")
	expect(content).to_be_visible()
	left, right = content.evaluate(SPACE)
	assert left >= 12
	assert right >= 12


@pytest.fixture
def links(site: object) -> list[tuple[str, str]]:
	"""What the workspace's cards link to."""
	if not frappe.db.exists("DocType", desk.SIDEBAR):
		pytest.skip("sidebars are Frappe 16's")
	desk.make_sidebar()
	frappe.db.commit()
	return frappe.get_all(
		"Workspace Link",
		{"parent": desk.WORKSPACE, "type": "Link"},
		["link_type", "link_to"],
		order_by="idx",
		as_list=True,
	)


def test_the_sidebar_lists_what_the_workspace_does(links: list[tuple[str, str]]) -> None:
	rows = frappe.get_doc(desk.SIDEBAR, desk.WORKSPACE).items
	found = [(row.link_type, row.link_to) for row in rows if row.type == "Link"]
	assert found == [("Workspace", desk.WORKSPACE), *(tuple(each) for each in links)]
	assert [row.label for row in rows if row.type == "Section Break"] == [
		"Setup",
		"Conversations",
		"Operation",
	]


def test_sidebar_and_icon_are_deleted_and_made_again(links: list[tuple[str, str]]) -> None:
	desk.delete_sidebar()
	assert not frappe.db.exists(desk.SIDEBAR, desk.WORKSPACE)
	assert not frappe.db.exists(desk.ICON, desk.WORKSPACE)
	desk.delete_sidebar()
	desk.make_sidebar()
	desk.make_sidebar()
	assert frappe.db.count(desk.SIDEBAR, {"app": desk.APP}) == 1
	assert frappe.db.count(desk.ICON, {"app": desk.APP}) == 1
	frappe.db.commit()


def test_the_icon_leads_to_the_workspace_and_the_sidebar_to_a_page(
	page: Page,
	address: str,  # noqa: F811
	links: list[tuple[str, str]],
) -> None:
	frappe.clear_cache()
	page.goto(f"{address}/desk")
	page.get_by_text(desk.WORKSPACE, exact=True).first.click()
	sidebar = page.locator(".body-sidebar")
	expect(sidebar.get_by_text("WhatsApp Health")).to_be_visible()
	sidebar.get_by_text("WhatsApp Health").click()
	expect(page.locator(".layout-main-section .wac")).to_be_visible()
