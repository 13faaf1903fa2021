"""Makes file names of customers safe for file systems, URLs and readers."""

from __future__ import annotations

import re
import unicodedata

from whatsapp_channel.rules.files.file_types import ACTIVE, INERT_TEXT, NEUTRAL, PACKED, PROGRAMS, RECOGNISED
from whatsapp_channel.rules.text.characters import cut_before, on_one_line

MAX_CHARACTERS = 140
"""Of the column in which Frappe keeps a file's name."""

MAX_BYTES = 200
"""Disks take 255 bytes of UTF-8; Frappe adds six letters where a name is taken."""

# Path separators, characters that Windows forbids, and those that a URL would have to escape.
_FORBIDDEN = re.compile(r'[/\\:*?"<>|%#&;`$\x00-\x1f\x7f]')
# Without a letter it is the end of a number, as in "offer 1.2".
_EXTENSION = re.compile(r"\.(?=\d*[a-z])([a-z0-9]{1,10})$", re.IGNORECASE | re.ASCII)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# Extensions that may stand before another one.
_INNER = frozenset({"tar"})
_KNOWN = RECOGNISED | PROGRAMS | ACTIVE | INERT_TEXT


def extension_of(name: str) -> str:
	"""The last extension of a name, lower-case and without its dot; "" when it has none."""
	found = _EXTENSION.search(_cleaned(name))
	return found.group(1).lower() if found else ""


def safe_name(given: str | None, extension: str, fallback: str) -> str:
	"""A name that ends in `extension`, at most MAX_CHARACTERS and MAX_BYTES long.

	A different extension is replaced, and earlier ones lose their dots, because programs may hide the last one: "page.html" that
	has to become text is called "page_html.txt". `fallback` is used if there is no name, or nothing is left of it.
	"""
	cleaned = _cleaned(given or "")
	stem = _EXTENSION.sub("", cleaned).strip(" ._")
	said = extension_of(cleaned)
	if stem and said not in ("", extension) and extension in NEUTRAL:
		stem += f"_{said}"
	if _RESERVED.fullmatch(stem):
		stem = f"_{stem}"
	ending = f".{extension}"
	stem = _cut(stem or fallback, MAX_CHARACTERS - len(ending), MAX_BYTES - len(ending))
	return _without_extensions(stem, extension.lower() in PACKED) + ending


def _cleaned(name: str) -> str:
	# Turned around, "gpj.exe" looks like "exe.jpg".
	plain = on_one_line(unicodedata.normalize("NFC", name))
	plain = _FORBIDDEN.sub("_", re.sub(r"\s+", " ", plain))
	return plain.strip(" .")


def _without_extensions(stem: str, packed: bool) -> str:
	"""The same with "_" for the dot before each extension; of what is packed, before all that is not "tar"."""
	first, *further = stem.split(".")
	for part in further:
		word = part.strip(" _").lower()
		hides = word not in _INNER if packed else word in _KNOWN - _INNER
		first += f"_{part}" if hides else f".{part}"
	return first


def _cut(stem: str, characters: int, size: int) -> str:
	end = min(len(stem), characters)
	while len(stem[:end].encode()) > size:
		end -= 1
	return stem[: cut_before(stem, end)].rstrip(" ._") if end < len(stem) else stem
