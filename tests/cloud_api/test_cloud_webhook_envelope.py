"""Entries, changes and values of wrong types never cost the valid item beside them."""

from typing import Any

import pytest

from whatsapp_channel.cloud_api.webhook_parser import Item, ItemKind, read_delivery

from .deliveries import NUMBER, assert_one_valid, change, delivery, encode, message, value

VALID = message(id="wamid.beside")


# Changes and values of wrong types, each beside a valid one: kind of the item that tells, and what it names.
BAD_CHANGES: dict[str, tuple[Any, ItemKind, str]] = {
	"null": (None, ItemKind.OTHER, "change is missing"),
	"text": ("x", ItemKind.OTHER, 'change is "x", not an object'),
	"list": ([], ItemKind.OTHER, "change is […]"),
	"no value": ({"field": "messages"}, ItemKind.OTHER, "value is missing"),
	"value null": (change(None), ItemKind.OTHER, "value is missing"),
	"value a list": (change([message()]), ItemKind.OTHER, "value is […], not an object"),
	"value a text": (change("x"), ItemKind.OTHER, 'value is "x"'),
	"messages an object": (
		change(value(messages=message())),
		ItemKind.MESSAGE,
		"messages is {…}, not a list",
	),
	"messages a text": (change(value(messages="x")), ItemKind.MESSAGE, 'messages is "x"'),
	"messages false": (change(value(messages=False)), ItemKind.MESSAGE, "messages is false"),
	"statuses a number": (change(value(statuses=7)), ItemKind.STATUS, "statuses is 7"),
	"errors an object": (change(value(errors={"code": 1})), ItemKind.ERROR, "errors is {…}"),
	"message null": (change(value(messages=[None])), ItemKind.MESSAGE, "messages[0] is missing"),
	"message a text": (change(value(messages=["x"])), ItemKind.MESSAGE, 'messages[0] is "x", not an object'),
	"status a list": (change(value(statuses=[[]])), ItemKind.STATUS, "statuses[0] is […]"),
	"error a number": (change(value(errors=[5])), ItemKind.ERROR, "errors[0] is 5"),
}


@pytest.mark.parametrize(("bad", "kind", "words"), BAD_CHANGES.values(), ids=BAD_CHANGES)
def test_bad_change_beside_a_valid_one(bad: Any, kind: ItemKind, words: str):
	found = read_delivery(encode(delivery(bad, change(value(messages=[VALID])))))
	assert_one_valid(found.items, bad=1)
	broken = found.items[0]
	assert (broken.kind, broken.message, broken.status) == (kind, None, None)
	assert broken.problem
	assert words in str(broken.problem)
	assert broken.position.startswith("0/0/")
	assert Item.from_json(broken.to_json()) == broken


BAD_ENTRIES: dict[str, tuple[Any, str]] = {
	"null": (None, "entry[0] is missing"),
	"text": ("x", 'entry[0] is "x"'),
	"list": ([1], "entry[0] is […]"),
	"no changes": ({"id": "1"}, "changes is missing"),
	"changes null": ({"id": "1", "changes": None}, "changes is missing"),
	"changes an object": ({"id": "1", "changes": {"0": {}}}, "changes is {…}"),
	"page entry": ({"id": "1", "messaging": [{}]}, "changes is missing"),
}


@pytest.mark.parametrize(("bad", "words"), BAD_ENTRIES.values(), ids=BAD_ENTRIES)
def test_bad_entry_beside_a_valid_one(bad: Any, words: str):
	good = delivery(change(value(messages=[VALID])))["entry"][0]
	found = read_delivery(encode(delivery(entry=[bad, good])))
	assert_one_valid(found.items, bad=1)
	broken = found.items[0]
	assert broken.problem
	assert words in str(broken.problem)
	assert (broken.kind, broken.position) == (ItemKind.OTHER, "0/0/entry/0")
	assert Item.from_json(broken.to_json()) == broken


ODD_PLACES: dict[str, tuple[dict[str, Any], str | None]] = {
	"statuses null": (value(messages=[VALID], statuses=None), NUMBER),
	"contacts null": (value(messages=[VALID], contacts=None), NUMBER),
	"contacts a text": (value(messages=[VALID], contacts="x"), NUMBER),
	"contacts of odd types": (
		value(messages=[VALID], contacts=[1, None, {"profile": 5, "wa_id": {}}]),
		NUMBER,
	),
	"no metadata": ({"messages": [VALID]}, None),
	"metadata a list": (value(messages=[VALID], metadata=[NUMBER]), None),
	"number id a number": (value(messages=[VALID], metadata={"phone_number_id": 106540352242922}), NUMBER),
	"number id too long": (value(messages=[VALID], metadata={"phone_number_id": "1" * 256}), None),
	"number id a list": (value(messages=[VALID], metadata={"phone_number_id": [NUMBER]}), None),
}


@pytest.mark.parametrize(("content", "number"), ODD_PLACES.values(), ids=ODD_PLACES)
def test_odd_surroundings_do_not_cost_the_message(content: dict[str, Any], number: str | None):
	(item,) = read_delivery(encode(delivery(change(content)))).items
	assert item.problem is None
	assert item.message
	assert item.phone_number_id == number


@pytest.mark.parametrize("field", [None, "", 5, ["messages"]], ids=["null", "empty", "number", "list"])
def test_messages_of_a_change_without_a_field(field: Any):
	(item,) = read_delivery(encode(delivery(change(value(messages=[VALID]), field)))).items
	assert item.message
	assert item.field == "messages"


@pytest.mark.parametrize(
	"content",
	[{}, value(), value(messages=None), value(messages=[]), value(messages=None, statuses=[], errors=None)],
	ids=["empty", "metadata only", "messages null", "messages empty", "all empty"],
)
def test_change_without_anything_is_one_other_item(content: dict[str, Any]):
	(item,) = read_delivery(encode(delivery(change(content)))).items
	assert (item.kind, item.field, item.problem) == (ItemKind.OTHER, "messages", None)


@pytest.mark.parametrize(
	("field", "kept"),
	[("f" * 5000, "f" * 140), (None, ""), (5, ""), ("calls", "calls")],
	ids=["long", "null", "number", "ordinary"],
)
def test_other_field_is_kept_short(field: Any, kept: str):
	(item,) = read_delivery(encode(delivery(change({"x": 1}, field)))).items
	assert (item.kind, item.field) == (ItemKind.OTHER, kept)


@pytest.mark.parametrize("account", [5, "5", None, [], "9" * 256, True], ids=str)
def test_odd_account_id(account: Any):
	entry = {"id": account, "changes": [change(value(messages=[VALID]))]}
	(item,) = read_delivery(encode(delivery(entry=[entry]))).items
	assert item.message
	assert item.account_id == ("5" if account in (5, "5") else None)
