"""Small pictures, and as large as wanted, made byte by byte."""

import struct
import zlib

GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def _chunk(kind: bytes, body: bytes) -> bytes:
	return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(size: int | None = None, width: int = 1, height: int = 1) -> bytes:
	"""A black picture; with `size`, padded by a comment to exactly so many bytes."""
	header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
	body = _chunk(b"IDAT", zlib.compress(b"\x00" * (width + 1) * height))
	parts = [b"\x89PNG\r\n\x1a\n", header, body, _chunk(b"IEND", b"")]
	missing = (size or 0) - sum(map(len, parts))
	if missing >= 12:
		parts.insert(3, _chunk(b"tEXt", b"Comment\x00".ljust(missing - 12, b"x")))
	return b"".join(parts)


def jpeg(width: int = 1, height: int = 1, *, thumbnail: bool = False) -> bytes:
	"""The frame of a picture with a scan of no use; with `thumbnail`, a whole smaller one in its metadata."""
	frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
	parts = [b"\xff\xd8"]
	if thumbnail:
		parts.append(_segment(0xE1, b"Exif\x00\x00" + jpeg(2, 2)))
	parts += [_segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"), _segment(0xC0, frame)]
	parts += [_segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"), b"\x00" * 20, b"\xff\xd9"]
	return b"".join(parts)


def _segment(marker: int, body: bytes) -> bytes:
	return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
