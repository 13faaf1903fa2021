"""The result of a check, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from whatsapp_channel.sentences import Explained, verbatim

NOTHING: Mapping[str, str | int | float] = MappingProxyType({})


class State(str, Enum):
	"""The states, from harmless to serious."""

	OK = "OK"
	SKIPPED = "SKIPPED"
	WARNING = "WARNING"
	PROBLEM = "PROBLEM"


WEIGHT = {state: weight for weight, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Finding:
	"""What a check found: the state, the reason, the fix, and measured values by label."""

	state: State
	reason: str
	fix: str = ""
	details: Mapping[str, str | int | float] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Result:
	"""A finding with its check. `seconds`: how long the check took."""

	key: str
	title: str
	state: State
	reason: str
	fix: str
	details: Mapping[str, str | int | float]
	seconds: float

	def as_dict(self) -> dict[str, Any]:
		"""As a dict for JSON."""
		return {
			"key": self.key,
			"title": self.title,
			"state": self.state.value,
			"reason": self.reason,
			"fix": self.fix,
			"details": dict(self.details),
			"seconds": round(self.seconds, 3),
		}


class Skip(Explained):
	"""Raised by a check that cannot be run here; `reason` is already translated."""

	def __init__(self, reason: str) -> None:
		super().__init__(verbatim(reason))


def ok(reason: str, **more: Any) -> Finding:
	"""All is well."""
	return Finding(State.OK, reason, **more)


def warning(reason: str, fix: str, **more: Any) -> Finding:
	"""It works, but somebody should look."""
	return Finding(State.WARNING, reason, fix, **more)


def problem(reason: str, fix: str, **more: Any) -> Finding:
	"""It does not work."""
	return Finding(State.PROBLEM, reason, fix, **more)


def skipped(reason: str, **more: Any) -> Finding:
	"""It could not be checked, or does not apply to this host."""
	return Finding(State.SKIPPED, reason, **more)


def worst(states: Sequence[State]) -> State:
	"""The most serious state. A skipped check is no fault, so OK means a site without faults."""
	return max(
		(state for state in states if state is not State.SKIPPED), key=WEIGHT.__getitem__, default=State.OK
	)


def combined(findings: Mapping[str, Finding]) -> Finding:
	"""Combines the findings about several objects, by name, into one that reports the most serious ones."""
	weight = max(WEIGHT[each.state] for each in findings.values())
	telling = {name: each for name, each in findings.items() if WEIGHT[each.state] == weight}
	reasons = [
		f"{name}: {each.reason}" if len(findings) > 1 else each.reason for name, each in telling.items()
	]
	fixes = list(dict.fromkeys(each.fix for each in telling.values() if each.fix))
	details = {name: each.reason for name, each in findings.items()} if len(findings) > 1 else {}
	for each in findings.values():
		details.update(each.details)
	state = next(iter(telling.values())).state
	return Finding(state, " ".join(dict.fromkeys(reasons)), " ".join(fixes), details)
