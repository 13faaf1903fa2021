"""Photos sent together are one Communication with several files."""

from dataclasses import dataclass, field
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk, utc
from tests.files import MP4, PDF, png
from whatsapp_channel.inbound.media import refetch

PHONE = "5511912345678"
ANA = "5511987654321"
FILES = {
	"image": ("image/png", None),
	"video": ("video/mp4", MP4),
	"document": ("application/pdf", PDF),
	"sticker": ("image/png", None),
}


@dataclass(frozen=True)
class Step:
	"""Something happens `at` seconds after the first: a message of a type, or an action of the agent."""

	at: float
	type: str
	text: str | None = None
	wa_id: str = PHONE
	more: dict[str, Any] = field(default_factory=dict)


def image(at: float, caption: str | None = None, **more: Any) -> Step:
	return Step(at, "image", caption, **more)


# What happens, and the number of messages in each Communication of the customer in their order.
CASES: dict[str, tuple[list[Step], list[int]]] = {
	"alone": ([image(0)], [1]),
	"two, 4 s apart": ([image(0), image(4)], [2]),
	"two, 5 s apart": ([image(0), image(5)], [2]),
	"two, 6 s apart": ([image(0), image(6)], [1, 1]),
	"each within 5 s of the one before": ([image(0), image(4), image(8), image(12)], [4]),
	"later one filed first": ([image(4), image(0)], [2]),
	"a caption on each": ([image(0, "left"), image(1, "right")], [2]),
	"photo and video": ([image(0), Step(1, "video")], [2]),
	"a document between": ([image(0), Step(1, "document"), image(2)], [1, 1, 1]),
	"a sticker after": ([image(0), Step(1, "sticker")], [1, 1]),
	"a text between": ([image(0), Step(1, "text", "and"), image(2)], [1, 1, 1]),
	"a text before": ([Step(0, "text", "Look"), image(1), image(2)], [1, 2]),
	"another customer between": ([image(0), image(1, wa_id=ANA), image(2)], [2]),
	"an answer between": ([image(0), Step(1, "reply"), image(2)], [1, 1]),
	"a reaction between": ([image(0), Step(1, "reaction"), image(2)], [2]),
	"the ticket closed between": ([image(0), Step(1, "close"), image(2)], [1, 1]),
	"answers to different messages": (
		[Step(0, "text", "Look"), image(1), image(2, more={"context": {"from": "1", "id": "wamid.other"}})],
		[1, 1, 1],
	),
}


def play(desk: Desk, steps: list[Step]) -> None:
	start = utc(seconds=600).timestamp()
	for step in steps:
		at = utc(seconds=600) if step.at == 0 else _moment(start + step.at)
		_act(desk, step, at)
		desk.flush()
		desk.settle()


def _moment(stamp: float) -> Any:
	return type(utc()).fromtimestamp(stamp, utc().tzinfo)


def _act(desk: Desk, step: Step, at: Any) -> None:
	customer = desk.sandbox.customer(step.wa_id, "Maria")
	if step.type == "text":
		customer.sends(step.text or "", at)
	elif step.type == "reaction":
		last = frappe.get_all(MESSAGE, pluck="wamid", order_by="creation desc", limit=1)[0]
		customer.sends_raw({"type": "reaction", "reaction": {"message_id": last, "emoji": "x"}}, at)
	elif step.type == "reply":
		row = desk.reply(desk.ticket())
		frappe.db.set_value(MESSAGE, row, "message_timestamp", frappe.db.get_value(MESSAGE, row, "creation"))
	elif step.type == "close":
		ticket = frappe.get_doc("HD Ticket", desk.ticket())
		ticket.status = "Closed"
		ticket.save()
		frappe.db.commit()
	else:
		mime_type, data = FILES[step.type]
		message = customer.file_message(step.type, data or _picture(at), mime_type, caption=step.text)
		customer.sends_raw({**message, **step.more}, at)


def _picture(at: Any) -> bytes:
	return png(1 + int(at.timestamp()) % 100, 1)


def shared(desk: Desk, wa_id: str = PHONE) -> list[int]:
	"""How many messages each Communication of a customer shows, in the order in which they were written."""
	customer = frappe.db.get_value("WhatsApp Customer", {"wa_id": wa_id})
	frappe.db.commit()
	counts: dict[str, int] = {}
	rows = frappe.get_all(
		MESSAGE,
		{"customer": customer, "direction": "Incoming", "communication": ["is", "set"]},
		pluck="communication",
		order_by="message_timestamp, creation",
	)
	for communication in rows:
		counts[communication] = counts.get(communication, 0) + 1
	return list(counts.values())


@pytest.mark.parametrize(("steps", "expected"), CASES.values(), ids=CASES.keys())
def test_album(desk: Desk, steps: list[Step], expected: list[int]) -> None:
	play(desk, steps)
	assert shared(desk) == expected


def test_album_in_one_delivery(desk: Desk) -> None:
	customer = desk.sandbox.customer(PHONE, "Maria")
	at = utc(seconds=60)
	items = [
		customer.composes(
			customer.file_message("image", png(index + 1, 1), "image/png", caption=f"no {index}"), at
		)
		for index in range(3)
	]
	desk.post(desk.sandbox.payload_for(*items))
	desk.settle()
	assert shared(desk) == [3]
	(content,) = desk.conversation_of(desk.ticket())
	assert content.count("<img") == 3
	assert all(f"no {index}" in content for index in range(3))
	communication = frappe.db.get_value("Communication", {"reference_name": desk.ticket()})
	attached = frappe.get_all("File", {"attached_to_name": communication}, pluck="file_url")
	assert len(set(attached)) == 3


def test_setting_0_keeps_photos_apart(desk: Desk) -> None:
	frappe.db.set_single_value("WhatsApp Channel Settings", "group_media_seconds", 0)
	frappe.db.commit()
	play(desk, [image(0), image(1)])
	assert shared(desk) == [1, 1]


def test_photo_of_an_album_that_comes_late_is_shown_in_it(desk: Desk) -> None:
	desk.sandbox.faults.add("media_gone")
	play(desk, [image(0), image(1)])
	assert shared(desk) == [2]
	first = frappe.get_all(MESSAGE, pluck="name", order_by="message_timestamp", limit=1)[0]

	assert desk.conversation_of(desk.ticket())[0].count("<img") == 1
	assert refetch.fetch_again(first) == "The file has been fetched."
	assert desk.conversation_of(desk.ticket())[0].count("<img") == 2


def test_helpdesk_shows_every_file_of_an_album(desk: Desk, agent: str) -> None:
	"""Helpdesk remembers the files of a Communication; an agent has looked at it after the first photo."""
	client = desk.web.login(agent)
	api = "/api/method/helpdesk.helpdesk.doctype.hd_ticket.api.get_ticket_activities"

	def attachments() -> int:
		answer = client.get(api, params={"ticket": desk.ticket()}).json()["message"]
		return len(answer["communications"][0]["attachments"])

	play(desk, [image(0)])
	seen = [attachments()]
	at = frappe.db.get_value(MESSAGE, {}, "message_timestamp")
	customer = desk.sandbox.customer(PHONE, "Maria")
	from whatsapp_channel.clock import to_utc

	customer.sends_file("image", png(50, 1), "image/png", to_utc(at))
	desk.flush()
	desk.settle()
	assert [*seen, attachments()] == [1, 2]
