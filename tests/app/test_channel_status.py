"""Z7, Z20, Z36, Z40: each status with reason and next step, one line per transition, the administrators told once."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import frappe
import pytest

from tests.app.conftest import user
from tests.app.desk import Desk
from tests.app.onboarded import (
	ACCOUNT,
	CHANNEL,
	NUMBER,
	add_channel,
	in_trial,
	lines,
	moments,
	notifications,
	on_account,
	on_number,
	row,
	say,
	status,
	trial_over,
)
from whatsapp_channel import settings
from whatsapp_channel.accounts import notify
from whatsapp_channel.accounts import status as statuses
from whatsapp_channel.clock import utc_now
from whatsapp_channel.database import insert_row
from whatsapp_channel.doctypes import CUSTOMER
from whatsapp_channel.outbound import gate

SETTINGS = "WhatsApp Channel Settings"
MONTH = timedelta(days=30)


def without_token(desk: Desk) -> None:
	say(ACCOUNT, desk.account, access_token=None)


def without_secrets(desk: Desk) -> None:
	settings = frappe.get_doc(SETTINGS)
	settings.set("app_secrets", [])
	frappe.db.delete("WhatsApp App Secret")
	say(ACCOUNT, desk.account, currency="USD")


def deactivated(desk: Desk) -> None:
	channel = frappe.get_doc(CHANNEL, desk.channel)
	channel.enabled = 0
	channel.save()


# What is so, status, part of the reason, part of the next step, action.
STATUSES: dict[str, tuple[Callable[[Desk], None], str, str, str, str]] = {
	"entered by hand": (lambda desk: None, "Active", "sent and received", "test message", "Send Test"),
	"deactivated": (deactivated, "Deactivated", "switched off", "Activate", "Activate"),
	"no token": (
		without_token,
		"Setup Incomplete",
		"no access token",
		"Enter the access token",
		"Enter Token",
	),
	"no secret": (without_secrets, "Setup Incomplete", "Receiving", "app secret", "Set Up Webhook"),
	"not verified": (
		on_number(verification="Not Verified"),
		"Verifying Number",
		"not yet verified",
		"six digits",
		"Verify Number",
	),
	"not registered": (
		on_number(verification="Verified", meta_status="PENDING"),
		"Verifying Number",
		"not yet registered",
		"PIN",
		"Register Number",
	),
	"in trial": (on_account(**in_trial()), "Trial", "30 more days", "proof", "Verify Business"),
	"trial over": (on_account(**trial_over()), "Trial Ended", "none can be sent", "proof", "Verify Business"),
	"in review": (on_account(account_review="PENDING"), "In Review", "checking", "Wait", "Refresh"),
	"Meta asks back": (
		on_account(business_verification="pending_need_more_info"),
		"In Review",
		"more information",
		"answer",
		"Verify Business",
	),
	"in review after the trial": (
		on_account(**trial_over(account_review="PENDING")),
		"In Review",
		"nothing can be sent",
		"Wait",
		"Refresh",
	),
	"rejected": (
		on_account(account_review="REJECTED"),
		"Verification Rejected",
		"did not accept",
		"submit them again",
		"Verify Business",
	),
	"expanded trial": (
		lambda desk: (
			say(NUMBER, desk.number, name_status="PENDING_REVIEW"),
			say(ACCOUNT, desk.account, business_verification="verified", account_review="APPROVED"),
		)[0],
		"Trial",
		"expanded trial",
		"Wait",
		"Refresh",
	),
	"token refused": (
		on_account(attention_reason="The token is dead."),
		"Needs Attention",
		"The token is dead.",
		"Connect the account again",
		"Enter Token",
	),
	"token ended": (
		on_account(token_expires_on=datetime(2026, 1, 1)),
		"Needs Attention",
		"token ended",
		"Connect the account again",
		"Enter Token",
	),
	"subscription lost": (
		on_account(subscription="Lost"),
		"Needs Attention",
		"no longer posts",
		"Let Meta send",
		"Subscribe",
	),
	"quality": (on_number(quality_rating="RED"), "Needs Attention", "quality as low", "Manager", "Open Meta"),
	"no payment": (
		on_account(payment_method="Missing"),
		"Needs Attention",
		"payment method",
		"Settle",
		"Open Meta",
	),
	"number deleted": (on_number(meta_status="DELETED"), "Needs Attention", "deleted", "again", "Refresh"),
	"name declined": (
		on_number(name_status="DECLINED", name_rejection="Too long."),
		"Needs Attention",
		"Too long.",
		"another display name",
		"Open Meta",
	),
	"critical alert": (
		on_account(alert="Look here.", alert_severity="CRITICAL"),
		"Needs Attention",
		"Look here.",
		"WhatsApp Manager",
		"Open Meta",
	),
	"restricted": (on_account(restriction="Spam."), "Restricted", "Spam.", "another review", "Open Meta"),
	"banned": (on_number(meta_status="BANNED"), "Restricted", "banned", "another review", "Open Meta"),
}


@pytest.mark.parametrize(
	("become", "value", "reason", "next_step", "action"), STATUSES.values(), ids=STATUSES.keys()
)
def test_status(
	desk: Desk, become: Callable[[Desk], None], value: str, reason: str, next_step: str, action: str
) -> None:
	become(desk)
	found = row(
		CHANNEL, desk.channel, "status", "status_reason", "status_next_step", "status_action", "status_since"
	)
	assert (found.status, found.status_action) == (value, action)
	assert reason in found.status_reason
	assert next_step in found.status_next_step
	assert found.status_since
	assert statuses.view(desk.channel)["label"]


def test_every_status_has_a_row(site: object) -> None:
	meta = frappe.get_meta(CHANNEL)
	options = next(field.options for field in meta.fields if field.fieldname == "status")
	assert {case[1] for case in STATUSES.values()} == set(options.split("\n"))


# -- the timeline -------------------------------------------------------------------------------------------------


def test_a_transition_leaves_one_line_with_both_names_and_the_reason(desk: Desk) -> None:
	say(NUMBER, desk.number, quality_rating="RED")
	(line,) = lines(CHANNEL, desk.channel)
	assert "Active → Needs Attention" in line
	assert "quality as low" in line
	say(NUMBER, desk.number, quality_rating="GREEN")
	assert "Needs Attention → Active" in lines(CHANNEL, desk.channel)[1]


def test_without_a_transition_there_is_no_line(desk: Desk) -> None:
	before = row(CHANNEL, desk.channel, "status_since", "modified")
	for _ in range(3):
		statuses.refresh_account(desk.account)
		statuses.refresh_channel(desk.channel)
		frappe.get_doc(CHANNEL, desk.channel).save()
	assert lines(CHANNEL, desk.channel) == []
	assert row(CHANNEL, desk.channel, "status_since").status_since == before.status_since


def test_a_day_less_of_the_trial_is_no_transition(desk: Desk) -> None:
	say(ACCOUNT, desk.account, **in_trial())
	since = row(CHANNEL, desk.channel, "status_since").status_since
	say(ACCOUNT, desk.account, trial_started_on=timedelta(days=10, hours=1))
	found = row(CHANNEL, desk.channel, "status", "status_reason", "status_since")
	assert (found.status, "20 more days" in found.status_reason) == ("Trial", True)
	assert found.status_since == since
	assert len(lines(CHANNEL, desk.channel)) == 1


def test_meta_words_are_no_html_in_the_timeline(desk: Desk) -> None:
	say(ACCOUNT, desk.account, restriction="<img src=x onerror=alert(1)>")
	assert "<img" not in lines(CHANNEL, desk.channel)[0]


# -- the administrators -------------------------------------------------------------------------------------------


@pytest.fixture
def manager(desk: Desk) -> str:
	"""A second administrator."""
	return user("whatsapp-admin@example.com", "System Manager")


CALLING = {
	"needs attention": (on_account(attention_reason="Dead."), "Needs Attention"),
	"restricted": (on_account(restriction="Spam."), "Restricted"),
	"rejected": (on_account(account_review="REJECTED"), "Verification Rejected"),
	"trial over": (on_account(**trial_over()), "Trial Ended"),
}


@pytest.mark.parametrize(("become", "value"), CALLING.values(), ids=CALLING.keys())
def test_administrators_are_told_once_for_all_channels(
	desk: Desk, manager: str, become: Callable[[Desk], None], value: str
) -> None:
	for index in range(1, 5):
		add_channel(desk, index)
	for _ in range(3):
		become(desk)
	assert notifications(manager) == [f"WhatsApp, Test Account: {value}"]


QUIET = {
	"in trial": on_account(**in_trial()),
	"in review": on_account(account_review="PENDING"),
	"deactivated": deactivated,
	"not verified": on_number(verification="Not Verified"),
}


@pytest.mark.parametrize("become", QUIET.values(), ids=QUIET.keys())
def test_what_only_takes_its_time_tells_nobody(
	desk: Desk, manager: str, become: Callable[[Desk], None]
) -> None:
	become(desk)
	assert notifications(manager) == []


def test_told_again_only_after_it_was_well_in_between(desk: Desk, manager: str) -> None:
	say(ACCOUNT, desk.account, attention_reason="Dead.")
	say(ACCOUNT, desk.account, attention_reason="Dead in other words.")
	assert len(notifications(manager)) == 1
	say(ACCOUNT, desk.account, attention_reason=None)
	say(ACCOUNT, desk.account, attention_reason="Dead.")
	assert len(notifications(manager)) == 2


def test_another_cause_is_told_as_well(desk: Desk, manager: str) -> None:
	say(ACCOUNT, desk.account, attention_reason="Dead.")
	say(ACCOUNT, desk.account, restriction="Spam.")
	assert notifications(manager) == [
		"WhatsApp, Test Account: Needs Attention",
		"WhatsApp, Test Account: Restricted",
	]


SUBSCRIBED, LOST = {"subscription": "Confirmed"}, {"subscription": "Lost"}
ENDS_SOON = {"token_expires_on": -timedelta(days=3)}
DEAD, MENDED = {"attention_reason": "Dead."}, {"attention_reason": None}
UNPAID = {"payment_method": "Missing"}
TEMPLATES = json.dumps([{"kind": "RESTRICTED_BIZ_INITIATED_MESSAGING", "topic": "restriction"}])
DISABLED = json.dumps(
	[
		{"kind": "RESTRICTED_BIZ_INITIATED_MESSAGING", "topic": "restriction"},
		{"kind": "DISABLE", "topic": "ban"},
	]
)

# What is so of the account, one after the other, and how many notifications there are after each.
SEQUENCES: dict[str, list[tuple[dict[str, object], int]]] = {
	"a token that ends soon dies": [(ENDS_SOON, 1), (ENDS_SOON, 1), (DEAD, 2), (MENDED, 2), (DEAD, 3)],
	"no more templates, then nothing": [({"restrictions": TEMPLATES}, 1), ({"restrictions": DISABLED}, 2)],
	"a graver trouble hides one that lasts": [(UNPAID, 1), (DEAD, 2), (MENDED, 2)],
	"a lesser trouble begins behind a graver one": [(DEAD, 1), (UNPAID, 2), (MENDED, 2)],
	"no token for a while": [(UNPAID, 1), ({"access_token": None}, 1), ({"access_token": "*"}, 1)],
	"gone in between": [(LOST, 1), (SUBSCRIBED, 1), (LOST, 2)],
}


@pytest.mark.parametrize("steps", SEQUENCES.values(), ids=SEQUENCES.keys())
def test_each_trouble_is_told_once_while_it_lasts(
	desk: Desk, manager: str, steps: list[tuple[dict[str, object], int]]
) -> None:
	counted = []
	for values, _count in steps:
		say(ACCOUNT, desk.account, **values)
		counted.append(len(notifications(manager)))
	assert counted == [count for _values, count in steps]


# Time since the trial began, after each hourly look, and how many notifications there are.
WEEK_LEFT = timedelta(days=23)
TRIALS = {
	"a minute before the last week": ([WEEK_LEFT - timedelta(minutes=1)], 0, "Trial"),
	"the last week begins": ([WEEK_LEFT], 1, "Trial"),
	"told once": ([WEEK_LEFT, WEEK_LEFT + timedelta(hours=1), MONTH - timedelta(hours=1)], 1, "Trial"),
	"its end is told as well": ([WEEK_LEFT, MONTH], 2, "Trial Ended"),
}


@pytest.mark.parametrize(("times", "count", "expected"), TRIALS.values(), ids=TRIALS.keys())
def test_the_end_of_the_trial_is_told_a_week_before(
	desk: Desk, manager: str, times: list[timedelta], count: int, expected: str
) -> None:
	for since in times:
		frappe.db.set_value(ACCOUNT, desk.account, moments(in_trial(trial_started_on=since)))
		frappe.db.commit()
		statuses.refresh_all()
	assert (len(notifications(manager)), status(desk.channel)) == (count, expected)


def test_the_trouble_of_another_number_is_another_cause(desk: Desk, manager: str) -> None:
	add_channel(desk, 1)
	say(NUMBER, desk.number, quality_rating="RED")
	say(NUMBER, "900000000000001", quality_rating="RED")
	assert len(notifications(manager)) == 2


def test_an_account_without_channels_tells_as_well(desk: Desk, manager: str) -> None:
	frappe.delete_doc(CHANNEL, desk.channel)
	say(ACCOUNT, desk.account, attention_reason="Dead.")
	assert len(notifications(manager)) == 1


def test_only_enabled_administrators_are_told(desk: Desk, manager: str) -> None:
	agent = user("whatsapp-agent@example.com", "Agent")
	lead = user("whatsapp-manager@example.com", "Agent Manager")
	frappe.db.set_value("User", manager, "enabled", 0)
	say(ACCOUNT, desk.account, attention_reason="Dead.")
	frappe.db.set_value("User", manager, "enabled", 1)
	frappe.db.commit()
	assert [notifications(name) for name in (manager, agent, lead)] == [[], [], []]


def test_a_notification_that_cannot_be_written_costs_nothing_else(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	monkeypatch.setattr(notify, "administrators", lambda: 1 / 0)
	say(ACCOUNT, desk.account, attention_reason="Dead.")
	assert status(desk.channel) == "Needs Attention"
	assert len(lines(CHANNEL, desk.channel)) == 1


def test_an_open_form_of_the_channel_is_not_spoilt_by_a_refresh(desk: Desk) -> None:
	form = frappe.get_doc(CHANNEL, desk.channel)
	say(NUMBER, desk.number, quality_rating="RED")
	form.reopen_within = 3600
	form.save()
	frappe.db.commit()
	assert status(desk.channel) == "Needs Attention"


# -- cost ---------------------------------------------------------------------------------------------------------


def test_saving_the_settings_refreshes_each_account_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	for index in range(1, 4):
		add_channel(desk, index)
	refreshed: list[str] = []
	monkeypatch.setattr(statuses, "refresh_account", refreshed.append)
	frappe.get_doc(SETTINGS).save()
	assert refreshed == [desk.account]


def test_a_reply_does_not_look_whether_webhooks_are_accepted(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	say(ACCOUNT, desk.account, **trial_over())
	customer = insert_row(CUSTOMER, {"account": desk.account, "profile_name": "Ada"})
	for name in ("app_secrets", "verify_token"):
		monkeypatch.setattr(settings, name, lambda: pytest.fail("asked for"))
	with pytest.raises(frappe.ValidationError, match="trial has ended"):
		gate.require(customer, desk.channel, utc_now())
