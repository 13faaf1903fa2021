from datetime import datetime, timedelta, timezone

import pytest

from whatsapp_channel.rules.accounts.channel_status import Trial
from whatsapp_channel.rules.accounts.trial import days_left, ends_soon, state

START = datetime(2026, 10, 3, 14, 30, 15, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
MONTH = timedelta(days=30)

# Since the start, verified, what Meta checks is passed, where the trial stands.
CASES = {
	"first second": (timedelta(0), False, True, Trial.RUNNING),
	"a second before 30 x 24 h": (MONTH - SECOND, False, True, Trial.RUNNING),
	"30 x 24 h: day 31 begins": (MONTH, False, True, Trial.ENDED),
	"a second later": (MONTH + SECOND, False, True, Trial.ENDED),
	"verified in time, review goes on": (timedelta(days=3), True, False, Trial.EXPANDED),
	"verified late, review goes on": (MONTH * 2, True, False, Trial.EXPANDED),
	"verified, all passed": (timedelta(days=3), True, True, Trial.NONE),
}


@pytest.mark.parametrize(("since", "verified", "passed", "expected"), CASES.values(), ids=CASES.keys())
def test_state(since: timedelta, verified: bool, passed: bool, expected: Trial) -> None:
	assert state("Guide", START, START + since, verified=verified, checks_passed=passed) is expected


@pytest.mark.parametrize("policy", ["Off", "Meta's Present Limits"])
@pytest.mark.parametrize("verified", [True, False], ids=["verified", "not verified"])
def test_without_the_policy_there_is_no_trial(policy: str, verified: bool) -> None:
	assert state(policy, START, START + MONTH, verified=verified, checks_passed=False) is Trial.NONE


def test_a_trial_that_has_not_begun() -> None:
	assert state("Guide", None, START, verified=False, checks_passed=True) is Trial.NONE


LEFT = {
	"at the start": (timedelta(0), 30),
	"a second later the begun day counts": (SECOND, 30),
	"after a day": (timedelta(days=1), 29),
	"the last second": (MONTH - SECOND, 1),
	"over": (MONTH, 0),
	"long over": (MONTH * 3, 0),
}


@pytest.mark.parametrize(("since", "days"), LEFT.values(), ids=LEFT.keys())
def test_days_left(since: timedelta, days: int) -> None:
	assert days_left(START, START + since) == days


WEEK = timedelta(days=7)
SOON = {
	"a second before 7 x 24 h": (MONTH - WEEK - SECOND, False),
	"7 x 24 h before the end": (MONTH - WEEK, True),
	"the last second": (MONTH - SECOND, True),
	"at the start": (timedelta(0), False),
}


@pytest.mark.parametrize(("since", "expected"), SOON.values(), ids=SOON.keys())
def test_the_end_is_announced_a_week_before(since: timedelta, expected: bool) -> None:
	assert ends_soon(START, START + since) is expected
