from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Control characters (databases refuse a NUL) and lone surrogates (which cannot be encoded).
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Invisible characters that no script needs. The joiners U+200C and U+200D are kept for Persian and emoji.
_ZERO_WIDTH = re.compile("[\u00ad\u200b\u2060\ufeff]")

# They turn the direction of what follows: an agent would read "moc.elpmaxe", and a number beside it backwards.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]")
# Signs for programs that compute, annotate or tag: in a name they only make it differ from another that looks the same.
_HIDDEN = re.compile("[\u2061-\u2065\ufff0-\ufffb\U000e0000-\U000e001f]")
# Unicode: Default_Ignorable_Code_Point. Format characters (category Cf) are found by their category.
_IGNORED = re.compile(
	"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffb"
	"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# They have a width and nothing to see in it, like a space: fillers of Korean, the empty braille cell, a note without head.
_BLANK = re.compile("[\u2800\u3164\uffa0\U0001d159]")
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})

_ZWJ = "\u200d"
_KEPT_WITH_PREVIOUS = ("Mn", "Me", "Mc")


def printable(text: str) -> str:
	"""The text with \\n for all kinds of line ends, without control characters and lone surrogates."""
	return _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text))


def visible(text: str) -> str:
	"""Like `printable`, also without zero-width characters, which editors leave behind."""
	return _ZERO_WIDTH.sub("", printable(text))


def is_blank(text: str) -> bool:
	"""Whether nothing of a text can be seen: only spaces, fillers, joiners, marks of direction and the like."""
	return not any(_is_seen(char) for char in text)


def _is_seen(char: str) -> bool:
	if char.isascii():
		return char > " " and char != "\x7f"
	return not (unicodedata.category(char) in _UNSEEN or _IGNORED.match(char) or _BLANK.match(char))


def without_turns(text: str) -> str:
	"""The text without the marks that turn the direction of writing. Scripts from right to left need none."""
	return _TURNING.sub("", text)


def on_one_line(text: str) -> str:
	"""The text as a name or a title shows it: visible, in its own direction, its gaps one space each; "" if that is blank."""
	if is_blank(text):
		return ""
	plain = _HIDDEN.sub("", without_turns(visible(text)))
	return _without_blank_ends(" ".join(_BLANK.sub(" ", plain).split()))


def _without_blank_ends(text: str) -> str:
	"""Without what cannot be seen before the first and after the last letter, but for what belongs to that letter."""
	start, end = 0, len(text)
	while start < end and not _is_seen(text[start]):
		start += 1
	while start < end and not (_is_seen(text[end - 1]) or _extends(text[end - 1])):
		end -= 1
	return text[start:end]


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
