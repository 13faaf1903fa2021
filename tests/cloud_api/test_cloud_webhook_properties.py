"""Properties that hold for whatever JSON comes in."""

import json
import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from whatsapp_channel.cloud_api.payload import clean
from whatsapp_channel.cloud_api.webhook_parser import Item, ItemKind, read_delivery, read_item

from .deliveries import change, delivery, message, status, value

TEXT = st.text(st.characters(), max_size=20) | st.sampled_from(
	["\ud83d", "\x00", "1750000000", "text", "messages"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
# Keys that mean something, so that junk gets past the first look.
KEYS = st.sampled_from(
	[
		"object",
		"entry",
		"changes",
		"value",
		"field",
		"messages",
		"statuses",
		"errors",
		"contacts",
		"metadata",
		"phone_number_id",
		"id",
		"from",
		"from_user_id",
		"timestamp",
		"type",
		"text",
		"body",
		"image",
		"caption",
		"context",
		"referral",
		"profile",
		"name",
		"wa_id",
		"user_id",
		"status",
		"code",
		"title",
		"error_data",
		"details",
		"conversation",
		"origin",
		"pricing",
		"interactive",
		"nfm_reply",
		"response_json",
		"reaction",
		"emoji",
		"location",
		"order",
		"system",
		"edit",
		"message",
		"product_items",
		"group_id",
		"recipient_id",
		"expiration_timestamp",
		"unreadable",
		"problem",
	]
)
JSON = st.recursive(
	SCALARS,
	lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | TEXT, inner, max_size=6),
	max_leaves=25,
)
OBJECTS = st.dictionaries(KEYS, JSON, max_size=8)
VALID = message(id="wamid.beside", contacts=None)
MANY = settings(max_examples=150)


def assert_sound(body: Any) -> tuple[Item, ...]:
	"""Whatever came: every item is unique in place, explains itself and survives storage."""
	found = read_delivery(json.dumps(body))
	assert (found.problem is None) or found.items == ()
	places = [item.position for item in found.items]
	assert len(places) == len(set(places))
	for item in found.items:
		assert len(item.position.split("/")) == 4
		if item.kind in (ItemKind.MESSAGE, ItemKind.STATUS):
			assert (item.problem is None) is bool(item.message or item.status)
		stored = item.to_json()
		assert "NaN" not in stored or "NaN" in json.dumps(body)
		assert Item.from_json(stored) == item
		assert Item.from_json(stored).to_json() == stored
	return found.items


@MANY
@given(JSON)
def test_any_json(body: Any):
	assert_sound(body)


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_bytes(body: bytes | str):
	assert read_delivery(body).problem or read_delivery(body).items == ()


@MANY
@given(JSON)
def test_any_entry(junk: Any):
	assert_sound(delivery(entry=junk))


@MANY
@given(JSON, JSON)
def test_any_value(content: Any, field: Any):
	assert_sound(delivery(change(content, field), change(content)))


@MANY
@given(OBJECTS)
def test_any_change_of_a_message(changes: dict[str, Any]):
	assert_sound(delivery(change(value(messages=[{**message(), **changes}], contacts=[changes]))))


@MANY
@given(OBJECTS)
def test_any_change_of_a_status(changes: dict[str, Any]):
	assert_sound(delivery(change(value(statuses=[{**status(), **changes}], errors=[changes]))))


@MANY
@given(st.lists(JSON, max_size=4), st.lists(JSON, max_size=4), st.data())
def test_valid_message_survives_among_junk(before: list[Any], after: list[Any], data: st.DataObject):
	place = data.draw(st.sampled_from(["messages", "changes", "entry"]))
	good = change(value(messages=[VALID]))
	if place == "messages":
		body = delivery(
			change(
				value(messages=[*before, VALID, *after], statuses=data.draw(JSON), contacts=data.draw(JSON))
			)
		)
	elif place == "changes":
		body = delivery(*before, good, *after)
	else:
		body = delivery(entry=[*before, {"id": data.draw(JSON), "changes": [good]}, *after])
	items = assert_sound(body)
	found = [item.message for item in items if item.message and item.message.id == "wamid.beside"]
	assert [(one.text, one.sender_wa_id) for one in found if one] == [("Hello", "16505551234")]


@MANY
@given(st.sampled_from(ItemKind), OBJECTS, TEXT)
def test_item_round_trip(kind: ItemKind, raw: dict[str, Any], field: str):
	stored = _finite(clean(raw))
	item = read_item(
		kind, stored, position="0/0/x/0", account_id="1", phone_number_id=None, field=clean(field)
	)
	assert Item.from_json(item.to_json()) == item


def _finite(value: Any) -> Any:
	"""What JSON can hold: the parser lets nothing else in."""
	if isinstance(value, dict):
		return {name: _finite(inner) for name, inner in value.items()}
	if isinstance(value, list):
		return [_finite(inner) for inner in value]
	if isinstance(value, float) and not math.isfinite(value):
		return None
	return str(value) if isinstance(value, int) and abs(value) > 10**30 else value
