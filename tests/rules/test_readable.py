"""What agents read of every type of message: a table of contents and the lines that they become."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.markup import outline
from whatsapp_channel.cloud_api.content import (
	Choice,
	Contacts,
	Content,
	Edit,
	ErrorObject,
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
from whatsapp_channel.rules.text.message_html import (
	FileView,
	Quote,
	View,
	file_size,
	plain,
	to_html,
	trace_html,
	without_trace,
)


def english(text: str) -> str:
	return text


MAP = "https://www.google.com/maps/search/?api=1&query="
SHOP = Order(
	"Love these!",
	"194836987003835",
	(
		Product("di9ozbzfi4", Decimal(2), Decimal(30), "USD"),
		Product("nqryix03ez", Decimal(1), Decimal("25.50"), "USD"),
	),
)
NOT_PASSED_ON = "WhatsApp did not pass on this message"
ASK = "Ask the customer to send it in another way."

# Content: the lines in the ticket, and the line for subjects, quotes and lists.
CONTENTS: dict[str, tuple[Content, list[str], str]] = {
	"text": (Text("Hello\n*world*"), ["Hello\nworld"], "Hello *world*"),
	"text with a link": (
		Text("See https://a.example/x."),
		["See [https://a.example/x]https://a.example/x."],
		"See https://a.example/x.",
	),
	"empty text": (Text(""), ["Empty message"], "Empty message"),
	"invisible text": (Text("\u200b\n"), ["Empty message"], "Empty message"),
	"photo that has no file yet": (Media("image"), ["Photo"], "Photo"),
	"photo with caption": (
		Media("image", caption="Taj *Mahal*"),
		["Photo", "Taj Mahal"],
		"Photo: Taj *Mahal*",
	),
	"video": (Media("video"), ["Video"], "Video"),
	"voice message": (Media("audio", voice=True), ["Voice message"], "Voice message"),
	"audio file": (Media("audio"), ["Audio file"], "Audio file"),
	"sticker": (Media("sticker"), ["Sticker"], "Sticker"),
	"animated sticker": (Media("sticker", animated=True), ["Animated sticker"], "Animated sticker"),
	"document": (Media("document", filename="a.pdf"), ["Document: a.pdf"], "Document: a.pdf"),
	"document with caption": (
		Media("document", filename="a.pdf", caption="My receipt"),
		["Document: a.pdf", "My receipt"],
		"Document: My receipt",
	),
	"place": (
		Location(37.5, -122.25, "Philz", "101 Forest Ave", "https://philz.example/"),
		[
			"Location",
			"Philz",
			"101 Forest Ave",
			f"[{MAP}37.5,-122.25]Open the map 37.5, -122.25",
			"[https://philz.example/]https://philz.example/",
		],
		"Location: Philz",
	),
	"pin": (
		Location(-1.5, 2.0),
		["Location", f"[{MAP}-1.5,2]Open the map -1.5, 2"],
		"Location: -1.5, 2",
	),
	"place of nowhere": (Location(), ["Location"], "Location"),
	"contact": (
		Contacts((Person("Barbara", ("+1 (415) 555-0829",), ("b@example.com",), "Social Tsunami"),)),
		["Barbara", "Social Tsunami", "+1 (415) 555-0829", "b@example.com"],
		"Contact: Barbara",
	),
	"contacts, one nameless": (
		Contacts((Person("Ana"), Person(phones=("+55 11",)))),
		["Ana", "+55 11"],
		"Contact: Ana, +55 11",
	),
	"contact of an organisation": (
		Contacts((Person(organisation="Acme", phones=("1",)),)),
		["Acme", "1"],
		"Contact: 1, Acme",
	),
	"no contact": (Contacts(), ["Contact"], "Contact"),
	"button of a template": (Choice("button", "Stop", "STOP"), ["Button pressed", "Stop"], "Stop"),
	"button": (Choice("button_reply", "Yes", "y"), ["Button pressed", "Yes"], "Yes"),
	"list": (
		Choice("list_reply", "Express", "e", "Next day"),
		["Chosen from a list", "Express", "Next day"],
		"Express",
	),
	"button without words": (Choice("button"), ["Button pressed"], "Button pressed"),
	"form": (
		Form("flow", "Sent", (("order", "4711"), ("note", "a\nb"))),
		["Form filled in", "Sent", "order: 4711", "note: a\nb"],
		"Form: Sent, order: 4711, note: a, b",
	),
	"form of no fields": (Form(None, None, (("", "{"),)), ["Form filled in", "{"], "Form: {"),
	"order": (
		SHOP,
		[
			"Product order",
			"Product | Quantity | Price",
			"di9ozbzfi4 | 2 | 30 USD",
			"nqryix03ez | 1 | 25.5 USD",
			"Total |  | 85.5 USD",
			"Love these!",
		],
		"Product order: Love these!, 2 × di9ozbzfi4 (30 USD), 1 × nqryix03ez (25.5 USD)",
	),
	"order in two currencies": (
		Order(products=(Product("a", Decimal(1), Decimal(2), "USD"), Product("b", Decimal(1), Decimal(2)))),
		["Product order", "Product | Quantity | Price", "a | 1 | 2 USD", "b | 1 | 2"],
		"Product order: 1 × a (2 USD), 1 × b (2)",
	),
	"order without prices": (
		Order(products=(Product("a"), Product("b"))),
		["Product order", "Product | Quantity | Price", "a |  | ", "b |  | "],
		"Product order: a, b",
	),
	"empty order": (Order(), ["Product order"], "Product order"),
	"reaction": (Reaction("wamid.1", "👍"), ["Reaction: 👍"], "Reaction: 👍"),
	"reaction taken back": (Reaction("wamid.1"), ["Reaction taken back"], "Reaction taken back"),
	"new number": (
		System("user_changed_number", "User Ana changed from 1 to 2", "2"),
		["The customer has a new WhatsApp number."],
		"The customer has a new WhatsApp number.",
	),
	"new user id": (
		System("user_changed_user_id"),
		["The customer has a new WhatsApp user ID."],
		"The customer has a new WhatsApp user ID.",
	),
	"new identity": (
		System("customer_identity_changed"),
		["The customer's WhatsApp was installed anew. Make sure that you are talking to the same person."],
		"The customer's WhatsApp was installed anew. Make sure that you are talking to the same person.",
	),
	"change of tomorrow": (System("x", "Meta's words"), ["Meta's words"], "Meta's words"),
	"change without words": (
		System(),
		["Something changed in the customer's WhatsApp account."],
		"Something changed in the customer's WhatsApp account.",
	),
	"edit": (Edit("wamid.1", Text("New words")), ["New words"], "Edited message: New words"),
	"edit of a caption": (
		Edit("wamid.1", Media("image", caption="New")),
		["Photo", "New"],
		"Edited message: Photo: New",
	),
	"deleted": (Revoke("wamid.1"), ["Message deleted"], "Message deleted"),
	"GIF": (
		Unsupported("gif"),
		[f"{NOT_PASSED_ON} (GIF). {ASK}"],
		"A message that WhatsApp did not pass on",
	),
	"not passed on, of tomorrow": (
		Unsupported("<b>"),
		[f"{NOT_PASSED_ON} (<b>). {ASK}"],
		"A message that WhatsApp did not pass on",
	),
	"not passed on": (
		Unsupported(None, (ErrorObject(131051, "Message type unknown", None, None),)),
		[f"{NOT_PASSED_ON}. {ASK}"],
		"A message that WhatsApp did not pass on",
	),
	"not available": (
		Unsupported(None, (ErrorObject(131060, "This message is unavailable", None, None),)),
		[
			"This message is visible only in the WhatsApp Business app. Open it on the phone of your business.",
		],
		"A message that WhatsApp did not pass on",
	),
	"type of tomorrow": (
		Unknown("hologram", "I am here"),
		["A message of the type hologram, which this version cannot show.", "I am here"],
		"I am here",
	),
	"type of tomorrow without words": (
		Unknown("hologram"),
		["A message of the type hologram, which this version cannot show."],
		"A message of the type hologram, which this version cannot show.",
	),
}


@pytest.mark.parametrize(("content", "lines", "words"), CONTENTS.values(), ids=CONTENTS)
def test_readable_form(content: Content, lines: list[str], words: str) -> None:
	html = to_html([View(content)], english)
	assert outline(html) == lines
	assert html.startswith("<div>")
	assert plain(content, english) == words.replace("<", "‹").replace(">", "›")


PHOTO = FileView("IMG.jpg", "/private/files/IMG.jpg", "image", "image/jpeg", size=183_859)
# A file: the lines that show it.
FILES: dict[str, tuple[FileView, list[str]]] = {
	"photo": (PHOTO, ["[/private/files/IMG.jpg][img /private/files/IMG.jpg]"]),
	"photo of no type": (
		replace(PHOTO, mime_type=None),
		["[/private/files/IMG.jpg][img /private/files/IMG.jpg]"],
	),
	"photo that browsers do not draw": (
		replace(PHOTO, name="a.tiff", mime_type="image/tiff"),
		["[/private/files/IMG.jpg]a.tiff (180 KB)"],
	),
	"drawing that may hold scripts": (
		replace(PHOTO, name="a.svg", mime_type="image/svg+xml"),
		["[/private/files/IMG.jpg]a.svg (180 KB)"],
	),
	"sticker": (
		FileView("s.webp", "/files/s.webp", "sticker", "image/webp"),
		["[/files/s.webp][img /files/s.webp]"],
	),
	"voice message": (
		FileView("PTT.ogg", "/files/a.ogg", "audio", "audio/ogg", size=999, voice=True),
		["[audio /files/a.ogg]", "[/files/a.ogg]Voice message (999 B)"],
	),
	"audio file": (
		FileView("song.mp3", "/files/a.mp3", "audio", size=5_000_000),
		["[audio /files/a.mp3]", "[/files/a.mp3]song.mp3 (4.8 MB)"],
	),
	"video": (
		FileView("a.mp4", "/files/a.mp4", "video"),
		["[video /files/a.mp4]", "[/files/a.mp4]a.mp4"],
	),
	"document": (
		FileView("Offer.pdf", "/files/o.pdf", "document", "application/pdf", size=104_857_600),
		["[/files/o.pdf]Offer.pdf (100 MB)"],
	),
	"file of another kind": (FileView("x", "/files/x", "hologram"), ["[/files/x]x"]),
	"file without a name": (FileView("", "/files/x", "document"), ["[/files/x]Document"]),
	"name that pretends": (
		FileView("photo\u202egpj.exe", "/files/x", "document"),
		["[/files/x]photogpj.exe"],
	),
	"address with spaces and quotes": (
		FileView("x", "/files/a b\"'ü.pdf", "document"),
		["[/files/a%20b%22%27%C3%BC.pdf]x"],
	),
	"not stored": (replace(PHOTO, url=None, note="Too large."), ["Photo (IMG.jpg): Too large."]),
	"not stored, no reason": (replace(PHOTO, url=None), ["Photo (IMG.jpg)"]),
	"not stored, nameless": (FileView("", None, "video", note="Gone."), ["Video: Gone."]),
	"address of a script": (FileView("x", "javascript:alert(1)", "document"), ["Document (x)"]),
	"address of another host": (FileView("x", "//evil.example/x", "document"), ["Document (x)"]),
	"address with a backslash": (FileView("x", "/\\evil.example/x", "document"), ["[/%5Cevil.example/x]x"]),
	"address elsewhere": (
		FileView("x", "https://files.example/x", "document"),
		["[https://files.example/x]x"],
	),
}


@pytest.mark.parametrize(("file", "lines"), FILES.values(), ids=FILES)
def test_file(file: FileView, lines: list[str]) -> None:
	view = View(Media("document", filename="not shown"), files=(file,))
	assert outline(to_html([view], english)) == lines


def test_album_shows_every_photo_and_the_caption() -> None:
	views = [
		View(Media("image"), files=(PHOTO,)),
		View(Media("image", caption="Both"), files=(replace(PHOTO, url="/files/2.jpg"),)),
	]
	assert outline(to_html(views, english)) == [
		"[/private/files/IMG.jpg][img /private/files/IMG.jpg]",
		"[/files/2.jpg][img /files/2.jpg]",
		"Both",
	]


AD = Referral("Chat with us", "On sale", "https://fb.me/x", "ad", "1", "image", "c", "Hi there!")
# A view of the text "Hi": the lines around it.
AROUND: dict[str, tuple[dict[str, Any], list[str]]] = {
	"forwarded": ({"forwarded": True}, ["Forwarded", "Hi"]),
	"advertisement": (
		{"referral": AD},
		[
			"Came from an advertisement",
			"Chat with us",
			"On sale",
			"[https://fb.me/x]https://fb.me/x",
			"The customer was greeted with: Hi there!",
			"Hi",
		],
	),
	"post": ({"referral": Referral(source_type="post")}, ["Came from a post", "Hi"]),
	"link of another kind": ({"referral": Referral(source_type="x")}, ["Came from a link", "Hi"]),
	"advertisement with a script as address": (
		{"referral": Referral(source_url="javascript:alert(1)", source_type="ad")},
		["Came from an advertisement", "javascript:alert(1)", "Hi"],
	),
	"product": ({"product": ReferredProduct("c", "p")}, ["Question about the product p", "Hi"]),
	"quote": ({"quote": Quote("Ana", "One\ntwo")}, ["Ana", "One two", "Hi"]),
	"long quote": ({"quote": Quote("A" * 100, "b" * 500)}, ["A" * 79 + "…", "b" * 159 + "…", "Hi"]),
	"error": (
		{
			"errors": (
				ErrorObject(131052, "Too big", "Too big", "Max 100 MB"),
				ErrorObject(None, "x", None, None),
			)
		},
		[
			"Hi",
			"The customer's file did not arrive; it may exceed 100 MB. Ask for it again, smaller or by e-mail.",
			"WhatsApp reports error ?: x",
		],
	),
	"edited": (
		{"edited": "10:00", "original": "Ho\nho"},
		["Hi", "Edited: 10:00", "Before: Ho ho"],
	),
	"edited, was empty": ({"edited": "10:00", "original": ""}, ["Hi", "Edited: 10:00"]),
	"reaction and deletion": (
		{"reaction": "👍", "revoked": "10:05"},
		["Hi", "Reaction: 👍", "Deleted in WhatsApp: 10:05"],
	),
}


@pytest.mark.parametrize(("parts", "lines"), AROUND.values(), ids=AROUND)
def test_around_a_message(parts: dict[str, Any], lines: list[str]) -> None:
	assert outline(to_html([View(Text("Hi"), **parts)], english)) == lines


def test_deleted_words_are_pale() -> None:
	assert 'opacity:.6;"><div' in to_html([View(Text("Hi"), revoked="10:05")], english)


def test_traces_of_an_answer_are_added_and_taken_away() -> None:
	answer = "<p>Our answer</p><div>More</div>"
	traces = trace_html(View(Text(""), reaction="👍", edited="10:00", original="</div><b>"), english)
	assert outline(traces) == ["Reaction: 👍", "Edited: 10:00", "Before: </div><b>"]
	assert without_trace(answer + traces) == answer
	assert without_trace(answer) == answer
	assert trace_html(View(Text("")), english) == ""


SIZES = {
	0: "0 B",
	999: "999 B",
	1000: "1.0 KB",
	1024: "1.0 KB",
	10_240: "10 KB",
	5_242_880: "5.0 MB",
	-1: "0 B",
}


@pytest.mark.parametrize(("size", "text"), SIZES.items(), ids=map(str, SIZES))
def test_size(size: int, text: str) -> None:
	assert file_size(size) == text
