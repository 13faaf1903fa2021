"""Translates Meta's data about account and number into the facts of a channel's status (Z7, Z19, Z20, Z40).

An empty value is unknown and no obstacle: a channel that was entered by hand works until Meta says otherwise. Values are
compared without regard to case, because Meta uses both. Source: Meta's reference of the nodes WhatsApp Business Account
and Phone Number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from whatsapp_channel.rules.accounts import trial
from whatsapp_channel.rules.accounts.account_issues import AccountIssue, Attention, Severity
from whatsapp_channel.rules.accounts.account_words import PaymentMethod, Subscription
from whatsapp_channel.rules.accounts.channel_status import Facts, Review, Trial
from whatsapp_channel.rules.accounts.restriction_rules import Restriction, standing
from whatsapp_channel.rules.onboarding import number_choice
from whatsapp_channel.sentences import Sentence, _

TOKEN_WARNING = timedelta(days=7)
VERIFIED = "verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
	"""The stored state of a WhatsApp Business Account. Times are aware UTC."""

	has_token: bool = False
	verification: str = ""
	review: str = ""
	restrictions: tuple[Restriction, ...] = ()
	restriction_text: str = ""
	"""A restriction of which only the words are known."""
	alert: str = ""
	alert_severity: str = ""
	alert_kind: str = ""
	payment_method: str = ""
	subscription: str = ""
	attention: str = ""
	trial_started: datetime | None = None
	token_ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberState:
	"""The stored state of a WhatsApp Number."""

	verification: str = ""
	meta_status: str = ""
	quality: str = ""
	name_status: str = ""
	name_rejection: str = ""
	verified_name: str = ""
	requested_name: str = ""


@dataclass(frozen=True, slots=True)
class Site:
	"""Facts about the site."""

	receives: bool
	trial_policy: str
	now: datetime
	say: Callable[[Sentence], str]
	"""Puts a sentence into the reader's language."""


@dataclass(frozen=True, slots=True)
class _UntranslatedIssue:
	"""An issue whose text is not translated yet."""

	about: Attention
	words: Sentence
	severity: Severity = Severity.LIMITS
	kind: str = ""
	restricts: bool = False
	of_number: bool = False

	def translated(self, site: Site) -> AccountIssue:
		return AccountIssue(
			about=self.about,
			words=site.say(self.words),
			severity=self.severity,
			kind=self.kind,
			restricts=self.restricts,
			of_number=self.of_number,
		)


def facts(account: AccountState | None, number: NumberState | None, *, enabled: bool, site: Site) -> Facts:
	"""The facts of a channel with this account and number; None for one that does not exist."""
	if account is None or number is None:
		return Facts(enabled=enabled, receives=site.receives)
	restrictions = [each.translated(site) for each in _restrictions(account, number, site)]
	issues = [each.translated(site) for each in _issues(account, number, site)]
	restriction = max(restrictions, key=lambda each: each.severity, default=None)
	issue = next(iter(issues), None)
	worst = restriction or issue
	started = account.trial_started
	at_meta = number_choice.State(status=number.meta_status)
	return Facts(
		enabled=enabled,
		has_number=True,
		has_token=account.has_token,
		receives=site.receives,
		number_verified=number_choice.is_verified(at_meta, number.verification) is not False,
		number_registered=_is_registered(at_meta),
		restricted=restriction.words if restriction else None,
		restriction_stops_replies=bool(restriction and restriction.severity is Severity.STOPS),
		attention=issue.words if issue else None,
		attention_about=issue.about if issue else Attention.OTHER,
		of_number=bool(worst and worst.of_number),
		issues=(*restrictions, *issues),
		review=review(account),
		trial=_trial(account, number, site),
		trial_days_left=trial.days_left(started, site.now) if started else 0,
		trial_ends_soon=bool(started and trial.ends_soon(started, site.now)),
	)


def _is_registered(at_meta: number_choice.State) -> bool:
	"""A number that no longer exists counts as registered: it has an issue of its own, and registering would not help."""
	is_gone = (at_meta.status or "").upper() in number_choice.GONE
	return is_gone or number_choice.is_registered(at_meta, registered_before=True)


_REJECTED = frozenset({"rejected", "failed", "revoked"})


def review(account: AccountState) -> Review:
	"""Combines Meta's verification of the business and its review of the account (Z19, Z20).

	NOT_STARTED includes an expired verification, and a business to which Meta does not offer it yet (`ineligible`).
	"""
	verification, decision = account.verification.lower(), account.review.upper()
	if decision == "REJECTED" or verification in _REJECTED:
		return Review.REJECTED
	if verification == "pending_need_more_info":
		return Review.INFORMATION
	if decision in ("PENDING", "DEFERRED") or verification == "pending":
		return Review.PENDING
	known = verification or account.trial_started
	return Review.NOT_STARTED if known and verification != VERIFIED else Review.APPROVED


def _trial(account: AccountState, number: NumberState, site: Site) -> Trial:
	passed = account.review.upper() in ("", "APPROVED") and not _name_waits(number)
	verified = account.verification.lower() == VERIFIED
	return trial.state(
		site.trial_policy, account.trial_started, site.now, verified=verified, checks_passed=passed
	)


def _name_waits(number: NumberState) -> bool:
	"""Whether the first display name is not approved yet; while a new name is reviewed the old one stays valid."""
	renaming = bool(number.requested_name and number.verified_name != number.requested_name)
	standing_name = bool(number.verified_name) and renaming
	return number.name_status.upper() in ("PENDING_REVIEW", "DECLINED") and not standing_name


# Restrictions of one number. BANNED stops everything, RESTRICTED only conversations that the business begins.
_NUMBER_RESTRICTIONS = MappingProxyType(
	{
		"BANNED": (_("Meta has banned this number."), True),
		"RESTRICTED": (
			_(
				"Meta restricts this number because of its quality: it cannot begin conversations. Replies to customers still go out."
			),
			False,
		),
	}
)


def _restrictions(account: AccountState, number: NumberState, site: Site) -> Iterator[_UntranslatedIssue]:
	"""Meta's restrictions that affect this app, those of the account first."""
	for each in standing(account.restrictions, site.now):
		if not each.is_harmless:
			yield _restriction(each.sentence, stops_replies=each.stops_replies)
	if account.restriction_text and not account.restrictions:
		yield _restriction(_verbatim(account.restriction_text), stops_replies=True)
	if found := _NUMBER_RESTRICTIONS.get(number.meta_status.upper()):
		text, stops_replies = found
		yield _restriction(Sentence(text), stops_replies=stops_replies, of_number=True)


def _restriction(words: Sentence, *, stops_replies: bool, of_number: bool = False) -> _UntranslatedIssue:
	severity = Severity.STOPS if stops_replies else Severity.LIMITS
	return _UntranslatedIssue(Attention.POLICY, words, severity, restricts=True, of_number=of_number)


def _verbatim(words: str) -> Sentence:
	return Sentence("{words}", MappingProxyType({"words": words}))


def _issues(account: AccountState, number: NumberState, site: Site) -> Iterator[_UntranslatedIssue]:
	"""The issues that need attention, most severe first: those that stop sending, stop receiving, then limits."""
	yield from _of_token(account, site)
	if account.subscription == Subscription.LOST:
		yield _UntranslatedIssue(Attention.SUBSCRIPTION, Sentence(_NOT_SUBSCRIBED), Severity.STOPS)
	yield from _of_number(number)
	yield from _of_policy(account, site)
	if number.name_status.upper() == "DECLINED" and _name_waits(number):
		yield _UntranslatedIssue(Attention.NAME, _name_words(number), of_number=True)
	if account.payment_method == PaymentMethod.MISSING and review(account) is Review.APPROVED:
		yield _UntranslatedIssue(Attention.PAYMENT, Sentence(_NO_PAYMENT))


def _of_token(account: AccountState, site: Site) -> Iterator[_UntranslatedIssue]:
	if account.attention:
		yield _UntranslatedIssue(Attention.TOKEN, _verbatim(account.attention), Severity.STOPS)
	if not account.token_ends or account.token_ends > site.now + TOKEN_WARNING:
		return
	ended = account.token_ends <= site.now
	words = Sentence(_TOKEN_ENDED if ended else _TOKEN_ENDS, MappingProxyType({"time": account.token_ends}))
	yield _UntranslatedIssue(Attention.TOKEN, words, Severity.STOPS if ended else Severity.LOOMS)


def _of_number(number: NumberState) -> Iterator[_UntranslatedIssue]:
	status, quality = number.meta_status.upper(), number.quality.upper()
	if found := _NUMBER_ISSUES.get(status):
		text, severity = found
		yield _UntranslatedIssue(Attention.NUMBER, Sentence(text), severity, of_number=True)
	if quality == "RED" or status == "FLAGGED":
		yield _UntranslatedIssue(Attention.QUALITY, Sentence(_LOW_QUALITY), of_number=True)


def _of_policy(account: AccountState, site: Site) -> Iterator[_UntranslatedIssue]:
	"""Meta's warnings, and restrictions that do not affect this app's messages."""
	for each in standing(account.restrictions, site.now):
		if each.is_harmless:
			yield _UntranslatedIssue(Attention.POLICY, each.sentence, kind=each.kind)
	if account.alert and account.alert_severity.upper() == "CRITICAL":
		yield _UntranslatedIssue(
			Attention.POLICY, _verbatim(account.alert), kind=f"Alert {account.alert_kind}".strip()
		)


def _name_words(number: NumberState) -> Sentence:
	if not number.name_rejection:
		return Sentence(_NAME_DECLINED)
	return Sentence(_NAME_DECLINED_BECAUSE, MappingProxyType({"reason": number.name_rejection}))


_TOKEN_ENDED = _("The access token ended: {time}.")
_TOKEN_ENDS = _("The access token ends soon: {time}.")
_NOT_SUBSCRIBED = _("Meta no longer posts this account's messages here, so nothing new arrives.")
_LOW_QUALITY = _("Customers block or report this number so often that Meta rates its quality as low.")
_NO_PAYMENT = _(
	"The account has no payment method at Meta. Replies go out; templates are refused until there is one."
)
_NAME_DECLINED = _("Meta did not accept the display name.")
_NAME_DECLINED_BECAUSE = _("Meta did not accept the display name: {reason}")
_NUMBER_ISSUES = MappingProxyType(
	{
		"DELETED": (_("The number was deleted at Meta."), Severity.STOPS),
		"MIGRATED": (_("The number was moved to another WhatsApp Business Account."), Severity.STOPS),
		"RATE_LIMITED": (
			_("The number has reached its limit at Meta; messages are refused for a while."),
			Severity.LIMITS,
		),
	}
)
