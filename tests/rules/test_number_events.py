"""Every event of Meta's reference about numbers, one row per event and payload."""

from typing import Any

import pytest

from tests.rules.events import AT, say, shown
from whatsapp_channel.rules.accounts.account_events import changes
from whatsapp_channel.rules.accounts.event_changes import Changes
from whatsapp_channel.rules.accounts.number_events import name_rejection

NUMBER = {"display_phone_number": "15550783881"}
FLAGGED = {"quality_rating": "RED", "meta_status": "FLAGGED"}
UNFLAGGED = {"quality_rating": "UNKNOWN", "meta_status": "CONNECTED"}
DIGITS = {"digits": "15550783881"}
NAMED = {"requested_name": "Lucky Shrub", "name_rejection": None}


def name(decision: str, **more: Any) -> dict[str, Any]:
	return {**NUMBER, "decision": decision, "requested_verified_name": "Lucky Shrub", **more}


def quality(event: str, **more: Any) -> dict[str, Any]:
	return {**NUMBER, "event": event, **more}


# Field, value, topic, what changes, part of the line for the timeline.
EVENTS: dict[str, tuple[str, dict[str, Any], str, dict[str, Any], str]] = {
	"number flagged": (
		"phone_number_quality_update",
		quality("FLAGGED", current_limit="TIER_1K"),
		"quality",
		{"number": {**FLAGGED, "messaging_limit": "TIER_1K"}, **DIGITS},
		"FLAGGED, limit TIER_1K",
	),
	"number unflagged": (
		"phone_number_quality_update",
		quality("UNFLAGGED"),
		"quality",
		{"number": UNFLAGGED, **DIGITS},
		"UNFLAGGED",
	),
	**{
		f"number {event.lower()}": (
			"phone_number_quality_update",
			quality(event, current_limit="TIER_10K", old_limit="TIER_1K"),
			"number limit",
			{"number": {"messaging_limit": "TIER_10K"}, **DIGITS},
			f"{event}, limit TIER_10K",
		)
		for event in ("UPGRADE", "DOWNGRADE", "ONBOARDING", "THROUGHPUT_UPGRADE")
	},
	"number onboarded without a limit": (
		"phone_number_quality_update",
		quality("ONBOARDING", current_limit="TIER_NOT_SET"),
		"number limit",
		{"only told": True, **DIGITS},
		"ONBOARDING",
	),
	"limit in the newer field": (
		"phone_number_quality_update",
		quality("UPGRADE", max_daily_conversations_per_business="TIER_2K"),
		"number limit",
		{"number": {"messaging_limit": "TIER_2K"}, **DIGITS},
		"TIER_2K",
	),
	"a number with spaces": (
		"phone_number_quality_update",
		{"display_phone_number": "+1 555-078-3881", "event": "FLAGGED"},
		"quality",
		{"number": FLAGGED, **DIGITS},
		"FLAGGED",
	),
	"a number as a number": (
		"phone_number_quality_update",
		{"display_phone_number": 15550783881, "event": "FLAGGED"},
		"quality",
		{"number": FLAGGED, **DIGITS},
		"FLAGGED",
	),
	"name approved": (
		"phone_number_name_update",
		name("APPROVED", rejection_reason=None),
		"name",
		{
			"number": {
				"name_status": "APPROVED",
				"verified_name": "Lucky Shrub",
				"requested_name": None,
				"name_rejection": None,
			},
			**DIGITS,
		},
		'"Lucky Shrub": APPROVED',
	),
	"name approved without the name": (
		"phone_number_name_update",
		{**NUMBER, "decision": "APPROVED"},
		"name",
		{"number": {"name_status": "APPROVED", "requested_name": None, "name_rejection": None}, **DIGITS},
		"APPROVED",
	),
	**{
		f"name {decision.lower()}": (
			"phone_number_name_update",
			name(decision),
			"name",
			{"number": {"name_status": "PENDING_REVIEW", **NAMED}, **DIGITS},
			decision,
		)
		for decision in ("PENDING", "DEFERRED")
	},
	**{
		f"name rejected, {reason}": (
			"phone_number_name_update",
			name("REJECTED", rejection_reason=reason),
			"name",
			{"number": {"name_status": "DECLINED", **NAMED, "name_rejection": words}, **DIGITS},
			f"REJECTED. {words}",
		)
		for reason, words in {
			"NAME_EMPLOYEE_ISSUE": "It is the name of a person who works for the business.",
			"NAME_ENDCLIENT_NOTRELATED": "It has nothing to do with the business.",
			"NAME_FORMAT_UNACCEPTABLE": "Its form is not allowed.",
			"NAME_INDIVIDUAL_ISSUE": "It is the name of an individual.",
			"NAME_NOT_CONSISTENT": "It does not fit what the business is called elsewhere.",
			"UNKNOWN": "Meta gives no reason.",
			None: "Meta gives no reason.",
			"A_REASON_OF_TOMORROW": "A_REASON_OF_TOMORROW",
		}.items()
	},
	**{
		f"security: {event}": (
			"security",
			{**NUMBER, "event": event, "requester": "61555822107539"},
			"security",
			{"only told": True, **DIGITS},
			words,
		)
		for event, words in {
			"PIN_CHANGED": "was changed",
			"PIN_RESET_REQUEST": "has asked",
			"PIN_REQUEST_SUCCESS": "was switched off",
		}.items()
	},
}


@pytest.mark.parametrize(("field", "value", "topic", "expected", "note"), EVENTS.values(), ids=EVENTS.keys())
def test_changes(field: str, value: dict[str, Any], topic: str, expected: dict[str, Any], note: str) -> None:
	found = changes(field, value, AT)
	assert isinstance(found, Changes)
	assert (found.topic, shown(found)) == (topic, expected)
	assert note in say(found.note)
	assert found.of_number


UNKNOWN: dict[str, tuple[str, dict[str, Any]]] = {
	"a quality event of tomorrow": ("phone_number_quality_update", quality("PAINTED")),
	"a name decision of tomorrow": ("phone_number_name_update", name("MAYBE")),
	"a security event of tomorrow": ("security", {**NUMBER, "event": "PIN_PAINTED"}),
}


@pytest.mark.parametrize(("field", "value"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_is_unknown_changes_nothing(field: str, value: dict[str, Any]) -> None:
	assert changes(field, value, AT) is None


def test_reasons_of_a_rejected_name_in_small_letters() -> None:
	assert say(name_rejection("name_format_unacceptable")) == "Its form is not allowed."
