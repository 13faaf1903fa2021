"""Reactions, edits and deletions in any order lead to one state."""

from datetime import datetime, timedelta, timezone
from itertools import permutations

import pytest

from whatsapp_channel.rules.messaging.trace_rules import Event, Traces, fold

T = datetime(2026, 11, 2, 12, 0, tzinfo=timezone.utc)


def at(second: int) -> datetime:
	return T + timedelta(seconds=second)


CASES = {
	"nothing happened": ([], Traces()),
	"a reaction": ([Event("reaction", at(1), "👍")], Traces(reaction="👍")),
	"another reaction replaces it": (
		[Event("reaction", at(1), "👍"), Event("reaction", at(2), "❤️")],
		Traces(reaction="❤️"),
	),
	"a reaction taken back": ([Event("reaction", at(1), "👍"), Event("reaction", at(2), None)], Traces()),
	"both sides react": (
		[Event("reaction", at(1), "👍", "Incoming"), Event("reaction", at(2), "❤️", "Outgoing")],
		Traces(reaction="👍 ❤️"),
	),
	"one side takes its reaction back": (
		[
			Event("reaction", at(1), "👍", "Incoming"),
			Event("reaction", at(2), "❤️", "Outgoing"),
			Event("reaction", at(3), None, "Outgoing"),
		],
		Traces(reaction="👍"),
	),
	"an edit": ([Event("edit", at(1), "new")], Traces(text="new", edited_at=at(1))),
	"the last edit counts": (
		[Event("edit", at(1), "new"), Event("edit", at(2), "newer")],
		Traces(text="newer", edited_at=at(2)),
	),
	"an edit that took the words away": ([Event("edit", at(1), None)], Traces(text="", edited_at=at(1))),
	"a deletion": ([Event("revoke", at(1), None)], Traces(revoked_at=at(1))),
	"all of them": (
		[Event("reaction", at(1), "👍"), Event("edit", at(2), "new"), Event("revoke", at(3), None)],
		Traces(reaction="👍", text="new", edited_at=at(2), revoked_at=at(3)),
	),
}


@pytest.mark.parametrize(("events", "expected"), CASES.values(), ids=CASES.keys())
def test_fold(events: list[Event], expected: Traces) -> None:
	for order in permutations(events):
		assert fold(order) == expected
	assert fold(events * 2) == expected


def test_of_equal_times_the_later_one_in_the_sequence_counts() -> None:
	assert fold([Event("edit", T, "one"), Event("edit", T, "two")]).text == "two"
