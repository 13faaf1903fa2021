"""Whether a PDF carries scripts. Frappe's own check looks at pages alone and misses those of the whole document."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from mmap import mmap

UNPACKED_BYTES = 32 * 1024 * 1024
"""No more than this is unpacked in all: what is hidden behind more is a bomb, and no viewer runs it unseen."""

# Where data begin and end; what stands between looks like anything and means nothing here.
_STREAM = re.compile(rb"(?<=>>)\s*stream\r?\n")
_DICTIONARY_BYTES = 2048


def _name(word: str) -> bytes:
	"""A name in all its spellings: each letter may be written as # and two hexadecimal digits."""
	letters = "".join(f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in word)
	return f"/{letters}(?![^\\s/<>\\[\\](){{}}%])".encode()


_SCRIPT = re.compile(_name("JavaScript") + b"|" + _name("JS"))
_OBJECT_STREAM = re.compile(_name("ObjStm"))


def has_scripts(content: bytes | mmap) -> bool:
	"""Whether an action of the document is a script, also one in packed objects; encrypted objects cannot be read."""
	return any(_SCRIPT.search(part) for part in _readable(content))


def _readable(content: bytes | mmap) -> Iterator[bytes]:
	"""The parts of a PDF that are objects and not data."""
	place, room = 0, UNPACKED_BYTES
	while begins := _STREAM.search(content, place):
		yield content[place : begins.start()]
		ends = content.find(b"endstream", begins.end())
		if ends < 0:
			place = begins.end()
			break
		dictionary = content[max(place, begins.start() - _DICTIONARY_BYTES) : begins.start()]
		if room > 0 and _OBJECT_STREAM.search(dictionary):
			unpacked = _inflated(content[begins.end() : ends], room)
			room -= len(unpacked)
			yield unpacked
		place = ends
	yield content[place:]


def _inflated(packed: bytes, most: int) -> bytes:
	try:
		return zlib.decompressobj().decompress(packed, most)
	except zlib.error:
		return packed  # not packed at all, or encrypted
