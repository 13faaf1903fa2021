from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Control characters (databases refuse a NUL) and lone surrogates (which cannot be encoded).
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Invisible characters that no script needs. The joiners U+200C and U+200D are kept for Persian and emoji.
_ZERO_WIDTH = re.compile("[\u00ad\u200b\u2060\ufeff]")

_ZWJ = "\u200d"
_KEPT_WITH_PREVIOUS = ("Mn", "Me", "Mc")


def printable(text: str) -> str:
	"""The text with \\n for all kinds of line ends, without control characters and lone surrogates."""
	return _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text))


def visible(text: str) -> str:
	"""Like `printable`, also without zero-width characters, which editors leave behind."""
	return _ZERO_WIDTH.sub("", printable(text))


def cut_before(text: str, position: int, furthest: int = 64) -> int:
	"""The last position at or before `position` where a cut does not divide a visible character (accents, flags, emoji).

	If there is none within `furthest` characters (for example in a pile of accents), `position`.
	"""
	for place in range(position, max(position - furthest, 0), -1):
		if not _joined(text, place):
			return place
	return position


def _joined(text: str, place: int) -> bool:
	if place >= len(text):
		return False
	before, after = text[place - 1], text[place]
	if before == _ZWJ or after == _ZWJ or _extends(after):
		return True
	return _is_flag_half(after) and _flag_halves_before(text, place) % 2 == 1


def _extends(char: str) -> bool:
	"""Accents, variation selectors, skin tones and the letters of subdivision flags."""
	return (
		unicodedata.category(char) in _KEPT_WITH_PREVIOUS
		or "\U0001f3fb" <= char <= "\U0001f3ff"
		or "\U000e0020" <= char <= "\U000e007f"
	)


def _is_flag_half(char: str) -> bool:
	return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_halves_before(text: str, place: int) -> int:
	start = place
	while start > 0 and _is_flag_half(text[start - 1]):
		start -= 1
	return place - start
