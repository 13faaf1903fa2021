"""Why Meta did not deliver a message: the reason for agents, Meta's own words, and which of two reports tells more.

Meta may report one failure twice, first without a reason, or with several errors at once (ADR 0005).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from whatsapp_channel.cloud_api.content import ErrorObject
from whatsapp_channel.cloud_api.errors import is_listed, rule_for
from whatsapp_channel.sentences import Sentence, _

_NO_REASON = Sentence(_("WhatsApp did not deliver this message and gave no reason."))
# Longer than anything that Meta has been seen to say.
MOST_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Reason:
	"""`code` is Meta's, None where it gave none; `said` are Meta's words in its own language, a line for each error."""

	code: int | None = None
	said: tuple[str, ...] = ()
	text: Sentence = _NO_REASON

	@property
	def weight(self) -> int:
		"""0: nothing was said; 1: a code or words that the app does not know; 2: a code of its table."""
		if is_listed(self.code):
			return 2
		return int(bool(self.code or self.said))

	@property
	def words(self) -> str | None:
		"""`said` as it is stored; None for nothing."""
		return "\n".join(self.said)[:MOST_CHARACTERS] or None


def reason_of(errors: Iterable[ErrorObject]) -> Reason:
	"""What a report tells: of several errors the first whose code the app knows, else the first."""
	reasons = [Reason(error.code, _said(error), rule_for(error.code).for_agent) for error in errors]
	if not reasons:
		return Reason()
	best = max(reasons, key=lambda reason: reason.weight)
	if not best.weight:
		return Reason()
	return Reason(best.code, _once(line for reason in reasons for line in reason.said), best.text)


def stored_reason(code: int | None, words: str | None) -> Reason:
	"""A reason as it stands in a row, without its text."""
	return Reason(code or None, _once((words or "").splitlines()))


def together(known: Reason, known_at: datetime | None, new: Reason, new_at: datetime) -> Reason:
	"""The reason after a further report: the one that tells more, of equal ones the later, with Meta's words of both.

	Meta repeats reports in any order, so one that says nothing new changes nothing.
	"""
	said = _once((*known.said, *new.said))
	is_news = new.code != known.code and said != known.said
	later = known_at is None or new_at >= known_at
	better = new.weight > known.weight or (is_news and later and new.weight == known.weight)
	chosen = new if better else known
	return Reason(chosen.code, said, chosen.text)


def _once(lines: Iterable[str]) -> tuple[str, ...]:
	return tuple(dict.fromkeys(line for line in lines if line))


def _said(error: ErrorObject) -> tuple[str, ...]:
	parts = _once(" ".join((part or "").split()) for part in (error.title, error.message, error.details))
	words = ": ".join(parts)
	if not words:
		return (str(error.code),) if error.code else ()
	return (f"{words} (code {error.code})",) if error.code else (words,)
