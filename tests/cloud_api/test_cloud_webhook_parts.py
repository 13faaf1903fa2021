"""Parts of an item that depend on what is beside it: contact card, window, time."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from whatsapp_channel.cloud_api.webhook_parser import ContactCard, Item, problem_with_time, read_delivery

from .deliveries import SENDER, message, of_messages

USER = "US.13491208655302741918"


# Contacts


CARDS = {
	"by number": ([{"wa_id": "1"}, {"wa_id": SENDER, "profile": {"name": "S"}}], "S"),
	"by user id": ([{"wa_id": "1"}, {"user_id": USER, "profile": {"name": "U"}}], "U"),
	"user id before number": (
		[{"wa_id": SENDER, "profile": {"name": "S"}}, {"user_id": USER, "profile": {"name": "U"}}],
		"U",
	),
	"the only one": ([{"profile": {"name": "Only"}}], "Only"),
	"none fits": ([{"wa_id": "1"}, {"wa_id": "2"}], None),
	"none": ([], None),
	"junk beside": ([None, 5, {"wa_id": [1]}, {"wa_id": SENDER, "profile": {"name": "S"}}], "S"),
	"two with the same number": (
		[{"wa_id": SENDER, "profile": {"name": "First"}}, {"wa_id": SENDER, "profile": {"name": "Second"}}],
		"First",
	),
}


@pytest.mark.parametrize(("cards", "name"), CARDS.values(), ids=CARDS)
def test_contact_of_a_message(cards: list[Any], name: str | None):
	(item,) = read_delivery(of_messages(message(from_user_id=USER), contacts=cards)).items
	assert (item.contact and item.contact.name) == name


def test_only_contact_is_not_given_to_another_person():
	body = of_messages(
		message(**{"from": "1"}),
		message(**{"from": "2"}),
		contacts=[{"wa_id": "1", "profile": {"name": "One"}}],
	)
	assert [item.contact and item.contact.name for item in read_delivery(body).items] == ["One", None]


NAMES = {
	"ordinary": ("Sheena", "Sheena"),
	"long": ("N" * 10_000, "N" * 140),
	"cut before a space": ("a" * 139 + " b", "a" * 139),
	"lines and tabs": (" a\n\tb\u2028c ", "a b c"),
	"html": ("<b>x</b>", "<b>x</b>"),
	"lone surrogate": ("a\ud83d", "a\ufffd"),
	"nul": ("a\x00b", "a\ufffdb"),
	"empty": ("", None),
	"blank": (" \n ", None),
	"number": (5, None),
	"null": (None, None),
	"object": ({"x": 1}, None),
}


@pytest.mark.parametrize(("sent", "name"), NAMES.values(), ids=NAMES)
def test_name_of_a_contact(sent: Any, name: str | None):
	(item,) = read_delivery(
		of_messages(message(), contacts=[{"wa_id": SENDER, "profile": {"name": sent}}])
	).items
	assert item.contact == ContactCard(name, SENDER, None)
	assert Item.from_json(item.to_json()) == item


# Time


NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
	("ahead", "refused"),
	[(-86400 * 365, False), (0, False), (3600, False), (3601, True), (86400, True)],
	ids=["a year ago", "now", "an hour ahead", "a second more", "a day ahead"],
)
def test_time_ahead_of_the_clock(ahead: int, refused: bool):
	problem = problem_with_time(NOW + timedelta(seconds=ahead), NOW)
	assert (problem is not None) is refused
	assert not problem or ("clock" in str(problem) and "timestamp" in str(problem))
