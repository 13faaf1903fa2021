"""Every event of Meta's reference about accounts and numbers, one row per event and payload."""

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.rules.events import AT, say, shown
from whatsapp_channel.rules.accounts.account_events import changes
from whatsapp_channel.rules.accounts.event_changes import Alert, Changes, OnlyKept
from whatsapp_channel.rules.accounts.restriction_rules import BAN, RESTRICTION, VIOLATION, Restriction

PAYLOADS = Path(__file__).parents[1] / "payloads" / "webhooks"
INFO = {"waba_id": "980198427658004", "owner_business_id": "2329417887457253"}


def alert(**more: Any) -> dict[str, Any]:
	info = {
		"alert_severity": "CRITICAL",
		"alert_status": "ACTIVE",
		"alert_type": "A",
		"alert_description": "B.",
	}
	return {"entity_type": "WABA", "entity_id": "1", "alert_info": {**info, **more}}


def certified(status: str) -> dict[str, Any]:
	return {
		"event": "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
		"partner_client_certification_info": {"client_business_id": "1", "status": status},
	}


def restriction(*kinds: str, **more: Any) -> dict[str, Any]:
	return {
		"event": "ACCOUNT_RESTRICTION",
		"restriction_info": [{"restriction_type": each, **more} for each in kinds],
	}


def banned(state: str) -> dict[str, Any]:
	return {
		"event": "DISABLED_UPDATE",
		"ban_info": {"waba_ban_state": state, "waba_ban_date": "April 17, 2027"},
	}


MARK = {"alert": "Meta's alert A: B.", "alert_severity": "CRITICAL", "alert_kind": "A", "alert_since": AT}
NO_MARK = {"alert": None, "alert_severity": None, "alert_kind": None, "alert_since": None}
UNTIL = datetime.fromtimestamp(1791025200, timezone.utc)
VERIFIED = {"account": {"business_verification": "verified"}}

# Field, value, topic, what changes, part of the line for the timeline.
EVENTS: dict[str, tuple[str, dict[str, Any], str, dict[str, Any], str]] = {
	"account deleted": (
		"account_update",
		{"event": "ACCOUNT_DELETED"},
		"access",
		{"ends": "ACCOUNT_DELETED"},
		"was deleted",
	),
	"account offboarded": (
		"account_update",
		{"event": "ACCOUNT_OFFBOARDED"},
		"access",
		{"ends": "ACCOUNT_OFFBOARDED"},
		"off the platform",
	),
	"account reconnected": (
		"account_update",
		{"event": "ACCOUNT_RECONNECTED"},
		"access",
		{"restores": True},
		"connected again",
	),
	"partner removed, with a number": (
		"account_update",
		{"event": "PARTNER_REMOVED", "phone_number": "15550783881"},
		"access",
		{"ends": "PARTNER_REMOVED"},
		"no longer shares",
	),
	"partner removed, with the account": (
		"account_update",
		{"event": "PARTNER_REMOVED", "waba_info": INFO},
		"access",
		{"ends": "PARTNER_REMOVED", "about": INFO["waba_id"]},
		"no longer shares",
	),
	**{
		f"partner removed, {reason.lower()}": (
			"account_update",
			{"event": "PARTNER_REMOVED", "disconnection_info": {"reason": reason, "initiated_by": "SYSTEM"}},
			"access",
			{"ends": "PARTNER_REMOVED"},
			words,
		)
		for reason, words in {
			"ACCOUNT_DISCONNECTED": "disconnected in the WhatsApp Business app",
			"BUSINESS_DOWNGRADE": "changed to one without",
			"CHANGE_NUMBER": "number was changed",
			"COMPANION_INACTIVITY": "linked device",
			"PRIMARY_INACTIVITY": "two weeks",
			"USER_RE_REGISTERED": "registered anew",
			"A_REASON_OF_TOMORROW": "no longer shares",
		}.items()
	},
	"partner added": (
		"account_update",
		{"event": "PARTNER_ADDED", "waba_info": INFO},
		"access",
		{"restores": True, "about": INFO["waba_id"], "account": {"business_id": INFO["owner_business_id"]}},
		"shares its",
	),
	"app installed": (
		"account_update",
		{"event": "PARTNER_APP_INSTALLED", "waba_info": {**INFO, "partner_app_id": "77"}},
		"access",
		{
			"restores": True,
			"about": INFO["waba_id"],
			"app": "77",
			"account": {"business_id": INFO["owner_business_id"]},
		},
		"given the Meta app",
	),
	"app uninstalled": (
		"account_update",
		{"event": "PARTNER_APP_UNINSTALLED", "waba_info": {**INFO, "partner_app_id": "77"}},
		"access",
		{"ends": "PARTNER_APP_UNINSTALLED", "about": INFO["waba_id"], "app": "77"},
		"withdrawn",
	),
	"verified account": (
		"account_update",
		{"event": "VERIFIED_ACCOUNT", "phone_number": "15550783881"},
		"verification",
		VERIFIED,
		"has verified",
	),
	**{
		f"certification {status.lower()}": (
			"account_update",
			certified(status),
			"verification",
			{"account": {"business_verification": verification}},
			status,
		)
		for status, verification in {
			"APPROVED": "verified",
			"PENDING": "pending",
			"FAILED": "failed",
			"REVOKED": "revoked",
		}.items()
	},
	"violation": (
		"account_update",
		{"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}},
		"violation",
		{"restrictions": (Restriction("ACCOUNT_VIOLATION", VIOLATION, detail="ADULT"),)},
		"violates its policy. (ADULT)",
	),
	"violation without a type": (
		"account_update",
		{"event": "ACCOUNT_VIOLATION"},
		"violation",
		{"restrictions": (Restriction("ACCOUNT_VIOLATION", VIOLATION, detail="?"),)},
		"violates",
	),
	**{
		f"restricted: {kind}": (
			"account_update",
			restriction(kind, expiration=1791025200),
			"restriction",
			{"restrictions": (Restriction(kind, RESTRICTION, UNTIL),)},
			"Until 03.10.2026",
		)
		for kind in (
			"RESTRICTED_ADD_PHONE_NUMBER_ACTION",
			"RESTRICTED_BIZ_INITIATED_MESSAGING",
			"RESTRICTED_CUSTOMER_INITIATED_MESSAGING",
			"RESTRICTED_UTILITY_TEMPLATES",
			"RESTRICTED_BIZ_INITIATED_CALLING",
			"RESTRICTED_OF_TOMORROW",
		)
	},
	"two restrictions without an end": (
		"account_update",
		restriction("RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"),
		"restriction",
		{
			"restrictions": (
				Restriction("RESTRICTED_BIZ_INITIATED_MESSAGING"),
				Restriction("RESTRICTED_CUSTOMER_INITIATED_MESSAGING"),
			)
		},
		"go out. Meta does not let this account answer",
	),
	"restriction with an impossible end": (
		"account_update",
		restriction("RESTRICTED_BIZ_INITIATED_MESSAGING", expiration="soon"),
		"restriction",
		{"restrictions": (Restriction("RESTRICTED_BIZ_INITIATED_MESSAGING"),)},
		"begin conversations",
	),
	"restriction lifted": (
		"account_update",
		{"event": "ACCOUNT_RESTRICTION", "restriction_info": []},
		"restriction",
		{"restrictions": ()},
		"lifted",
	),
	"disabling scheduled": (
		"account_update",
		banned("SCHEDULE_FOR_DISABLE"),
		"ban",
		{"restrictions": (Restriction("SCHEDULE_FOR_DISABLE", BAN, detail="April 17, 2027"),)},
		"going to disable this account. (April 17, 2027)",
	),
	"disabled": (
		"account_update",
		banned("DISABLE"),
		"ban",
		{"restrictions": (Restriction("DISABLE", BAN, detail="April 17, 2027"),)},
		"has disabled",
	),
	"reinstated": ("account_update", banned("REINSTATE"), "ban", {"restrictions": ()}, "enabled the account"),
	**{
		f"review {decision.lower()}": (
			"account_review_update",
			{"decision": decision},
			"review",
			{"account": {"account_review": decision}},
			decision,
		)
		for decision in ("APPROVED", "REJECTED", "PENDING", "DEFERRED")
	},
	"critical alert": ("account_alerts", alert(), "alert A", {"account": MARK}, "Meta's alert A: B."),
	"warning": (
		"account_alerts",
		alert(alert_severity="WARNING"),
		"alert A",
		{"account": {**MARK, "alert_severity": "WARNING"}},
		"Meta's alert A: B.",
	),
	"informational alert": (
		"account_alerts",
		alert(alert_severity="INFORMATIONAL", alert_type="OBA_APPROVED"),
		"alert OBA_APPROVED",
		{"only told": True},
		"OBA_APPROVED: B.",
	),
	"alert over": (
		"account_alerts",
		alert(alert_status="NONE"),
		"alert A",
		{"account": NO_MARK},
		"A is over",
	),
	"limits as numbers": (
		"business_capability_update",
		{"max_daily_conversations_per_business": 2000, "max_phone_numbers_per_waba": 25},
		"limits",
		{"account": {"messaging_limit": "2000", "max_numbers": 25}},
		"2000 customers a day, 25 numbers",
	),
	"limits as tiers": (
		"business_capability_update",
		{"max_daily_conversations_per_business": "TIER_UNLIMITED", "max_phone_numbers_per_business": 2},
		"limits",
		{"account": {"messaging_limit": "TIER_UNLIMITED", "max_numbers": 2}},
		"TIER_UNLIMITED",
	),
	"limits of an older version": (
		"business_capability_update",
		{"max_daily_conversation_per_phone": -1},
		"limits",
		{"account": {"messaging_limit": "TIER_UNLIMITED"}},
		"? numbers",
	),
}


@pytest.mark.parametrize(("field", "value", "topic", "expected", "note"), EVENTS.values(), ids=EVENTS.keys())
def test_changes(field: str, value: dict[str, Any], topic: str, expected: dict[str, Any], note: str) -> None:
	found = changes(field, value, AT)
	assert isinstance(found, Changes)
	assert (found.topic, shown(found)) == (topic, expected)
	assert note in say(found.note)
	assert say(found.ends_access) == (say(found.note) if found.event else None)
	assert not found.of_number


ONLY_KEPT = [
	"AD_ACCOUNT_LINKED",
	"AUTH_INTL_PRICE_ELIGIBILITY_UPDATE",
	"BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE",
	"MM_LITE_TERMS_SIGNED",
	"VOLUME_BASED_PRICING_TIER_UPDATE",
]


@pytest.mark.parametrize("event", ONLY_KEPT)
def test_known_events_that_change_nothing(event: str) -> None:
	found = changes("account_update", {"event": event}, AT)
	assert isinstance(found, OnlyKept)
	assert say(found.why).endswith(".")


@pytest.mark.parametrize("status", ["DISCARDED", "", None], ids=["discarded", "empty", "missing"])
def test_a_certification_without_a_decision_changes_nothing(status: str | None) -> None:
	assert isinstance(changes("account_update", certified(status or ""), AT), OnlyKept)


UNKNOWN: dict[str, tuple[str, dict[str, Any]]] = {
	"another field": ("whatsapp_account", {"event": "ACCOUNT_DELETED"}),
	"a template's field": ("message_template_status_update", {"event": "APPROVED"}),
	"an event of tomorrow": ("account_update", {"event": "ACCOUNT_PAINTED"}),
	"no event": ("account_update", {}),
	"an event that is no text": ("account_update", {"event": ["ACCOUNT_DELETED"]}),
	"a ban that nobody knows": ("account_update", banned("MAYBE")),
	"a review without a decision": ("account_review_update", {}),
	"an alert without a type": ("account_alerts", {"alert_info": {}}),
	"an alert that is no object": ("account_alerts", {"alert_info": "A"}),
	"no limits": ("business_capability_update", {"max_phone_numbers_per_waba": "many"}),
}


@pytest.mark.parametrize(("field", "value"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_is_unknown_changes_nothing(field: str, value: dict[str, Any]) -> None:
	assert changes(field, value, AT) is None


REFERENCE = {
	"ACCOUNT_DELETED",
	"ACCOUNT_RESTRICTION",
	"ACCOUNT_VIOLATION",
	"AD_ACCOUNT_LINKED",
	"AUTH_INTL_PRICE_ELIGIBILITY_UPDATE",
	"BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE",
	"DISABLED_UPDATE",
	"MM_LITE_TERMS_SIGNED",
	"PARTNER_ADDED",
	"PARTNER_APP_INSTALLED",
	"PARTNER_APP_UNINSTALLED",
	"PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
	"PARTNER_REMOVED",
	"VOLUME_BASED_PRICING_TIER_UPDATE",
	"ACCOUNT_OFFBOARDED",
	"ACCOUNT_RECONNECTED",
	"VERIFIED_ACCOUNT",
}


def test_every_event_of_the_reference_has_a_row() -> None:
	rows = {value["event"] for field, value, *_ in EVENTS.values() if field == "account_update"}
	assert rows | set(ONLY_KEPT) == REFERENCE


STORED = sorted(
	path
	for path in PAYLOADS.glob("other_*.json")
	if not path.stem.startswith(("other_template", "other_app_state", "other_field_of"))
)


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_the_stored_payloads_are_known(path: Path) -> None:
	for entry in json.loads(path.read_text())["entry"]:
		for change in entry["changes"]:
			assert changes(change["field"], change["value"], AT)


# Kind and severity of the alert (None: it is over), those of the mark that stands, whether the mark changes.
ALERTS = {
	"no mark": ("A", "WARNING", "", "", True),
	"over, no mark": ("A", None, "", "", True),
	"the same": ("A", "CRITICAL", "A", "CRITICAL", True),
	"the same, less severe": ("A", "WARNING", "A", "CRITICAL", True),
	"the same is over": ("A", None, "A", "CRITICAL", True),
	"another is over": ("B", None, "A", "CRITICAL", False),
	"another, more severe": ("B", "CRITICAL", "A", "WARNING", True),
	"another, as severe": ("B", "CRITICAL", "A", "CRITICAL", True),
	"another, less severe": ("B", "WARNING", "A", "CRITICAL", False),
	"a mark of which the kind is unknown": ("B", None, "", "CRITICAL", True),
}


@pytest.mark.parametrize(
	("kind", "severity", "marked", "as_severe", "expected"), ALERTS.values(), ids=ALERTS.keys()
)
def test_whose_mark_an_alert_changes(
	kind: str, severity: str | None, marked: str, as_severe: str, expected: bool
) -> None:
	assert Alert(kind, severity).may_change(marked, as_severe) is expected
