"""Nothing that comes in makes the parser raise or costs a valid item beside it."""

import json
import time
from typing import Any

import pytest

from whatsapp_channel.cloud_api.webhook_parser import Item, ItemKind, read_delivery

from .deliveries import (
	NUMBER,
	assert_one_valid,
	change,
	delivery,
	encode,
	message,
	of_messages,
	of_statuses,
	status,
	value,
)

VALID = message(id="wamid.beside")

# Bodies of which nothing can be read: what the problem names.
UNREADABLE: dict[str, tuple[bytes | str, str]] = {
	"empty": (b"", "not JSON"),
	"no JSON": (b"hello", "not JSON"),
	"cut off": (encode(delivery())[:-1], "not JSON"),
	"two documents": (encode(delivery()) * 2, "not JSON"),
	"form": (b"object=whatsapp_business_account", "not JSON"),
	"bytes that are no text": (b"\xff\xfe\x00\x01", "not JSON"),
	"UTF-16": (encode(delivery()).decode().encode("utf-16"), "not JSON"),
	"deep lists": (b"[" * 200_000, "nested too deeply"),
	"deep objects": (b'{"a":' * 200_000, "nested too deeply"),
	"deep inside": (
		encode(delivery())[:-1] + b',"x":' + b"[" * 5000 + b"]" * 5000 + b"}",
		"nested too deeply",
	),
	"list": (b"[]", "[…], not an object"),
	"text": (b'"hi"', '"hi", not an object'),
	"number": (b"5", "5, not an object"),
	"null": (b"null", "null, not an object"),
	"NaN": (b"NaN", "null, not an object"),
	"no object": (b"{}", "object is missing"),
	"another object": (encode(delivery(object="page")), 'object is "page"'),
	"object of another type": (encode(delivery(object=["whatsapp_business_account"])), "object is […]"),
	"no entry": (b'{"object":"whatsapp_business_account"}', "entry is missing"),
	"entry null": (encode(delivery(entry=None)), "entry is missing"),
	"entry an object": (encode(delivery(entry={"id": 1})), "entry is {…}, not a list"),
	"entry a text": (encode(delivery(entry="x" * 5000)), "not a list"),
	"surrogate in the object": (encode(delivery(object="\ud83d")), "object is"),
}


@pytest.mark.parametrize(("body", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_body_of_which_nothing_can_be_read(body: bytes | str, words: str):
	found = read_delivery(body)
	assert found.items == ()
	assert found.problem
	assert words in str(found.problem)
	assert len(str(found.problem)) < 300
	assert str(found.problem).endswith(".")


@pytest.mark.parametrize(
	"body",
	[
		encode(delivery()),
		encode(delivery(entry=[])),
		b"\xef\xbb\xbf" + encode(delivery()),
		encode(delivery()).decode(),
	],
	ids=["no change", "no entry", "byte order mark", "text"],
)
def test_delivery_without_items(body: bytes | str):
	assert read_delivery(body).items == ()
	assert read_delivery(body).problem is None


# Messages that cannot be read: what the problem names.
BAD_MESSAGES: dict[str, tuple[dict[str, Any], str]] = {
	"no id": (message(id=...), "id is missing"),
	"id null": (message(id=None), "id is missing"),
	"id empty": (message(id=""), "id is missing"),
	"id blank": (message(id="   "), "id is missing"),
	"id a number": (message(id=5), "id is 5, not text"),
	"id a list": (message(id=["wamid.1"]), "id is […]"),
	"id an object": (message(id={}), "id is {…}"),
	"id true": (message(id=True), "id is true"),
	"id too long": (message(id="w" * 256), "id has 256 characters, more than 255"),
	"no sender": (message(**{"from": ...}), "from and from_user_id are missing"),
	"sender null": (message(**{"from": None}), "from and from_user_id are missing"),
	"sender empty": (message(**{"from": ""}), "from and from_user_id are missing"),
	"sender a list": (message(**{"from": ["1"]}), "from is […]"),
	"sender letters": (message(**{"from": "<script>"}), 'from is "<script>"'),
	"sender nearly a user id": (message(**{"from": "USA.1"}), "not a number in digits"),
	"sender a user id of small letters": (message(**{"from": "us.1"}), "not a number in digits"),
	"sender Arabic digits": (message(**{"from": "١٦٥"}), "not a number in digits"),
	"sender too long": (message(**{"from": "1" * 256}), "from has 256 characters"),
	"sender of many digits": (message(**{"from": "1" * 40}), "not a number in digits"),
	"user id a number with fraction": (message(from_user_id=1.5), "from_user_id is 1.5"),
	"user id too long": (message(from_user_id="U" * 256), "from_user_id has 256 characters"),
	"no time": (message(timestamp=...), "timestamp is missing"),
	"time null": (message(timestamp=None), "timestamp is missing"),
	"time in milliseconds": (message(timestamp="1750000000000"), "milliseconds"),
	"time in milliseconds as number": (message(timestamp=1750000000000), "milliseconds"),
	"time after 2100": (message(timestamp="4102444801"), "after the year 2100"),
	"time huge": (message(timestamp="9" * 20), "milliseconds"),
	"time of more digits": (message(timestamp="9" * 400), "not a number of seconds"),
	"time negative": (message(timestamp="-5"), 'timestamp is "-5"'),
	"time negative number": (message(timestamp=-5), "timestamp is -5"),
	"time zero": (message(timestamp="0"), "not a number of seconds"),
	"time a word": (message(timestamp="yesterday"), 'timestamp is "yesterday"'),
	"time a date": (message(timestamp="2025-06-15T15:06:40Z"), "not a number of seconds"),
	"time with exponent": (message(timestamp="1e9"), "not a number of seconds"),
	"time empty": (message(timestamp=""), 'timestamp is ""'),
	"time true": (message(timestamp=True), "timestamp is true"),
	"time a list": (message(timestamp=[1750000000]), "timestamp is […]"),
	"time Arabic digits": (message(timestamp="١٧٥٠٠٠٠٠٠٠"), "not a number of seconds"),
	"no type": (message(type=...), "type is missing"),
	"type null": (message(type=None), "type is missing"),
	"type empty": (message(type=""), 'type is ""'),
	"type a number": (message(type=5), "type is 5, not text"),
	"type too long": (message(type="t" * 141), "type has 141 characters"),
	"nothing": ({}, "type is missing"),
}


@pytest.mark.parametrize(("bad", "words"), BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_bad_message_beside_a_valid_one(bad: dict[str, Any], words: str):
	found = read_delivery(of_messages(bad, VALID, bad))
	assert [item.position for item in found.items] == [f"0/0/messages/{place}" for place in range(3)]
	assert_one_valid(found.items, bad=2)
	for item in found.items[::2]:
		assert item.problem
		assert words in str(item.problem)
		assert "kept" in str(item.problem)
		assert "reprocess" in str(item.problem)
		assert len(str(item.problem)) < 300
		assert (item.kind, item.phone_number_id, item.raw) == (ItemKind.MESSAGE, NUMBER, bad)
		assert Item.from_json(item.to_json()) == item


BAD_STATUSES: dict[str, tuple[dict[str, Any], str]] = {
	"no id": (status(id=...), "id is missing"),
	"id a number": (status(id=5), "id is 5"),
	"id too long": (status(id="w" * 256), "256 characters"),
	"no status": (status(status=...), "status is missing"),
	"status a number": (status(status=1), "status is 1"),
	"no time": (status(timestamp=...), "timestamp is missing"),
	"time in milliseconds": (status(timestamp="1750000000000"), "milliseconds"),
}


@pytest.mark.parametrize(("bad", "words"), BAD_STATUSES.values(), ids=BAD_STATUSES)
def test_bad_status_beside_valid_ones(bad: dict[str, Any], words: str):
	body = encode(delivery(change(value(statuses=[bad, status()], messages=[VALID]))))
	found = read_delivery(body)
	assert [item.problem is None for item in found.items] == [True, False, True]
	assert found.items[1].problem
	assert words in str(found.items[1].problem)
	assert found.items[2].status
	assert Item.from_json(found.items[1].to_json()) == found.items[1]


# Things that are odd, and whose message is read nevertheless.
ODD_MESSAGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
	"id of 255 characters": (message(id="w" * 255), {"id": "w" * 255}),
	"sender a number": (message(**{"from": 16505551234}), {"sender_wa_id": "16505551234"}),
	"sender with plus": (message(**{"from": "+16505551234"}), {"sender_wa_id": "16505551234"}),
	"sender empty beside a user id": (
		message(**{"from": "", "from_user_id": "US.1"}),
		{"sender_wa_id": None, "sender_user_id": "US.1"},
	),
	**{
		f"sender {name} beside a user id": (
			message(**{"from": sender, "from_user_id": "US.1"}),
			{"sender_wa_id": None, "sender_user_id": "US.1"},
		)
		for name, sender in {
			"a user id": "US.1",
			"another user id": "US.2",
			"letters": "Maria",
			"a list": ["1"],
			"an object": {"a": 1},
			"true": True,
			"a fraction": 1.5,
			"too long": "1" * 256,
			"of many digits": "1" * 40,
			"in Arabic digits": "١٦٥",
			"written as people do": "+1 (650) 555-1234",
			"blank": "  ",
		}.items()
	},
	"sender a user id alone": (
		message(**{"from": "US.13491208655302741918"}),
		{"sender_wa_id": None, "sender_user_id": "US.13491208655302741918"},
	),
	"sender a user id of a group of portfolios": (
		message(**{"from": "US.ENT.11815799212886844830"}),
		{"sender_wa_id": None, "sender_user_id": "US.ENT.11815799212886844830"},
	),
	"recipient a user id": (
		message(to="US.1"),
		{"recipient_wa_id": None, "recipient_user_id": "US.1"},
	),
	"recipient unusable beside a user id": (
		message(to=["1"], to_user_id="US.1"),
		{"recipient_wa_id": None, "recipient_user_id": "US.1"},
	),
	"time a number": (message(timestamp=1750000000), {}),
	"time with fraction": (message(timestamp=1750000000.9), {}),
	"time with fraction as text": (message(timestamp="1750000000.25"), {}),
	"time with spaces": (message(timestamp=" 1750000000 "), {}),
	"no content": (message(text=...), {"text": None}),
	"content null": (message(text=None), {"text": None}),
	"content a text": (message(text="Hello"), {"text": None}),
	"content a list": (message(text=[{"body": "x"}]), {"text": None}),
	"body a number": (message(text={"body": 5}), {"text": None}),
	"body empty": (message(text={"body": ""}), {"text": None}),
	"body html": (message(text={"body": "<script>alert(1)</script>"}), {"text": "<script>alert(1)</script>"}),
	"body nul and surrogate": (message(text={"body": "a\x00b\ud83dc"}), {"text": "a\ufffdb\ufffdc"}),
	"body emoji": (message(text={"body": "\U0001f44b"}), {"text": "\U0001f44b"}),
	"context a list": (message(context=[1]), {"quoted_wamid": None}),
	"context with odd values": (message(context={"id": 7.5, "forwarded": "yes"}), {"quoted_wamid": None}),
	"quoted id too long": (message(context={"id": "w" * 256}), {"quoted_wamid": None}),
	"referral a text": (message(referral="ad"), {"referral": None}),
	"group id a number": (message(group_id=120363), {"group_id": "120363"}),
	"errors an object": (message(errors={"code": 1}), {"errors": ()}),
	"errors of odd types": (message(errors=[None, "x", 5]), {"errors": ()}),
	"contacts an object": (message(type="contacts", contacts={"name": "x"}), {"text": None}),
	"contacts of odd types": (
		message(
			type="contacts", contacts=[None, 1, {"name": "x"}, {"name": {"formatted_name": 5}, "phones": [1]}]
		),
		{"text": None},
	),
	"location of odd types": (
		message(type="location", location={"latitude": [], "longitude": {}}),
		{"text": None},
	),
	"location as text": (
		message(type="location", location={"latitude": "1.5", "longitude": "-2"}),
		{"text": "1.5, -2"},
	),
	"interactive of no type": (message(type="interactive", interactive={}), {"text": None}),
	"interactive of tomorrow": (
		message(type="interactive", interactive={"type": "wink_reply", "wink_reply": {"title": "Wink"}}),
		{"text": "Wink"},
	),
	"flow of no JSON": (
		message(type="interactive", interactive={"nfm_reply": {"body": "Sent", "response_json": "{"}}),
		{"text": "Sent\n{"},
	),
	"flow of deep JSON": (
		message(type="interactive", interactive={"nfm_reply": {"name": "flow", "response_json": "[" * 5000}}),
		{"text": "[" * 5000},
	),
	"flow with a surrogate inside": (
		message(type="interactive", interactive={"nfm_reply": {"response_json": '{"a": "\\ud83d\\u0000"}'}}),
		{"text": "a: \ufffd\ufffd"},
	),
	"flow of a huge number": (
		message(type="interactive", interactive={"nfm_reply": {"response_json": '{"a": %s}' % ("9" * 5000)}}),
		{},
	),
	"order of odd types": (
		message(
			type="order",
			order={"text": 5, "product_items": [None, {"product_retailer_id": "p", "quantity": []}]},
		),
		{"text": "p"},
	),
	"edit of an edit": (
		message(type="edit", edit={"message": {"type": "edit", "edit": {"message": {"type": "edit"}}}}),
		{"text": None},
	),
	"type that is another key": (message(type="from"), {"type": "from", "text": None}),
	"unknown keys": (message(news={"a": [1, {"b": None}]}), {}),
}


@pytest.mark.parametrize(("odd", "expected"), ODD_MESSAGES.values(), ids=ODD_MESSAGES)
def test_odd_message_is_read(odd: dict[str, Any], expected: dict[str, Any]):
	(item,) = read_delivery(of_messages(odd)).items
	assert item.problem is None
	assert item.message
	assert {name: getattr(item.message, name) for name in expected} == expected
	assert item.message.timestamp.timestamp() == 1750000000
	assert Item.from_json(item.to_json()) == item


# Text of JSON that Python's own writer would not produce.

RAW = encode(delivery(change(value(messages=[VALID])))).decode()
SPECIAL: dict[str, str] = {
	"NaN": '"x": NaN',
	"Infinity": '"x": [Infinity, -Infinity]',
	"number beyond floats": '"x": 1e999',
	"number of many digits": '"x": ' + "9" * 10_000,
	"fraction of many digits": '"x": 0.' + "9" * 10_000,
	"lone surrogates": '"x\\udc00": "\\ud83d", "y": ["\\udfff"]',
	"nul": '"x\\u0000": "\\u0000"',
	"fifty levels": '"x": ' + "[" * 50 + "]" * 50,
	"eight hundred levels": '"x": ' + '{"a":' * 700 + "1" + "}" * 700,
	"duplicate key": '"id": "wamid.first"',
}


@pytest.mark.parametrize("special", SPECIAL.values(), ids=SPECIAL)
def test_special_value_inside_a_valid_message(special: str):
	body = RAW.replace('"from"', f'{special}, "from"')
	(item,) = read_delivery(body).items
	assert item.problem is None
	assert item.message
	assert item.message.id == "wamid.beside"
	stored = item.to_json()
	json.loads(stored, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
	assert "\\ud83d" not in stored
	assert "\\u0000" not in stored
	assert Item.from_json(stored) == item


def test_bytes_that_are_no_text_cost_only_their_own_characters():
	body = RAW.encode().replace(b"Hello", b"H\xffi\xc3")
	(item,) = read_delivery(body).items
	assert item.message
	assert item.message.text == "H\ufffdi\ufffd"


def test_deep_call_stack_of_the_caller():
	def deep(levels: int) -> Any:
		return deep(levels - 1) if levels else read_delivery(RAW)

	(item,) = deep(800).items
	assert item.message


@pytest.mark.parametrize(
	"stored",
	["", "[]", "{}", '{"raw": []}', '{"raw": {}}', '{"raw": {}, "kind": "Poem"}', "[" * 100_000],
	ids=["empty", "list", "object", "raw a list", "no kind", "unknown kind", "deep"],
)
def test_text_that_is_no_stored_item(stored: str):
	with pytest.raises(ValueError):
		Item.from_json(stored)


def test_stored_item_is_read_anew():
	(item,) = read_delivery(of_messages(message(timestamp="1750000000000"))).items
	assert item.problem
	mended = item.to_json().replace("1750000000000", "1750000000")
	again = Item.from_json(mended)
	assert (again.problem, again.message and again.message.text) == (None, "Hello")


@pytest.mark.parametrize("kind", ["messages", "statuses"])
def test_thousand_items_are_quick(kind: str):
	made = message if kind == "messages" else status
	people = [str(10_000_000 + number) for number in range(1000)]
	rows = [made(id=f"wamid.{person}", **{"from": person, "recipient_id": person}) for person in people]
	cards = [{"wa_id": person, "profile": {"name": person}} for person in people]
	body = encode(delivery(change(value(**{kind: rows, "contacts": cards}))))
	best = min(_seconds(body) for _attempt in range(5))
	found = read_delivery(body)
	assert [item.contact and item.contact.name for item in found.items] == people
	# About 0.03 to 0.06 s on a small machine; a quadratic search for the contact takes 0.2 s and more.
	assert best < 0.15


def test_three_megabytes_are_read():
	body = of_messages(
		message(text={"body": "ä" * 500_000}), VALID, contacts=[{"profile": {"name": "x" * 100_000}}]
	)
	assert len(body) > 3_000_000
	assert _seconds(body) < 1
	assert [item.problem for item in read_delivery(body).items] == [None, None]


def _seconds(body: bytes) -> float:
	start = time.process_time()
	read_delivery(body)
	return time.process_time() - start


def test_statuses_beside_a_message_without_id():
	(first, second) = read_delivery(of_statuses(status(id=...), status())).items
	assert first.problem
	assert second.status
