"""One person's items are taken out of a webhook body; everybody else's stay as they are."""

from copy import deepcopy
from typing import Any

import pytest

from whatsapp_channel.rules.customers.redaction import without

ME, USER_ID, OTHER = "5511912345678", "BR.13491208655302741918", "16505551234"
PEOPLE = frozenset({ME, USER_ID})


def body(**value: Any) -> dict[str, Any]:
	change = {"field": "messages", "value": {"metadata": {"phone_number_id": "1"}, **value}}
	return {"object": "whatsapp_business_account", "entry": [{"id": "2", "changes": [change]}]}


def card(number: str) -> dict[str, Any]:
	return {"wa_id": number, "profile": {"name": "?"}}


THEIRS = {"from": OTHER, "id": "wamid.1", "text": {"body": f"call {ME}"}}
SHARED_CARD = {"from": OTHER, "type": "contacts", "contacts": [{"phones": [{"wa_id": ME}]}]}
CASES = {
	"a message": ({"messages": [{"from": ME}, THEIRS]}, {"messages": [THEIRS]}),
	"a message with a plus": ({"messages": [{"from": f"+{ME}"}]}, {"messages": []}),
	"a message with a user id": ({"messages": [{"from_user_id": USER_ID}]}, {"messages": []}),
	"a status": (
		{"statuses": [{"recipient_id": ME}, {"recipient_id": OTHER}]},
		{"statuses": [{"recipient_id": OTHER}]},
	),
	"a card": ({"contacts": [card(ME), card(OTHER)]}, {"contacts": [card(OTHER)]}),
	"an echo": ({"message_echoes": [{"from": "1", "to": ME}]}, {"message_echoes": []}),
	"a preference": ({"user_preferences": [{"wa_id": ME}]}, {"user_preferences": []}),
	"a changed number": (
		{"messages": [{"type": "system", "from": OTHER, "system": {"wa_id": ME}}]},
		{"messages": []},
	),
	"a thread of the history": (
		{"history": [{"threads": [{"id": ME, "messages": [{}]}, {"id": OTHER, "messages": []}]}]},
		{"history": [{"threads": [{"id": OTHER, "messages": []}]}]},
	),
	"somebody else's words about him": ({"messages": [THEIRS]}, {"messages": [THEIRS]}),
	"a card of him that somebody else sent": ({"messages": [SHARED_CARD]}, {"messages": [SHARED_CARD]}),
	"entries that are no objects": ({"messages": [None, 5, {"from": ME}]}, {"messages": [None, 5]}),
}


@pytest.mark.parametrize(("value", "kept"), CASES.values(), ids=CASES.keys())
def test_without(value: dict[str, Any], kept: dict[str, Any]) -> None:
	found, gone = without(deepcopy(body(**value)), PEOPLE)
	assert found == body(**kept)
	assert bool(gone) is (value != kept)


@pytest.mark.parametrize(
	"shape", [None, [], {}, {"entry": None}, {"entry": [None]}, {"entry": [{"changes": [1]}]}]
)
def test_a_body_of_another_shape_is_left_alone(shape: Any) -> None:
	assert without(shape, PEOPLE) == (shape, 0)
