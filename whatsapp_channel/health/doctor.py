"""The logic of `bench whatsapp-doctor`, without terminal output."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from contextlib import redirect_stdout

from whatsapp_channel.health import runner
from whatsapp_channel.health.registry import BY_KEY, CHECKS
from whatsapp_channel.health.result import Result, State

COLOURS = {State.OK: "green", State.SKIPPED: "cyan", State.WARNING: "yellow", State.PROBLEM: "red"}
WIDTH = 110


def examine(keys: Sequence[str]) -> list[Result]:
	"""Runs these checks, or all if there are no keys. Raises KeyError with the first unknown key.

	Whatever Frappe prints goes to standard error, so that programs can parse the results.
	"""
	chosen = [BY_KEY[key] for key in keys] or CHECKS
	with redirect_stdout(sys.stderr):
		return runner.run(chosen)


def has_problem(results: Sequence[Result]) -> bool:
	"""Whether the command ends with exit code 1."""
	return any(result.state is State.PROBLEM for result in results)


def lines(result: Result, title_width: int) -> list[tuple[str, str]]:
	"""One result as wrapped lines for the terminal: (state, which is coloured; rest of the line)."""
	state, indent = result.state.value.ljust(7), " " * (7 + 2 + title_width + 2)
	title = result.title.ljust(title_width)
	words = _wrapped(result.reason, indent)
	if result.fix and result.state is not State.OK:
		words += _wrapped(f"→ {result.fix}", indent)
	first = words[0].removeprefix(indent) if words else ""
	return [(state, f"  {title}  {first}"), *(("", line) for line in words[1:])]


def _wrapped(text: str, indent: str) -> list[str]:
	# Long URLs are not broken, so that they can be copied.
	return textwrap.wrap(
		text,
		WIDTH,
		initial_indent=indent,
		subsequent_indent=indent,
		break_long_words=False,
		break_on_hyphens=False,
	)
