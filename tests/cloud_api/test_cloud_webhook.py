"""Every message type, status and field of Meta's webhook reference, one payload file per condition."""

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from whatsapp_channel.cloud_api.webhook import (
	ContactCard,
	ErrorObject,
	Item,
	ItemKind,
	read_delivery,
)

from .deliveries import ACCOUNT, NUMBER, SENDER, message, status, value
from .recordings import PAYLOADS

WEBHOOKS = PAYLOADS / "webhooks"
QUOTED = "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI4MjZGRDA0OUE2OTQ3RkEyMzcA"
USER = "US.13491208655302741918"
SHEENA = ContactCard("Sheena Nelson", SENDER, None)


def items_of(name: str, folder: str = "webhooks") -> tuple[Item, ...]:
	delivery = read_delivery((PAYLOADS / folder / f"{name}.json").read_bytes())
	assert delivery.problem is None
	return delivery.items


# Name of the file: type, text, and whatever else differs from an ordinary message.
MESSAGES: dict[str, tuple[str, str | None, dict[str, Any]]] = {
	"text": ("text", "Does it come in another color?", {}),
	"text_with_username": (
		"text",
		"Hello",
		{"sender_user_id": USER, "contact": ContactCard("Sheena Nelson", SENDER, USER)},
	),
	"text_from_user_id_only": (
		"text",
		"Is my order on its way?",
		{"sender_wa_id": None, "sender_user_id": USER, "contact": ContactCard("Sheena Nelson", None, USER)},
	),
	"text_reply": ("text", "Yes, this one", {"quoted_wamid": QUOTED}),
	"text_forwarded": ("text", "Look at this", {"forwarded": True}),
	"text_frequently_forwarded": ("text", "Everybody must read this", {"forwarded": True}),
	"text_about_product": ("text", "Is it in stock?", {"quoted_wamid": QUOTED}),
	"text_from_advertisement": ("text", "Hi, I saw your ad", {"referral_headline": "Chat with us"}),
	"text_in_group": ("text", "Hello everybody", {"group_id": "Y2FwaV9ncm91cDo1NTE5"}),
	"text_in_unicode_and_html": (
		"text",
		"Olá <b>café</b> \U0001f44b\n<script>alert(1)</script>",
		{"contact": ContactCard("<img src=x> Müller", SENDER, None)},
	),
	"image_with_caption": ("image", "Taj Mahal", {}),
	"image_without_caption": ("image", None, {}),
	"video_with_caption": ("video", "Timelapse", {}),
	"audio_voice_note": ("audio", None, {}),
	"document_with_caption": ("document", "my receipt", {}),
	"document_without_caption": ("document", "receipt.pdf", {}),
	"sticker": ("sticker", None, {}),
	"location_named": (
		"location",
		"Philz Coffee\n101 Forest Ave, Palo Alto, CA 94301\nhttps://philzcoffee.com/",
		{},
	),
	"location_pin": ("location", "37.44221496582, -122.16165924072", {}),
	"contacts": ("contacts", "Barbara J. Johnson, +1 (415) 555-0829\nFront desk", {}),
	"contacts_on_request": ("contacts", "Sheena Nelson, +16505551234", {}),
	"button": ("button", "Unsubscribe", {"quoted_wamid": QUOTED}),
	"interactive_button_reply": ("interactive", "Cancel", {"quoted_wamid": QUOTED}),
	"interactive_list_reply": ("interactive", "Priority Mail Express", {"quoted_wamid": QUOTED}),
	"interactive_flow_reply": ("interactive", "Sent\norder: 4711\nsatisfied: True", {"quoted_wamid": QUOTED}),
	"reaction": ("reaction", "\U0001f44d", {"quoted_wamid": QUOTED}),
	"reaction_removed": ("reaction", None, {"quoted_wamid": QUOTED}),
	"reaction_removed_older": ("reaction", None, {"quoted_wamid": QUOTED}),
	"order": ("order", "Love these!\n2 × di9ozbzfi4 (30 USD)\n1 × nqryix03ez (25.5 USD)", {}),
	"system_user_changed_number": (
		"system",
		"User Sheena Nelson changed from 16505551234 to 12195555358",
		{"contact": None},
	),
	"system_user_changed_user_id": (
		"system",
		f"User changed from {USER} to US.22222222222222222222",
		{"sender_wa_id": None, "sender_user_id": USER, "contact": None},
	),
	"system_customer_identity_changed": ("system", "User identity changed", {"contact": None}),
	"unsupported": (
		"unsupported",
		None,
		{
			"errors": (
				ErrorObject(
					131051,
					"Message type unknown",
					"Message type unknown",
					"Message type is currently not supported.",
				),
			)
		},
	),
	"image_too_large": (
		"image",
		None,
		{
			"errors": (
				ErrorObject(
					131052,
					"Media file size too big",
					"Media file size too big",
					"Max file size we currently support: 100 MB",
				),
			)
		},
	),
	"edit": ("edit", "Corrected caption", {"quoted_wamid": QUOTED}),
	"revoke": ("revoke", None, {"quoted_wamid": QUOTED}),
	"of_a_type_of_tomorrow": ("hologram", "I am a hologram", {}),
	"number_written_in_two_ways": (
		"text",
		"Oi",
		{"sender_wa_id": "551112345678", "contact": ContactCard("João", "5511912345678", None)},
	),
}


@pytest.mark.parametrize(("name", "expected"), MESSAGES.items(), ids=MESSAGES)
def test_message(name: str, expected: tuple[str, str | None, dict[str, Any]]):
	kind, text, more = expected
	(item,) = items_of(f"message_{name}")
	assert (item.kind, item.position, item.problem) == (ItemKind.MESSAGE, "0/0/messages/0", None)
	assert (item.account_id, item.phone_number_id, item.field) == (ACCOUNT, NUMBER, "messages")
	found = item.message
	assert found
	assert (found.type, found.text) == (kind, text)
	assert found.id == item.raw["id"]
	assert found.timestamp == datetime.fromtimestamp(int(item.raw["timestamp"]), timezone.utc)
	assert found.timestamp.tzinfo is timezone.utc
	assert found.sender_wa_id == more.get("sender_wa_id", SENDER)
	assert found.sender_user_id == more.get("sender_user_id")
	assert found.quoted_wamid == more.get("quoted_wamid")
	assert found.forwarded is more.get("forwarded", False)
	assert found.group_id == more.get("group_id")
	assert found.errors == more.get("errors", ())
	assert (found.referral or {}).get("headline") == more.get("referral_headline")
	assert item.contact == more.get("contact", SHEENA)


# Name of the file: whatever differs from an ordinary status.
STATUSES: dict[str, dict[str, Any]] = {
	"sent_with_conversation": {"status": "sent", "conversation": "72b14d6b1bd2", "category": "marketing"},
	"sent_by_advertisement": {
		"status": "sent",
		"conversation": "72b14d6b1bd3",
		"category": "referral_conversion",
		"window_ends": datetime(2025, 6, 18, 23, 28, tzinfo=timezone.utc),
	},
	"sent_in_2023": {
		"status": "sent",
		"conversation": "8eb644d2350611f3746e7f0985bddfc1",
		"category": "business_initiated",
	},
	"delivered_with_reference": {
		"status": "delivered",
		"recipient_user_id": USER,
		"reference": "ticket-42",
		"category": "service",
		"contact": ContactCard("Sheena", SENDER, USER),
	},
	"delivered_to_user_id_only": {
		"status": "delivered",
		"recipient_wa_id": None,
		"recipient_user_id": USER,
		"contact": ContactCard("Sheena", None, USER),
	},
	"read": {"status": "read"},
	"played": {"status": "played"},
	"deleted_of_old": {"status": "deleted"},
	"failed_window_closed": {"status": "failed", "recipient_wa_id": "5511111111111", "error": 131047},
	"failed_media_type": {"status": "failed", "error": 131053},
}


@pytest.mark.parametrize(("name", "expected"), STATUSES.items(), ids=STATUSES)
def test_status(name: str, expected: dict[str, Any]):
	(item,) = items_of(f"status_{name}")
	assert (item.kind, item.position, item.problem) == (ItemKind.STATUS, "0/0/statuses/0", None)
	assert (item.account_id, item.phone_number_id) == (ACCOUNT, NUMBER)
	found = item.status
	assert found
	assert (found.id, found.status) == (QUOTED, expected["status"])
	assert found.timestamp == datetime.fromtimestamp(int(item.raw["timestamp"]), timezone.utc)
	assert found.recipient_wa_id == expected.get("recipient_wa_id", SENDER)
	assert found.recipient_user_id == expected.get("recipient_user_id")
	assert found.reference == expected.get("reference")
	assert (found.conversation or {}).get("id") == expected.get("conversation")
	assert (found.pricing or {}).get("category") == expected.get("category")
	assert found.window_ends == expected.get("window_ends")
	assert [error.code for error in found.errors] == ([expected["error"]] if "error" in expected else [])
	assert all(error.title and error.details for error in found.errors)
	assert item.contact == expected.get("contact")


# Name of the file: field of the change, number if it names one.
OTHER: dict[str, tuple[str, str | None]] = {
	"account_update_partner_added": ("account_update", None),
	"account_update_partner_removed": ("account_update", None),
	"account_update_account_deleted": ("account_update", None),
	"account_update_account_offboarded": ("account_update", None),
	"account_update_account_reconnected": ("account_update", None),
	"account_update_account_violation": ("account_update", None),
	"account_update_account_restriction": ("account_update", None),
	"account_update_disabled": ("account_update", None),
	"account_update_pricing_tier": ("account_update", None),
	"account_review_update": ("account_review_update", None),
	"account_alerts": ("account_alerts", None),
	"business_capability_update": ("business_capability_update", None),
	"phone_number_quality_update": ("phone_number_quality_update", None),
	"phone_number_name_update": ("phone_number_name_update", None),
	"template_status_approved": ("message_template_status_update", None),
	"template_status_rejected": ("message_template_status_update", None),
	"template_status_paused": ("message_template_status_update", None),
	"template_quality": ("message_template_quality_update", None),
	"template_components": ("message_template_components_update", None),
	"template_category": ("template_category_update", None),
	"security_pin_changed": ("security", None),
	"user_preferences": ("user_preferences", NUMBER),
	"history": ("history", NUMBER),
	"history_declined": ("history", NUMBER),
	"history_media": ("history", NUMBER),
	"app_state_sync": ("smb_app_state_sync", NUMBER),
	"message_echoes": ("smb_message_echoes", NUMBER),
	"field_of_tomorrow": ("whatsapp_account", None),
}


@pytest.mark.parametrize(("name", "expected"), OTHER.items(), ids=OTHER)
def test_other_field(name: str, expected: tuple[str, str | None]):
	(item,) = items_of(f"other_{name}")
	assert (item.kind, item.position, item.problem) == (ItemKind.OTHER, "0/0/value/0", None)
	assert (item.field, item.phone_number_id, item.account_id) == (*expected, ACCOUNT)
	assert (item.message, item.status) == (None, None)
	sent = json.loads((WEBHOOKS / f"other_{name}.json").read_text())
	assert item.raw == sent["entry"][0]["changes"][0]["value"]


def test_error_item():
	(item,) = items_of("error_rate_limit")
	assert (item.kind, item.position, item.problem) == (ItemKind.ERROR, "0/0/errors/0", None)
	assert (item.account_id, item.phone_number_id, item.raw["code"]) == (ACCOUNT, NUMBER, 130429)
	assert item.error
	assert (item.error.code, item.error.title) == (130429, "Rate limit hit")
	assert item.error.details
	assert "too many messages" in item.error.details


def test_batch_of_two_accounts():
	items = items_of("batch_of_two_accounts")
	assert [(item.position, item.kind) for item in items] == [
		("0/0/messages/0", ItemKind.MESSAGE),
		("0/0/messages/1", ItemKind.MESSAGE),
		("0/1/statuses/0", ItemKind.STATUS),
		("0/1/statuses/1", ItemKind.STATUS),
		("0/2/value/0", ItemKind.OTHER),
		("1/0/messages/0", ItemKind.MESSAGE),
	]
	assert [item.contact and item.contact.name for item in items] == [
		"Pablo",
		"Sheena Nelson",
		None,
		None,
		None,
		"Sheena Nelson",
	]
	assert [item.message.text for item in items if item.message] == ["one", "two", "three"]
	assert [item.phone_number_id for item in items] == [NUMBER] * 4 + [None, "106540352242923"]
	assert items[-1].account_id == "102290129340399"


def test_every_payload_file_has_a_row():
	rows = {f"message_{name}" for name in MESSAGES} | {f"status_{name}" for name in STATUSES}
	rows |= {f"other_{name}" for name in OTHER} | {"error_rate_limit", "batch_of_two_accounts"}
	assert rows == {path.stem for path in WEBHOOKS.glob("*.json")}


@pytest.mark.parametrize("path", sorted(WEBHOOKS.glob("*.json")), ids=lambda path: path.stem)
def test_item_of_every_payload_survives_storage(path: Any):
	for item in items_of(path.stem):
		stored = item.to_json()
		assert stored.isascii()
		assert Item.from_json(stored) == item


def test_image_of_another_project():
	(item,) = items_of("WebhookMessageEvent", "softlivery")
	assert item.message
	assert (item.message.type, item.message.text) == ("image", "Image caption example")
	assert item.contact == ContactCard("John Doe", "6268202924", None)


def test_status_of_another_project():
	(item,) = items_of("WebhookStatusEvent", "softlivery")
	assert item.status
	assert (item.status.status, item.status.recipient_wa_id) == ("sent", "555123456789")
	assert item.status.window_ends is None


def test_messages_statuses_and_errors_of_one_value():
	content = value(messages=[message()], statuses=[status()], errors=[{"code": 1}])
	items = read_delivery(
		json.dumps(
			{
				"object": "whatsapp_business_account",
				"entry": [{"changes": [{"field": "messages", "value": content}]}],
			}
		)
	).items
	assert [item.kind for item in items] == [ItemKind.MESSAGE, ItemKind.STATUS, ItemKind.ERROR]
	assert {item.account_id for item in items} == {None}
