"""Files of a few KB that take seconds, or gigabytes, from whoever takes them apart. Made of markers alone."""

import struct

from tests.pictures import _segment, png

HUGE = 13_000


def progressive_jpeg(width: int = HUGE, height: int = HUGE, scans: int = 3_000) -> bytes:
	"""A grey picture that is gone over again and again, each time for nothing."""
	frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
	table = b"\x00" + bytes([1] + [0] * 15) + b"\x00"
	scan = _segment(0xDA, b"\x01\x01\x00\x01\x3f\x00") + b"\x00" * 320
	return b"\xff\xd8" + _segment(0xC2, frame) + _segment(0xC4, table) + scan * scans + b"\xff\xd9"


def png_of(width: int, height: int) -> bytes:
	"""The head of a picture of this size with the data of one pixel."""
	return png().replace(struct.pack(">II", 1, 1), struct.pack(">II", width, height), 1)


def gif_of(width: int, height: int, screen: tuple[int, int] | None = None, before: bytes = b"") -> bytes:
	"""One frame on a screen, which is of its size unless another is given."""
	head = b"GIF89a" + struct.pack("<HH", *(screen or (width, height))) + b"\x80\x00\x00" + bytes(6)
	return head + before + b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02D\x01\x00;"


def webp_of(kind: bytes, width: int, height: int) -> bytes:
	"""With one of the three first chunks: `VP8 `, `VP8L`, `VP8X`."""
	if kind == b"VP8X":
		body = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
	elif kind == b"VP8L":
		body = b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + bytes(8)
	else:
		body = b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(8)
	chunk = kind + struct.pack("<I", len(body)) + body
	return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def bmp_of(width: int, height: int) -> bytes:
	"""Upside down, as those that count from the top are."""
	return b"BM" + bytes(12) + struct.pack("<Iii", 40, width, -height) + bytes(40)


def avif_of(width: int, height: int) -> bytes:
	"""The boxes up to the size."""
	box = b"\x00\x00\x00\x14ispe" + bytes(4) + struct.pack(">II", width, height)
	return (
		b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf"
		+ b"\x00\x00\x00\x80meta"
		+ bytes(40)
		+ box
		+ bytes(80)
	)


def pdf_of(token: bytes, size: int) -> bytes:
	"""One piece repeated up to so many bytes; what counts up does (`%d`)."""
	if b"%d" in token:
		body = b"".join(token.replace(b"%d", b"%d" % number) for number in range(size // len(token)))
	else:
		body = token * (size // len(token))
	return b"%PDF-1.7\n\x00" + body
