"""Reads the dimensions of a picture from its markers, without decompressing or decoding it.

A few bytes can declare a picture that takes gigabytes to render, and a JPEG can process each pixel thousands of times. Types
whose size is not read here (TIFF, for example) are not displayed by browsers.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from mmap import mmap
from types import MappingProxyType

from whatsapp_channel.rules.files.file_check import FileRejected
from whatsapp_channel.sentences import _

MEGAPIXEL = 1_000_000
SHOWN_MEGAPIXELS = 50
"""Of a photo or sticker, which a page shows without being asked. WhatsApp itself makes photos smaller: 4,096 pixels
at the longest side, about 16 megapixels. Drawn, so many take 200 MB in an agent's browser."""

OPENED_MEGAPIXELS = 150
"""Of a picture sent as a document, which somebody opens on purpose: cameras of phones reach 108 megapixels, and a page
in A3 scanned with 600 dots per inch has 70. Pillow calls 179 a bomb."""

MOST_SCANS = 50
"""Passes over a progressive JPEG. The usual encoders write about 10; every bit of every component by itself makes
some 40. Each costs as much as a whole picture."""

MOST_PARTS = 10_000
"""Parts of a file that may stand before or between the picture's data. Camera files of 100 MB have some thousand."""

_TOO_LARGE = _(
	"The picture has {0} x {1} pixels, which is too much to show, and was not stored. Ask the customer for a smaller one."
)
_TOO_MANY_SCANS = _(
	"The picture is built of more than {0} layers, which takes too long to show, and was not stored. Ask the customer for another copy, for example a screenshot."
)
_TOO_MANY_PARTS = _(
	"The picture is split into too many parts to be checked and was not stored. Ask the customer for another copy, for example a screenshot."
)

# Start-of-frame markers, which carry the size; DHT, JPG and DAC stand among their numbers.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _START, _END = 0xDA, 0xD8, 0xD9
# Neither stuffing, nor padding, nor markers within a scan.
_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd7]")
_SIZES_IN_HEAD = 64 * 1024


def check(content: bytes | mmap, mime_type: str, kind: str) -> None:
	"""Raises file_check.FileRejected for a picture that is too expensive to render. `kind`: the type of its message.

	It is linear in the size of the file, and quick, because it jumps from marker to marker.
	"""
	read = _READERS.get(mime_type)
	if not read:
		return
	limit = SHOWN_MEGAPIXELS if kind in ("image", "sticker") else OPENED_MEGAPIXELS
	for width, height in read(content):
		if width * height > limit * MEGAPIXEL:
			raise FileRejected(_TOO_LARGE, f"{width:,}", f"{height:,}")


def _jpeg(content: bytes | mmap) -> Iterator[tuple[int, int]]:
	"""Reads like a decoder: garbage before a marker is skipped, and any marker may follow a scan."""
	at, parts, scans = 2, 0, 0
	while found := _MARKER.search(content, at):
		marker, at = content[found.end() - 1], found.end()
		parts += 1
		if marker == _END:
			return
		if marker == _START:
			continue
		if marker in _FRAMES and at + 7 <= len(content):
			height, width = struct.unpack(">HH", content[at + 3 : at + 7])
			yield width, height
		scans += marker == _SCAN
		if scans > MOST_SCANS:
			raise FileRejected(_TOO_MANY_SCANS, str(MOST_SCANS))
		if parts > MOST_PARTS:
			raise FileRejected(_TOO_MANY_PARTS)
		at += max(2, int.from_bytes(content[at : at + 2], "big"))


def _png(content: bytes | mmap) -> Iterator[tuple[int, int]]:
	if content[12:16] == b"IHDR" and len(content) >= 24:
		yield struct.unpack(">II", content[16:24])


def _gif(content: bytes | mmap) -> Iterator[tuple[int, int]]:
	"""The size of the screen, and those of the frames, which browsers may enlarge it to."""
	if len(content) < 13:
		return
	yield struct.unpack("<HH", content[6:10])
	at, parts = 13 + _colours(content[10]), 0
	while content[at : at + 1] in (b"\x21", b"\x2c"):
		if content[at] == 0x2C:
			if len(content) < at + 10:
				return
			yield struct.unpack("<HH", content[at + 5 : at + 9])
			return
		at += 2
		while at < len(content) and content[at]:
			at += 1 + content[at]
			parts += 1
			if parts > MOST_PARTS:
				raise FileRejected(_TOO_MANY_PARTS)
		at += 1


def _colours(flags: int) -> int:
	"""Bytes of a table of colours."""
	return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _webp(content: bytes | mmap) -> Iterator[tuple[int, int]]:
	"""Of the three kinds of first chunks."""
	chunk, data = content[12:16], content[20:30]
	if len(data) < 10:
		return
	if chunk == b"VP8X":
		yield int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
	elif chunk == b"VP8 ":
		width, height = struct.unpack("<HH", data[6:10])
		yield width & 0x3FFF, height & 0x3FFF
	elif chunk == b"VP8L":
		bits = int.from_bytes(data[1:5], "little")
		yield (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _bmp(content: bytes | mmap) -> Iterator[tuple[int, int]]:
	if len(content) < 26:
		return
	if int.from_bytes(content[14:18], "little") == 12:
		yield struct.unpack("<HH", content[18:22])
	else:
		width, height = struct.unpack("<ii", content[18:26])
		yield abs(width), abs(height)


def _boxes(content: bytes | mmap) -> Iterator[tuple[int, int]]:
	"""AVIF and HEIC name the size of every picture and tile in a box `ispe`, before the data."""
	for found in re.finditer(rb"ispe.{4}(.{8})", content[:_SIZES_IN_HEAD], re.DOTALL):
		yield struct.unpack(">II", found[1])


def _jpeg_2000(content: bytes | mmap) -> Iterator[tuple[int, int]]:
	for found in re.finditer(rb"ihdr(.{8})", content[:_SIZES_IN_HEAD], re.DOTALL):
		height, width = struct.unpack(">II", found[1])
		yield width, height


_READERS: Mapping[str, Callable[[bytes | mmap], Iterator[tuple[int, int]]]] = MappingProxyType(
	{
		"image/jpeg": _jpeg,
		"image/png": _png,
		"image/apng": _png,
		"image/gif": _gif,
		"image/webp": _webp,
		"image/bmp": _bmp,
		"image/avif": _boxes,
		"image/heic": _boxes,
		"image/jpx": _jpeg_2000,
	}
)
