"""Reading JSON that nobody vouches for: bounded depth, harmless text, only finite numbers."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

MAX_ID = 255
MAX_NAME = 140
MAX_DEPTH = 40
"""Meta's payloads have about ten levels. Below this depth a value is replaced by CUT."""
CUT = "… (nested too deeply)"
_LONGEST_NUMBER = 40
_UNSAFE = re.compile("[\x00\ud800-\udfff]")
_SECONDS = re.compile(r"([0-9]{1,20})(?:\.[0-9]{1,9})?")
_YEAR_2100 = 4_102_444_800


class Unreadable(ValueError):
	"""A value is not what Meta documents. The text names field, problem and way out."""


def load(body: bytes | str) -> Any:
	"""`body` as JSON values, cleaned. Raises Unreadable when it is no JSON text.

	NaN and Infinity become None; numbers too long or too large to compute with stay text. Bytes that are no UTF-8
	become U+FFFD, so that one broken name does not cost the other messages. Of two equal keys the last one counts.
	"""
	text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
	try:
		return clean(_DECODER.decode(text.removeprefix("\ufeff")))
	except RecursionError:
		raise Unreadable("The body is nested too deeply to be read. It is kept as it came.") from None
	except ValueError as error:
		raise Unreadable(f"The body is not JSON ({error}). It is kept as it came.") from None


def clean(value: Any, depth: int = MAX_DEPTH) -> Any:
	"""`value` without NULs and lone surrogates (U+FFFD instead) and without anything deeper than `depth`."""
	if isinstance(value, str):
		return clean_text(value)
	if isinstance(value, dict):
		return {clean_text(k): clean(v, depth - 1) for k, v in value.items()} if depth else CUT
	if isinstance(value, list):
		return [clean(v, depth - 1) for v in value] if depth else CUT
	return value


def clean_text(text: str) -> str:
	"""`text` with NULs and lone surrogates, which no database stores, replaced by U+FFFD."""
	return _UNSAFE.sub("\ufffd", text) if not text.isascii() or "\x00" in text else text


def shown(value: object) -> str:
	"""`value` as it may stand in an error text: short, on one line."""
	if isinstance(value, (dict, list)):
		return "an object" if isinstance(value, dict) else "a list"
	short = value[:60] if isinstance(value, str) else value
	text = json.dumps(short, ensure_ascii=False, default=str)
	return text if len(text) <= 60 else text[:59] + "…"


def text_of(holder: object, *names: str) -> str | None:
	"""The first non-empty text among the fields `names` of `holder`, if that is an object."""
	if isinstance(holder, Mapping):
		for name in names:
			value = holder.get(name)
			if isinstance(value, str) and value.strip():
				return value
	return None


def object_of(holder: object, name: str) -> Mapping[str, Any]:
	"""The object in field `name` of `holder`, else an empty one."""
	value = holder.get(name) if isinstance(holder, Mapping) else None
	return value if isinstance(value, Mapping) else {}


def list_of(holder: object, name: str) -> list[Any]:
	"""The list in field `name` of `holder`, else an empty one."""
	value = holder.get(name) if isinstance(holder, Mapping) else None
	return value if isinstance(value, list) else []


def optional_id(holder: object, name: str) -> str | None:
	"""The id in field `name`, or None when it is missing, empty or unusable."""
	try:
		return read_id(holder, name)
	except Unreadable:
		return None


def read_id(holder: object, name: str) -> str | None:
	"""The id in field `name`: text of 1 to 255 characters; a whole number counts as its digits.

	None when it is missing, null or empty. Raises Unreadable for anything else.
	"""
	value = holder.get(name) if isinstance(holder, Mapping) else None
	if value is None or value == "":
		return None
	if isinstance(value, int) and not isinstance(value, bool):
		value = str(value)
	if not isinstance(value, str):
		raise Unreadable(f"{name} is {shown(value)}, not text. {KEPT}")
	if len(value) > MAX_ID:
		raise Unreadable(f"{name} has {len(value)} characters, more than {MAX_ID}. {KEPT}")
	return value.strip() or None


def read_time(holder: Mapping[str, Any], name: str) -> datetime:
	"""The moment in field `name`: seconds since 1970 as digits or a number, between 1970 and 2100.

	Raises Unreadable for anything else; milliseconds are named as such.
	"""
	value = holder.get(name)
	if value is None:
		raise Unreadable(f"{name} is missing. {KEPT}")
	seconds = _whole_seconds(value)
	if seconds is None or seconds <= 0:
		raise Unreadable(f"{name} is {shown(value)}, not a number of seconds since 1970. {KEPT}")
	if seconds > _YEAR_2100:
		raise Unreadable(f"{name} is {shown(value)}: after the year 2100, probably milliseconds. {KEPT}")
	return datetime.fromtimestamp(seconds, timezone.utc)


def whole_number(value: object) -> int | None:
	"""A code as a number: Meta sends numbers, some of its samples send digits as text."""
	if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
		return int(value)
	return value if isinstance(value, int) and not isinstance(value, bool) else None


KEPT = "The item is kept: correct what sends it, or reprocess it after an update of the app."


def _whole_seconds(value: object) -> int | None:
	if isinstance(value, bool):
		return None
	if isinstance(value, (int, float)):
		return int(value) if math.isfinite(value) else None
	match = _SECONDS.fullmatch(value.strip()) if isinstance(value, str) else None
	return int(match.group(1)) if match else None


def _integer(digits: str) -> int | str:
	"""Python refuses to convert thousands of digits, which would cost the whole body."""
	return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _fraction(digits: str) -> float | str:
	number = float(digits)
	return number if math.isfinite(number) else digits


def _no_number(_name: str) -> None:
	"""NaN, Infinity and -Infinity, which JSON does not have."""


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_fraction, parse_constant=_no_number)
