from datetime import datetime, timedelta, timezone
from itertools import product

import pytest

from whatsapp_channel.rules.messaging.ticket_choice import (
	Choice,
	PolicyKind,
	TicketPolicy,
	TicketState,
	choose,
	follow_merges,
)

CLOSED = datetime(2026, 5, 1, 9, 0, 0, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
DAY = timedelta(hours=24)

NO = None
OPEN = TicketState("0002", is_resolved=False)
RESOLVED = TicketState("0002", is_resolved=True, resolved_at=CLOSED)
RESOLVED_SOMETIME = TicketState("0002", is_resolved=True, resolved_at=None)

NONE, ALWAYS, DURATION = PolicyKind.NONE, PolicyKind.ALWAYS, PolicyKind.DURATION

CASES = [
	# ticket, policy, time after closing, expected
	pytest.param(NO, NONE, SECOND, Choice.NO_TICKET, id="no ticket, agents decide"),
	pytest.param(NO, ALWAYS, SECOND, Choice.NEW, id="no ticket, always"),
	pytest.param(NO, DURATION, SECOND, Choice.NEW, id="no ticket, duration"),
	pytest.param(OPEN, NONE, DAY * 30, Choice.CONTINUE, id="open ticket, agents decide"),
	pytest.param(OPEN, ALWAYS, DAY * 30, Choice.CONTINUE, id="open ticket, always"),
	pytest.param(OPEN, DURATION, DAY * 30, Choice.CONTINUE, id="open ticket, duration"),
	pytest.param(RESOLVED, NONE, SECOND, Choice.NO_TICKET, id="closed ticket, agents decide"),
	pytest.param(RESOLVED, ALWAYS, SECOND, Choice.NEW, id="closed ticket, always"),
	pytest.param(RESOLVED, DURATION, timedelta(0), Choice.CONTINUE, id="in the second of closing"),
	pytest.param(RESOLVED, DURATION, -SECOND, Choice.CONTINUE, id="written before closing, arrived after"),
	pytest.param(RESOLVED, DURATION, DAY - SECOND, Choice.CONTINUE, id="a second within"),
	pytest.param(RESOLVED, DURATION, DAY, Choice.CONTINUE, id="exactly the duration"),
	pytest.param(RESOLVED, DURATION, DAY + SECOND, Choice.NEW, id="a second later"),
	pytest.param(RESOLVED_SOMETIME, NONE, SECOND, Choice.NO_TICKET, id="closing time unknown, agents decide"),
	pytest.param(RESOLVED_SOMETIME, ALWAYS, SECOND, Choice.NEW, id="closing time unknown, always"),
	pytest.param(
		RESOLVED_SOMETIME, DURATION, SECOND, Choice.NEW, id="closing time unknown counts as too old"
	),
]


@pytest.mark.parametrize(("ticket", "kind", "after", "expected"), CASES)
def test_choose(ticket, kind, after, expected):
	assert choose(ticket, TicketPolicy(kind, DAY), CLOSED + after) is expected


def test_every_policy_and_ticket_has_a_case():
	covered = {(case.values[0], case.values[1]) for case in CASES}
	assert covered == set(product([NO, OPEN, RESOLVED, RESOLVED_SOMETIME], PolicyKind))
	assert {case.values[3] for case in CASES} == set(Choice)


@pytest.mark.parametrize(
	("minutes", "after", "expected"),
	[
		pytest.param(0, timedelta(0), Choice.CONTINUE, id="zero, same second"),
		pytest.param(0, SECOND, Choice.NEW, id="zero, next second"),
		pytest.param(90, timedelta(minutes=90), Choice.CONTINUE, id="90 minutes, exactly"),
		pytest.param(90, timedelta(minutes=90, seconds=1), Choice.NEW, id="90 minutes and a second"),
	],
)
def test_duration_is_counted_to_the_second(minutes, after, expected):
	assert choose(RESOLVED, TicketPolicy(DURATION, timedelta(minutes=minutes)), CLOSED + after) is expected


def test_default_policy_reopens_within_24_hours():
	assert TicketPolicy() == TicketPolicy(DURATION, DAY)


def test_kind_as_stored_text_is_understood():
	assert TicketPolicy("Always").kind is ALWAYS


@pytest.mark.parametrize(
	("arguments", "problem"),
	[
		pytest.param(("Sometimes",), "Sometimes", id="unknown kind"),
		pytest.param((DURATION, -SECOND), "zero or more", id="negative duration"),
	],
)
def test_impossible_policy_is_refused(arguments, problem):
	with pytest.raises(ValueError, match=problem):
		TicketPolicy(*arguments)


def test_message_without_time_zone_is_refused():
	with pytest.raises(ValueError, match="has no time zone"):
		choose(RESOLVED, TicketPolicy(), datetime(2026, 5, 1))


@pytest.mark.parametrize(
	("merges", "expected"),
	[
		pytest.param({}, "0002", id="not merged"),
		pytest.param({"0002": "0007"}, "0007", id="merged once"),
		pytest.param({"0002": "0007", "0007": "0009"}, "0009", id="merged twice"),
		pytest.param({"0002": ""}, "0002", id="empty field"),
		pytest.param({"0002": "0002"}, "0002", id="merged with itself"),
		pytest.param({"0002": "0007", "0007": "0002"}, "0007", id="circle of two"),
		pytest.param({"0002": "0003", "0003": "0004", "0004": "0003"}, "0004", id="circle further on"),
		pytest.param({"0002": "2"}, "2", id="a name is no number"),
	],
)
def test_follow_merges(merges, expected):
	assert follow_merges("0002", merges.get) == expected
