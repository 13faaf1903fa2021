"""Frappe's own desk, on a bench: its grids, lists and reports print columns as HTML, and nothing of a customer's runs."""

import frappe
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.app.conftest import desk, sandbox  # noqa: F401 (fixtures)
from tests.app.desk import DEADLINE, MESSAGE, Desk
from tests.browser.test_helpdesk_page import address  # noqa: F401 (a fixture)
from whatsapp_channel.doctypes import CUSTOMER, DELIVERY, MEDIA

pytestmark = pytest.mark.bench_only(reason="Frappe's desk exists on a bench only")

RUNS = "<img src=x onerror=window.hacked=1>"
# Without an angle bracket: it ends the attribute into which lists write names.
HOVERS = 'Ana" onmouseover="window.hacked=1" x="'
NO_PROGRAM = b"MZ" + bytes(200)


@pytest.fixture
def page(context: BrowserContext, address: str, desk: Desk) -> Page:  # noqa: F811
	"""A page in which the administrator is logged in, on a site whose set-up is done."""
	context.request.post(f"{address}/api/method/login", form={"usr": "Administrator", "pwd": "admin"})
	return context.new_page()


@pytest.fixture
def message(desk: Desk) -> str:  # noqa: F811
	"""A message whose file, file type, sender and text are hostile."""
	maria = desk.sandbox.customer("5511912345678", HOVERS)
	kind = f"application/x-{RUNS}"
	wamid = maria.sends_file("document", NO_PROGRAM, kind, filename=f"{RUNS}.exe", caption=RUNS)
	maria.sends_raw({"type": "reaction", "reaction": {"message_id": wamid, "emoji": RUNS}})
	desk.sandbox.flush(DEADLINE)
	desk.settle()
	frappe.db.commit()
	return frappe.db.get_value(MESSAGE, {"wamid": wamid})


def show(page: Page, address: str, path: str, text: str) -> None:  # noqa: F811
	"""Opens a page of the desk, waits for a text in it, points at every cell, and sees that nothing ran."""
	page.goto(f"{address}/app/{path}")
	expect(
		page.locator(".page-container:visible, .layout-main:visible").get_by_text(text).first
	).to_be_visible()
	page.evaluate(
		"""() => document.querySelectorAll("[onmouseover], .ellipsis, .dt-cell, .grid-static-col, pre").forEach(
			(each) => each.dispatchEvent(new MouseEvent("mouseover", { bubbles: true })))"""
	)
	found = page.locator("img[src=x], [onmouseover], [onerror]").evaluate_all(
		"all => all.map(each => each.outerHTML)"
	)
	assert [each for each in found if "hacked" in each] == []
	assert page.evaluate("window.hacked") is None


def slug(doctype: str) -> str:
	return doctype.lower().replace(" ", "-")


def test_the_form_of_a_message_and_its_files(page: Page, address: str, message: str) -> None:  # noqa: F811
	show(page, address, f"{slug(MESSAGE)}/{message}", "‹img src=x onerror=window.hacked=1›.exe")


def report(doctype: str, *columns: str) -> str:
	"""The address of a report view with these columns of a DocType, made for the administrator."""
	shown = [[column, doctype] for column in columns]
	settings = {"Report": {"fields": shown, "filters": [], "order_by": f"`tab{doctype}`.`creation` desc"}}
	place = {"user": "Administrator", "doctype": doctype}
	frappe.db.delete("__UserSettings", place)
	frappe.db.sql(
		"insert into `__UserSettings` (user, doctype, data) values (%s, %s, %s)",
		("Administrator", doctype, frappe.as_json(settings)),
	)
	frappe.cache.delete_value("_user_settings")
	frappe.db.commit()
	return f"{slug(doctype)}/view/report"


REPORTS: dict[str, tuple[str, tuple[str, ...], str]] = {
	"messages": (MESSAGE, ("message_type", "reaction", "error", "text", "payload"), "‹img"),
	"customers": (CUSTOMER, ("profile_name", "contact", "username"), "Ana”"),
	"deliveries": (DELIVERY, ("state", "error", "body"), "whatsapp_business_account"),
}


@pytest.mark.parametrize(("doctype", "columns", "text"), REPORTS.values(), ids=REPORTS)
def test_reports(
	page: Page,
	address: str,  # noqa: F811
	message: str,
	doctype: str,
	columns: tuple[str, ...],
	text: str,
) -> None:
	show(page, address, report(doctype, *columns), text)


@pytest.mark.parametrize("doctype", [CUSTOMER, MESSAGE, "Contact", "HD Ticket"])
def test_lists(page: Page, address: str, message: str, doctype: str) -> None:  # noqa: F811
	text = "Ana”" if doctype in (CUSTOMER, "Contact") else ""
	show(page, address, f"{slug(doctype)}/view/list", text or "Filter")


def test_the_check_sees_what_runs(page: Page, address: str, message: str) -> None:  # noqa: F811
	frappe.db.set_value(MEDIA, {"parent": message}, "file_name", f"{RUNS}.exe")
	frappe.db.commit()
	with pytest.raises(AssertionError):
		show(page, address, f"{slug(MESSAGE)}/{message}", ".exe")
