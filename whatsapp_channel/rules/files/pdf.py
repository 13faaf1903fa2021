"""Detects scripts in a PDF. Frappe's own check looks only at pages and misses scripts of the whole document.

It trusts a file's structure no more than PDF readers do: they jump to objects by a table, even into what looks like data, and
each repairs broken files in its own way. Whatever could be packed objects and cannot be read counts as scripted.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

UNPACKED_BYTES = 64 * 1024 * 1024
"""No more than this is unpacked in all: a document whose objects take more is refused unread."""

MOST_STREAMS = 500_000
"""A document of 100 MB has fewer; each costs a look, also one that stands in data."""

_DICTIONARY_BYTES = 64 * 1024
_PIECE = 4096
# Bounded, because a search that may start anywhere must not read to the end from everywhere.
_WHITE = rb"(?:[\s\0]|%[^\r\n]{0,200}[\r\n]){0,200}"


def _name(*words: str) -> bytes:
	"""Names in all their spellings: each letter may be written as # and two hexadecimal digits."""
	spelled = ("".join(f"(?:{one}|#{ord(one):02x}|#{ord(one):02X})" for one in word) for word in words)
	return f"/(?:{'|'.join(spelled)})(?![^\\s\\x00/<>\\[\\](){{}}%])".encode()


# Names that chance does not write: they are looked for in data too, where the table of objects may point. A script needs
# one of them, because /JS alone means something in a rendition only.
_TELLING = re.compile(_name("JavaScript", "Launch", "Rendition"))
_SCRIPT = re.compile(_name("JavaScript", "JS", "Launch", "Rendition"))

# The word first and what stands before it afterwards: that makes the search ten times faster.
_STREAM = re.compile(rb"stream(?<=[\s\0>]stream)(?![A-Za-z0-9])")
_LINE_END = re.compile(rb"[^\r\n]{0,256}(?:\r\n|\n|\r)")
# Some readers need no /Type. In an outline, the only other place of /First, a reference follows.
_FIRST = _name("First")
_PACKED_OBJECTS = re.compile(_name("ObjStm", "First"))
_REFERENCE = rb"(?![\s\0]{1,8}\d{1,10}[\s\0]{1,8}\d{1,5}[\s\0]{1,8}R)"
_CERTAIN = re.compile(_name("ObjStm") + b"|" + _FIRST + _REFERENCE)
_FILTERS = re.compile(_name("Filter", "DecodeParms", "DP"))
_PLAIN_FLATE = re.compile(
	_name("Filter") + _WHITE + rb"(?:\[" + _WHITE + _name("FlateDecode", "Fl") + _WHITE + rb"\]|"
	+ _name("FlateDecode", "Fl") + rb")"
)  # fmt: skip
_ENCRYPTED = re.compile(_name("Encrypt"))


@dataclass(slots=True)
class _Room:
	"""How many bytes may still be read into."""

	left: int


def has_scripts(content: bytes | mmap) -> bool:
	"""Whether the document has a script or starts a program, also in packed objects, or may hide one.

	Encrypted content cannot be read and counts as harmless. The time is linear in the size of the file, whatever it repeats.
	"""
	return bool(_TELLING.search(content)) or _in_plain_objects(content) or _in_packed_objects(content)


def _in_packed_objects(content: bytes | mmap) -> bool:
	"""Whether a script is packed, or something is packed in a way that cannot be read."""
	room, claimed = _Room(UNPACKED_BYTES), 0
	encrypted: bool | None = None
	for number, (dictionary, end) in enumerate(_streams(content)):
		room.left -= len(dictionary)
		if number >= MOST_STREAMS or room.left <= 0:
			return True
		if not _PACKED_OBJECTS.search(dictionary):
			continue
		if _CERTAIN.search(content, claimed, end - len(b"stream") - len(dictionary)):
			return True
		claimed = end
		objects = _objects(content, dictionary, end, room)
		if objects is None or _SCRIPT.search(objects):
			return True
		if not objects:
			encrypted = bool(_ENCRYPTED.search(content)) if encrypted is None else encrypted
			if not encrypted:
				return True
	return bool(_CERTAIN.search(content, claimed))


def _streams(content: bytes | mmap) -> Iterator[tuple[bytes, int]]:
	"""Of each stream all that may be its dictionary, and where its data begin.

	Where the last object or stream ended is remembered: to look back for it from each stream would read the same 64 KB
	again and again.
	"""
	seen = ended = 0
	for stream in _STREAM.finditer(content):
		place = stream.start()
		ended = max(ended, content.rfind(b"endobj", seen, place), content.rfind(b"endstream", seen, place))
		seen = place
		yield content[max(ended, place - _DICTIONARY_BYTES, 0) : place], stream.end()


def _in_plain_objects(content: bytes | mmap) -> bool:
	"""Whether a script is outside of the data, where a short name means what it says, or there is too much to tell."""
	place = number = 0
	while begins := _STREAM.search(content, place):
		number += 1
		if number > MOST_STREAMS or _SCRIPT.search(content, place, begins.start()):
			return True
		ends = content.find(b"endstream", begins.end())
		if ends < 0:
			place = begins.end()
			break
		place = ends
	return bool(_SCRIPT.search(content, place))


def _objects(content: bytes | mmap, dictionary: bytes, place: int, room: _Room) -> bytes | None:
	"""The packed objects of a stream, empty if none can be unpacked; None for what is packed in another way."""
	line = _LINE_END.match(content, place)
	if line is None or len(_FILTERS.findall(dictionary)) != 1 or not _PLAIN_FLATE.search(dictionary):
		return None
	room.left -= _PIECE  # also for one that is damaged from its first byte
	unpacked = b"".join(_inflated(content, line.end(), room))
	return unpacked if room.left > 0 else None


def _inflated(content: bytes | mmap, place: int, room: _Room) -> Iterator[bytes]:
	"""What can be unpacked from here on, as far as there is room."""
	machine = zlib.decompressobj()
	while room.left > 0 and not machine.eof and (packed := content[place : place + _PIECE]):
		place += len(packed)
		before = machine.copy()
		try:
			unpacked = machine.decompress(packed, room.left)
		except zlib.error:
			yield from _up_to_the_damage(before, packed, room)
			return
		room.left -= max(len(unpacked), len(packed) - len(machine.unused_data))
		yield unpacked


def _up_to_the_damage(machine: zlib._Decompress, packed: bytes, room: _Room) -> Iterator[bytes]:
	"""Readers show what comes before the damage, and the library throws away whatever it unpacked of a damaged piece:
	so the piece is halved until only the damage is left."""
	while len(packed) > 1:
		half, before = len(packed) // 2, machine.copy()
		try:
			unpacked = machine.decompress(packed[:half], max(room.left, 1))
		except zlib.error:
			machine, packed = before, packed[:half]
			continue
		packed = packed[half:]
		room.left -= len(unpacked) + half
		yield unpacked
