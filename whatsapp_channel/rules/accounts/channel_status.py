"""The status of a channel with its reason and next step (Z40; ADR 0048; Z7, Z19, Z20, Z36, Z41)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from whatsapp_channel.rules.accounts.account_issues import AccountIssue, Attention
from whatsapp_channel.sentences import Sentence, _, verbatim


class ChannelStatus(str, Enum):
	"""The closed set of statuses."""

	SETUP_INCOMPLETE = "Setup Incomplete"
	VERIFYING_NUMBER = "Verifying Number"
	TRIAL = "Trial"
	TRIAL_ENDED = "Trial Ended"
	IN_REVIEW = "In Review"
	VERIFICATION_REJECTED = "Verification Rejected"
	ACTIVE = "Active"
	NEEDS_ATTENTION = "Needs Attention"
	RESTRICTED = "Restricted"
	DEACTIVATED = "Deactivated"


class Review(str, Enum):
	"""The combined state of Meta's verification of the business and review of its account."""

	NOT_STARTED = "Not Started"
	PENDING = "Pending"
	INFORMATION = "Information"
	"""Meta waits for an answer of the business."""
	REJECTED = "Rejected"
	APPROVED = "Approved"


class Trial(str, Enum):
	"""The trial of the account. NONE: the trial policy does not apply, or is off (Z7)."""

	NONE = "None"
	RUNNING = "Running"
	ENDED = "Ended"
	EXPANDED = "Expanded"
	"""After verification, while Meta's remaining checks run: 1,500 customer-initiated sessions (Z38)."""


class Action(str, Enum):
	"""The target of the next step's button; the desk maps it to a form, a step of the set-up or a page of Meta."""

	ACTIVATE = "Activate"
	CHOOSE_NUMBER = "Choose Number"
	ENTER_TOKEN = "Enter Token"  # noqa: S105 - the name of a button, not a secret
	SET_UP_WEBHOOK = "Set Up Webhook"
	VERIFY_NUMBER = "Verify Number"
	REGISTER_NUMBER = "Register Number"
	VERIFY_BUSINESS = "Verify Business"
	OPEN_META = "Open Meta"
	SUBSCRIBE = "Subscribe"
	REFRESH = "Refresh"
	SEND_TEST = "Send Test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
	"""The facts about account, number and channel. The defaults describe a working number."""

	enabled: bool = True
	has_number: bool = False
	has_token: bool = False
	receives: bool = False
	"""An app secret and a verify token are set, so that Meta's webhooks are accepted."""
	number_verified: bool = True
	number_registered: bool = True
	restricted: str | None = None
	"""Why Meta restricts the number or the account, in words; None: it does not."""
	restriction_stops_replies: bool = True
	"""Whether Meta refuses replies to customers under that restriction, too."""
	attention: str | None = None
	"""What is wrong, in words (mostly the sentence of an error); None: nothing."""
	attention_about: Attention = Attention.OTHER
	of_number: bool = False
	"""Whether restriction or attention is that of this number alone, not of its account."""
	issues: tuple[AccountIssue, ...] = ()
	"""All that is wrong, of which `restricted` and `attention` are the gravest."""
	review: Review = Review.APPROVED
	trial: Trial = Trial.NONE
	trial_days_left: int = 0
	trial_ends_soon: bool = False


@dataclass(frozen=True, slots=True)
class Status:
	"""A status with reason, next step and button; `label` is English and marked for translation."""

	value: ChannelStatus
	reason: Sentence
	next_step: Sentence
	label: str
	action: Action


def derive(facts: Facts) -> Status:
	"""The status of a channel: the first of these obstacles that applies.

	1. Deactivated: a person's decision; nothing else matters until the channel is activated (Z41).
	2. Setup Incomplete: without number, token and webhook whatever Meta last said may be out of date.
	3. Restricted: Meta stopped the account; none of the steps below would restore sending.
	4. Needs Attention: something broke. Before Verifying Number, because no code can be requested with a dead token.
	5. Verifying Number: nothing can be sent from the number yet, so trial and review are not running.
	6. Verification Rejected, then In Review: what Meta decided or is deciding says more than the trial that runs
	   meanwhile; after its end the reason says that nothing goes out.
	7. Trial Ended, Trial.
	8. Active: no obstacle is known.
	"""
	obstacles = (_deactivated, _setup, _restricted, _attention, _number, _review, _trial)
	found = (status for status in (obstacle(facts) for obstacle in obstacles) if status)
	return next(found, _ACTIVE)


def reply_obstacle(facts: Facts) -> Status | None:
	"""Why no reply may be sent now: Meta stopped the account, or the trial ended (Z36); else None.

	Other problems make replies wait or fail by themselves; receiving continues in any case.
	"""
	if facts.restricted is not None and facts.restriction_stops_replies:
		return _restricted(facts)
	return trial_over(facts)


def trial_over(facts: Facts) -> Status | None:
	"""The status of an ended trial, with Meta's decision meanwhile; None if the trial has not ended."""
	if facts.trial is not Trial.ENDED or facts.review is Review.APPROVED:
		return None
	return _review(facts) or _TRIAL_ENDED


def trial_ends(facts: Facts) -> Status:
	"""The notice that the trial ends soon; the status itself shows how many days are left."""
	status = _running(facts.trial_days_left)
	text = _TRIAL_ENDS_SOON if facts.trial_days_left > 1 else _TRIAL_ENDS_TODAY
	return replace(status, reason=Sentence(text, status.reason.args))


def rejected(facts: Facts) -> Status:
	"""The status of a business that Meta rejected."""
	return _REJECTED_TRIAL_ENDED if facts.trial is Trial.ENDED else _REJECTED


def status_of_issue(issue: AccountIssue) -> Status:
	"""The status of a channel with only this issue."""
	value = ChannelStatus.RESTRICTED if issue.restricts else ChannelStatus.NEEDS_ATTENTION
	return _wrong(value, issue.about, issue.words)


def _status(
	value: ChannelStatus, reason: str, next_step: str, label: str, action: Action, **args: str | int
) -> Status:
	return Status(value, Sentence(reason, args), Sentence(next_step), label, action)


_ACTIVE = _status(
	ChannelStatus.ACTIVE,
	_("Messages are sent and received."),
	_("Send a test message to see it at work."),
	_("Send a Test Message"),
	Action.SEND_TEST,
)

_DEACTIVATED = _status(
	ChannelStatus.DEACTIVATED,
	_("The channel is switched off. What customers write is kept and handled when it is switched on again."),
	_("Activate the channel to send and receive."),
	_("Activate"),
	Action.ACTIVATE,
)

_NO_NUMBER = _status(
	ChannelStatus.SETUP_INCOMPLETE,
	_("The channel has no WhatsApp number."),
	_("Choose the number that customers write to."),
	_("Choose Number"),
	Action.CHOOSE_NUMBER,
)

_NO_TOKEN = _status(
	ChannelStatus.SETUP_INCOMPLETE,
	_("The WhatsApp Business Account of the number has no access token, so nothing can be sent."),
	_("Enter the access token of the account."),
	_("Enter Token"),
	Action.ENTER_TOKEN,
)

_NO_WEBHOOK = _status(
	ChannelStatus.SETUP_INCOMPLETE,
	_(
		"Receiving is not set up: an app secret or the verify token is missing, so Meta's messages are refused."
	),
	_("Enter the app secret and the verify token in the WhatsApp Channel Settings."),
	_("Set Up Receiving"),
	Action.SET_UP_WEBHOOK,
)

_NOT_VERIFIED = _status(
	ChannelStatus.VERIFYING_NUMBER,
	_("Meta has not yet verified that the number is yours."),
	_("Request a code by text message or voice call and enter its six digits."),
	_("Verify Number"),
	Action.VERIFY_NUMBER,
)

_NOT_REGISTERED = _status(
	ChannelStatus.VERIFYING_NUMBER,
	_("The number is verified but not yet registered for sending."),
	_("Register the number with a six-digit PIN."),
	_("Register Number"),
	Action.REGISTER_NUMBER,
)

_REJECTED = _status(
	ChannelStatus.VERIFICATION_REJECTED,
	_("Meta did not accept the verification of the business."),
	_(
		"Read Meta's reason, correct the documents (proof of legal entity, proof of access) and submit them again."
	),
	_("Open Business Verification"),
	Action.VERIFY_BUSINESS,
)

_REJECTED_TRIAL_ENDED = _status(
	ChannelStatus.VERIFICATION_REJECTED,
	_("Meta did not accept the verification of the business, and the trial has ended: nothing can be sent."),
	_REJECTED.next_step.text,
	_REJECTED.label,
	Action.VERIFY_BUSINESS,
)

_INFORMATION_STEP = _("Open the verification of the business at Meta and answer what is asked there.")

_INFORMATION = _status(
	ChannelStatus.IN_REVIEW,
	_("Meta is checking the business and asks for more information."),
	_INFORMATION_STEP,
	_REJECTED.label,
	Action.VERIFY_BUSINESS,
)

_INFORMATION_TRIAL_ENDED = _status(
	ChannelStatus.IN_REVIEW,
	_(
		"Meta is checking the business and asks for more information. The trial has ended, so nothing can be sent until Meta agrees."
	),
	_INFORMATION_STEP,
	_REJECTED.label,
	Action.VERIFY_BUSINESS,
)

_IN_REVIEW = _status(
	ChannelStatus.IN_REVIEW,
	_("Meta is checking the business."),
	_("Wait for Meta's decision, which takes some days, or read its present state."),
	_("Check Again"),
	Action.REFRESH,
)

_IN_REVIEW_TRIAL_ENDED = _status(
	ChannelStatus.IN_REVIEW,
	_("Meta is checking the business. The trial has ended, so nothing can be sent until Meta agrees."),
	_IN_REVIEW.next_step.text,
	_IN_REVIEW.label,
	Action.REFRESH,
)

_TRIAL_ENDED = _status(
	ChannelStatus.TRIAL_ENDED,
	_("The trial has ended. Messages are received, but none can be sent until the business is verified."),
	_("Verify the business at Meta with proof of legal entity and proof of access to the business."),
	_("Verify Business"),
	Action.VERIFY_BUSINESS,
)

_TRIAL_EXPANDED = _status(
	ChannelStatus.TRIAL,
	_("The business is verified. Until Meta has finished its checks the expanded trial applies."),
	_IN_REVIEW.next_step.text,
	_IN_REVIEW.label,
	Action.REFRESH,
)

_REVIEWS = {
	Review.REJECTED: (_REJECTED, _REJECTED_TRIAL_ENDED),
	Review.PENDING: (_IN_REVIEW, _IN_REVIEW_TRIAL_ENDED),
	Review.INFORMATION: (_INFORMATION, _INFORMATION_TRIAL_ENDED),
}

_RESTRICTED_STEP = _("Read what Meta asks for, correct it or ask for another review in WhatsApp Manager.")
_TRIAL_REASON = _("The trial runs for {days} more days.")
_LAST_DAY_REASON = _("The trial ends within a day.")
_TRIAL_ENDS_SOON = _(
	"The trial ends in {days} days. From then on nothing can be sent until the business is verified."
)
_TRIAL_ENDS_TODAY = _(
	"The trial ends within a day. From then on nothing can be sent until the business is verified."
)

_ATTENTION_STEPS = {
	Attention.TOKEN: (
		_("Connect the account again, or enter a new access token."),
		_("Reconnect"),
		Action.ENTER_TOKEN,
	),
	Attention.SUBSCRIPTION: (_("Let Meta send its messages here again."), _("Subscribe"), Action.SUBSCRIBE),
	Attention.QUALITY: (
		_("Read in WhatsApp Manager why customers block or report the number."),
		_("Open WhatsApp Manager"),
		Action.OPEN_META,
	),
	Attention.PAYMENT: (
		_("Settle the payment method at Meta."),
		_("Open Payment Settings"),
		Action.OPEN_META,
	),
	Attention.POLICY: (_RESTRICTED_STEP, _("Open WhatsApp Manager"), Action.OPEN_META),
	Attention.NUMBER: (
		_("Look the number up in WhatsApp Manager, connect it again there or use another, then check again."),
		_("Check Again"),
		Action.REFRESH,
	),
	Attention.NAME: (
		_("Choose another display name that fits Meta's rules, and have it reviewed."),
		_("Open WhatsApp Manager"),
		Action.OPEN_META,
	),
	Attention.OTHER: (_("Correct it at Meta, then check again."), _("Check Again"), Action.REFRESH),
}


def _deactivated(facts: Facts) -> Status | None:
	return None if facts.enabled else _DEACTIVATED


def _setup(facts: Facts) -> Status | None:
	# In the order of the set-up: a token belongs to the account of a number.
	if not facts.has_number:
		return _NO_NUMBER
	if not facts.has_token:
		return _NO_TOKEN
	return None if facts.receives else _NO_WEBHOOK


def _restricted(facts: Facts) -> Status | None:
	if facts.restricted is None:
		return None
	return _wrong(ChannelStatus.RESTRICTED, Attention.POLICY, facts.restricted)


def _attention(facts: Facts) -> Status | None:
	if facts.attention is None:
		return None
	return _wrong(ChannelStatus.NEEDS_ATTENTION, facts.attention_about, facts.attention)


def _wrong(value: ChannelStatus, about: Attention, words: str) -> Status:
	step, label, action = _ATTENTION_STEPS[about]
	return Status(value, verbatim(words), Sentence(step), label, action)


def _number(facts: Facts) -> Status | None:
	if not facts.number_verified:
		return _NOT_VERIFIED
	return None if facts.number_registered else _NOT_REGISTERED


def _review(facts: Facts) -> Status | None:
	during_trial, after_trial = _REVIEWS.get(facts.review, (None, None))
	return after_trial if facts.trial is Trial.ENDED else during_trial


def _trial(facts: Facts) -> Status | None:
	if facts.review is Review.APPROVED:
		return _TRIAL_EXPANDED if facts.trial is Trial.EXPANDED else None
	if facts.trial is Trial.ENDED:
		return _TRIAL_ENDED
	return None if facts.trial is Trial.NONE else _running(facts.trial_days_left)


def _running(days: int) -> Status:
	return _status(
		ChannelStatus.TRIAL,
		_TRIAL_REASON if days > 1 else _LAST_DAY_REASON,
		_TRIAL_ENDED.next_step.text,
		_TRIAL_ENDED.label,
		Action.VERIFY_BUSINESS,
		days=days,
	)
