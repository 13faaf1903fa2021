"""Z7, Z36: the trial begins and ends by itself, and what may not go out is refused before anything is written."""

from collections.abc import Callable
from datetime import datetime, timedelta

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk
from tests.app.onboarded import (
	ACCOUNT,
	CHANNEL,
	MONTH,
	in_trial,
	moments,
	on_account,
	on_number,
	row,
	say,
	status,
	trial_over,
)
from tests.app.sync_nodes import node, phone
from whatsapp_channel import clock
from whatsapp_channel.accounts import status as statuses
from whatsapp_channel.accounts import sync
from whatsapp_channel.cloud_api.answers import BusinessAccount

SETTINGS = "WhatsApp Channel Settings"


# -- the trial ----------------------------------------------------------------------------------------------------


def trial(desk: Desk) -> "frappe._dict":
	return row(ACCOUNT, desk.account, "trial_started_on", "trial_number")


def test_the_trial_begins_when_the_first_number_is_verified(desk: Desk) -> None:
	sync.apply_account(desk.account, node())
	sync.apply_number(desk.number, phone(code_verification_status="NOT_VERIFIED"))
	assert trial(desk).trial_started_on is None
	sync.apply_number(desk.number, phone())
	begun = trial(desk)
	assert (begun.trial_number, status(desk.channel)) == (desk.number, "Trial")
	sync.apply_number(desk.number, phone())
	sync.apply_account(desk.account, node())
	assert trial(desk) == begun


def test_a_connected_number_counts_as_verified(desk: Desk) -> None:
	sync.apply_account(desk.account, node())
	sync.apply_number(desk.number, phone(code_verification_status="NOT_VERIFIED", status="CONNECTED"))
	assert (trial(desk).trial_number, status(desk.channel)) == (desk.number, "Trial")


NO_TRIAL = {
	"business verified": node(business_verification_status="VERIFIED"),
	"Meta does not say": node(business_verification_status=None),
}


@pytest.mark.parametrize("account", NO_TRIAL.values(), ids=NO_TRIAL.keys())
def test_no_trial_begins(desk: Desk, account: BusinessAccount) -> None:
	sync.apply_account(desk.account, account)
	sync.apply_number(desk.number, phone())
	assert (trial(desk).trial_started_on, status(desk.channel)) == (None, "Active")


SECONDS = {"a second before its end": (1, "Trial"), "30 x 24 hours later": (0, "Trial Ended")}


@pytest.mark.parametrize(("left", "expected"), SECONDS.values(), ids=SECONDS.keys())
def test_the_trial_ends_by_itself(
	desk: Desk, monkeypatch: pytest.MonkeyPatch, left: int, expected: str
) -> None:
	say(ACCOUNT, desk.account, **in_trial(trial_started_on=datetime(2026, 10, 1, 12, 0)))
	began = clock.to_utc(datetime(2026, 10, 1, 12, 0))
	monkeypatch.setattr(clock, "utc_now", lambda: began + MONTH - timedelta(seconds=left))
	monkeypatch.setattr("whatsapp_channel.accounts.facts.utc_now", clock.utc_now)
	frappe.db.set_value(CHANNEL, desk.channel, "status", "Trial")
	statuses.refresh_all()
	assert status(desk.channel) == expected


POLICIES = {"Guide": "Trial Ended", "Meta's Present Limits": "Active", "Off": "Active"}


@pytest.mark.parametrize(("policy", "expected"), POLICIES.items(), ids=POLICIES)
def test_the_policy_decides_whether_there_is_a_trial(desk: Desk, policy: str, expected: str) -> None:
	frappe.db.set_single_value(SETTINGS, "trial_policy", policy)
	say(ACCOUNT, desk.account, **trial_over())
	assert status(desk.channel) == expected


def test_a_new_policy_shows_at_once(desk: Desk) -> None:
	say(ACCOUNT, desk.account, **trial_over())
	settings = frappe.get_doc(SETTINGS)
	settings.trial_policy = "Off"
	settings.api_base_url = None
	settings.save()
	frappe.db.commit()
	assert status(desk.channel) == "Active"


def test_one_account_in_trouble_does_not_keep_the_others_from_their_refresh(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	frappe.get_doc({"doctype": ACCOUNT, "account_name": "Broken", "waba_id": "1"}).insert()
	frappe.db.set_value(ACCOUNT, "1", "restrictions", "no json")
	frappe.db.set_value(ACCOUNT, desk.account, {"attention_reason": "Dead."})
	frappe.db.commit()
	statuses.refresh_all()
	assert status(desk.channel) == "Needs Attention"
	assert frappe.db.count("Error Log", {"method": ["like", "WhatsApp: the status of an account%"]})


# -- replies ------------------------------------------------------------------------------------------------------


@pytest.fixture
def ticket(desk: Desk) -> str:
	"""A ticket whose customer wrote a moment ago."""
	desk.writes("Where is my order?")
	return desk.ticket()


REFUSED: dict[str, tuple[Callable[[Desk], None], list[str]]] = {
	"trial over": (on_account(**trial_over()), ["trial has ended", "business.facebook.com"]),
	"trial over, in review": (
		on_account(**trial_over(account_review="PENDING")),
		["nothing can be sent until Meta agrees"],
	),
	"trial over, rejected": (on_account(**trial_over(account_review="REJECTED")), ["nothing can be sent"]),
	"restricted": (on_account(restriction="Spam <b>"), ["Spam &lt;b&gt;"]),
	"banned": (on_number(meta_status="BANNED"), ["banned this number"]),
}


@pytest.mark.parametrize(("become", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_a_reply_is_refused_with_the_reason_and_nothing_is_written(
	desk: Desk, ticket: str, become: Callable[[Desk], None], says: list[str]
) -> None:
	become(desk)
	count = frappe.db.count("Communication")
	with pytest.raises(frappe.ValidationError) as refused:
		desk.reply(ticket)
	assert all(words in str(refused.value) for words in [desk.channel, *says])
	frappe.db.rollback()
	assert frappe.db.count("Communication") == count
	assert frappe.db.count(MESSAGE, {"direction": "Outgoing"}) == 0
	desk.writes("Still there?")
	assert frappe.db.count(MESSAGE, {"direction": "Incoming"}) == 2


ALLOWED: dict[str, Callable[[Desk], None]] = {
	"trial": on_account(**in_trial()),
	"in review, trial runs": on_account(**in_trial(account_review="PENDING")),
	"rejected, trial runs": on_account(**in_trial(account_review="REJECTED")),
	"expanded trial": on_account(business_verification="verified", account_review="APPROVED"),
	"only templates restricted": on_number(meta_status="RESTRICTED"),
	"quality low": on_number(quality_rating="RED"),
}


@pytest.mark.parametrize("become", ALLOWED.values(), ids=ALLOWED.keys())
def test_a_reply_goes_out(desk: Desk, ticket: str, become: Callable[[Desk], None]) -> None:
	become(desk)
	desk.reply(ticket)
	desk.settle()
	assert len(desk.on_phone()) == 1


def test_a_trial_that_ended_since_the_last_refresh_refuses_at_once(desk: Desk, ticket: str) -> None:
	frappe.db.set_value(ACCOUNT, desk.account, moments(trial_over()))
	frappe.db.commit()
	assert status(desk.channel) == "Active"
	with pytest.raises(frappe.ValidationError, match="trial has ended"):
		desk.reply(ticket)


def test_nothing_undelivered_is_sent_again_after_the_trial(desk: Desk, ticket: str) -> None:
	from whatsapp_channel.api.ticket import send_again

	desk.sandbox.faults.add("error", code=131026)
	undelivered = desk.reply(ticket)
	desk.settle()
	say(ACCOUNT, desk.account, **trial_over())
	with pytest.raises(frappe.ValidationError, match="trial has ended"):
		send_again(undelivered)


# -- what agents see on the ticket --------------------------------------------------------------------------------

SEEN: dict[str, tuple[Callable[[Desk], None], str, str, str]] = {
	"active": (on_account(currency="BRL"), "left", "green", "possible until"),
	"quality low: replies go out": (on_number(quality_rating="RED"), "left", "green", "possible until"),
	"no payment: replies go out": (on_account(payment_method="Missing"), "left", "green", "possible until"),
	"token refused": (on_account(attention_reason="Dead."), "needs attention", "red", "Replies wait"),
	"trial over": (on_account(**trial_over()), "cannot send", "red", "Replies are refused: The trial"),
	"restricted": (on_account(restriction="Spam."), "cannot send", "red", "Replies are refused: Spam."),
}


@pytest.mark.parametrize(("become", "label", "theme", "line"), SEEN.values(), ids=SEEN.keys())
def test_the_ticket_says_whether_replies_go_out(
	desk: Desk, ticket: str, become: Callable[[Desk], None], label: str, theme: str, line: str
) -> None:
	from whatsapp_channel.api.ticket import state

	become(desk)
	seen = state(ticket)
	assert (label in seen["label"], seen["theme"]) == (True, theme)
	assert any(line in each for each in seen["lines"])
