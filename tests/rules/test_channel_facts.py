"""From Meta's words to the status: one row per word that Meta documents."""

from dataclasses import fields
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from whatsapp_channel.rules.accounts import channel_facts
from whatsapp_channel.rules.accounts.account_issues import Attention
from whatsapp_channel.rules.accounts.channel_facts import AccountState, NumberState, Site
from whatsapp_channel.rules.accounts.channel_status import ChannelStatus, Review, derive
from whatsapp_channel.rules.accounts.restriction_rules import BAN, VIOLATION, Restriction
from whatsapp_channel.sentences import Sentence

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def say(sentence: Sentence) -> str:
	return sentence.say(lambda text: text, lambda moment: f"{moment:%d.%m.%Y}")


def site(**more: Any) -> Site:
	return Site(**{"receives": True, "trial_policy": "Guide", "now": NOW, "say": say, **more})


def facts_of(given: dict[str, Any], **more: Any) -> Any:
	account = {each.name for each in fields(AccountState)}
	own = {key: value for key, value in given.items() if key in account and not key.startswith("number_")}
	number = {key.removeprefix("number_"): value for key, value in given.items() if key.startswith("number_")}
	assert len(own) + len(number) == len(given)
	return channel_facts.facts(
		AccountState(**{"has_token": True, **own}), NumberState(**number), enabled=True, site=site(**more)
	)


def test_nothing_known_is_no_obstacle() -> None:
	assert derive(facts_of({})).value is ChannelStatus.ACTIVE


@pytest.mark.parametrize("missing", ["account", "number"])
def test_without_account_or_number_the_setup_is_incomplete(missing: str) -> None:
	account, number = AccountState(has_token=True), NumberState()
	given = (None, number) if missing == "account" else (account, None)
	found = channel_facts.facts(*given, enabled=True, site=site())
	assert derive(found).value is ChannelStatus.SETUP_INCOMPLETE


def test_an_account_without_token_is_incomplete() -> None:
	assert derive(facts_of({"has_token": False})).value is ChannelStatus.SETUP_INCOMPLETE


# Verification, account review, what both mean.
REVIEWS = {
	("", ""): Review.APPROVED,
	("", "APPROVED"): Review.APPROVED,
	("verified", "APPROVED"): Review.APPROVED,
	("VERIFIED", ""): Review.APPROVED,
	("verified", "PENDING"): Review.PENDING,
	("verified", "DEFERRED"): Review.PENDING,
	("verified", "REJECTED"): Review.REJECTED,
	("not_verified", "APPROVED"): Review.NOT_STARTED,
	("NOT_VERIFIED", ""): Review.NOT_STARTED,
	("not_verified", "PENDING"): Review.PENDING,
	("pending", "APPROVED"): Review.PENDING,
	("pending_submission", "APPROVED"): Review.NOT_STARTED,
	("pending_need_more_info", "APPROVED"): Review.INFORMATION,
	("failed", "APPROVED"): Review.REJECTED,
	("rejected", ""): Review.REJECTED,
	("revoked", "APPROVED"): Review.REJECTED,
	("expired", "APPROVED"): Review.NOT_STARTED,
	("ineligible", "APPROVED"): Review.NOT_STARTED,
	("a_word_of_tomorrow", "APPROVED"): Review.NOT_STARTED,
	("", "pending"): Review.PENDING,
}


@pytest.mark.parametrize(
	("words", "expected"), REVIEWS.items(), ids=["/".join(key) or "unknown" for key in REVIEWS]
)
def test_review(words: tuple[str, str], expected: Review) -> None:
	verification, decision = words
	assert channel_facts.review(AccountState(verification=verification, review=decision)) is expected


def test_a_running_trial_says_that_the_business_is_not_verified() -> None:
	assert channel_facts.review(AccountState(trial_started=NOW)) is Review.NOT_STARTED


# What Meta says, status, part of the reason.
STATUSES = {
	"number not verified": (
		{"number_verification": "Not Verified", "number_meta_status": "PENDING"},
		ChannelStatus.VERIFYING_NUMBER,
		"not yet verified",
	),
	"verification expired, not connected": (
		{"number_verification": "Expired", "number_meta_status": "DISCONNECTED"},
		ChannelStatus.VERIFYING_NUMBER,
		"not yet verified",
	),
	"verification expired, connected": (
		{"number_verification": "Expired", "number_meta_status": "CONNECTED"},
		ChannelStatus.ACTIVE,
		"sent and received",
	),
	"verified, pending": (
		{"number_verification": "Verified", "number_meta_status": "PENDING"},
		ChannelStatus.VERIFYING_NUMBER,
		"not yet registered",
	),
	"verified, disconnected": (
		{"number_verification": "Verified", "number_meta_status": "disconnected"},
		ChannelStatus.VERIFYING_NUMBER,
		"not yet registered",
	),
	"verified, connected": (
		{"number_verification": "Verified", "number_meta_status": "CONNECTED"},
		ChannelStatus.ACTIVE,
		"sent and received",
	),
	"flagged": ({"number_meta_status": "FLAGGED"}, ChannelStatus.NEEDS_ATTENTION, "quality as low"),
	"quality red": ({"number_quality": "RED"}, ChannelStatus.NEEDS_ATTENTION, "quality as low"),
	"quality yellow": ({"number_quality": "YELLOW"}, ChannelStatus.ACTIVE, "sent and received"),
	"quality green": ({"number_quality": "GREEN"}, ChannelStatus.ACTIVE, "sent and received"),
	"quality unknown": ({"number_quality": "UNKNOWN"}, ChannelStatus.ACTIVE, "sent and received"),
	"rate limited": ({"number_meta_status": "RATE_LIMITED"}, ChannelStatus.NEEDS_ATTENTION, "limit"),
	"deleted": ({"number_meta_status": "DELETED"}, ChannelStatus.NEEDS_ATTENTION, "deleted"),
	"migrated": ({"number_meta_status": "MIGRATED"}, ChannelStatus.NEEDS_ATTENTION, "moved"),
	"banned": ({"number_meta_status": "BANNED"}, ChannelStatus.RESTRICTED, "banned this number"),
	"number restricted": ({"number_meta_status": "RESTRICTED"}, ChannelStatus.RESTRICTED, "Replies"),
	"token refused": ({"attention": "The token is dead."}, ChannelStatus.NEEDS_ATTENTION, "dead"),
	"token ended": ({"token_ends": NOW}, ChannelStatus.NEEDS_ATTENTION, "ended: 23.11.2026"),
	"token ends in a week": (
		{"token_ends": NOW + 7 * DAY},
		ChannelStatus.NEEDS_ATTENTION,
		"ends soon: 30.11.2026",
	),
	"token ends in more than a week": (
		{"token_ends": NOW + 7 * DAY + timedelta(seconds=1)},
		ChannelStatus.ACTIVE,
		"sent and received",
	),
	"subscription lost": ({"subscription": "Lost"}, ChannelStatus.NEEDS_ATTENTION, "posts"),
	"subscription confirmed": ({"subscription": "Confirmed"}, ChannelStatus.ACTIVE, "sent"),
	"no payment method": ({"payment_method": "Missing"}, ChannelStatus.NEEDS_ATTENTION, "payment"),
	"payment method": ({"payment_method": "Present"}, ChannelStatus.ACTIVE, "sent"),
	"no payment method in the trial": (
		{"payment_method": "Missing", "verification": "not_verified", "trial_started": NOW},
		ChannelStatus.TRIAL,
		"30 more days",
	),
	"critical alert": (
		{"alert": "Look here.", "alert_severity": "CRITICAL"},
		ChannelStatus.NEEDS_ATTENTION,
		"Look here.",
	),
	"warning": ({"alert": "Look here.", "alert_severity": "WARNING"}, ChannelStatus.ACTIVE, "sent"),
	"name declined": (
		{"number_name_status": "DECLINED", "number_name_rejection": "Too long."},
		ChannelStatus.NEEDS_ATTENTION,
		"display name: Too long.",
	),
	"name declined without a reason": (
		{"number_name_status": "DECLINED"},
		ChannelStatus.NEEDS_ATTENTION,
		"accept the display name.",
	),
	"a second name declined, the first goes on": (
		{
			"number_name_status": "DECLINED",
			"number_verified_name": "Shop",
			"number_requested_name": "Best Shop Ever",
		},
		ChannelStatus.ACTIVE,
		"sent",
	),
	"name in review": ({"number_name_status": "PENDING_REVIEW"}, ChannelStatus.ACTIVE, "sent"),
	"name in review, business verified": (
		{"number_name_status": "PENDING_REVIEW", "verification": "verified"},
		ChannelStatus.TRIAL,
		"expanded trial",
	),
	"name approved, business verified": (
		{"number_name_status": "APPROVED", "verification": "verified", "review": "APPROVED"},
		ChannelStatus.ACTIVE,
		"sent",
	),
	"name without review, business verified": (
		{"number_name_status": "AVAILABLE_WITHOUT_REVIEW", "verification": "verified"},
		ChannelStatus.ACTIVE,
		"sent",
	),
	"renaming an established number": (
		{
			"number_name_status": "PENDING_REVIEW",
			"number_verified_name": "Shop",
			"number_requested_name": "New Shop",
			"verification": "verified",
		},
		ChannelStatus.ACTIVE,
		"sent",
	),
	"trial runs": (
		{"verification": "not_verified", "trial_started": NOW - 18 * DAY},
		ChannelStatus.TRIAL,
		"12 more days",
	),
	"trial over": (
		{"verification": "not_verified", "trial_started": NOW - 30 * DAY},
		ChannelStatus.TRIAL_ENDED,
		"none can be sent",
	),
	"not verified, no number verified yet": (
		{"verification": "not_verified"},
		ChannelStatus.ACTIVE,
		"sent",
	),
	"a restriction that is only text": (
		{"restriction_text": "By hand."},
		ChannelStatus.RESTRICTED,
		"By hand.",
	),
}


@pytest.mark.parametrize(("given", "value", "reason"), STATUSES.values(), ids=STATUSES.keys())
def test_status(given: dict[str, Any], value: ChannelStatus, reason: str) -> None:
	status = derive(facts_of(given))
	assert (status.value, reason in str(status.reason)) == (value, True), status


@pytest.mark.parametrize("policy", ["Off", "Meta's Present Limits"])
def test_no_trial_without_the_policy(policy: str) -> None:
	given = {"verification": "not_verified", "trial_started": NOW - 40 * DAY}
	assert derive(facts_of(given, trial_policy=policy)).value is ChannelStatus.ACTIVE


# Kind, topic, the status, whether replies still go out, part of the text.
RESTRICTIONS = {
	"RESTRICTED_CUSTOMER_INITIATED_MESSAGING": (ChannelStatus.RESTRICTED, False, "answer customers"),
	"RESTRICTED_BIZ_INITIATED_MESSAGING": (ChannelStatus.RESTRICTED, True, "begin conversations"),
	"RESTRICTED_OF_TOMORROW": (ChannelStatus.RESTRICTED, True, "RESTRICTED_OF_TOMORROW"),
	"DISABLE": (ChannelStatus.RESTRICTED, False, "has disabled"),
	"SCHEDULE_FOR_DISABLE": (ChannelStatus.NEEDS_ATTENTION, True, "going to disable"),
	"ACCOUNT_VIOLATION": (ChannelStatus.NEEDS_ATTENTION, True, "violates"),
	"RESTRICTED_ADD_PHONE_NUMBER_ACTION": (ChannelStatus.NEEDS_ATTENTION, True, "add phone numbers"),
	"RESTRICTED_UTILITY_TEMPLATES": (ChannelStatus.NEEDS_ATTENTION, True, "utility templates"),
	"RESTRICTED_BIZ_INITIATED_CALLING": (ChannelStatus.NEEDS_ATTENTION, True, "call customers"),
	"RESTRICTED_USER_INITIATED_CALLING": (ChannelStatus.NEEDS_ATTENTION, True, "customers call"),
}


@pytest.mark.parametrize(("kind", "expected"), RESTRICTIONS.items(), ids=RESTRICTIONS)
def test_restriction(kind: str, expected: tuple[ChannelStatus, bool, str]) -> None:
	value, replies, words = expected
	found = facts_of({"restrictions": (Restriction(kind),)})
	status = derive(found)
	assert (status.value, found.restriction_stops_replies) == (
		value,
		not replies and found.restricted is not None,
	)
	assert words in str(status.reason)


ENDS = {"a second before": (timedelta(seconds=1), True), "at its end": (timedelta(0), False)}


@pytest.mark.parametrize(("left", "restricted"), ENDS.values(), ids=ENDS.keys())
def test_a_restriction_ends_by_itself(left: timedelta, restricted: bool) -> None:
	found = facts_of({"restrictions": (Restriction("DISABLE", BAN, NOW + left),)})
	assert (derive(found).value is ChannelStatus.RESTRICTED) is restricted


def test_the_gravest_restriction_is_told() -> None:
	given = (
		Restriction("RESTRICTED_UTILITY_TEMPLATES"),
		Restriction("RESTRICTED_BIZ_INITIATED_MESSAGING", until=NOW + DAY),
		Restriction("DISABLE", BAN, detail="May 1, 2027"),
		Restriction("ACCOUNT_VIOLATION", VIOLATION, detail="ADULT"),
	)
	assert facts_of({"restrictions": given}).restricted == "Meta has disabled this account. (May 1, 2027)"
	assert facts_of({"restrictions": given[:2]}).restricted.endswith("Until 24.11.2026.")
	assert facts_of({"restrictions": given[3:]}).attention.endswith("(ADULT)")


# What is wrong at once, and what of it is told first.
ORDER = [
	({"attention": "Token."}, Attention.TOKEN),
	({"subscription": "Lost"}, Attention.SUBSCRIPTION),
	({"number_meta_status": "DELETED"}, Attention.NUMBER),
	({"number_quality": "RED"}, Attention.QUALITY),
	({"alert": "Alert.", "alert_severity": "CRITICAL"}, Attention.POLICY),
	({"number_name_status": "DECLINED"}, Attention.NAME),
	({"payment_method": "Missing"}, Attention.PAYMENT),
]


@pytest.mark.parametrize("rank", range(len(ORDER)), ids=lambda rank: ORDER[rank][1].value)
def test_of_several_issues_the_gravest_is_shown(rank: int) -> None:
	given: dict[str, Any] = {}
	for issue, _about in ORDER[rank:]:
		given |= issue
	about = ORDER[rank][1]
	found = facts_of(given)
	assert found.attention_about is about
	assert found.of_number is (about in (Attention.NUMBER, Attention.QUALITY, Attention.NAME))
