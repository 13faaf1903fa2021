"""Every payload file, signed and posted to the site's webhook, becomes exactly the rows that it should."""

import json
from typing import Any

import frappe
import pytest
from frappe.utils.html_utils import sanitize_html

from tests.app.desk import MESSAGE, Desk, newest
from tests.cloud_api.message_cases import MESSAGES, QUOTED
from tests.cloud_api.webhook_files import WEBHOOKS
from tests.markup import outline
from whatsapp_channel.cloud_api.content import Content, Edit, Media
from whatsapp_channel.rules.text.message_html import FileView, Quote, View, to_html, trace_html

ITEM = "WhatsApp Delivery Item"
FILES = {path.stem for path in WEBHOOKS.glob("*.json")}


def body_for(desk: Desk, name: str, **replaced: str) -> dict[str, Any]:
	"""The payload file as this site would get it: its account, its number, and what else is `replaced`."""
	text = (WEBHOOKS / f"{name}.json").read_text()
	own_number = frappe.db.get_value("WhatsApp Number", desk.number, "number").lstrip("+")
	ids = {"106540352242922": desk.number, "102290129340398": desk.account, "15550783881": own_number}
	for old, new in {**ids, **replaced}.items():
		text = text.replace(old, new)
	return json.loads(text)


def post(desk: Desk, name: str, **replaced: str) -> None:
	assert desk.post(body_for(desk, name, **replaced)).status_code == 200
	desk.settle()
	frappe.db.commit()


def message_rows() -> list[tuple[Any, ...]]:
	"""Direction, type, text and whether it is in a ticket."""
	fields = ["direction", "message_type", "text", "ticket", "communication"]
	found = frappe.get_all(MESSAGE, fields=fields, order_by="message_timestamp, name")
	assert not [row for row in found if bool(row.ticket) != bool(row.communication)]
	return [(row.direction, row.message_type, row.text, bool(row.ticket)) for row in found]


def kept_items() -> list[tuple[str, str]]:
	"""Kind and state of the items that could not be processed, but for those that only waited for a file."""
	found = frappe.get_all(ITEM, {"state": ["!=", "Processed"]}, ["kind", "state"], order_by="kind, state")
	return [(row.kind, row.state) for row in found]


NOT_PASSED_ON = "A message that WhatsApp did not pass on"
# Messages that open a ticket, and its subject.
TICKETS: dict[str, str] = {
	"text": "Does it come in another color?",
	"text_with_username": "Hello",
	"text_from_user_id_only": "Is my order on its way?",
	"text_reply": "Yes, this one",
	"text_forwarded": "Look at this",
	"text_frequently_forwarded": "Everybody must read this",
	"text_about_product": "Is it in stock?",
	"text_question_about_product_without_message": "How much is it?",
	"text_in_unicode_and_html": "Olá ‹b›café‹/b› \U0001f44b ‹script›alert(1)‹/script›",
	"text_right_to_left": "مرحبا! هل وصل الطلب 4711؟",
	"text_from_advertisement": "Hi, I saw your ad",
	"text_from_advertisement_with_video": "Is this still on?",
	"text_from_status_advertisement": "I saw your status",
	"number_written_in_two_ways": "Oi",
	"image_with_caption": "Photo: Taj Mahal",
	"image_without_caption": "Photo",
	"image_without_url": "Photo: The broken part",
	"image_with_hex_hash": "Photo",
	"image_from_user_id_only": "Photo",
	"image_from_post": "Photo: Like this one?",
	"image_too_large": "Photo",
	"video_with_caption": "Video: Timelapse",
	"video_without_caption": "Video",
	"audio_voice_note": "Voice message",
	"audio_file": "Audio file",
	"audio_without_voice_flag": "Audio file",
	"document_with_caption": "Document: my receipt",
	"document_without_caption": "Document: receipt.pdf",
	"document_without_filename": "Document",
	"sticker": "Animated sticker",
	"sticker_static": "Sticker",
	"location_named": "Location: Philz Coffee",
	"location_without_address": "Location: Praça da Sé",
	"location_pin": "Location: 37.44221496582, -122.16165924072",
	"contacts": "Contact: Barbara J. Johnson, Front desk",
	"contacts_with_vcard": "Contact: Lucía Gómez",
	"contacts_on_request": "Contact: Sheena Nelson",
	"button": "Unsubscribe",
	"button_without_text": "STOP",
	"interactive_button_reply": "Cancel",
	"interactive_list_reply": "Priority Mail Express",
	"interactive_list_reply_without_description": "Standard Mail",
	"interactive_flow_reply": "Form: Sent, order: 4711, satisfied: Yes",
	"interactive_address_reply": "Form: Rua Augusta 1, São Paulo, name: Maria, city: São Paulo, floors: 1, 2",
	"interactive_of_tomorrow": "Wink",
	"order": "Product order: Love these!, 2 × di9ozbzfi4 (30 USD), 1 × nqryix03ez (25.5 USD)",
	"order_without_text": "Product order: 3 × di9ozbzfi4 (9.9 BRL)",
	"of_a_type_of_tomorrow": "I am a hologram",
	"unknown_of_old": NOT_PASSED_ON,
	"unsupported_button": NOT_PASSED_ON,
	"unsupported_errors": NOT_PASSED_ON,
	"unsupported_gif": NOT_PASSED_ON,
	"unsupported_group_invite": NOT_PASSED_ON,
	"unsupported_hsm": NOT_PASSED_ON,
	"unsupported_image": NOT_PASSED_ON,
	"unsupported_interactive": NOT_PASSED_ON,
	"unsupported_link_preview": NOT_PASSED_ON,
	"unsupported_list": NOT_PASSED_ON,
	"unsupported_location": NOT_PASSED_ON,
	"unsupported_media_placeholder": NOT_PASSED_ON,
	"unsupported_not_available": NOT_PASSED_ON,
	"unsupported_of_tomorrow": NOT_PASSED_ON,
	"unsupported_order": NOT_PASSED_ON,
	"unsupported_poll_creation": NOT_PASSED_ON,
	"unsupported_product": NOT_PASSED_ON,
	"unsupported_without_type": NOT_PASSED_ON,
}


@pytest.mark.parametrize(("name", "subject"), TICKETS.items(), ids=TICKETS)
def test_message_that_opens_a_ticket(desk: Desk, name: str, subject: str) -> None:
	post(desk, f"message_{name}")
	(raw,) = body_for(desk, f"message_{name}")["entry"][0]["changes"][0]["value"]["messages"]
	assert message_rows() == [("Incoming", raw["type"], MESSAGES[name][1], True)]
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "subject") == subject
	(content,) = desk.conversation_of(desk.ticket())
	assert outline(content)
	assert kept_items() == []


def file_of(content: Content) -> tuple[FileView, ...]:
	media = content.content if isinstance(content, Edit) else content
	if not isinstance(media, Media):
		return ()
	kind = media.mime_type.split(";")[0]
	name = 'Café & "more" <1>.bin'
	return (FileView(name, f"/private/files/{name}", media.kind, kind, None, 5_000_000, media.voice),)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_the_sites_sanitiser_changes_nothing(site: Any, name: str) -> None:
	content, _words, more = MESSAGES[name]
	view = View(
		content,
		file_of(content),
		Quote("<b>Ana</b>", 'It\'s & "that" one'),
		more.get("referral"),
		more.get("product"),
		forwarded=True,
		edited="10:00",
		original="<i>before</i>",
		revoked="10:05",
		reaction="\U0001f44d",
		errors=more.get("errors", ()),
	)
	for html in (to_html([view], str), to_html([view, view], str), trace_html(view, str)):
		assert outline(html)
		assert sanitize_html(html) == html


# Messages about another message or about the account.
QUIET = (
	"reaction",
	"reaction_removed",
	"reaction_removed_older",
	"reaction_from_user_id_only",
	"edit",
	"edit_of_text",
	"edit_without_type",
	"revoke",
	"system_user_changed_number",
	"system_user_changed_number_of_old",
	"system_user_changed_number_with_user_ids",
	"system_user_changed_user_id",
	"system_customer_identity_changed",
	"request_welcome",
	"unsupported_edit",
	"unsupported_keep_in_chat",
	"unsupported_pin",
	"unsupported_poll_update",
	"unsupported_reaction",
)


@pytest.mark.parametrize("name", QUIET)
def test_message_that_opens_no_ticket(desk: Desk, name: str) -> None:
	post(desk, f"message_{name}")
	(raw,) = body_for(desk, f"message_{name}")["entry"][0]["changes"][0]["value"]["messages"]
	rows = [(direction, kind, ticket) for direction, kind, _text, ticket in message_rows()]
	assert rows == [("Incoming", raw["type"], False)]
	assert (desk.tickets(), kept_items()) == ([], [])


# What belongs to a group has no customer to answer.
GROUPS = (
	"message_text_in_group",
	"message_reaction_in_group",
	"status_delivered_in_group",
	"status_read_in_group",
)


@pytest.mark.parametrize("name", GROUPS)
def test_groups_leave_no_rows(desk: Desk, name: str) -> None:
	post(desk, name)
	assert (message_rows(), kept_items(), desk.tickets()) == ([], [], [])


# What the business wrote elsewhere, and what was written before the number was connected: never a ticket.
PAST: dict[str, list[tuple[str, str, str | None]]] = {
	"echo_text": [("Outgoing", "text", "Sent from the phone")],
	"echo_reply": [("Outgoing", "text", "Yes, we have it")],
	"echo_image": [("Outgoing", "image", "Our new address")],
	"echo_edit": [("Outgoing", "edit", "Corrected on the phone")],
	"echo_revoke": [("Outgoing", "revoke", None)],
	"echo_to_user_id_only": [("Outgoing", "text", "Hello")],
	"history_chunk": [("Incoming", "text", "Earlier")],
	"history_media": [("Incoming", "image", None)],
	"history_media_of_business": [("Outgoing", "document", "offer.pdf")],
	"history_of_two_chats": [
		("Incoming", "text", "Do you deliver?"),
		("Outgoing", "text", "Yes, everywhere"),
		("Incoming", "media_placeholder", None),
		("Incoming", "text", "Oi"),
	],
}


@pytest.mark.parametrize(("name", "rows"), PAST.items(), ids=PAST)
def test_echoes_and_history(desk: Desk, name: str, rows: list[tuple[str, str, str | None]]) -> None:
	post(desk, name)
	assert message_rows() == [(*row, False) for row in rows]
	assert (desk.tickets(), kept_items()) == ([], [])


PREFERENCES = {"preference_stop": True, "preference_resume": False, "preference_of_user_id_only": True}


@pytest.mark.parametrize(("name", "stopped"), PREFERENCES.items(), ids=PREFERENCES)
def test_preference(desk: Desk, name: str, stopped: bool) -> None:
	post(desk, name)
	customer = newest("WhatsApp Customer")
	found = frappe.db.get_value("WhatsApp Customer", customer, "marketing_stopped_on")
	assert bool(found) is stopped
	assert (message_rows(), desk.tickets(), kept_items()) == ([], [], [])


# Statuses of a message of ours: what it has become.
STATUSES: dict[str, str] = {
	"sent_with_conversation": "Sent",
	"sent_by_advertisement": "Sent",
	"sent_in_2023": "Sent",
	"sent_service_before_october_2026": "Sent",
	"sent_without_type_of_price": "Sent",
	"delivered_with_reference": "Delivered",
	"delivered_to_user_id_only": "Delivered",
	"delivered_utility_in_window_before_october_2026": "Delivered",
	"delivered_utility_in_window_charged": "Delivered",
	"delivered_service_within_free_thousand": "Delivered",
	"delivered_service_charged": "Delivered",
	"delivered_by_advertisement": "Delivered",
	"delivered_authentication": "Delivered",
	"delivered_authentication_international": "Delivered",
	"delivered_marketing_lite": "Delivered",
	"read": "Read",
	"played": "Played",
	"failed_window_closed": "Failed",
	"failed_media_type": "Failed",
	"failed_undeliverable": "Failed",
	"failed_payment": "Failed",
	"failed_held_back_by_meta": "Failed",
	"failed_experiment": "Failed",
	"failed_to_user_id_only": "Failed",
	"failed_with_code_of_tomorrow": "Failed",
}


@pytest.mark.parametrize(("name", "status"), STATUSES.items(), ids=STATUSES)
def test_status_of_a_message_of_ours(desk: Desk, name: str, status: str) -> None:
	desk.writes("Hello", wa_id="16505551234", name="Sheena Nelson")
	reply = desk.reply(desk.ticket())
	desk.settle()
	wamid = desk.message(reply).wamid
	post(desk, f"status_{name}", **{QUOTED: wamid})
	assert desk.message(reply).status == status
	assert kept_items() == []


# Events that change the account or the number. Those about access are older than the account's token here.
APPLIED = (
	"account_alerts",
	"account_review_update",
	"account_update_account_restriction",
	"account_update_account_violation",
	"account_update_disabled",
	"business_capability_update",
	"phone_number_name_update",
	"phone_number_quality_update",
	"security_pin_changed",
)
# What is kept as an item with its reason: kind and state of each.
ITEMS: dict[str, list[tuple[str, str]]] = {
	"status_deleted_of_old": [("Status", "Dropped")],
	"error_rate_limit": [("Error", "Dropped")],
	"error_without_details": [("Error", "Dropped")],
	"error_several": [("Error", "Dropped")] * 2,
	"history_declined": [("Error", "Dropped")],
	"history_progress_only": [("Other", "Dropped")],
	**{name: [("Other", "Dropped")] for name in sorted(FILES) if name.startswith("other_")},
	**{f"other_{name}": [] for name in APPLIED},
	# An address book names people who may write yet.
	"other_app_state_sync": [("Other", "Pending")],
}


@pytest.mark.parametrize(("name", "items"), ITEMS.items(), ids=ITEMS)
def test_what_is_only_kept(desk: Desk, name: str, items: list[tuple[str, str]]) -> None:
	post(desk, name)
	assert kept_items() == items
	assert (message_rows(), desk.tickets()) == ([], [])
	errors = frappe.get_all(ITEM, pluck="error")
	assert all(error and error.endswith(".") for error in errors)


def test_status_of_a_message_that_nobody_knows_waits(desk: Desk) -> None:
	post(desk, "status_read")
	assert kept_items() == [("Status", "Pending")]


def test_batch_of_two_accounts(desk: Desk) -> None:
	post(desk, "batch_of_two_accounts")
	assert [row[2] for row in message_rows()] == ["one", "two"]
	assert sorted(kept_items()) == [
		("Message", "Unroutable"),
		("Status", "Pending"),
		("Status", "Pending"),
	]
	assert len(desk.tickets()) == 2


def test_every_payload_file_has_a_row() -> None:
	rows = {f"message_{name}" for name in (*TICKETS, *QUIET)} | {f"status_{name}" for name in STATUSES}
	rows |= {*GROUPS, *PAST, *PREFERENCES, *ITEMS, "batch_of_two_accounts"}
	assert rows == FILES
