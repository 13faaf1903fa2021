"""However many parts a signed delivery has, reading it ends soon and gives few rows; what can be filed is never among those left out."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from whatsapp_channel.cloud_api import webhook_parser as webhook
from whatsapp_channel.cloud_api.webhook_parser import (
	MOST_LOOKED_AT,
	MOST_OTHERS,
	Item,
	ItemKind,
	read_delivery,
)

METADATA = {"display_phone_number": "15550100200", "phone_number_id": "106"}
PARTS = 100_000


def delivery(*entries: Any) -> dict[str, Any]:
	return {"object": "whatsapp_business_account", "entry": list(entries)}


def changes(*found: Any) -> dict[str, Any]:
	return delivery({"id": "1", "changes": list(found)})


def listed(name: str, *found: Any, field: str = "messages") -> dict[str, Any]:
	return changes({"field": field, "value": {"metadata": METADATA, name: list(found)}})


def message(index: int) -> dict[str, Any]:
	return {
		"from": "5511912345678",
		"id": f"wamid.{index}",
		"timestamp": "1",
		"type": "text",
		"text": {"body": "?"},
	}


def status(index: int) -> dict[str, Any]:
	return {"id": f"wamid.{index}", "status": "sent", "timestamp": "1", "recipient_id": "5511912345678"}


HOSTILE: dict[str, Callable[[int], dict[str, Any]]] = {
	"entries": lambda count: delivery(*[{}] * count),
	"entries that are none": lambda count: delivery(*[1] * count),
	"changes": lambda count: changes(*[{}] * count),
	"changes without a field": lambda count: changes(*[{"value": {}}] * count),
	"events": lambda count: changes(*[{"field": "account_update", "value": {"event": "?"}}] * count),
	"messages": lambda count: listed("messages", *[{}] * count),
	"messages that are none": lambda count: listed("messages", *[[]] * count),
	"statuses": lambda count: listed("statuses", *[{}] * count),
	"errors": lambda count: listed("errors", *[{}] * count),
	"echoes": lambda count: listed("message_echoes", *[{}] * count, field="smb_message_echoes"),
	"history": lambda count: listed("history", *[{"threads": [{}, 1]}] * count, field="history"),
	"preferences": lambda count: listed("user_preferences", *[{}] * count, field="user_preferences"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_parts_without_number(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
	made = 0
	read_item = webhook.read_item

	def counted(*arguments: Any, **more: Any) -> Item:
		nonlocal made
		made += 1
		return read_item(*arguments, **more)

	monkeypatch.setattr(webhook, "read_item", counted)
	found = read_delivery(json.dumps(HOSTILE[kind](PARTS))).items
	assert len(found) == MOST_OTHERS + 1
	assert made <= MOST_LOOKED_AT + 1
	assert str(found[-1].problem).startswith(f"{MOST_LOOKED_AT} parts of this delivery cannot be read")


@pytest.mark.parametrize(("count", "kept"), [(MOST_OTHERS, MOST_OTHERS), (MOST_OTHERS + 7, MOST_OTHERS + 1)])
def test_the_limit(count: int, kept: int) -> None:
	found = read_delivery(json.dumps(HOSTILE["messages"](count))).items
	assert len(found) == kept
	assert len({item.position for item in found}) == kept
	rest = [item for item in found if "further parts" in str(item.problem)]
	assert [str(item.problem).split()[0] for item in rest] == (["7"] if kept != count else [])


def test_what_was_left_out_is_told_again_when_its_item_is_read_again() -> None:
	rest = read_delivery(json.dumps(HOSTILE["messages"](MOST_OTHERS + 7))).items[-1]
	again = Item.from_json(rest.to_json())
	assert (again.kind, str(again.problem)) == (ItemKind.OTHER, str(rest.problem))


@pytest.mark.parametrize(
	("name", "made"), [("messages", message), ("statuses", status)], ids=["messages", "statuses"]
)
def test_what_can_be_filed_is_never_left_out(name: str, made: Callable[[int], dict[str, Any]]) -> None:
	good = [made(index) for index in range(3000)]
	mixed = [part for each in good for part in (each, {})]
	found = read_delivery(json.dumps(listed(name, *mixed))).items
	assert [item.raw["id"] for item in found if not item.problem] == [each["id"] for each in good]
	assert len(found) == len(good) + MOST_OTHERS + 1
