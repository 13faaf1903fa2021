"""Every payload file has its case, every case its file, and every word of Meta's reference a payload."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whatsapp_channel.cloud_api.webhook_parser import ContactCard, Item, ItemKind, read_delivery

from . import reference_tables as reference
from .message_cases import MESSAGES, PRODUCT
from .recordings import PAYLOADS
from .test_cloud_webhook_coexistence import ECHOES, HISTORY, PREFERENCES
from .test_cloud_webhook_statuses import ERRORS, OTHER, STATUSES
from .webhook_files import WEBHOOKS, items_of

SINGLE = {"history_declined", "history_progress_only", "batch_of_two_accounts"}
FOREIGN = {
	"softlivery/WebhookMessageEvent",
	"softlivery/WebhookStatusEvent",
	"meta_openapi/webhooks",
}
PREFIXES = {
	"message": MESSAGES,
	"status": STATUSES,
	"error": ERRORS,
	"other": OTHER,
	"echo": ECHOES,
	"history": HISTORY,
	"preference": PREFERENCES,
}


def webhooks_in(value: Any) -> Iterator[dict[str, Any]]:
	"""The webhook bodies anywhere in a JSON value."""
	if isinstance(value, dict) and "object" in value and "entry" in value:
		yield value
	elif isinstance(value, (dict, list)):
		for inner in value.values() if isinstance(value, dict) else value:
			yield from webhooks_in(inner)


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
	"""Every webhook body of every payload file: file without ending, body."""
	for path in sorted(PAYLOADS.rglob("*.json")):
		for body in webhooks_in(json.loads(path.read_text())):
			yield str(path.relative_to(PAYLOADS).with_suffix("")), body


def test_every_payload_file_has_a_case_and_every_case_a_file():
	cases = {f"webhooks/{prefix}_{name}" for prefix, table in PREFIXES.items() for name in table}
	assert cases | {f"webhooks/{name}" for name in SINGLE} | FOREIGN == {name for name, _body in bodies()}


def test_nothing_but_webhooks_is_among_the_webhooks():
	assert {path.stem for path in WEBHOOKS.iterdir()} == {
		name.removeprefix("webhooks/") for name, _body in bodies() if name.startswith("webhooks/")
	}


def found_at(*path: str) -> set[str]:
	"""The texts at a path of all items of our own payload files, "*" for every entry of a list."""
	found: list[Any] = [
		item.raw for name, _ in bodies() if name.startswith("webhooks/") for item in items_of(name[9:])
	]
	for key in path:
		if key == "*":
			found = [entry for value in found if isinstance(value, list) for entry in value]
		else:
			found = [value[key] for value in found if isinstance(value, dict) and key in value]
	return {value for value in found if isinstance(value, str)}


TABLES: dict[str, tuple[tuple[str, ...], set[str]]] = {
	"types": (reference.TYPES, found_at("type")),
	"replies": (reference.INTERACTIVE, found_at("interactive", "type")),
	"system": (reference.SYSTEM, found_at("system", "type")),
	"referral sources": (reference.REFERRAL_SOURCES, found_at("referral", "source_type")),
	"referral media": (reference.REFERRAL_MEDIA, found_at("referral", "media_type")),
	"not passed on": (reference.NOT_PASSED_ON, found_at("unsupported", "type")),
	"statuses": (reference.STATUSES, found_at("status")),
	"price types": (reference.PRICE_TYPES, found_at("pricing", "type")),
	"price categories": (reference.PRICE_CATEGORIES, found_at("pricing", "category")),
	"price models": (reference.PRICE_MODELS, found_at("pricing", "pricing_model")),
	"origins": (reference.ORIGINS, found_at("conversation", "origin", "type")),
	"preferences": (reference.PREFERENCES, found_at("value")),
	"fields": (
		reference.FIELDS,
		{
			change["field"]
			for _name, body in bodies()
			for entry in body["entry"]
			for change in entry["changes"]
		},
	),
}


@pytest.mark.parametrize(("words", "found"), TABLES.values(), ids=TABLES)
def test_every_word_of_the_reference_has_a_payload(words: tuple[str, ...], found: set[str]):
	assert set(words) <= found


@pytest.mark.parametrize("path", sorted(WEBHOOKS.glob("*.json")), ids=lambda path: path.stem)
def test_item_of_every_payload_survives_storage(path: Path):
	for item in items_of(path.stem):
		stored = item.to_json()
		assert stored.isascii()
		assert Item.from_json(stored) == item
		assert Item.from_json(stored).to_json() == stored


def test_image_of_another_project():
	(item,) = items_of("WebhookMessageEvent", "softlivery")
	assert item.message
	assert (item.message.type, item.message.text) == ("image", "Image caption example")
	assert item.contact == ContactCard("John Doe", "6268202924", None)


def test_status_of_another_project():
	(item,) = items_of("WebhookStatusEvent", "softlivery")
	assert item.status
	assert (item.status.status, item.status.recipient_wa_id) == ("sent", "555123456789")


# Meta's own examples: type and words, or None and the field.
META: dict[str, tuple[str | None, str | None]] = {
	"Text Message": ("text", "Does it come in another color?"),
	"Text Message with Context (Product Inquiry)": ("text", "Is this still available?"),
	"Text Message from Click to WhatsApp Ad": ("text", "Hello! Can I get more info on this?"),
	"Reaction Message": ("reaction", "\U0001f44d"),
	"Image Message": ("image", "Taj Mahal"),
	"Location Message": (
		"location",
		"Philz Coffee\n101 Forest Ave, Palo Alto, CA 94301\nhttps://philzcoffee.com/",
	),
	"Contact Sharing Message": ("contacts", "Lucía Gómez, +1 (983) 555-2319 (Mobile), Google"),
	"Unsupported Message": ("unsupported", None),
	"Button Message": ("button", "Unsubscribe"),
	"Interactive List Reply Message": ("interactive", "Priority Mail Express"),
	"Interactive Button Reply Message": ("interactive", "Cancel"),
	"Order Message": ("order", "2 × di9ozbzfi4 (30 USD)\n1 × nqryix03ez (25 USD)"),
	"System Message": ("system", "User Sheena Nelson changed from 16505551234 to 12195555358"),
	"Group Create Message": (None, "group_lifecycle_update"),
	"Group Settings Update": (None, "group_settings_update"),
	"Group Remove Participants": (None, "group_participants_update"),
}
META_EXAMPLES = {
	example["name"]: example["value"]
	for example in json.loads((PAYLOADS / "meta_openapi/webhooks.json").read_text())["examples"]
}


def test_every_example_of_meta_has_a_row():
	assert META.keys() == META_EXAMPLES.keys()


@pytest.mark.parametrize(("name", "expected"), META.items(), ids=META)
def test_example_of_meta(name: str, expected: tuple[str | None, str | None]):
	(item,) = read_delivery(json.dumps(META_EXAMPLES[name])).items
	kind, words = expected
	assert item.problem is None
	if kind is None:
		assert (item.kind, item.field) == (ItemKind.OTHER, words)
	else:
		assert item.message
		assert (item.message.type, item.message.text) == (kind, words)


def test_product_and_advertisement_in_examples_of_meta():
	(asked,) = read_delivery(json.dumps(META_EXAMPLES["Text Message with Context (Product Inquiry)"])).items
	(clicked,) = read_delivery(json.dumps(META_EXAMPLES["Text Message from Click to WhatsApp Ad"])).items
	assert asked.message
	assert asked.message.product == PRODUCT
	assert clicked.message
	assert clicked.message.referral
	assert clicked.message.referral.welcome == "Hi there! Let us know how we can help!"
	assert clicked.message.referral.media_type == "image"
