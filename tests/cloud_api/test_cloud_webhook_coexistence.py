"""Echoes, history and preferences: lists of other fields whose entries are items of their own."""

from datetime import datetime, timezone
from typing import Any

import pytest

from whatsapp_channel.cloud_api.content import Content, Edit, Media, Revoke, Text, Unsupported
from whatsapp_channel.cloud_api.webhook_parser import ContactCard, Item, ItemKind, Preference, read_delivery

from .deliveries import ACCOUNT, NUMBER, SENDER, change, delivery, encode, message, value
from .message_cases import QUOTED, USER, media
from .webhook_files import items_of

BUSINESS = "15550783881"
BRAZIL = "5511912345678"


# Name of the file: content, and what is not ordinary.
ECHOES: dict[str, tuple[Content, dict[str, Any]]] = {
	"text": (Text("Sent from the phone"), {}),
	"image": (media("image", "1003383421387264", "image/jpeg", caption="Our new address"), {}),
	"edit": (Edit(QUOTED, Text("Corrected on the phone")), {"quoted": QUOTED}),
	"revoke": (Revoke(QUOTED), {"quoted": QUOTED}),
	"reply": (Text("Yes, we have it"), {"quoted": QUOTED}),
	"to_user_id_only": (
		Text("Hello"),
		{"wa_id": None, "user_id": USER, "contact": ContactCard("Sheena Nelson", None, USER)},
	),
}


@pytest.mark.parametrize(("name", "expected"), ECHOES.items(), ids=ECHOES)
def test_echo(name: str, expected: tuple[Content, dict[str, Any]]):
	content, more = expected
	(item,) = items_of(f"echo_{name}")
	assert (item.kind, item.position, item.problem) == (ItemKind.ECHO, "0/0/message_echoes/0", None)
	assert (item.account_id, item.phone_number_id) == (ACCOUNT, NUMBER)
	assert (item.field, item.peer) == ("smb_message_echoes", None)
	found = item.message
	assert found
	assert (found.content, found.quoted_wamid) == (content, more.get("quoted"))
	assert found.sender_wa_id == BUSINESS
	assert (found.recipient_wa_id, found.recipient_user_id) == (
		more.get("wa_id", SENDER),
		more.get("user_id"),
	)
	assert item.contact == more.get("contact")


# Name of the file: position, peer, sender, content of every message.
HISTORY: dict[str, list[tuple[str, str, str, Content]]] = {
	"chunk": [("history.0.threads.0.messages/0", SENDER, SENDER, Text("Earlier"))],
	"of_two_chats": [
		("history.0.threads.0.messages/0", SENDER, SENDER, Text("Do you deliver?")),
		("history.0.threads.0.messages/1", SENDER, BUSINESS, Text("Yes, everywhere")),
		("history.0.threads.0.messages/2", SENDER, SENDER, Unsupported("media_placeholder")),
		("history.0.threads.1.messages/0", BRAZIL, BRAZIL, Text("Oi")),
	],
	"media": [("messages/0", SENDER, SENDER, media("image", "24230790383178626", "image/jpeg"))],
	"media_of_business": [
		(
			"messages/0",
			SENDER,
			BUSINESS,
			media("document", "24230790383178627", "application/pdf", filename="offer.pdf"),
		)
	],
}


@pytest.mark.parametrize(("name", "expected"), HISTORY.items(), ids=HISTORY)
def test_history(name: str, expected: list[tuple[str, str, str, Content]]):
	items = items_of(f"history_{name}")
	assert {(item.kind, item.field, item.problem, item.phone_number_id) for item in items} == {
		(ItemKind.HISTORY, "history", None, NUMBER)
	}
	found = [(item, item.message) for item in items if item.message]
	assert [
		(item.position.removeprefix("0/0/"), item.peer, message.sender_wa_id, message.content)
		for item, message in found
	] == expected


def test_history_declined():
	(item,) = items_of("history_declined")
	assert (item.kind, item.position) == (ItemKind.ERROR, "0/0/history.0.errors/0")
	assert item.error
	assert (item.error.code, item.problem) == (2593109, None)
	assert "turned off" in (item.error.title or "")


def test_history_progress_only():
	(item,) = items_of("history_progress_only")
	assert (item.kind, item.position) == (ItemKind.OTHER, "0/0/value/0")
	assert item.raw["history"][0]["metadata"]["progress"] == 100


PREFERENCES: dict[str, tuple[str | None, str | None, str, int]] = {
	"stop": (SENDER, None, "stop", 1731705721),
	"resume": (SENDER, None, "resume", 1731705722),
	"of_user_id_only": (None, USER, "stop", 1731705723),
}


@pytest.mark.parametrize(("name", "expected"), PREFERENCES.items(), ids=PREFERENCES)
def test_preference(name: str, expected: tuple[str | None, str | None, str, int]):
	wa_id, user_id, wanted, seconds = expected
	(item,) = items_of(f"preference_{name}")
	assert (item.kind, item.position, item.problem) == (ItemKind.PREFERENCE, "0/0/user_preferences/0", None)
	assert item.preference == Preference(
		wa_id,
		user_id,
		"marketing_messages",
		wanted,
		datetime.fromtimestamp(seconds, timezone.utc),
		f"User requested to {wanted} marketing messages",
	)
	assert item.contact == ContactCard(None, wa_id, user_id)


# What is odd or broken in these lists; the entry beside it is read. Words: what the problem names, None: no problem.
GOOD = message(id="wamid.beside")
THREAD = {"id": SENDER, "messages": [GOOD]}
PREFERENCE = {"wa_id": SENDER, "category": "marketing_messages", "value": "stop", "timestamp": "1731705721"}
ODD: dict[str, tuple[str, dict[str, Any], str]] = {
	"echoes a text": (
		"smb_message_echoes",
		{"message_echoes": "x"},
		'message_echoes is "x", not a list',
	),
	"echo null": ("smb_message_echoes", {"message_echoes": [None, GOOD]}, "message_echoes[0] is missing"),
	"echo without time": (
		"smb_message_echoes",
		{"message_echoes": [message(timestamp=...), GOOD]},
		"timestamp is missing",
	),
	"history an object": ("history", {"history": {"threads": []}}, "history is {…}, not a list"),
	"chunk a number": ("history", {"history": [7, {"threads": [THREAD]}]}, "history[0] is 7, not an object"),
	"threads a text": (
		"history",
		{"history": [{"threads": "x"}, {"threads": [THREAD]}]},
		"history.0.threads is",
	),
	"thread null": ("history", {"history": [{"threads": [None, THREAD]}]}, "history.0.threads[0] is missing"),
	"messages of a thread an object": (
		"history",
		{"history": [{"threads": [{"id": "1", "messages": {}}, THREAD]}]},
		"history.0.threads.0.messages is {…}, not a list",
	),
	"message of a thread a list": (
		"history",
		{"history": [{"threads": [{"id": "1", "messages": [[], GOOD]}]}]},
		"history.0.threads.0.messages[0] is […]",
	),
	"errors of a chunk a text": (
		"history",
		{"history": [{"errors": "x", "threads": [THREAD]}]},
		'history.0.errors is "x"',
	),
	"preference of nobody": (
		"user_preferences",
		{"user_preferences": [{**PREFERENCE, "wa_id": "<b>"}, PREFERENCE]},
		"wa_id and user_id are missing",
	),
	"preference without value": (
		"user_preferences",
		{"user_preferences": [{**PREFERENCE, "value": None}, PREFERENCE]},
		"value is missing",
	),
	"preference in milliseconds": (
		"user_preferences",
		{"user_preferences": [{**PREFERENCE, "timestamp": 1731705721000}, PREFERENCE]},
		"milliseconds",
	),
}


@pytest.mark.parametrize(("field", "parts", "words"), ODD.values(), ids=ODD)
def test_odd_entry_beside_a_good_one(field: str, parts: dict[str, Any], words: str):
	items = read_delivery(encode(delivery(change(value(**parts), field)))).items
	(problem,) = [item.problem for item in items if item.problem]
	assert words in str(problem)
	whole = parts.get("history", parts.get("message_echoes", parts.get("user_preferences")))
	read = [item for item in items if item.message or item.preference]
	assert len(read) == (1 if isinstance(whole, list) else 0)
	for item in items:
		again = Item.from_json(item.to_json())
		assert again == item
		assert (again.problem is None) or (again.problem.text, again.problem.args) == (
			item.problem and item.problem.text,
			item.problem and item.problem.args,
		)


PEERS: dict[str, tuple[dict[str, Any], str | None]] = {
	"thread id": ({"id": SENDER}, SENDER),
	"thread id with plus": ({"id": "+16505551234"}, SENDER),
	"thread id a number": ({"id": 16505551234}, SENDER),
	"thread id letters, number beside": ({"id": "US.1", "context": {"wa_id": SENDER}}, SENDER),
	"markup": ({"id": "<script>"}, "1"),
	"nothing: who wrote": ({}, "1"),
}


@pytest.mark.parametrize(("thread", "peer"), PEERS.values(), ids=PEERS)
def test_peer_of_a_thread(thread: dict[str, Any], peer: str | None):
	messages = [message(**{"from": "1"})]
	content = value(history=[{"threads": [{**thread, "messages": messages}]}])
	(item,) = read_delivery(encode(delivery(change(content, "history")))).items
	assert (item.peer, Item.from_json(item.to_json()).peer) == (peer, peer)


def test_lists_of_one_field_are_no_items_of_another():
	content = value(message_echoes=[GOOD], user_preferences=[PREFERENCE], history=[{"threads": [THREAD]}])
	(item,) = read_delivery(encode(delivery(change(content)))).items
	assert item.kind is ItemKind.OTHER


def test_a_thousand_messages_of_the_history_have_places_of_their_own():
	threads = [
		{"id": str(chat), "messages": [message(id=f"wamid.{n}") for n in range(10)]} for chat in range(100)
	]
	content = value(history=[{"threads": threads}, {"threads": threads}])
	items = read_delivery(encode(delivery(change(content, "history")))).items
	assert len({item.position for item in items}) == len(items) == 2000


def test_file_kinds_of_the_history_are_typed():
	(item,) = items_of("history_media")
	assert item.message
	assert isinstance(item.message.content, Media)
