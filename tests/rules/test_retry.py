from datetime import datetime, timedelta, timezone

import pytest

from whatsapp_channel.cloud_api.errors import Retry
from whatsapp_channel.rules.messaging.retry import MOST_ATTEMPTS, next_attempt

NOW = datetime(2026, 5, 1, 9, 0, 0, tzinfo=timezone.utc)

CASES = [
	# retry, attempts made, seconds the error asks for, seconds expected
	pytest.param(Retry.NEVER, 1, None, None, id="never"),
	pytest.param(Retry.NEVER, 1, 60, None, id="never, whatever it asks for"),
	pytest.param(Retry.FEW, 1, None, 5, id="few, after the first"),
	pytest.param(Retry.FEW, 2, None, 30, id="few, after the second"),
	pytest.param(Retry.FEW, 3, None, None, id="few are used up"),
	pytest.param(Retry.FEW, 1, 10, 10, id="few, asked for ten seconds"),
	pytest.param(Retry.BACKOFF, 1, None, 4, id="backoff 1"),
	pytest.param(Retry.BACKOFF, 2, None, 16, id="backoff 2"),
	pytest.param(Retry.BACKOFF, 3, None, 64, id="backoff 3"),
	pytest.param(Retry.BACKOFF, 5, None, 1024, id="backoff 5"),
	pytest.param(Retry.BACKOFF, 6, None, 3600, id="backoff 6, capped at an hour"),
	pytest.param(Retry.BACKOFF, 9, None, 3600, id="backoff 9, the last"),
	pytest.param(Retry.BACKOFF, 10, None, None, id="backoff is used up"),
	pytest.param(Retry.BACKOFF, 1, 60, 60, id="backoff, asked for a minute first"),
	pytest.param(Retry.BACKOFF, 2, 60, 240, id="backoff, a minute grows"),
	pytest.param(Retry.BACKOFF, 1, 7200, 7200, id="backoff, asked for more than the cap"),
	pytest.param(Retry.WAIT, 1, 300, 300, id="wait 5 minutes"),
	pytest.param(Retry.WAIT, 1, 72 * 3600, 72 * 3600, id="wait 72 hours"),
	pytest.param(Retry.WAIT, 3, 300, 300, id="waiting does not grow"),
	pytest.param(Retry.WAIT, 1, None, 3600, id="wait, no time named"),
	pytest.param(Retry.WAIT, 1, 0, 3600, id="wait, zero is no time"),
	pytest.param(Retry.WAIT, 4, 300, None, id="waiting is used up"),
]


@pytest.mark.parametrize(("retry", "attempts", "asked", "expected"), CASES)
def test_next_attempt(retry, attempts, asked, expected):
	due = None if expected is None else NOW + timedelta(seconds=expected)
	assert next_attempt(retry, attempts, asked, NOW) == due


def test_every_sort_of_retry_ends_and_has_a_case():
	assert {case.values[0] for case in CASES} == set(Retry) == set(MOST_ATTEMPTS)
	assert {case.values[0] for case in CASES if case.values[3] is None} == set(Retry)


def test_backoff_ends_within_the_24_hour_window():
	pauses = [next_attempt(Retry.BACKOFF, made, None, NOW) - NOW for made in range(1, 10)]
	assert timedelta(hours=4) < sum(pauses, timedelta(0)) < timedelta(hours=24)


@pytest.mark.parametrize(
	("arguments", "problem"),
	[
		pytest.param((Retry.FEW, 0, None, NOW), "0 attempts", id="no attempt made yet"),
		pytest.param((Retry.FEW, 1, -1, NOW), "in the past", id="negative delay"),
		pytest.param((Retry.FEW, 1, None, datetime(2026, 5, 1)), "has no time zone", id="naive moment"),
	],
)
def test_bad_arguments_are_refused(arguments, problem):
	with pytest.raises(ValueError, match=problem):
		next_attempt(*arguments)
