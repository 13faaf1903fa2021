"""What is read from every payload file of a customer's message: content, words, and what else is not ordinary."""

from decimal import Decimal
from typing import Any

from whatsapp_channel.cloud_api.content import (
	Choice,
	Contacts,
	Content,
	Edit,
	Form,
	Location,
	Media,
	Order,
	Person,
	Product,
	Reaction,
	Referral,
	ReferredProduct,
	Revoke,
	System,
	Text,
	Unknown,
	Unsupported,
)
from whatsapp_channel.cloud_api.webhook_parser import ContactCard

from .deliveries import SENDER
from .message_errors import TOO_LARGE, UNAVAILABLE, UNKNOWN_OF_OLD, UNKNOWN_TYPE
from .reference_tables import NOT_PASSED_ON

QUOTED = "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI4MjZGRDA0OUE2OTQ3RkEyMzcA"
USER = "US.13491208655302741918"
NEW_USER = "US.22222222222222222222"
SHEENA = ContactCard("Sheena Nelson", SENDER, None)
BY_USER_ID = {"sender_wa_id": None, "sender_user_id": USER}
REPLY = {"quoted_wamid": QUOTED}
SHA = "49f227634806293b0995459bc310b593e1400f41591efcf07e9bced335f41942"
URL = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=133&ext=1750000300&hash=ATt"
PRODUCT = ReferredProduct("194836987003835", "di9ozbzfi4")
AD = Referral(
	headline="Chat with us",
	body="Succulents on sale",
	source_url="https://fb.me/3cr4Wqqkv",
	source_type="ad",
	source_id="120226305854810726",
	media_type="image",
)


def media(kind: str, id: str, mime_type: str, **more: Any) -> Media:
	"""A file as most payloads describe it."""
	return Media(kind, id, mime_type, **{"sha256": SHA, **more})


Case = tuple[Content, str | None, dict[str, Any]]

TEXTS: dict[str, Case] = {
	"text": (Text("Does it come in another color?"), "Does it come in another color?", {}),
	"text_with_username": (
		Text("Hello"),
		"Hello",
		{
			"sender_user_id": USER,
			"contact": ContactCard("Sheena Nelson", SENDER, USER, "realsheenanelson"),
		},
	),
	"text_from_user_id_only": (
		Text("Is my order on its way?"),
		"Is my order on its way?",
		{**BY_USER_ID, "contact": ContactCard("Sheena Nelson", None, USER, "realsheenanelson")},
	),
	"text_reply": (Text("Yes, this one"), "Yes, this one", REPLY),
	"text_forwarded": (Text("Look at this"), "Look at this", {"forwarded": True}),
	"text_frequently_forwarded": (
		Text("Everybody must read this"),
		"Everybody must read this",
		{"forwarded": True},
	),
	"text_about_product": (Text("Is it in stock?"), "Is it in stock?", {**REPLY, "product": PRODUCT}),
	"text_question_about_product_without_message": (
		Text("How much is it?"),
		"How much is it?",
		{"product": ReferredProduct("194836987003835", "nqryix03ez")},
	),
	"text_in_group": (Text("Hello everybody"), "Hello everybody", {"group_id": "Y2FwaV9ncm91cDo1NTE5"}),
	"text_in_unicode_and_html": (
		Text("Olá <b>café</b> \U0001f44b\n<script>alert(1)</script>"),
		"Olá <b>café</b> \U0001f44b\n<script>alert(1)</script>",
		{"contact": ContactCard("<img src=x> Müller", SENDER, None)},
	),
	"text_right_to_left": (
		Text("مرحبا! هل وصل الطلب 4711؟"),
		"مرحبا! هل وصل الطلب 4711؟",
		{"contact": ContactCard("مريم", SENDER, None)},
	),
	"number_written_in_two_ways": (
		Text("Oi"),
		"Oi",
		{"sender_wa_id": "551112345678", "contact": ContactCard("João", "5511912345678", None)},
	),
}

REFERRALS: dict[str, Case] = {
	"text_from_advertisement": (
		Text("Hi, I saw your ad"),
		"Hi, I saw your ad",
		{
			"referral": Referral(
				headline="Chat with us",
				body="Succulents on sale",
				source_url="https://fb.me/3cr4Wqqkv",
				source_type="ad",
				source_id="120226305854810726",
				media_type="image",
				click_id="Aff-n8ZTODiE79d22KtAwQ",
				welcome="Hi there! How can we help?",
			)
		},
	),
	"text_from_advertisement_with_video": (
		Text("Is this still on?"),
		"Is this still on?",
		{
			"referral": Referral(
				headline="Chat with us",
				body="Succulents on sale",
				source_url="https://fb.me/3cr4Wqqkv",
				source_type="ad",
				source_id="120226305854810726",
				media_type="video",
				click_id="Aff-n8ZTODiE79d22KtAwR",
			)
		},
	),
	"text_from_status_advertisement": (Text("I saw your status"), "I saw your status", {"referral": AD}),
	"image_from_post": (
		media("image", "1003383421387263", "image/jpeg", caption="Like this one?"),
		"Like this one?",
		{
			"referral": Referral(
				headline="Our shop",
				body="New in store",
				source_url="https://www.facebook.com/posts/1",
				source_type="post",
				source_id="77",
			)
		},
	),
}

FILES: dict[str, Case] = {
	"image_with_caption": (
		media("image", "1003383421387256", "image/jpeg", caption="Taj Mahal", url=URL),
		"Taj Mahal",
		{},
	),
	"image_without_caption": (media("image", "1003383421387257", "image/jpeg"), None, {}),
	"image_without_url": (
		media("image", "1003383421387260", "image/jpeg", caption="The broken part"),
		"The broken part",
		{},
	),
	"image_with_hex_hash": (
		media("image", "1003383421387261", "image/png", sha256="49f227634806293b" + "09" * 24),
		None,
		{},
	),
	"image_from_user_id_only": (
		media("image", "1003383421387262", "image/jpeg"),
		None,
		{**BY_USER_ID, "contact": ContactCard("Sheena Nelson", None, USER, "realsheenanelson")},
	),
	"image_too_large": (
		media("image", "1003383421387258", "image/png"),
		None,
		{"errors": (TOO_LARGE,)},
	),
	"video_with_caption": (
		media("video", "731675419373506", "video/mp4", caption="Timelapse", url=URL),
		"Timelapse",
		{},
	),
	"video_without_caption": (media("video", "731675419373507", "video/mp4", url=URL), None, {}),
	"audio_voice_note": (
		media("audio", "1908647269898587", "audio/ogg; codecs=opus", voice=True, url=URL),
		None,
		{},
	),
	"audio_file": (media("audio", "1908647269898590", "audio/mpeg", url=URL), None, {}),
	"audio_without_voice_flag": (media("audio", "1908647269898591", "audio/mp4"), None, {}),
	"document_with_caption": (
		media(
			"document",
			"622684793477189",
			"application/pdf",
			filename="receipt.pdf",
			caption="my receipt",
			url=URL,
		),
		"my receipt",
		{},
	),
	"document_without_caption": (
		media("document", "622684793477190", "application/pdf", filename="receipt.pdf"),
		"receipt.pdf",
		{},
	),
	"document_without_filename": (media("document", "622684793477191", "text/plain"), None, {}),
	"sticker": (media("sticker", "1908647269898588", "image/webp", animated=True, url=URL), None, {}),
	"sticker_static": (media("sticker", "1908647269898592", "image/webp", url=URL), None, {}),
}

CHOICES: dict[str, Case] = {
	"button": (Choice("button", "Unsubscribe", "unsubscribe-payload"), "Unsubscribe", REPLY),
	"button_without_text": (Choice("button", None, "STOP"), "STOP", REPLY),
	"interactive_button_reply": (Choice("button_reply", "Cancel", "cancel-button"), "Cancel", REPLY),
	"interactive_list_reply": (
		Choice("list_reply", "Priority Mail Express", "priority_express", "Next Day to 2 Days"),
		"Priority Mail Express",
		REPLY,
	),
	"interactive_list_reply_without_description": (
		Choice("list_reply", "Standard Mail", "standard"),
		"Standard Mail",
		REPLY,
	),
	"interactive_flow_reply": (
		Form("flow", "Sent", (("order", "4711"), ("satisfied", True))),
		"Sent\norder: 4711\nsatisfied: Yes",
		REPLY,
	),
	"interactive_address_reply": (
		Form(
			"address_message",
			"Rua Augusta 1, São Paulo",
			(("name", "Maria"), ("city", "São Paulo"), ("floors", "1, 2")),
		),
		"Rua Augusta 1, São Paulo\nname: Maria\ncity: São Paulo\nfloors: 1, 2",
		REPLY,
	),
	"interactive_of_tomorrow": (Unknown("wink_reply", "Wink"), "Wink", REPLY),
	"order": (
		Order(
			"Love these!",
			"194836987003835",
			(
				Product("di9ozbzfi4", Decimal(2), Decimal(30), "USD"),
				Product("nqryix03ez", Decimal(1), Decimal("25.5"), "USD"),
			),
		),
		"Love these!\n2 × di9ozbzfi4 (30 USD)\n1 × nqryix03ez (25.5 USD)",
		{},
	),
	"order_without_text": (
		Order(None, "194836987003835", (Product("di9ozbzfi4", Decimal(3), Decimal("9.9"), "BRL"),)),
		"3 × di9ozbzfi4 (9.9 BRL)",
		{},
	),
}

THINGS: dict[str, Case] = {
	"location_named": (
		Location(
			37.44221496582,
			-122.16165924072,
			"Philz Coffee",
			"101 Forest Ave, Palo Alto, CA 94301",
			"https://philzcoffee.com/",
		),
		"Philz Coffee\n101 Forest Ave, Palo Alto, CA 94301\nhttps://philzcoffee.com/",
		{},
	),
	"location_without_address": (
		Location(-23.5505, -46.6333, "Praça da Sé"),
		"Praça da Sé",
		{},
	),
	"location_pin": (Location(37.44221496582, -122.16165924072), "37.44221496582, -122.16165924072", {}),
	"contacts": (
		Contacts(
			(
				Person("Barbara J. Johnson", ("+1 (415) 555-0829 (Mobile)",), (), "Social Tsunami"),
				Person("Front desk"),
			)
		),
		"Barbara J. Johnson, +1 (415) 555-0829 (Mobile), Social Tsunami\nFront desk",
		{},
	),
	"contacts_with_vcard": (
		Contacts(
			(
				Person(
					"Lucía Gómez",
					("+1 (983) 555-2319 (Mobile)", "+1 (983) 555-2320 (Work)"),
					("lucia@example.com (Work)",),
					"Social Tsunami, Sales",
				),
			)
		),
		"Lucía Gómez, +1 (983) 555-2319 (Mobile), +1 (983) 555-2320 (Work), lucia@example.com (Work), Social Tsunami, Sales",
		{},
	),
	"contacts_on_request": (
		Contacts((Person("Sheena Nelson", ("+16505551234",)),)),
		"Sheena Nelson, +16505551234",
		{},
	),
	"of_a_type_of_tomorrow": (Unknown("hologram", "I am a hologram"), "I am a hologram", {}),
	"request_welcome": (Unknown("request_welcome"), None, {}),
}

NUMBER_CHANGE = "User Sheena Nelson changed from 16505551234 to 12195555358"
EVENTS: dict[str, Case] = {
	"reaction": (Reaction(QUOTED, "\U0001f44d"), "\U0001f44d", REPLY),
	"reaction_removed": (Reaction(QUOTED), None, REPLY),
	"reaction_removed_older": (Reaction(QUOTED), None, REPLY),
	"reaction_in_group": (
		Reaction(QUOTED, "\U0001f44d"),
		"\U0001f44d",
		{**REPLY, "group_id": "Y2FwaV9ncm91cDo1NTE5"},
	),
	"reaction_from_user_id_only": (
		Reaction(QUOTED, "\u2764\ufe0f"),
		"\u2764\ufe0f",
		{**REPLY, **BY_USER_ID, "contact": ContactCard("Sheena Nelson", None, USER)},
	),
	"edit": (
		Edit(QUOTED, media("image", "1003383421387259", "image/jpeg", caption="Corrected caption")),
		"Corrected caption",
		REPLY,
	),
	"edit_of_text": (Edit(QUOTED, Text("I meant the blue one")), "I meant the blue one", REPLY),
	"edit_without_type": (Edit(QUOTED, Text("I meant the red one")), "I meant the red one", REPLY),
	"revoke": (Revoke(QUOTED), None, REPLY),
	"system_user_changed_number": (
		System("user_changed_number", NUMBER_CHANGE, "12195555358"),
		NUMBER_CHANGE,
		{"contact": None},
	),
	"system_user_changed_number_of_old": (
		System("user_changed_number", NUMBER_CHANGE, "12195555358"),
		NUMBER_CHANGE,
		{"contact": None},
	),
	"system_user_changed_number_with_user_ids": (
		System("user_changed_number", NUMBER_CHANGE, "12195555358", NEW_USER, USER),
		NUMBER_CHANGE,
		{"sender_user_id": USER, "contact": None},
	),
	"system_user_changed_user_id": (
		System("user_changed_user_id", f"User changed from {USER} to {NEW_USER}", None, NEW_USER, USER),
		f"User changed from {USER} to {NEW_USER}",
		{**BY_USER_ID, "contact": None},
	),
	"system_customer_identity_changed": (
		System("customer_identity_changed", "User identity changed"),
		"User identity changed",
		{"contact": None},
	),
}

UNSUPPORTED: dict[str, Case] = {
	**{
		f"unsupported_{kind}": (Unsupported(kind, (UNKNOWN_TYPE,)), None, {"errors": (UNKNOWN_TYPE,)})
		for kind in NOT_PASSED_ON
	},
	"unsupported_without_type": (
		Unsupported(None, (UNKNOWN_TYPE,)),
		None,
		{"errors": (UNKNOWN_TYPE,)},
	),
	"unsupported_of_tomorrow": (
		Unsupported("hologram", (UNKNOWN_TYPE,)),
		None,
		{"errors": (UNKNOWN_TYPE,)},
	),
	"unsupported_not_available": (
		Unsupported(None, (UNAVAILABLE,)),
		None,
		{"errors": (UNAVAILABLE,)},
	),
	"unknown_of_old": (Unsupported(None, (UNKNOWN_OF_OLD,)), None, {"errors": (UNKNOWN_OF_OLD,)}),
}

MESSAGES: dict[str, Case] = {
	**TEXTS,
	**REFERRALS,
	**FILES,
	**CHOICES,
	**THINGS,
	**EVENTS,
	**UNSUPPORTED,
}
