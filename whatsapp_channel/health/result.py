"""What a check found, for people and for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from whatsapp_channel.sentences import Explained, verbatim

NOTHING: Mapping[str, str | int | float] = MappingProxyType({})


class State(str, Enum):
	"""In the order of their weight."""

	OK = "OK"
	SKIPPED = "SKIPPED"
	WARNING = "WARNING"
	PROBLEM = "PROBLEM"


WEIGHT = {state: weight for weight, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Finding:
	"""One answer of a check: why it is so, how to mend it, and what was measured by label."""

	state: State
	reason: str
	fix: str = ""
	details: Mapping[str, str | int | float] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Result:
	"""A finding with the check that it belongs to. `seconds` is how long the check took."""

	key: str
	title: str
	state: State
	reason: str
	fix: str
	details: Mapping[str, str | int | float]
	seconds: float

	def as_dict(self) -> dict[str, Any]:
		"""As JSON has it."""
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
	"""Raised inside of a check that cannot be made here and now; `reason` is said in the reader's words already."""

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
	"""It could not be checked, or does not exist on this host."""
	return Finding(State.SKIPPED, reason, **more)


def worst(states: Sequence[State]) -> State:
	"""The heaviest of them. What was skipped is no fault, so that OK stands for a site without faults."""
	return max(
		(state for state in states if state is not State.SKIPPED), key=WEIGHT.__getitem__, default=State.OK
	)


def combined(findings: Mapping[str, Finding]) -> Finding:
	"""The findings about several things of one kind, by their names, as one: it speaks of the heaviest of them."""
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
