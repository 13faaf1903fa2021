"""Decides which notices the administrators need, and which of them have to be sent now (Z40)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from whatsapp_channel.rules.accounts import channel_status
from whatsapp_channel.rules.accounts.account_issues import AccountIssue, Severity
from whatsapp_channel.rules.accounts.channel_status import ChannelStatus, Facts, Review, Status, Trial

NOT_SET_UP = frozenset({ChannelStatus.DEACTIVATED, ChannelStatus.SETUP_INCOMPLETE})


@dataclass(frozen=True, slots=True)
class Notice:
	"""A notice for administrators. Of one `subject` only the most severe is sent; `status` has the text."""

	subject: str
	severity: Severity
	status: Status

	@property
	def key(self) -> str:
		"""The key that is stored once the notice was sent. A subject is sent again if it becomes more severe."""
		return f"{self.subject}:{self.severity.name.title()}"


def notices(facts: Facts, number: str) -> tuple[Notice, ...]:
	"""All notices about a channel, including those that its status does not show.

	They are equal for all channels of an account, except for issues of one number. None while the channel is deactivated or
	not set up: the stored data may be out of date.
	"""
	if channel_status.derive(facts).value in NOT_SET_UP:
		return ()
	return (*(_of_issue(each, number) for each in facts.issues), *_of_review(facts), *_of_trial(facts))


def keys_to_send(present: Mapping[str, Notice], known: Collection[str]) -> tuple[list[str], list[str]]:
	"""The keys of notices to send now, and the keys to store. `present`: the current notices by key.

	A notice that is covered by a more severe one of the same subject is not sent, and not stored unless it was before, so
	that it is sent if it outlasts the other.
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
	"""Also while Meta reviews the business: a trial ends in any case."""
	if status := channel_status.trial_over(facts):
		yield Notice(ChannelStatus.TRIAL.value, Severity.STOPS, status)
	elif facts.trial is Trial.RUNNING and facts.trial_ends_soon and facts.review is not Review.APPROVED:
		yield Notice(ChannelStatus.TRIAL.value, Severity.LOOMS, channel_status.trial_ends(facts))
