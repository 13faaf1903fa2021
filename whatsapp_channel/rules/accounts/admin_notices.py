"""What calls for an administrator, and which of it he has to be told of now (Z40)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from whatsapp_channel.rules.accounts import channel_status
from whatsapp_channel.rules.accounts.account_issues import AccountIssue, Severity
from whatsapp_channel.rules.accounts.channel_status import ChannelStatus, Facts, Review, Status, Trial

NOT_SET_UP = frozenset({ChannelStatus.DEACTIVATED, ChannelStatus.SETUP_INCOMPLETE})


@dataclass(frozen=True, slots=True)
class Notice:
	"""Something to be told. Of one `subject` the gravest says it all; `status` has the words."""

	subject: str
	severity: Severity
	status: Status

	@property
	def key(self) -> str:
		"""What is remembered once it was told. The same subject is told again when it becomes graver."""
		return f"{self.subject}:{self.severity.name.title()}"


def notices(facts: Facts, number: str) -> tuple[Notice, ...]:
	"""What administrators have to know of a channel, whatever of it its status shows.

	Equal for all channels of an account, unless it is the trouble of one number. Nothing while the channel is switched off
	or not set up: what is known of it may be out of date.
	"""
	if channel_status.derive(facts).value in NOT_SET_UP:
		return ()
	return (*(_of_issue(each, number) for each in facts.issues), *_of_review(facts), *_of_trial(facts))


def keys_to_send(present: Mapping[str, Notice], known: Collection[str]) -> tuple[list[str], list[str]]:
	"""The keys to tell now, and those to remember. `present`: by key.

	What a graver cause of the same subject covers is neither told nor, unless it was known, remembered: it is told if it
	outlasts the graver one.
	"""
	to_send = [
		key for key, notice in present.items() if key not in known and not _is_covered(notice, present)
	]
	return to_send, sorted(key for key in present if key in known or key in to_send)


def _is_covered(notice: Notice, present: Mapping[str, Notice]) -> bool:
	same = (each for each in present.values() if each.subject == notice.subject)
	return any(each.severity > notice.severity for each in same)


def _of_issue(issue: AccountIssue, number: str) -> Notice:
	status = channel_status.status_of_issue(issue)
	parts = (status.value.value, issue.about.value, issue.kind, number if issue.of_number else "")
	return Notice(":".join(filter(None, parts)), issue.severity, status)


def _of_review(facts: Facts) -> Iterator[Notice]:
	if facts.review is Review.REJECTED:
		status = channel_status.rejected(facts)
		yield Notice(ChannelStatus.VERIFICATION_REJECTED.value, Severity.LIMITS, status)


def _of_trial(facts: Facts) -> Iterator[Notice]:
	"""Also while Meta checks the business: that keeps no trial from ending."""
	if status := channel_status.trial_over(facts):
		yield Notice(ChannelStatus.TRIAL.value, Severity.STOPS, status)
	elif facts.trial is Trial.RUNNING and facts.trial_ends_soon and facts.review is not Review.APPROVED:
		yield Notice(ChannelStatus.TRIAL.value, Severity.LOOMS, channel_status.trial_ends(facts))
