"""Translates the MariaDB SQL of Frappe apps to SQLite."""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

_PLACEHOLDER = re.compile(r"%(?:\((?P<name>\w+)\))?s|%%")
_LOCKING = re.compile(r"\s+for\s+update(\s+(skip\s+locked|nowait))?\s*;?\s*$", re.I)
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
	(re.compile(pattern, re.I), words)
	for pattern, words in (
		(r"\binsert\s+ignore\b", "insert or ignore"),
		(r"\b(?:force|use)\s+index\s*\([^)]*\)", ""),
		(r"<=>", " is "),
		(r"^\s*truncate\s+(?:table\s+)?", "delete from "),
		(
			r"^\s*alter\s+table\s+`(tab[^`]+)`\s+drop\s+index\s+(?:if\s+exists\s+)?`(\w+)`",
			r"drop index if exists `\1:\2`",
		),
	)
)
_UPSERT = re.compile(r"\bon\s+duplicate\s+key\s+update\b", re.I)
_UPSERT_VALUE = re.compile(r"\bvalues\s*\(\s*(`?\w+`?)\s*\)", re.I)
_WRITES = ("insert", "update", "delete", "replace", "truncate")
_DEFINES = ("create", "alter", "drop", "rename")


@dataclass(frozen=True)
class Statement:
	"""One statement in SQLite's dialect, and its effect on the transaction."""

	text: str
	writes: bool
	locks: bool
	defines: bool


@lru_cache(maxsize=2048)
def read_statement(query: str) -> Statement:
	"""Translate a MariaDB statement; placeholders stay as they are."""
	text = query.strip()
	locks = bool(_LOCKING.search(text))
	text = _LOCKING.sub("", text)
	for pattern, words in _WORDS:
		text = pattern.sub(words, text)
	insert, *update = _UPSERT.split(text, maxsplit=1)
	if update:
		text = insert + "on conflict do update set" + _UPSERT_VALUE.sub(r"excluded.\1", update[0])
	first = query.split(None, 1)[0].lower() if query.strip() else ""
	return Statement(text, first in _WRITES, locks, first in _DEFINES)


def bind(text: str, values: Any) -> tuple[str, list[Any]]:
	"""Replace `%s` and `%(name)s` by `?` and expand lists; without values nothing is replaced, as in pymysql."""
	if values is None:
		return text, []
	parameters: list[Any] = []
	ordered = None if isinstance(values, Mapping) else iter(values)

	def place(match: re.Match[str]) -> str:
		if match.group() == "%%":
			return "%"
		value = _next_value(match, values, ordered)
		if isinstance(value, list | tuple | set | frozenset):
			parameters.extend(adapt(each) for each in value)
			return f"({', '.join('?' * len(value))})"
		parameters.append(adapt(value))
		return "?"

	return _PLACEHOLDER.sub(place, text), parameters


def _next_value(match: re.Match[str], values: Any, ordered: Iterator[Any] | None) -> Any:
	if ordered is None:
		return values[match["name"]]
	try:
		return next(ordered)
	except StopIteration:
		raise TypeError("not enough arguments for format string") from None


def adapt(value: Any) -> Any:
	"""A Python value as SQLite stores it; times always with six decimals, so that they compare correctly as text."""
	if value is None or type(value) in (int, float, str, bytes):
		return value
	if isinstance(value, datetime.datetime):
		return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
	if isinstance(value, datetime.date):
		return value.isoformat()
	if isinstance(value, datetime.timedelta):
		return str(datetime.datetime.min + value)[11:]
	if isinstance(value, bool | int):
		return int(value)
	if isinstance(value, Enum):
		return adapt(value.value)
	if isinstance(value, Mapping):
		raise TypeError("dict can not be used as parameter")
	return str(value)


def quote(value: Any) -> str:
	"""A literal for SQL text (`frappe.db.escape`)."""
	return "'" + str(value).replace("'", "''") + "'"


def names(columns: Iterable[str]) -> str:
	"""Column names, quoted and separated."""
	return ", ".join(f"`{column}`" for column in columns)
