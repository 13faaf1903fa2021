"""Reads untrusted JSON payloads: bounded depth, storable text, only finite numbers."""

from __future__ import annotations

import binascii
import json
import math
import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from .payload_errors import (
	MISSING,
	NOT_JSON,
	NOT_SECONDS,
	NOT_TEXT,
	TOO_DEEP,
	TOO_LATE,
	TOO_LONG,
	InvalidPayload,
)

__all__ = [
	"CUT",
	"MAX_DEPTH",
	"MAX_ENTRIES",
	"MAX_ID",
	"MAX_LINE",
	"MAX_NAME",
	"MAX_TEXT",
	"InvalidPayload",
	"clean",
	"clean_text",
	"is_web_address",
	"line_of",
	"list_of",
	"load",
	"object_of",
	"objects_of",
	"optional_digits",
	"optional_id",
	"optional_time",
	"optional_user_id",
	"read_id",
	"read_time",
	"required_text",
	"sha256_of",
	"shown",
	"text_of",
	"web_address",
	"whole_number",
	"without_markup",
	"without_tags",
]

MAX_ID = 255
MAX_NAME = 140
MAX_LINE = 1024
MAX_TEXT = 65_536
"""WhatsApp's own apps send at most this many characters in one message."""
MAX_ENTRIES = 300
"""Meta allows 257 contacts in a message and fewer entries everywhere else."""
MAX_ADDRESS = 2048
MAX_DEPTH = 40
"""Meta's payloads have about ten levels. Below this depth a value is replaced by CUT."""
CUT = "… (nested too deeply)"
_LONGEST_NUMBER = 40
_TAGS = str.maketrans("<>", "‹›")
_MARKUP = str.maketrans('<>"', "‹›”")
_UNSAFE = re.compile("[\x00\ud800-\udfff]")
# A customer's number is digits only: it is used as a key, a destination and part of an address.
_DIGITS = re.compile(r"\+?([0-9]{1,32})")
_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_ADDRESS = re.compile(
	r"https?://[^\s\ud800-\udfff<>\"'`\\\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+",
	re.IGNORECASE,
)
_SECONDS = re.compile(r"([0-9]{1,20})(?:\.[0-9]{1,9})?")
_HEX = re.compile(r"[0-9a-f]{64}")
_YEAR_2100 = 4_102_444_800


def load(body: bytes | str) -> Any:
	"""`body` as cleaned JSON values. Raises InvalidPayload when it is not JSON.

	NaN and Infinity become None; numbers too long or too large to compute with stay text. Bytes that are not UTF-8 become
	U+FFFD, so that one broken name does not lose the other messages. Of duplicate keys the last one wins.
	"""
	text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
	try:
		return clean(_DECODER.decode(text.removeprefix("\ufeff")))
	except RecursionError:
		raise InvalidPayload(TOO_DEEP) from None
	except ValueError as error:
		raise InvalidPayload(NOT_JSON, reason=error) from None


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


def without_tags(text: str) -> str:
	"""`text` with ‹ and › for angle brackets, so that no page interprets it as HTML."""
	return text.translate(_TAGS)


def without_markup(text: str) -> str:
	"""Like `without_tags`, also without the quotes that end an attribute of HTML."""
	return text.translate(_MARKUP)


def shown(value: object) -> str:
	"""`value` for use in an error text: short, on one line."""
	if isinstance(value, (dict, list)):
		return "{…}" if isinstance(value, dict) else "[…]"
	short = value[:60] if isinstance(value, str) else value
	text = json.dumps(short, ensure_ascii=False, default=str)
	return text if len(text) <= 60 else text[:59] + "…"


def text_of(holder: object, *names: str) -> str | None:
	"""The first non-empty text among the fields `names` of `holder`, if that is an object; at most MAX_TEXT characters."""
	if isinstance(holder, Mapping):
		for name in names:
			value = holder.get(name)
			if isinstance(value, str) and value.strip():
				return clean_text(value[:MAX_TEXT])
	return None


def line_of(holder: object, *names: str, limit: int = MAX_ID) -> str | None:
	"""Like `text_of`, on one line and at most `limit` characters: a name, a title, a foreign id."""
	text = text_of(holder, *names)
	return " ".join(text[: 4 * limit].split())[:limit].strip() or None if text else None


def required_text(holder: object, name: str) -> str:
	"""The text in field `name`, at most 140 characters. Raises InvalidPayload when it is missing, not text, or longer."""
	value = holder.get(name) if isinstance(holder, Mapping) else None
	if value is None:
		raise InvalidPayload(MISSING, field=name)
	if not isinstance(value, str) or not value.strip():
		raise InvalidPayload(NOT_TEXT, field=name, found=shown(value))
	if len(value) > MAX_NAME:
		raise InvalidPayload(TOO_LONG, field=name, length=len(value), limit=MAX_NAME)
	return clean_text(value.strip())


def web_address(holder: object, name: str) -> str | None:
	"""The http or https URL in field `name`; None for anything else: no other scheme may become a link."""
	value = holder.get(name) if isinstance(holder, Mapping) else None
	if not isinstance(value, str) or len(value) > MAX_ADDRESS or not is_web_address(value.strip()):
		return None
	return value.strip()


def is_web_address(text: str) -> bool:
	"""Whether `text` is an http or https URL with a host, and contains nothing that could disguise its target."""
	try:
		return bool(_ADDRESS.fullmatch(text) and urlsplit(text).hostname)
	except ValueError:
		return False


def object_of(holder: object, name: str) -> Mapping[str, Any]:
	"""The object in field `name` of `holder`, or an empty one."""
	value = holder.get(name) if isinstance(holder, Mapping) else None
	return value if isinstance(value, Mapping) else {}


def list_of(holder: object, name: str) -> list[Any]:
	"""The list in field `name` of `holder`, or an empty one."""
	value = holder.get(name) if isinstance(holder, Mapping) else None
	return value if isinstance(value, list) else []


def objects_of(holder: object, name: str) -> list[Mapping[str, Any]]:
	"""The objects in the list in field `name` of `holder`, at most MAX_ENTRIES."""
	return [entry for entry in list_of(holder, name)[:MAX_ENTRIES] if isinstance(entry, Mapping)]


def optional_digits(holder: object, *names: str) -> str | None:
	"""The first number in digits among the fields `names`, without "+"; None when there is none."""
	for name in names:
		match = _DIGITS.fullmatch(optional_id(holder, name) or "")
		if match:
			return match.group(1)
	return None


def optional_user_id(holder: object, name: str) -> str | None:
	"""The business-scoped user id in a field that is for a number; None for anything else.

	Meta: two letters of the country, a full stop, up to 128 letters and digits; "ENT." before them in a group of portfolios.
	"""
	found = optional_id(holder, name)
	return found if found and _USER_ID.fullmatch(found) else None


def optional_id(holder: object, name: str) -> str | None:
	"""The id in field `name`, or None when it is missing, empty or unusable."""
	try:
		return read_id(holder, name)
	except InvalidPayload:
		return None


def read_id(holder: object, name: str) -> str | None:
	"""The id in field `name`: text of 1 to 255 characters; a whole number counts as its digits.

	No id of Meta has angle brackets or quotes, and rows store none, so they are replaced here already: stored and compared
	ids stay equal. None when it is missing, null or empty. Raises InvalidPayload for anything else.
	"""
	value = holder.get(name) if isinstance(holder, Mapping) else None
	if value is None or value == "":
		return None
	if isinstance(value, int) and not isinstance(value, bool):
		value = str(value)
	if not isinstance(value, str):
		raise InvalidPayload(NOT_TEXT, field=name, found=shown(value))
	if len(value) > MAX_ID:
		raise InvalidPayload(TOO_LONG, field=name, length=len(value), limit=MAX_ID)
	return without_markup(value.strip()) or None


def read_time(holder: Mapping[str, Any], name: str) -> datetime:
	"""The moment in field `name`: seconds since 1970 as digits or a number, between 1970 and 2100.

	Raises InvalidPayload for anything else, with a text of its own for milliseconds.
	"""
	value = holder.get(name)
	if value is None:
		raise InvalidPayload(MISSING, field=name)
	seconds = _whole_seconds(value)
	if seconds is None or seconds <= 0:
		raise InvalidPayload(NOT_SECONDS, field=name, found=shown(value))
	if seconds > _YEAR_2100:
		raise InvalidPayload(TOO_LATE, field=name, found=shown(value))
	return datetime.fromtimestamp(seconds, timezone.utc)


def optional_time(holder: object, name: str) -> datetime | None:
	"""The moment in field `name` as `read_time` reads it, None when there is none."""
	try:
		return read_time(holder, name) if isinstance(holder, Mapping) else None
	except InvalidPayload:
		return None


def sha256_of(text: str | None) -> str | None:
	"""A hash of SHA-256 in lower-case hex: Meta writes base64 into webhooks and hex into answers. None for anything else."""
	if not text or len(text) > 100:
		return None
	plain = text.strip()
	if _HEX.fullmatch(plain.lower()):
		return plain.lower()
	altchars = b"-_" if "-" in plain or "_" in plain else b"+/"
	try:
		found = b64decode(plain.rstrip("=").ljust(44, "="), altchars=altchars, validate=True)
	except (ValueError, binascii.Error):
		return None
	return found.hex() if len(found) == 32 else None


def whole_number(value: object) -> int | None:
	"""A code as a number: Meta sends numbers, but digits as text in some of its samples."""
	if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
		return int(value)
	return value if isinstance(value, int) and not isinstance(value, bool) else None


def _whole_seconds(value: object) -> int | None:
	if isinstance(value, bool):
		return None
	if isinstance(value, (int, float)):
		return int(value) if math.isfinite(value) else None
	match = _SECONDS.fullmatch(value.strip()) if isinstance(value, str) else None
	return int(match.group(1)) if match else None


def _integer(digits: str) -> int | str:
	"""Keeps huge numbers as text: Python refuses to convert thousands of digits, which would fail the whole body."""
	return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _fraction(digits: str) -> float | str:
	number = float(digits)
	return number if math.isfinite(number) else digits


def _no_number(_name: str) -> None:
	"""NaN, Infinity and -Infinity, which JSON does not have."""


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_fraction, parse_constant=_no_number)
