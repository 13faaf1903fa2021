"""Photos, voice notes, videos and documents in Helpdesk's own agent page."""

import re

import frappe
import pytest
from playwright.sync_api import Page, expect

from tests.app.conftest import agent, desk, sandbox, user  # noqa: F401 (fixtures)
from tests.app.desk import DEADLINE, MESSAGE, Desk
from tests.browser.conftest import without_errors
from tests.browser.test_helpdesk_page import address, page  # noqa: F401 (fixtures)
from tests.files import PDF, png, wav

pytestmark = pytest.mark.bench_only(reason="Helpdesk's agent page exists on a bench only")


def send(desk: Desk, kind: str, data: bytes, mime_type: str, **more: object) -> str:  # noqa: F811
	"""A customer sends a file; returns the address at which it is stored."""
	wamid = desk.sandbox.customer("+5511912345678", "Maria").sends_file(kind, data, mime_type, **more)
	desk.sandbox.flush(DEADLINE)
	desk.settle()
	message = frappe.db.get_value(MESSAGE, {"wamid": wamid})
	return frappe.db.get_value("WhatsApp Message Media", {"parent": message}, "file_url")


def test_agent_sees_plays_and_downloads(page: Page, address: str, desk: Desk):  # noqa: F811
	errors = without_errors(page)
	photo = send(desk, "image", png(320, 200), "image/png", caption="The parcel")
	voice = send(desk, "audio", wav(1), "audio/ogg; codecs=opus", voice=True)
	document = send(desk, "document", PDF, "application/pdf", filename="receipt.pdf")
	page.goto(f"{address}/helpdesk/tickets/{desk.ticket()}")
	frames = page.locator("iframe")
	expect(frames).to_have_count(3)
	picture = frames.nth(0).content_frame.locator(f'img[src="{photo}"]')
	expect(picture).to_be_visible()
	assert picture.evaluate("async node => (await node.decode(), node.naturalWidth)") == 320
	player = frames.nth(1).content_frame.locator(f'audio[src="{voice}"]')
	assert (
		player.evaluate("async node => { node.muted = true; await node.play(); return node.duration }") == 1
	)
	expect(frames.nth(2).content_frame.locator(f'a[href="{document}"]')).to_have_text("receipt.pdf")
	assert page.request.get(f"{address}{document}").body() == PDF
	expect(page.get_by_role("button", name="receipt.pdf")).to_be_visible()
	assert errors == []


def test_stranger_sees_nothing(page: Page, address: str, desk: Desk):  # noqa: F811
	photo = send(desk, "image", png(), "image/png")
	stranger = user("whatsapp-stranger@example.com")
	page.context.request.post(f"{address}/api/method/login", form={"usr": stranger, "pwd": stranger})
	assert page.request.get(f"{address}{photo}").status == 403
	page.context.clear_cookies()
	assert page.request.get(f"{address}{photo}").status == 403


def test_agent_fetches_a_missing_file_again(page: Page, address: str, desk: Desk):  # noqa: F811
	errors = without_errors(page)
	desk.sandbox.faults.add("media_gone")
	send(desk, "image", png(320, 200), "image/png", caption="The parcel")
	page.goto(f"{address}/helpdesk/tickets/{desk.ticket()}")
	frame = page.locator("iframe").last.content_frame
	expect(frame.get_by_text("link to this file was dead")).to_be_visible()
	# Helpdesk builds the actions anew when the last of its own requests is answered.
	page.wait_for_load_state("networkidle")
	page.get_by_role("button", name=re.compile("WhatsApp ·")).click()
	expect(
		page.get_by_text(re.compile(r"Missing file \(Photo · .*link to this file was dead"))
	).to_be_visible()
	with page.expect_response(lambda response: "media.fetch_again" in response.url):
		page.get_by_role("button", name="Fetch again: Photo").click()
	expect(page.get_by_text("The file has been fetched.", exact=True)).to_be_visible()
	page.reload()
	expect(page.locator("iframe").last.content_frame.locator("img")).to_be_visible()
	assert errors == []
