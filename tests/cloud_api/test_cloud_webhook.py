"""Every message type and field of Meta's webhook reference, one payload file per condition."""

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from whatsapp_channel.cloud_api.content import Content
from whatsapp_channel.cloud_api.webhook_parser import ItemKind, read_delivery

from .deliveries import ACCOUNT, NUMBER, SENDER, message, status, value
from .message_cases import MESSAGES, SHEENA
from .webhook_files import items_of


@pytest.mark.parametrize(("name", "case"), MESSAGES.items(), ids=MESSAGES)
def test_message(name: str, case: tuple[Content, str | None, dict[str, Any]]):
	content, text, more = case
	(item,) = items_of(f"message_{name}")
	assert (item.kind, item.position, item.problem) == (ItemKind.MESSAGE, "0/0/messages/0", None)
	assert (item.account_id, item.phone_number_id, item.field) == (ACCOUNT, NUMBER, "messages")
	assert (item.peer, item.preference) == (None, None)
	found = item.message
	assert found
	assert (found.type, found.content, found.text) == (item.raw["type"], content, text)
	assert found.id == item.raw["id"]
	assert found.timestamp == datetime.fromtimestamp(int(item.raw["timestamp"]), timezone.utc)
	assert found.timestamp.tzinfo is timezone.utc
	assert found.sender_wa_id == more.get("sender_wa_id", SENDER)
	assert found.sender_user_id == more.get("sender_user_id")
	assert (found.recipient_wa_id, found.recipient_user_id) == (None, None)
	assert found.quoted_wamid == more.get("quoted_wamid")
	assert found.forwarded is more.get("forwarded", False)
	assert found.group_id == more.get("group_id")
	assert found.errors == more.get("errors", ())
	assert found.referral == more.get("referral")
	assert found.product == more.get("product")
	assert item.contact == more.get("contact", SHEENA)


def test_batch_of_two_accounts():
	items = items_of("batch_of_two_accounts")
	assert [(item.position, item.kind) for item in items] == [
		("0/0/messages/0", ItemKind.MESSAGE),
		("0/0/messages/1", ItemKind.MESSAGE),
		("0/1/statuses/0", ItemKind.STATUS),
		("0/1/statuses/1", ItemKind.STATUS),
		("0/2/value/0", ItemKind.OTHER),
		("1/0/messages/0", ItemKind.MESSAGE),
	]
	assert [item.contact and item.contact.name for item in items] == [
		"Pablo",
		"Sheena Nelson",
		None,
		None,
		None,
		"Sheena Nelson",
	]
	assert [item.message.text for item in items if item.message] == ["one", "two", "three"]
	assert [item.phone_number_id for item in items] == [NUMBER] * 4 + [None, "106540352242923"]
	assert items[-1].account_id == "102290129340399"


def test_messages_statuses_and_errors_of_one_value():
	content = value(messages=[message()], statuses=[status()], errors=[{"code": 1}])
	items = read_delivery(
		json.dumps(
			{
				"object": "whatsapp_business_account",
				"entry": [{"changes": [{"field": "messages", "value": content}]}],
			}
		)
	).items
	assert [item.kind for item in items] == [ItemKind.MESSAGE, ItemKind.STATUS, ItemKind.ERROR]
	assert {item.account_id for item in items} == {None}
