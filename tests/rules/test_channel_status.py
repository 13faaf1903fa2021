from string import Formatter

import pytest

from whatsapp_channel.rules.accounts.account_issues import Attention
from whatsapp_channel.rules.accounts.channel_status import (
	Action,
	ChannelStatus,
	Facts,
	Review,
	Status,
	Trial,
	derive,
	reply_obstacle,
)

READY = {"has_number": True, "has_token": True, "receives": True}

CASES = [
	# facts beside those of a channel that is ready, status, part of the reason, action
	pytest.param({}, ChannelStatus.ACTIVE, "sent and received", Action.SEND_TEST, id="nothing in the way"),
	pytest.param({"enabled": False}, ChannelStatus.DEACTIVATED, "switched off", Action.ACTIVATE, id="off"),
	pytest.param(
		{"has_number": False},
		ChannelStatus.SETUP_INCOMPLETE,
		"no WhatsApp number",
		Action.CHOOSE_NUMBER,
		id="no number",
	),
	pytest.param(
		{"has_token": False},
		ChannelStatus.SETUP_INCOMPLETE,
		"no access token",
		Action.ENTER_TOKEN,
		id="no token",
	),
	pytest.param(
		{"receives": False},
		ChannelStatus.SETUP_INCOMPLETE,
		"Receiving",
		Action.SET_UP_WEBHOOK,
		id="no webhook",
	),
	pytest.param(
		{"number_verified": False, "number_registered": False},
		ChannelStatus.VERIFYING_NUMBER,
		"not yet verified",
		Action.VERIFY_NUMBER,
		id="code not entered",
	),
	pytest.param(
		{"number_registered": False},
		ChannelStatus.VERIFYING_NUMBER,
		"not yet registered",
		Action.REGISTER_NUMBER,
		id="verified, not registered",
	),
	pytest.param(
		{"review": Review.NOT_STARTED, "trial": Trial.RUNNING, "trial_days_left": 12},
		ChannelStatus.TRIAL,
		"12 more days",
		Action.VERIFY_BUSINESS,
		id="trial runs",
	),
	pytest.param(
		{"review": Review.NOT_STARTED, "trial": Trial.RUNNING, "trial_days_left": 1},
		ChannelStatus.TRIAL,
		"within a day",
		Action.VERIFY_BUSINESS,
		id="last day of the trial",
	),
	pytest.param(
		{"trial": Trial.EXPANDED},
		ChannelStatus.TRIAL,
		"expanded trial",
		Action.REFRESH,
		id="verified, expanded trial",
	),
	pytest.param(
		{"review": Review.NOT_STARTED, "trial": Trial.ENDED},
		ChannelStatus.TRIAL_ENDED,
		"none can be sent",
		Action.VERIFY_BUSINESS,
		id="trial over",
	),
	pytest.param(
		{"review": Review.NOT_STARTED},
		ChannelStatus.ACTIVE,
		"sent and received",
		Action.SEND_TEST,
		id="not verified, but no trial policy",
	),
	pytest.param(
		{"review": Review.PENDING, "trial": Trial.RUNNING, "trial_days_left": 3},
		ChannelStatus.IN_REVIEW,
		"is checking",
		Action.REFRESH,
		id="in review while the trial runs",
	),
	pytest.param(
		{"review": Review.PENDING, "trial": Trial.ENDED},
		ChannelStatus.IN_REVIEW,
		"nothing can be sent",
		Action.REFRESH,
		id="in review after the trial",
	),
	pytest.param(
		{"review": Review.INFORMATION, "trial": Trial.RUNNING, "trial_days_left": 3},
		ChannelStatus.IN_REVIEW,
		"asks for more",
		Action.VERIFY_BUSINESS,
		id="in review, Meta asks back",
	),
	pytest.param(
		{"review": Review.INFORMATION, "trial": Trial.ENDED},
		ChannelStatus.IN_REVIEW,
		"asks for more information. The trial has ended",
		Action.VERIFY_BUSINESS,
		id="in review after the trial, Meta asks back",
	),
	pytest.param(
		{"review": Review.REJECTED},
		ChannelStatus.VERIFICATION_REJECTED,
		"did not accept",
		Action.VERIFY_BUSINESS,
		id="rejected",
	),
	pytest.param(
		{"review": Review.REJECTED, "trial": Trial.ENDED},
		ChannelStatus.VERIFICATION_REJECTED,
		"nothing can be sent",
		Action.VERIFY_BUSINESS,
		id="rejected after the trial",
	),
	pytest.param(
		{"trial": Trial.ENDED},
		ChannelStatus.ACTIVE,
		"sent and received",
		Action.SEND_TEST,
		id="verified after the trial",
	),
	*(
		pytest.param(
			{"attention": "Meta refuses it.", "attention_about": about},
			ChannelStatus.NEEDS_ATTENTION,
			"Meta refuses it.",
			action,
			id=f"attention: {about.value}",
		)
		for about, action in [
			(Attention.TOKEN, Action.ENTER_TOKEN),
			(Attention.SUBSCRIPTION, Action.SUBSCRIBE),
			(Attention.QUALITY, Action.OPEN_META),
			(Attention.PAYMENT, Action.OPEN_META),
			(Attention.POLICY, Action.OPEN_META),
			(Attention.NUMBER, Action.REFRESH),
			(Attention.NAME, Action.OPEN_META),
			(Attention.OTHER, Action.REFRESH),
		]
	),
	pytest.param(
		{"restricted": "policy violation"},
		ChannelStatus.RESTRICTED,
		"policy violation",
		Action.OPEN_META,
		id="restricted by Meta",
	),
]


@pytest.mark.parametrize(("facts", "value", "reason", "action"), CASES)
def test_derive(facts, value, reason, action):
	status = derive(Facts(**{**READY, **facts}))
	assert status.value is value
	assert reason in str(status.reason)
	assert status.action is action
	assert str(status.next_step)
	assert status.label


def test_a_refused_token_offers_to_reconnect():
	status = derive(Facts(**READY, attention="The token is dead.", attention_about=Attention.TOKEN))
	assert (status.action, status.label) == (Action.ENTER_TOKEN, "Reconnect")


# Facts beside those of a ready channel, and the status of which a reply is refused; None: it goes out.
REPLIES = {
	"nothing in the way": ({}, None),
	"restricted": ({"restricted": "Banned."}, ChannelStatus.RESTRICTED),
	"only templates restricted": ({"restricted": "No templates.", "restriction_stops_replies": False}, None),
	"trial over": ({"review": Review.NOT_STARTED, "trial": Trial.ENDED}, ChannelStatus.TRIAL_ENDED),
	"trial over, in review": ({"review": Review.PENDING, "trial": Trial.ENDED}, ChannelStatus.IN_REVIEW),
	"trial over, Meta asks back": (
		{"review": Review.INFORMATION, "trial": Trial.ENDED},
		ChannelStatus.IN_REVIEW,
	),
	"trial over, rejected": (
		{"review": Review.REJECTED, "trial": Trial.ENDED},
		ChannelStatus.VERIFICATION_REJECTED,
	),
	"trial over, verified since": ({"review": Review.APPROVED, "trial": Trial.ENDED}, None),
	"trial runs": ({"review": Review.NOT_STARTED, "trial": Trial.RUNNING}, None),
	"in review while the trial runs": ({"review": Review.PENDING, "trial": Trial.RUNNING}, None),
	"rejected while the trial runs": ({"review": Review.REJECTED, "trial": Trial.RUNNING}, None),
	"expanded trial": ({"trial": Trial.EXPANDED}, None),
	"a dead token: replies wait": ({"attention": "Dead.", "attention_about": Attention.TOKEN}, None),
	"trial over behind a dead token": (
		{"attention": "Dead.", "review": Review.NOT_STARTED, "trial": Trial.ENDED},
		ChannelStatus.TRIAL_ENDED,
	),
}


@pytest.mark.parametrize(("facts", "refused"), REPLIES.values(), ids=REPLIES.keys())
def test_reply_obstacle(facts, refused):
	status = reply_obstacle(Facts(**{**READY, **facts}))
	assert (status and status.value) is refused


def test_every_member_has_a_case():
	statuses = [derive(Facts(**{**READY, **case.values[0]})) for case in CASES]
	assert {status.value for status in statuses} == set(ChannelStatus)
	assert {status.action for status in statuses} == set(Action)
	for name, members in {"review": Review, "trial": Trial, "attention_about": Attention}.items():
		used = {case.values[0].get(name, getattr(Facts(), name)) for case in CASES}
		assert used == set(members), name


def test_placeholders_of_a_reason_are_its_arguments():
	for case in CASES:
		status: Status = derive(Facts(**{**READY, **case.values[0]}))
		named = {name for _, name, _, _ in Formatter().parse(status.reason.text) if name}
		assert named <= set(status.reason.args), status
		assert not any(
			name
			for text in (status.next_step.text, status.label)
			for _, name, _, _ in Formatter().parse(text)
		)


# Each obstacle hides those below it.
PRECEDENCE = [
	({"enabled": False}, ChannelStatus.DEACTIVATED),
	({"has_number": False}, ChannelStatus.SETUP_INCOMPLETE),
	({"has_token": False}, ChannelStatus.SETUP_INCOMPLETE),
	({"receives": False}, ChannelStatus.SETUP_INCOMPLETE),
	({"restricted": "policy violation"}, ChannelStatus.RESTRICTED),
	({"attention": "The token expired."}, ChannelStatus.NEEDS_ATTENTION),
	({"number_verified": False}, ChannelStatus.VERIFYING_NUMBER),
	({"number_registered": False}, ChannelStatus.VERIFYING_NUMBER),
	({"review": Review.REJECTED}, ChannelStatus.VERIFICATION_REJECTED),
	({"review": Review.PENDING}, ChannelStatus.IN_REVIEW),
	({"review": Review.NOT_STARTED, "trial": Trial.ENDED}, ChannelStatus.TRIAL_ENDED),
	({"review": Review.NOT_STARTED, "trial": Trial.RUNNING}, ChannelStatus.TRIAL),
]


@pytest.mark.parametrize("rank", range(len(PRECEDENCE)), ids=lambda rank: str(PRECEDENCE[rank][0]))
def test_first_obstacle_hides_all_below(rank):
	facts = dict(READY)
	for obstacle, _ in reversed(PRECEDENCE[rank:]):
		facts.update(obstacle)
	assert derive(Facts(**facts)).value is PRECEDENCE[rank][1]


def test_only_number_token_and_webhook_are_needed_to_be_active():
	assert derive(Facts(has_number=True, has_token=True, receives=True)).value is ChannelStatus.ACTIVE
	assert derive(Facts()).value is ChannelStatus.SETUP_INCOMPLETE
