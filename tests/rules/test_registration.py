"""Ten registrations of a number in a rolling 72 hours, and no more (Meta's page on registration)."""

from datetime import datetime, timedelta, timezone

import pytest

from whatsapp_channel.rules.onboarding.registration_rules import (
	Attempt,
	Outcome,
	done_lately,
	is_running,
	possible_at,
	recent,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)


def ago(outcome: Outcome = Outcome.DONE, **time: float) -> Attempt:
	return Attempt(NOW - timedelta(**time), outcome)


def hourly(count: int, *, oldest: float) -> list[Attempt]:
	"""`count` calls, one hour apart, the first of them `oldest` hours ago."""
	return [ago(hours=oldest - index) for index in range(count)]


POSSIBLE = {
	"none_yet": ([], None),
	"nine": (hourly(9, oldest=10), None),
	"ten": (hourly(10, oldest=10), NOW + timedelta(hours=62)),
	"ten_of_which_one_is_exactly_72_hours_old": (hourly(10, oldest=72), None),
	"ten_of_which_one_is_a_second_younger": (
		[ago(hours=72, seconds=-1), *hourly(9, oldest=10)],
		NOW + timedelta(seconds=1),
	),
	"eleven": (hourly(11, oldest=11), NOW + timedelta(hours=62)),
	"in_any_order": (hourly(10, oldest=10)[::-1], NOW + timedelta(hours=62)),
	"refused_ones_count": (
		[ago(Outcome.REFUSED, hours=each) for each in range(1, 11)],
		NOW + timedelta(hours=62),
	),
	"blocked_by_meta": ([ago(Outcome.BLOCKED, hours=1)], NOW + timedelta(hours=71)),
	"blocked_by_meta_72_hours_ago": ([ago(Outcome.BLOCKED, hours=72)], None),
	"blocked_by_meta_and_ten": (
		[*hourly(10, oldest=20), ago(Outcome.BLOCKED, hours=1)],
		NOW + timedelta(hours=71),
	),
}


@pytest.mark.parametrize(("attempts", "at"), POSSIBLE.values(), ids=POSSIBLE)
def test_when_another_is_possible(attempts: list[Attempt], at: datetime | None) -> None:
	assert possible_at(attempts, NOW) == at
	if at:
		assert possible_at(attempts, at - timedelta(seconds=1))
		assert possible_at(attempts, at) is None


RUNNING = {
	"nothing": ([], False),
	"just_begun": ([ago(Outcome.RUNNING, seconds=0)], True),
	"59_seconds": ([ago(Outcome.RUNNING, seconds=59)], True),
	"60_seconds_so_its_process_died": ([ago(Outcome.RUNNING, seconds=60)], False),
	"done": ([ago(Outcome.DONE, seconds=1)], False),
}


@pytest.mark.parametrize(("attempts", "expected"), RUNNING.values(), ids=RUNNING)
def test_whether_somebody_registers_it_now(attempts: list[Attempt], expected: bool) -> None:
	assert is_running(attempts, NOW) is expected


def test_only_what_counts_is_kept() -> None:
	old, young = ago(hours=72), ago(hours=71)
	assert recent([young, old], NOW) == (young,)


@pytest.mark.parametrize("outcome", Outcome)
def test_an_attempt_survives_its_json(outcome: Outcome) -> None:
	attempt = ago(outcome, hours=1)
	assert Attempt.from_dict(attempt.as_dict()) == attempt


LATELY = {
	"done_now": ([ago(seconds=0)], True),
	"done_59_seconds_ago": ([ago(seconds=59)], True),
	"done_60_seconds_ago": ([ago(seconds=60)], False),
	"refused_now": ([ago(Outcome.REFUSED, seconds=0)], False),
}


@pytest.mark.parametrize(("attempts", "expected"), LATELY.values(), ids=LATELY)
def test_whether_somebody_was_faster(attempts: list[Attempt], expected: bool) -> None:
	assert done_lately(attempts, NOW) is expected
