"""Real payloads with parts removed, replaced, doubled, nested and moved: read without an error, shown without harm."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.mutations import mutate
from tests.fuzz.target import check
from whatsapp_channel.cloud_api.content import read_content, read_referral, read_referred_product

from .deliveries import message
from .message_cases import MESSAGES
from .webhook_files import WEBHOOKS

BODIES = {path.stem: json.loads(path.read_text()) for path in sorted(WEBHOOKS.glob("*.json"))}
# Lists whose entries are items: where they are in the value of a change.
LISTS = {
	"message": "messages",
	"status": "statuses",
	"echo": "message_echoes",
	"preference": "user_preferences",
}
MANY = settings(max_examples=150)


def is_named(name: str) -> bool:
	return name.split("_")[0] in LISTS


@MANY
@given(st.sampled_from(sorted(BODIES)), st.randoms(use_true_random=False), st.integers(1, 5))
def test_mutated_delivery(name: str, rng: Random, times: int) -> None:
	check(json.dumps(mutate(BODIES[name], rng, times)))


@MANY
@given(
	st.sampled_from(sorted(filter(is_named, BODIES))), st.randoms(use_true_random=False), st.integers(1, 5)
)
def test_entry_beside_a_mutated_one_survives(name: str, rng: Random, times: int) -> None:
	body: Any = json.loads(json.dumps(BODIES[name]))
	value = body["entry"][0]["changes"][0]["value"]
	entries = value[LISTS[name.split("_")[0]]]
	good = {**entries[0], "id": "wamid.beside"}
	entries[:] = [mutate(entries[0], rng, times), good, mutate(entries[0], rng, times)]
	items = check(json.dumps(body))
	assert not [item.problem for item in items if item.raw == good and item.problem]
	assert good in [item.raw for item in items]


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_every_field_of_a_message_missing_or_of_another_type(name: str) -> None:
	(raw,) = BODIES[f"message_{name}"]["entry"][0]["changes"][0]["value"]["messages"]
	for changed in every_change(raw):
		content = read_content(changed, raw["type"])
		assert read_content(changed, raw["type"]) == content
		read_referral(changed)
		read_referred_product(changed)
		check(json.dumps({"object": "whatsapp_business_account", "entry": [wrapped(changed)]}))


def every_change(value: Any) -> Any:
	"""The value with each of its parts in turn removed, and replaced by a value of each JSON type."""
	if not isinstance(value, (dict, list)):
		return
	for key in list(value) if isinstance(value, dict) else range(len(value)):
		rest = dict(value) if isinstance(value, dict) else list(value)
		del rest[key]
		yield rest
		for other in (None, True, -1.5, "<b>", [value], {"id": [value]}):
			yield with_value(value, key, other)
		for inner in every_change(value[key]):
			yield with_value(value, key, inner)


def with_value(holder: Any, key: Any, value: Any) -> Any:
	changed = dict(holder) if isinstance(holder, dict) else list(holder)
	changed[key] = value
	return changed


def wrapped(raw: Any) -> dict[str, Any]:
	value = {"metadata": {"phone_number_id": "1"}, "messages": [raw, message(id="wamid.beside")]}
	return {"id": "1", "changes": [{"field": "messages", "value": value}]}
