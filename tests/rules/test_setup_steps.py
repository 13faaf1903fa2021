"""The four steps: exactly one is current until all are done (Z24)."""

from itertools import product

import pytest

from whatsapp_channel.rules.onboarding import setup_steps
from whatsapp_channel.rules.onboarding.setup_steps import Facts, current, steps
from whatsapp_channel.sentences import Sentence

ALL = [
	Facts(
		has_account=account,
		link_problem="broken" if broken else None,
		profile_saved=saved,
		number_ready=ready,
		has_channel=channel,
		departments=departments,
		channels=channels,
	)
	for account, broken, saved, ready, channel, (departments, channels) in product(
		*[(False, True)] * 5, [(0, 0), (1, 0), (1, 1), (2, 1)]
	)
]


def test_whatever_is_stored_one_step_is_current_or_all_are_done():
	for facts in ALL:
		found = steps(facts)
		states = [step.state for step in found]
		assert [step.key for step in found] == ["link", "profile", "number", "channel"]
		assert states.count("current") == (0 if states == ["done"] * 4 else 1)
		assert all(step.reason for step in found if step.state == "blocked")
		assert not [step for step in found if step.state in ("done", "open") and step.reason]
		before = states[: states.index("current")] if "current" in states else states
		assert set(before) <= {"done"}


@pytest.mark.parametrize(
	("facts", "states", "now"),
	[
		(Facts(), "current blocked blocked blocked", "link"),
		(Facts(has_account=True, link_problem="x"), "current open blocked blocked", "link"),
		(Facts(has_account=True), "done current open blocked", "profile"),
		(Facts(has_account=True, profile_saved=True), "done done current blocked", "number"),
		(
			Facts(has_account=True, profile_saved=True, number_ready=True, departments=1),
			"done done done current",
			"channel",
		),
		(Facts(has_account=True, number_ready=True, departments=1), "done current done open", "profile"),
		(Facts(has_account=True, has_channel=True), "done done done done", "done"),
		(Facts(has_account=True, has_channel=True, link_problem="x"), "current done done done", "link"),
	],
	ids=[
		"nothing",
		"linked but broken",
		"linked",
		"profile saved",
		"number ready",
		"number before profile",
		"channel",
		"channel whose access broke",
	],
)
def test_course(facts: Facts, states: str, now: str):
	found = steps(facts)
	assert " ".join(step.state for step in found) == states
	assert current(found) == now


@pytest.mark.parametrize(
	("departments", "channels", "reason"),
	[
		(0, 0, setup_steps.NO_DEPARTMENT),
		(1, 1, setup_steps.NO_ROOM),
		(1, 2, setup_steps.NO_ROOM),
		(2, 1, None),
	],
	ids=["no department", "as many channels", "a department was deleted", "room"],
)
def test_room_for_a_channel(departments: int, channels: int, reason: Sentence | None):
	facts = Facts(
		has_account=True, profile_saved=True, number_ready=True, departments=departments, channels=channels
	)
	assert steps(facts)[3].state == "current"
	assert steps(facts)[3].reason == reason
