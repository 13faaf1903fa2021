"""What the business app's messages mean, what became of past ones, and who has no name yet."""

from datetime import datetime, timedelta, timezone

import pytest

from whatsapp_channel.rules.customers.address import is_synthetic
from whatsapp_channel.rules.messaging.coexistence import (
	Answer,
	answer,
	app_address,
	is_nameless,
	is_of,
	past_status,
)
from whatsapp_channel.rules.messaging.message_status import MessageStatus

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
ANSWERS = {
	"the customer never wrote": ([], 0, Answer.CONTEXT),
	"before he wrote": ([10], 0, Answer.CONTEXT),
	"in the second in which he wrote": ([0], 0, Answer.LATEST),
	"after he wrote": ([-10], 0, Answer.LATEST),
	"between two of his": ([-10, 10], 0, Answer.EARLIER),
	"after the last of two, in any order": ([-10, -20], 0, Answer.LATEST),
}


@pytest.mark.parametrize(("asked", "at", "meaning"), ANSWERS.values(), ids=ANSWERS.keys())
def test_what_a_message_means_for_the_ticket(asked: list[int], at: int, meaning: Answer) -> None:
	moments = [NOON + timedelta(seconds=seconds) for seconds in asked]
	assert answer(NOON + timedelta(seconds=at), moments) is meaning


STATUSES = {
	"read": ("READ", "Read"),
	"delivered": ("DELIVERED", "Delivered"),
	"sent": ("SENT", "Sent"),
	"played": ("PLAYED", "Played"),
	"error": ("ERROR", "Failed"),
	"pending waits for nobody": ("PENDING", "Accepted"),
	"lower case": ("read", "Read"),
	"unknown word": ("TELEPORTED", "Accepted"),
	"missing": (None, "Accepted"),
	"no text": ({"a": 1}, "Accepted"),
}


@pytest.mark.parametrize(("word", "status"), STATUSES.values(), ids=STATUSES.keys())
def test_status_of_a_past_message(word: object, status: str) -> None:
	assert past_status(word, outgoing=True).value == status
	assert past_status(word, outgoing=False) is MessageStatus.RECEIVED


SENDERS = {
	"the customer": ("5511912345678", "5511912345678", True),
	"the customer in another spelling": ("551192345678", "5511992345678", True),
	"the business": ("14155550123", "5511912345678", False),
}


@pytest.mark.parametrize(("sender", "person", "expected"), SENDERS.values(), ids=SENDERS.keys())
def test_who_sent_a_past_message(sender: str, person: str, expected: bool) -> None:
	assert is_of(sender, person) is expected


def test_every_customer_has_an_address_of_the_app_of_its_own() -> None:
	assert app_address("a1b2") == "business-app.a1b2@whatsapp.invalid"
	assert is_synthetic(app_address("a1b2"))


NAMES = {
	"none": (None, True),
	"empty": ("", True),
	"number": ("+5511912345678", True),
	"number with spaces": ("+55 11 91234-5678", True),
	"masked number": ("+55 •• •••• 5678", True),
	"masked with stars": ("+55 ** **** 5678", True),
	"user id": ("BR.123", True),
	"name": ("Maria", False),
	"name with digits": ("Maria 2", False),
	"name of digits and letters": ("4U", False),
	"flower": ("🌸", False),
}


@pytest.mark.parametrize(("name", "nameless"), NAMES.values(), ids=NAMES.keys())
def test_who_has_no_name(name: str | None, nameless: bool) -> None:
	assert is_nameless(name, "BR.123") is nameless
