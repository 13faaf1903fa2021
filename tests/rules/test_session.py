from datetime import datetime, timedelta, timezone

import pytest

from whatsapp_channel.rules.messaging.session_rules import SESSION, Direction, SessionKind, kind_to_open

T = datetime(2026, 5, 1, 9, 0, 0, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
OPEN_UNTIL = T + SESSION
IN, OUT = Direction.INCOMING, Direction.OUTGOING

CASES = [
	# direction, open_until, at, window_open, expected
	pytest.param(IN, None, T, False, SessionKind.CUSTOMER, id="first message is the customer's"),
	pytest.param(OUT, None, T, False, SessionKind.BUSINESS, id="first message is ours"),
	pytest.param(OUT, None, T, True, SessionKind.CONTINUATION, id="ours in an open window without a session"),
	pytest.param(
		IN, None, T, True, SessionKind.CUSTOMER, id="customer's in an open window without a session"
	),
	pytest.param(IN, OPEN_UNTIL, T, True, None, id="customer's at the start of the session"),
	pytest.param(OUT, OPEN_UNTIL, T + SECOND, True, None, id="ours in the open session"),
	pytest.param(IN, OPEN_UNTIL, OPEN_UNTIL - SECOND, True, None, id="last second"),
	pytest.param(IN, OPEN_UNTIL, OPEN_UNTIL, True, SessionKind.CUSTOMER, id="customer's at exactly 24 h"),
	pytest.param(OUT, OPEN_UNTIL, OPEN_UNTIL, True, SessionKind.CONTINUATION, id="ours at 24 h, window open"),
	pytest.param(OUT, OPEN_UNTIL, OPEN_UNTIL, False, SessionKind.BUSINESS, id="ours at 24 h, window shut"),
	pytest.param(IN, OPEN_UNTIL, T - SECOND, True, None, id="late message from a second before joins"),
	pytest.param(
		IN, OPEN_UNTIL, T - SESSION + SECOND, True, None, id="own session would overlap by a second"
	),
	pytest.param(IN, OPEN_UNTIL, T - SESSION, True, SessionKind.CUSTOMER, id="own session would end before"),
]


@pytest.mark.parametrize(("direction", "open_until", "at", "window_open", "expected"), CASES)
def test_kind_to_open(direction, open_until, at, window_open, expected):
	assert kind_to_open(direction, open_until, at, window_open) is expected


def test_every_kind_and_direction_has_a_case():
	assert {case.values[4] for case in CASES} == {*SessionKind, None}
	assert {case.values[0] for case in CASES} == set(Direction)


def test_direction_as_stored_text_is_understood():
	assert kind_to_open("Outgoing", None, T, False) is SessionKind.BUSINESS


@pytest.mark.parametrize(
	("arguments", "problem"),
	[
		pytest.param((IN, OPEN_UNTIL, datetime(2026, 5, 1), False), "has no time zone", id="naive moment"),
		pytest.param(("Sideways", None, T, False), "Sideways", id="unknown direction"),
	],
)
def test_bad_arguments_are_refused(arguments, problem):
	with pytest.raises(ValueError, match=problem):
		kind_to_open(*arguments)
