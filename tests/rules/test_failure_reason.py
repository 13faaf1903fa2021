"""Which of several reports about one failure tells agents more."""

from datetime import datetime, timedelta, timezone

import pytest

from whatsapp_channel.cloud_api.content import ErrorObject
from whatsapp_channel.cloud_api.errors import rule_for
from whatsapp_channel.rules.messaging.failure_reason import Reason, reason_of, stored_reason, together

NOW = datetime(2026, 11, 29, 12, tzinfo=timezone.utc)
BEFORE, AFTER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)


def error(code: int | None = None, title: str | None = None, details: str | None = None) -> ErrorObject:
	return ErrorObject(code, title, None, details)


ERRORS = {
	"none": ((), None, None),
	"an empty one": ((error(),), None, None),
	"a code alone": ((error(131026),), 131026, "131026"),
	"words alone": ((error(title="Odd"),), None, "Odd"),
	"an unknown code": ((error(139999, "New", "Why"),), 139999, "New: Why (code 139999)"),
	"the same words twice": ((error(139999, "New", "New"),), 139999, "New (code 139999)"),
	"several, the second known": (
		(error(139999, "New"), error(131047, "Re-engagement")),
		131047,
		"New (code 139999)\nRe-engagement (code 131047)",
	),
	"several known: the first": (
		(error(131026, "a"), error(131047, "b")),
		131026,
		"a (code 131026)\nb (code 131047)",
	),
	"lines in words become one": ((error(139999, "a\nb"),), 139999, "a b (code 139999)"),
}


@pytest.mark.parametrize(("errors", "code", "words"), ERRORS.values(), ids=ERRORS)
def test_a_report(errors: tuple, code: int | None, words: str | None) -> None:
	reason = reason_of(errors)
	assert (reason.code, reason.words) == (code, words)
	if code:
		assert reason.text == rule_for(code).for_agent
	elif not words:
		assert "gave no reason" in str(reason.text)


NOTHING, ODD = (), (error(title="Odd"),)
NEW, NEWER = (error(139999, "New"),), (error(139998, "Newer"),)
GONE, LATE = (error(131026, "Undeliverable"),), (error(131047, "Re-engagement"),)
# The report that is known, a further one, when that happened, and the code that stays.
PAIRS = {
	"none, then one": (NOTHING, LATE, NOW, 131047),
	"none, then one of before": (NOTHING, LATE, BEFORE, 131047),
	"one, then none": (LATE, NOTHING, AFTER, 131047),
	"words, then a code": (ODD, GONE, BEFORE, 131026),
	"an unknown code, then a known one": (NEW, GONE, BEFORE, 131026),
	"a known code, then an unknown one": (GONE, NEW, AFTER, 131026),
	"two known codes": (GONE, LATE, AFTER, 131047),
	"two known codes in one second": (GONE, LATE, NOW, 131047),
	"two known codes, the second of before": (GONE, LATE, BEFORE, 131026),
	"two unknown codes": (NEW, NEWER, AFTER, 139998),
	"the same again": (GONE, GONE, AFTER, 131026),
	"none, then none": (NOTHING, NOTHING, AFTER, None),
}


@pytest.mark.parametrize(("first", "second", "at", "code"), PAIRS.values(), ids=PAIRS)
def test_two_reports(first: tuple, second: tuple, at: datetime, code: int | None) -> None:
	known, new = reason_of(first), reason_of(second)
	after = together(stored_reason(known.code, known.words), NOW, new, at)
	assert after.code == code
	assert after.said == tuple(dict.fromkeys((*known.said, *new.said)))


def test_reports_that_are_repeated_change_nothing_more() -> None:
	known, at = Reason(), NOW
	for errors in (GONE, LATE, GONE, LATE, GONE):
		known = together(known, at, reason_of(errors), NOW)
	assert known.code == 131047
	assert known.said == ("Undeliverable (code 131026)", "Re-engagement (code 131047)")
