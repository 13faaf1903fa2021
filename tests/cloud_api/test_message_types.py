"""Every type of message that Meta documents has a readable form, whichever side wrote it."""

from datetime import datetime, timezone
from typing import Any

import pytest

from tests.markup import outline
from whatsapp_channel.cloud_api.content import (
	CallPermission,
	Content,
	Edit,
	Media,
	Offer,
	Payment,
	Template,
	Unknown,
	read_content,
)
from whatsapp_channel.rules.text.message_html import View, plain, to_html
from whatsapp_channel.rules.text.message_labels import summary

UNTIL = datetime(2025, 6, 23, 7, 53, 3, tzinfo=timezone.utc)


def interactive(kind: str, **parts: Any) -> dict[str, Any]:
	"""A message with `interactive`."""
	return {"type": "interactive", "interactive": {"type": kind, **parts}}


def reply(kind: str, **fields: Any) -> dict[str, Any]:
	"""What a customer answers to an interactive message."""
	return interactive(kind, **{kind: fields})


def sent(kind: str, **action: Any) -> dict[str, Any]:
	"""What a business sends."""
	words = {
		"header": {"type": "text", "text": "Hello"},
		"body": {"text": "Choose"},
		"footer": {"text": "Bye"},
	}
	return interactive(kind, **words, action=action)


BUTTONS = [{"type": "reply", "reply": {"id": "1", "title": "Yes"}}, {"reply": {"id": "2", "title": "No"}}]
ROWS = [{"title": "Food", "rows": [{"id": "1", "title": "Soup"}, {"id": "2", "title": "Bread"}]}]
ALLOWED = {"response": "accept", "is_permanent": False, "expiration_timestamp": "1750665183"}
WORDS = "Hello\nChoose\nBye"
# A message, what is read from it, and its line in lists.
READ: dict[str, tuple[dict[str, Any], Content, str]] = {
	"calls allowed for a time": (
		reply("call_permission_reply", **ALLOWED, response_source="user_action"),
		CallPermission(True, "accept", until=UNTIL),
		"The customer allows calls until 2025-06-23 07:53 UTC.",
	),
	"calls allowed for good": (
		reply("call_permission_reply", response="accept", is_permanent=True),
		CallPermission(True, "accept", permanent=True),
		"The customer allows calls.",
	),
	"calls allowed by a rule": (
		reply("call_permission_reply", **ALLOWED, response_source="automatic"),
		CallPermission(True, "accept", until=UNTIL, automatic=True),
		"The customer allows calls until 2025-06-23 07:53 UTC.",
	),
	"calls not allowed": (
		reply("call_permission_reply", response="reject", response_source="user_action"),
		CallPermission(False, "reject"),
		"The customer does not allow calls.",
	),
	"answer of tomorrow about calls": (
		reply("call_permission_reply", response="later"),
		CallPermission(None, "later"),
		"Answer to the request for permission to call: later",
	),
	"permission as a type of its own": (
		{"type": "call_permission_reply", "call_permission_reply": {"response": "reject"}},
		CallPermission(False, "reject"),
		"The customer does not allow calls.",
	),
	"card chosen to pay": (
		reply(
			"payment_method", payment_method="credit_card", last_four_digits="5235", reference_id="order 7"
		),
		Payment("credit_card", "5235", "order 7"),
		"Way to pay: credit_card, •••• 5235, order 7",
	),
	"way to pay without details": (
		reply("payment_method", payment_method="pix"),
		Payment("pix"),
		"Way to pay: pix",
	),
	"payment as a type of its own": (
		{"type": "payment_method", "payment_method": {"payment_method": "pix"}},
		Payment("pix"),
		"Way to pay: pix",
	),
	"voice": (
		{"type": "voice", "voice": {"id": "1", "mime_type": "audio/ogg; codecs=opus"}},
		Media("audio", "1", "audio/ogg; codecs=opus", voice=True),
		"Voice message",
	),
	"edited voice": (
		{
			"type": "edit",
			"edit": {"original_message_id": "w", "message": {"type": "voice", "voice": {"id": "1"}}},
		},
		Edit("w", Media("audio", "1", voice=True)),
		"Edited message: Voice message",
	),
	"reply without its type": (
		{"type": "interactive", "interactive": {"list_reply": {"id": "1", "title": "Soup"}}},
		read_content(reply("list_reply", id="1", title="Soup"), "interactive"),
		"Soup",
	),
	"chat opened": (
		{"type": "request_welcome"},
		Unknown("request_welcome"),
		"The customer opened the chat for the first time.",
	),
	"buttons": (
		sent("button", buttons=BUTTONS),
		Offer("button", WORDS, ("Yes", "No")),
		"Message with buttons: Hello, Choose, Bye, Yes, No",
	),
	"list": (
		sent("list", button="Menu", sections=ROWS),
		Offer("list", WORDS, ("Menu", "Soup", "Bread")),
		"List: Hello, Choose, Bye, Menu, Soup, Bread",
	),
	"product": (
		sent("product", catalog_id="9", product_retailer_id="p1"),
		Offer("product", WORDS, ("p1",)),
		"Product: Hello, Choose, Bye, p1",
	),
	"products": (
		sent("product_list", catalog_id="9", sections=[{"product_items": [{"product_retailer_id": "p1"}]}]),
		Offer("product_list", WORDS, ("p1",)),
		"Products: Hello, Choose, Bye, p1",
	),
	"catalog": (
		sent("catalog_message", name="catalog_message"),
		Offer("catalog_message", WORDS),
		"Catalog: Hello, Choose, Bye",
	),
	"form to fill in": (
		sent("flow", name="flow", parameters={"flow_cta": "Book"}),
		Offer("flow", WORDS, ("Book",)),
		"Form to fill in: Hello, Choose, Bye, Book",
	),
	"request to call": (
		sent("call_permission_request", name="call_permission_request"),
		Offer("call_permission_request", WORDS),
		"Request for permission to call: Hello, Choose, Bye",
	),
	"link": (
		sent("cta_url", parameters={"display_text": "Open", "url": "https://a.example"}),
		Offer("cta_url", WORDS, ("Open", "https://a.example")),
		"Interactive message: Hello, Choose, Bye, Open, https://a.example",
	),
	"request for a location": (
		sent("location_request_message", name="send_location"),
		Offer("location_request_message", WORDS),
		"Request for a location: Hello, Choose, Bye",
	),
	"cards": (
		sent("carousel", cards=[{"card_index": 0, "body": {"text": "One"}}, {"body": {"text": "Two"}}]),
		Offer("carousel", WORDS, ("One", "Two")),
		"Interactive message: Hello, Choose, Bye, One, Two",
	),
	"template": (
		{
			"type": "template",
			"template": {
				"name": "order_sent",
				"language": {"code": "en"},
				"components": [
					{
						"type": "body",
						"parameters": [
							{"type": "text", "text": "Ann"},
							{"type": "currency", "currency": {"fallback_value": "$1"}},
						],
					}
				],
			},
		},
		Template("order_sent", ("Ann", "$1")),
		"Template message: order_sent, Ann, $1",
	),
	"template without values": (
		{"type": "template", "template": {"name": "hello"}},
		Template("hello"),
		"Template message: hello",
	),
}


@pytest.mark.parametrize(("raw", "content", "words"), READ.values(), ids=READ)
def test_what_is_read(raw: dict[str, Any], content: Content, words: str) -> None:
	assert read_content(raw, raw["type"]) == content
	assert summary(content, str) == words
	assert plain(content, str) == words.replace("<", "‹")
	html = to_html([View(content)], str)
	assert outline(html)
	assert "cannot show" not in html


def test_the_first_words_of_a_type_of_tomorrow_are_found_in_its_parts() -> None:
	raw = {"wave": {"header": 1, "body": {"text": "Hello"}}}
	assert read_content(raw, "wave") == Unknown("wave", "Hello")


# Meta's OpenAPI description (v23.0) and its examples: the values of `type` in IncomingMessage and MessageRequest, of
# `interactive.type` in InteractiveMessageReply and InteractiveObject, and of `system.type`.
RECEIVED = [
	"text",
	"reaction",
	"audio",
	"document",
	"image",
	"sticker",
	"video",
	"location",
	"contacts",
	"unsupported",
	"unknown",
	"button",
	"interactive",
	"order",
	"system",
]
SENT = [
	"text",
	"image",
	"audio",
	"video",
	"document",
	"location",
	"contacts",
	"template",
	"interactive",
	"reaction",
	"sticker",
]
REPLIES = ["list_reply", "button_reply"]
OFFERED = ["button", "call_permission_request", "catalog_message", "list", "product", "product_list", "flow"]
SYSTEM = ("user_changed_number",)
# Meta's reference of webhooks beside it.
BESIDE = ["voice", "edit", "revoke", "request_welcome", "media_placeholder"]
ANSWERED = ["nfm_reply", "call_permission_reply", "payment_method"]
EVERY = {
	**{kind: {"type": kind} for kind in (*RECEIVED, *SENT, *BESIDE)},
	**{f"reply {kind}": reply(kind, id="1") for kind in (*REPLIES, *ANSWERED)},
	**{f"empty {kind}": interactive(kind, **{kind: {}}) for kind in ANSWERED},
	**{f"offer {kind}": sent(kind) for kind in OFFERED},
	**{f"system {kind}": {"type": "system", "system": {"type": kind}} for kind in SYSTEM},
}


@pytest.mark.parametrize("raw", EVERY.values(), ids=EVERY)
def test_every_type_has_a_readable_form(raw: dict[str, Any]) -> None:
	content = read_content(raw, raw["type"])
	for shown in (summary(content, str), to_html([View(content)], str)):
		assert shown
		assert "cannot show" not in shown


# A file whose caption is gone: what the message says from then on.
UNCAPTIONED: dict[str, dict[str, Any]] = {
	"document": {"type": "document", "document": {"id": "1", "filename": "bill.pdf"}},
	"document with an empty caption": {
		"type": "document",
		"document": {"id": "1", "filename": "bill.pdf", "caption": ""},
	},
	"document without a type": {"document": {"id": "1", "filename": "bill.pdf"}},
	"photo": {"type": "image", "image": {"id": "1"}},
	"video": {"type": "video", "video": {"id": "1", "caption": "  "}},
}


@pytest.mark.parametrize("message", UNCAPTIONED.values(), ids=UNCAPTIONED)
def test_an_edit_without_a_caption_has_no_words(message: dict[str, Any]) -> None:
	content = read_content({"edit": {"original_message_id": "w", "message": message}}, "edit")
	assert isinstance(content, Edit)
	assert content.words is None
