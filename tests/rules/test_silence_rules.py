"""When Meta counts as silent, and how the pauses grow."""

from datetime import timedelta

import pytest

from whatsapp_channel.rules.accounts.silence_rules import is_silent, pause


@pytest.mark.parametrize(("timeouts", "silent"), [(0, False), (1, False), (2, False), (3, True), (100, True)])
def test_three_time_outs_in_a_row(timeouts: int, silent: bool) -> None:
	assert is_silent(timeouts) is silent


@pytest.mark.parametrize(
	("silent_for", "seconds"),
	[(-5, 30), (0, 30), (29, 30), (45, 45), (300, 300), (600, 600), (601, 600), (86400, 600)],
)
def test_pauses(silent_for: float, seconds: int) -> None:
	assert pause(timedelta(seconds=silent_for)) == timedelta(seconds=seconds)


def test_tries_of_an_hour() -> None:
	passed, tries = timedelta(), 0
	while passed < timedelta(hours=1):
		passed += pause(passed)
		tries += 1
	assert tries == 11
