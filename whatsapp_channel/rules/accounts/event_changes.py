"""What an event of Meta changes here, and how its parts are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from whatsapp_channel.cloud_api.payload import line_of
from whatsapp_channel.rules.accounts.restriction_rules import Restriction
from whatsapp_channel.sentences import Sentence

# The gravest last; other words of Meta leave no mark.
_SEVERITIES = ("WARNING", "CRITICAL")
Value = Mapping[str, Any]
Cell = str | int | datetime | Sentence | None
Columns = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Alert:
	"""An alert of Meta, which has a place for one mark only. `severity`: None when the alert is over."""

	kind: str
	severity: str | None

	def may_change(self, kind: str, severity: str) -> bool:
		"""Whether it takes the place of the mark that stands, or takes it away. A mark without kind is that of anybody."""
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

	`topic`: of two events of one topic the later one counts. `note` is the line for the timeline. `about` names the
	account, where the event is delivered under another id; `digits` the number it is about. `app` is the Meta app that
	lost its access: nothing changes when that is not ours. `ends_access` says why nothing can be sent any more, since `event`;
	`restores_access` takes that back. `restrictions` replaces those of the topic; None: untouched. `of_number`: the row is
	that of a number, the one with `digits`. `alert`: the columns of the account are its mark, which that of another alert may
	hinder.
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
		"""Whether the line for the timeline is all."""
		marks = self.account or self.number or self.ends_access or self.restores_access
		return not marks and self.restrictions is None


@dataclass(frozen=True, slots=True)
class OnlyKept:
	"""An event that is known and changes nothing here; `why` says so."""

	why: Sentence


def sentence(text: str, **args: str | int | datetime | Sentence) -> Sentence:
	"""A sentence with its arguments."""
	return Sentence(text, MappingProxyType(args))


def word(value: object, name: str) -> str:
	"""Meta's word in a field, in capitals; empty when there is none."""
	return (line_of(value, name, limit=100) or "").upper()


def limit_of(value: Value, *names: str) -> str | None:
	"""A limit as Meta writes it now (a number) or before (TIER_250)."""
	for name in names:
		found = value.get(name)
		if isinstance(found, int) and not isinstance(found, bool):
			return "TIER_UNLIMITED" if found < 0 else str(found)[:20]
		if (tier := word(value, name)) and tier != "TIER_NOT_SET":
			return tier
	return None
