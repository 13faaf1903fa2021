"""Odd, hostile and oversized parts of a message's content, and sentences that are translated later."""

import json
from decimal import Decimal
from typing import Any

import pytest

from whatsapp_channel.cloud_api import payload_errors as problems
from whatsapp_channel.cloud_api.content import (
	Contacts,
	Edit,
	Form,
	Location,
	Media,
	Order,
	Person,
	Reaction,
	Text,
	Unknown,
	number_text,
	read_content,
	read_referral,
)
from whatsapp_channel.cloud_api.payload import CUT, load, web_address
from whatsapp_channel.cloud_api.payload_errors import (
	InvalidPayload,
	about,
	problem_from_json,
	problem_to_json,
)

HEX = "49f227634806293b0995459bc310b593e1400f41591efcf07e9bced335f41942"
HASHES: dict[str, tuple[Any, str | None]] = {
	"base64": ("SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=", HEX),
	"base64 without padding": ("SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI", HEX),
	"base64 for addresses": ("SfInY0gGKTsJlUWbwxC1k-FAD0FZHvzwfpvO0zX0GUI=", HEX),
	"hex": (HEX, HEX),
	"hex in capitals": (HEX.upper(), HEX),
	"spaces around": (f" {HEX}\n", HEX),
	"base64 of another length": ("SfInY0gGKTsJlUWbwxC1kw==", None),
	"hex cut off": (HEX[:-2], None),
	"no base64": ("!" * 44, None),
	"not ASCII": ("é" * 44, None),
	"empty": ("", None),
	"number": (5, None),
	"very long": ("A" * 100_000, None),
}


@pytest.mark.parametrize(("written", "found"), HASHES.values(), ids=HASHES)
def test_hash(written: Any, found: str | None) -> None:
	content = read_content({"image": {"sha256": written}}, "image")
	assert isinstance(content, Media)
	assert content.sha256 == found


ADDRESSES: dict[str, tuple[Any, bool]] = {
	"https": ("https://a.example/b?c=d&e#f", True),
	"http with port": ("http://127.0.0.1:8000/x", True),
	"capitals": ("HTTPS://A.EXAMPLE", True),
	"spaces around": (" https://a.example ", True),
	"script": ("javascript:alert(1)", False),
	"script behind spaces": ("\x01javascript:alert(1)", False),
	"data": ("data:text/html,<script>", False),
	"no scheme": ("//a.example", False),
	"file": ("file:///etc/passwd", False),
	"no host": ("https:///x", False),
	"broken host": ("https://[x", False),
	"quote inside": ('https://a.example/"onclick="x', False),
	"space inside": ("https://a.example/a b", False),
	"line break inside": ("https://a.example/\njavascript:", False),
	"turned around": ("https://a.example/\u202egpj", False),
	"lone surrogate": ("https://a.example/\ud83d", False),
	"too long": ("https://a.example/" + "a" * 2048, False),
	"number": (5, False),
}


@pytest.mark.parametrize(("written", "allowed"), ADDRESSES.values(), ids=ADDRESSES)
def test_address(written: Any, allowed: bool) -> None:
	found = web_address({"url": written}, "url")
	assert found == (written.strip() if allowed else None)
	content = read_content({"location": {"url": written}}, "location")
	assert isinstance(content, Location)
	assert content.url == found
	referral = read_referral({"referral": {"source_url": written}})
	assert referral
	assert referral.source_url == found


PLACES: dict[str, tuple[Any, Any, str | None]] = {
	"numbers": (37.5, -122, "37.5, -122"),
	"texts": ("1.50", "-2", "1.5, -2"),
	"poles": (90, -180, "90, -180"),
	"beyond the pole": (90.1, 0, None),
	"around the world": (0, 181, None),
	"one of two": (1, None, None),
	"very small": (1e-13, -1e-13, "0, 0"),
	"negative zero": (-0.0, "-0.0", "0, 0"),
	"not finite": (float("nan"), float("inf"), None),
	"exponent": ("1e1", 1, None),
	"flags": (True, False, None),
	"markup": ("<b>", 1, None),
	"Arabic digits": ("٣", 1, None),
}


@pytest.mark.parametrize(("latitude", "longitude", "shown"), PLACES.values(), ids=PLACES)
def test_coordinates(latitude: Any, longitude: Any, shown: str | None) -> None:
	content = read_content({"location": {"latitude": latitude, "longitude": longitude}}, "location")
	assert isinstance(content, Location)
	assert content.coordinates == shown


NUMBERS: dict[str, tuple[Any, str | None]] = {
	"whole": (3, "3"),
	"fraction": (9.9, "9.9"),
	"text": ("9.90", "9.9"),
	"zeros": ("100.00", "100"),
	"negative": (-5, "-5"),
	"fifteen digits": (10**15 - 1, "999999999999999"),
	"sixteen digits": (10**15, None),
	"exponent of a million digits": ("1e999999", None),
	"large float": (1e300, None),
	"flag": (True, None),
	"words": ("three", None),
	"list": ([3], None),
}


@pytest.mark.parametrize(("written", "shown"), NUMBERS.values(), ids=NUMBERS)
def test_number_of_pieces(written: Any, shown: str | None) -> None:
	order = {"order": {"product_items": [{"product_retailer_id": "p", "quantity": written}]}}
	content = read_content(order, "order")
	assert isinstance(content, Order)
	(product,) = content.products
	assert (number_text(product.quantity) if isinstance(product.quantity, Decimal) else None) == shown


def deep(levels: int) -> Any:
	return {"a": deep(levels - 1)} if levels else "end"


PHOTO = {"file_name": "IMG_1.jpg", "mime_type": "image/jpeg", "sha256": "PqHg=", "id": 790}
BILL = {"file_name": "bill.pdf", "mime_type": "application/pdf", "id": "791"}
# What a form was answered with, and what is read: nothing of an answer is dropped.
ANSWERS: dict[str, tuple[Any, tuple[tuple[str, str | bool], ...]]] = {
	"fields": ('{"a": "b", "n": 1, "yes": true}', (("a", "b"), ("n", "1"), ("yes", True))),
	"files": ({"photos": [PHOTO], "bill": [BILL]}, (("photos", "IMG_1.jpg"), ("bill", "bill.pdf"))),
	"several files": ({"files": [PHOTO, BILL, PHOTO]}, (("files", "IMG_1.jpg, bill.pdf, IMG_1.jpg"),)),
	"one file": ({"file": BILL}, (("file", "bill.pdf"),)),
	"file of no name": ({"file": {"id": 1, "mime_type": "image/png"}}, (("file", "image/png"),)),
	"name of a file that has no id": ({"file": {"file_name": "a.txt"}}, (("file_name", "a.txt"),)),
	"file among words": ({"a": ["b", PHOTO]}, (("a", "b, IMG_1.jpg"),)),
	"list of fields": ({"a": [{"b": "c"}, {"d": 1}]}, (("a", "b: c, d: 1"),)),
	"list of rows": ({"a": [{"b": 1, "c": 2}, {"b": 3, "c": 4}]}, (("a", "b: 1, c: 2; b: 3, c: 4"),)),
	"list of lists": ({"a": [["b", "c"], ["d"]]}, (("a", "b, c, d"),)),
	"token in a list": ({"a": [{"flow_token": "t", "b": "c"}]}, (("a", "b: c"),)),
	"no": ('{"a": false}', (("a", False),)),
	"several of yes and no": ({"a": [True, False, None]}, (("a", "Yes, No"),)),
	"zero": ({"a": 0, "b": 0.0}, (("a", "0"), ("b", "0.0"))),
	"text alone": ('"just words"', (("", "just words"),)),
	"list alone": ('["a", {"b": "c"}]', (("", "a, b: c"),)),
	"list instead of text": (["a", "b"], (("", "a, b"),)),
	"yes alone": ("true", (("", True),)),
	"null alone": ("null", ()),
	"file alone": (PHOTO, (("", "IMG_1.jpg"),)),
	"deep": ({"a": [[[{"b": [{"c": {"d": "e"}}]}]]]}, (("a", "b: c: d: e"),)),
	"as many fields as are read": (
		{str(number): "x" for number in range(301)},
		(*((str(number), "x") for number in range(300)), ("", "…")),
	),
	"object instead of text": ({"a": "b"}, (("a", "b"),)),
	"fields inside fields": ('{"x": {"a": "b", "flow_token": "t"}}', (("a", "b"),)),
	"several answers": ('{"a": ["b", 2, null, {}]}', (("a", "b, 2"),)),
	"token": ('{"flow_token": "t"}', ()),
	"empty answers": ('{"a": "", "b": null, "c": []}', ()),
	"no JSON": ("{", (("", "{"),)),
	"JSON but no fields": ("[1]", (("", "1"),)),
	"NaN": ("NaN", ()),
	"blank": (" ", ()),
	"number": (5, (("", "5"),)),
	"too deep": (deep(100), (("a", CUT),)),
	"line breaks in a name": ('{"a\\nb": "c\\nd"}', (("a b", "c\nd"),)),
	"surrogates": ('{"a": "\\ud83d\\u0000"}', (("a", "\ufffd\ufffd"),)),
}


@pytest.mark.parametrize(("written", "answers"), ANSWERS.values(), ids=ANSWERS)
def test_answers_of_a_form(written: Any, answers: tuple[tuple[str, str | bool], ...]) -> None:
	content = read_content(
		{"interactive": {"nfm_reply": {"response_json": written, "name": "flow"}}}, "interactive"
	)
	assert isinstance(content, Form)
	assert content.answers == answers


FILES: dict[str, tuple[Any, tuple[Media, ...]]] = {
	"photo and document": (
		{"photos": [PHOTO], "bill": [BILL]},
		(
			Media("image", "790", "image/jpeg", None, "IMG_1.jpg"),
			Media("document", "791", "application/pdf", None, "bill.pdf"),
		),
	),
	"inside fields": (
		{"page": {"files": [[BILL]]}},
		(Media("document", "791", "application/pdf", None, "bill.pdf"),),
	),
	"video": ({"a": {"id": "1", "mime_type": "video/mp4"}}, (Media("video", "1", "video/mp4"),)),
	"voice": ({"a": {"id": "1", "mime_type": "audio/ogg"}}, (Media("audio", "1", "audio/ogg"),)),
	"kind unknown": ({"a": {"id": "1", "file_name": "x"}}, (Media("document", "1", filename="x"),)),
	"no id": ({"a": {"file_name": "x", "mime_type": "image/png"}}, ()),
	"an option with an id": ({"a": {"id": "1", "title": "x"}}, ()),
	"the same twice": ([PHOTO, PHOTO], (Media("image", "790", "image/jpeg", None, "IMG_1.jpg"),)),
	"too many": (
		[{"id": number, "file_name": "x"} for number in range(100)],
		tuple(Media("document", str(number), filename="x") for number in range(60)),
	),
}


@pytest.mark.parametrize(("written", "files"), FILES.values(), ids=FILES)
def test_files_of_a_form(written: Any, files: tuple[Media, ...]) -> None:
	for response in (written, json.dumps(written)):
		body = {"type": "nfm_reply", "nfm_reply": {"response_json": response}}
		content = read_content({"interactive": body}, "interactive")
		assert isinstance(content, Form)
		assert content.files == files


EDITS: dict[str, tuple[Any, Any]] = {
	"text": ({"type": "text", "text": {"body": "x"}}, Text("x")),
	"edit within an edit": ({"type": "edit", "edit": {"message": {}}}, Unknown("edit")),
	"reaction": ({"type": "reaction", "reaction": {"emoji": "x"}}, Unknown("reaction")),
	"system": ({"type": "system", "system": {"wa_id": "1"}}, Unknown("system")),
	"type of tomorrow": ({"type": "wave", "wave": {"text": "x"}}, Unknown("wave", "x")),
	"words without a type": ({"text": {"body": "x"}}, Text("x")),
	"file without a type": ({"document": {"id": "1"}}, Media("document", "1")),
	"nothing": (None, Text("")),
	"list": ([], Text("")),
}


@pytest.mark.parametrize(("written", "content"), EDITS.values(), ids=EDITS)
def test_edit(written: Any, content: Any) -> None:
	assert read_content({"edit": {"message": written}}, "edit") == Edit(None, content)


def test_everything_has_a_limit() -> None:
	long = "x" * 1_000_000
	people = [{"name": {"formatted_name": long}, "phones": [{"phone": long}] * 1000}] * 1000
	contacts = read_content({"contacts": people}, "contacts")
	assert isinstance(contacts, Contacts)
	assert len(contacts.people) == 300
	assert contacts.people[0] == Person("x" * 255, ("x" * 140,) * 300)
	assert read_content({"text": {"body": long}}, "text") == Text("x" * 65_536)
	assert read_content({"reaction": {"emoji": long}}, "reaction") == Reaction(None, "x" * 64)


SENTENCES = {name: text for name, text in vars(problems).items() if name.isupper()}
VALUES = {
	"field": "id",
	"found": "{…}",
	"count": 1200,
	"length": 256,
	"limit": 255,
	"time": "now",
	"hours": "2.0",
	"reason": "x",
	"wanted": "y",
}


@pytest.mark.parametrize("text", SENTENCES.values(), ids=SENTENCES)
def test_sentence_is_translated_with_its_values(text: str) -> None:
	problem = InvalidPayload(text, **VALUES).sentence
	assert str(problem) == text.format(**VALUES) == problem.text.format(**problem.args)
	translated = f"Übersetzt: {problem.text}".format(**problem.args)
	assert translated == f"Übersetzt: {problem}"
	assert str(problem).endswith(".")


STORED: dict[str, tuple[Any, str | None]] = {
	"problem": (problem_to_json(about("{field} is odd.", field="id")), "id is odd."),
	"text of an older version": ("id {is} odd.", "id {is} odd."),
	"values missing": ({"text": "{field} is odd.", "args": {}}, "{field} is odd."),
	"attribute of a value": ({"text": "{x.y}", "args": {"x": "1"}}, "{x.y}"),
	"broken braces": ({"text": "{", "args": {}}, "{"),
	"args a list": ({"text": "x", "args": []}, None),
	"nothing": (None, None),
	"number": (5, None),
}


@pytest.mark.parametrize(("stored", "text"), STORED.values(), ids=STORED)
def test_stored_problem(stored: Any, text: str | None) -> None:
	found = problem_from_json(stored)
	assert (found and str(found)) == text


def test_problem_of_hostile_values_is_one_text() -> None:
	with pytest.raises(InvalidPayload) as refused:
		load("{0.__class__} {field}")
	assert refused.value.sentence.text == problems.NOT_JSON
	assert str(about("{field}", field="{0} {field}")) == "{0} {field}"
