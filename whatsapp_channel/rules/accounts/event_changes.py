"""The changes that an event of Meta causes, and helpers to read its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from whatsapp_channel.cloud_api.payload import line_of
from whatsapp_channel.rules.accounts.restriction_rules import Restriction
from whatsapp_channel.sentences import Sentence

# The most severe last; other values of Meta leave no mark.
_SEVERITIES = ("WARNING", "CRITICAL")
Value = Mapping[str, Any]
Cell = str | int | datetime | Sentence | None
Columns = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Alert:
	"""An alert of Meta; an account can be marked with only one. `severity`: None if the alert is resolved."""

	kind: str
	severity: str | None

	def may_change(self, kind: str, severity: str) -> bool:
		"""Whether the alert replaces or removes the current mark. A mark without kind may belong to any alert."""
		if not severity or kind in ("", self.kind):
			return True
		return self.severity is not None and _rank(self.severity) >= _rank(severity)


def is_marked(severity: str) -> bool:
	"""Whether an alert of this severity leaves a mark."""
	return severity in _SEVERITIES


def _rank(severity: str) -> int:
	return _SEVERITIES.index(severity) if severity in _SEVERITIES else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
	"""What one event changes. `account` and `number` are columns of the two DocTypes; moments are aware UTC.

	`topic`: of two events of one topic the later one counts. `note`: the timeline entry. `about`: the account id, if the event
	is delivered under another id; `digits`: the number. `app`: the Meta app that lost its access; if it is not ours, nothing
	changes. `ends_access`: why nothing can be sent any more, since `event`; `restores_access` reverts that. `restrictions`
	replaces those of the topic; None: unchanged. `of_number`: the row is the number with `digits`. `alert`: the account's
	columns are the mark of this alert, which a more severe alert may prevent.
	"""

	topic: str
	note: Sentence
	account: Columns = field(default_factory=lambda: MappingProxyType({}))
	number: Columns = field(default_factory=lambda: MappingProxyType({}))
	about: str | None = None
	digits: str | None = None
	app: str | None = None
	ends_access: Sentence | None = None
	event: str = ""
	restores_access: bool = False
	restrictions: tuple[Restriction, ...] | None = None
	of_number: bool = False
	alert: Alert | None = None

	@property
	def is_only_told(self) -> bool:
		"""Whether there is only a timeline entry."""
		marks = self.account or self.number or self.ends_access or self.restores_access
		return not marks and self.restrictions is None


@dataclass(frozen=True, slots=True)
class OnlyKept:
	"""A known event that changes nothing here; `why` is the reason."""

	why: Sentence


def sentence(text: str, **args: str | int | datetime | Sentence) -> Sentence:
	"""A sentence with its arguments."""
	return Sentence(text, MappingProxyType(args))


def word(value: object, name: str) -> str:
	"""Meta's value of a field, in capitals; empty if there is none."""
	return (line_of(value, name, limit=100) or "").upper()


def limit_of(value: Value, *names: str) -> str | None:
	"""A limit in Meta's current format (a number) or its former one (TIER_250)."""
	for name in names:
		found = value.get(name)
		if isinstance(found, int) and not isinstance(found, bool):
			return "TIER_UNLIMITED" if found < 0 else str(found)[:20]
		if (tier := word(value, name)) and tier != "TIER_NOT_SET":
			return tier
	return None
