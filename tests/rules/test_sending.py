"""Whether something may go out: every obstacle, and which of several is told."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from whatsapp_channel.rules.accounts.channel_status import Action, Review, Trial
from whatsapp_channel.rules.accounts.channel_status import Facts as Account
from whatsapp_channel.rules.messaging.sending import Facts, Kind, Obstacle, verdict

NOW = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
OPEN = Facts(
	kind=Kind.FREE_FORM,
	now=NOW,
	customer="Ada",
	window_ends=NOW + MINUTE,
	channel="Sales",
	enabled=True,
	account=Account(),
)
NOTHING = {"channel": None, "enabled": False, "account": None}
OFF = {"enabled": False}
BANNED = {"account": Account(restricted="Spam.")}
TRIAL_OVER = {"account": Account(review=Review.NOT_STARTED, trial=Trial.ENDED)}
SHUT = {"window_ends": NOW}
NEVER = {"window_ends": None}
DECLINED = {"kind": Kind.MARKETING_TEMPLATE, "declined_marketing": True}

CASES = {
	"an open window": ({}, None, ""),
	"no channel any more": (NOTHING, Obstacle.NO_CHANNEL, "no longer exists"),
	"a deactivated channel": (OFF, Obstacle.DEACTIVATED, "Channel Sales is deactivated"),
	"restricted by Meta": (BANNED, Obstacle.META, "Channel Sales cannot send: Spam."),
	"the trial is over": (TRIAL_OVER, Obstacle.META, "The trial has ended"),
	"a restriction that leaves replies": (
		{"account": Account(restricted="No marketing.", restriction_stops_replies=False)},
		None,
		"",
	),
	"the trial runs": ({"account": Account(review=Review.NOT_STARTED, trial=Trial.RUNNING)}, None, ""),
	"the last moment of the window": ({"window_ends": NOW + timedelta(microseconds=1)}, None, ""),
	"the end of the window": (SHUT, Obstacle.WINDOW, "For Ada that time ended: 2026-03-02"),
	"the customer never wrote": (NEVER, Obstacle.WINDOW, "that time ended: never opened"),
	"a template outside of the window": ({**SHUT, "kind": Kind.TEMPLATE}, None, ""),
	"a marketing template for who allows it": ({**SHUT, "kind": Kind.MARKETING_TEMPLATE}, None, ""),
	"a marketing template for who stopped them": (DECLINED, Obstacle.DECLINED, "Ada wants no marketing"),
	"a reply to who stopped marketing": ({"declined_marketing": True}, None, ""),
	"a template from a deactivated channel": ({**OFF, "kind": Kind.TEMPLATE}, Obstacle.DEACTIVATED, "Sales"),
	"switched off and restricted": ({**OFF, **BANNED}, Obstacle.DEACTIVATED, "deactivated"),
	"restricted and the window shut": ({**BANNED, **SHUT}, Obstacle.META, "Spam."),
	"stopped and restricted": ({**DECLINED, **BANNED}, Obstacle.META, "Spam."),
}


@pytest.mark.parametrize(("changes", "obstacle", "words"), CASES.values(), ids=CASES)
def test_the_first_obstacle_is_told(changes: dict, obstacle: Obstacle | None, words: str) -> None:
	found = verdict(replace(OPEN, **changes))
	assert found.obstacle is obstacle
	assert found.may_go is (obstacle is None)
	assert words in str(found.why or "")
	assert bool(found.title) is (obstacle is not None)


def test_every_obstacle_has_a_case() -> None:
	assert {obstacle for _changes, obstacle, _words in CASES.values()} == {None, *Obstacle}


def test_what_makes_messages_wait_forbids_nothing() -> None:
	found = verdict(replace(OPEN, waits_because="The token has expired."))
	assert found.may_go
	assert found.waits_because == "The token has expired."


def test_the_next_step_leads_somewhere() -> None:
	assert verdict(replace(OPEN, **OFF)).action is Action.ACTIVATE
	assert verdict(replace(OPEN, **TRIAL_OVER)).action is Action.VERIFY_BUSINESS


def test_a_moment_without_a_zone_is_refused() -> None:
	with pytest.raises(ValueError, match="time zone"):
		verdict(replace(OPEN, now=NOW.replace(tzinfo=None)))
