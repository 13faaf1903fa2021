from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from whatsapp_channel.rules.messaging import window

T = datetime(2026, 3, 28, 12, 0, 0, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
DAY = timedelta(hours=24)


@pytest.mark.parametrize(
	("ends", "now", "expected"),
	[
		pytest.param(None, T, False, id="customer never wrote"),
		pytest.param(T + DAY, T, True, id="at the message itself"),
		pytest.param(T + DAY, T + DAY - SECOND, True, id="last second"),
		pytest.param(T + DAY, T + DAY - timedelta(microseconds=1), True, id="last microsecond"),
		pytest.param(T + DAY, T + DAY, False, id="exactly 24 h"),
		pytest.param(T + DAY, T + DAY + SECOND, False, id="one second late"),
		pytest.param(T + DAY, T - DAY, True, id="clock behind Meta's"),
	],
)
def test_window_is_open_until_just_before_its_end(ends, now, expected):
	assert window.is_open(ends, now) is expected


@pytest.mark.parametrize(
	("last_inbound", "expected"),
	[
		pytest.param(T, datetime(2026, 3, 29, 12, tzinfo=timezone.utc), id="UTC"),
		pytest.param(
			datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin")),
			datetime(2026, 3, 29, 11, tzinfo=timezone.utc),
			id="over the change to summer time it is 24 real hours",
		),
		pytest.param(
			datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("Europe/Berlin")),
			datetime(2026, 10, 25, 10, tzinfo=timezone.utc),
			id="over the change to winter time it is 24 real hours",
		),
	],
)
def test_window_ends_24_hours_after_the_message(last_inbound, expected):
	ends = window.ends(last_inbound)
	assert ends == expected
	assert ends.tzinfo is timezone.utc


@pytest.mark.parametrize(
	("a", "b", "expected"),
	[
		pytest.param(None, None, None, id="nothing known"),
		pytest.param(T, None, T, id="own count only"),
		pytest.param(None, T, T, id="Meta's report only"),
		pytest.param(T, T + DAY, T + DAY, id="Meta reports a longer one"),
		pytest.param(T + DAY, T, T + DAY, id="an older report changes nothing"),
	],
)
def test_later_end_wins(a, b, expected):
	assert window.later(a, b) == expected


NAIVE = datetime(2026, 3, 28, 12)


@pytest.mark.parametrize(
	"call",
	[
		pytest.param(lambda: window.ends(NAIVE), id="ends"),
		pytest.param(lambda: window.is_open(T, NAIVE), id="is_open now"),
		pytest.param(lambda: window.is_open(NAIVE, T), id="is_open ends"),
		pytest.param(lambda: window.later(NAIVE, None), id="later"),
	],
)
def test_moment_without_time_zone_is_refused(call):
	with pytest.raises(ValueError, match="has no time zone"):
		call()
