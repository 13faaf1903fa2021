"""Pictures that would take seconds or gigabytes to draw are told by their markers."""

import struct
import time

import pytest

from tests.bombs import avif_of, bmp_of, gif_of, png_of, progressive_jpeg, webp_of
from tests.files import WEBP
from tests.pictures import GIF, _segment, jpeg
from whatsapp_channel.rules.files import dimensions
from whatsapp_channel.rules.files.dimensions import check
from whatsapp_channel.rules.files.file_check import FileRejected, recognise

A, B = 7_072, 7_071
"""Just above and just below 50 megapixels, squared."""


def hidden(frame: bytes) -> bytes:
	"""A frame behind garbage that decoders pass over."""
	return b"\xff\xd8\xff\xe0\x00\x02garbage\xff\xff\xff" + frame


FRAME = _segment(0xC0, b"\x08" + struct.pack(">HH", A, A) + b"\x01\x01\x11\x00")
TOO_LARGE = {
	"JPEG": jpeg(A, A),
	"JPEG behind its thumbnail": jpeg(A, A, thumbnail=True),
	"JPEG behind garbage": hidden(FRAME),
	"JPEG in its second frame": b"\xff\xd8" + FRAME.replace(struct.pack(">HH", A, A), b"\0\1\0\1") + FRAME,
	"progressive JPEG": progressive_jpeg(A, A, 1),
	"PNG": png_of(A, A),
	"PNG of the greatest size": png_of(0xFFFF_FFFF, 0xFFFF_FFFF),
	"PNG of one long line": png_of(50_000_001, 1),
	"GIF": gif_of(A, A),
	"GIF in its frame": gif_of(A, A, screen=(1, 1)),
	"GIF in its frame behind a comment": gif_of(A, A, screen=(1, 1), before=b"\x21\xfe\x03abc\x00"),
	"WebP": webp_of(b"VP8 ", A, A),
	"WebP without loss": webp_of(b"VP8L", A, A),
	"extended WebP": webp_of(b"VP8X", A, A),
	"BMP": bmp_of(A, A),
	"AVIF": avif_of(A, A),
}
FITTING = {
	"JPEG": jpeg(B, B),
	"JPEG of a phone": jpeg(4_096, 3_072, thumbnail=True),
	"PNG": png_of(B, B),
	"GIF": gif_of(B, B),
	"WebP": webp_of(b"VP8 ", B, B),
	"WebP without loss": webp_of(b"VP8L", B, B),
	"extended WebP": webp_of(b"VP8X", B, B),
	"BMP": bmp_of(B, B),
	"AVIF": avif_of(B, B),
	"WebP that tells nothing": WEBP,
	"small GIF": GIF,
}


def type_of(content: bytes) -> str:
	found = recognise(content[:8192])
	assert found
	return found.mime_type


@pytest.mark.parametrize("content", TOO_LARGE.values(), ids=TOO_LARGE.keys())
@pytest.mark.parametrize("kind", ["image", "sticker"])
def test_too_large_to_show(content: bytes, kind: str):
	with pytest.raises(FileRejected, match="pixels"):
		check(content, type_of(content), kind)


@pytest.mark.parametrize("content", FITTING.values(), ids=FITTING.keys())
def test_fits(content: bytes):
	check(content, type_of(content), "image")


DOCUMENTS = {"photo of a phone": (12_000, 9_000, True), "wall": (13_000, 13_000, False)}


@pytest.mark.parametrize(("width", "height", "fits"), DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_document_may_be_larger_than_what_a_page_shows(width: int, height: int, fits: bool):
	with pytest.raises(FileRejected):
		check(jpeg(width, height), "image/jpeg", "image")
	if fits:
		check(jpeg(width, height), "image/jpeg", "document")
	else:
		with pytest.raises(FileRejected):
			check(jpeg(width, height), "image/jpeg", "document")


@pytest.mark.parametrize("kind", ["image", "document"])
@pytest.mark.parametrize(("scans", "fits"), [(10, True), (50, True), (51, False), (3_000, False)])
def test_scans(scans: int, fits: bool, kind: str):
	content = progressive_jpeg(100, 100, scans)
	if fits:
		check(content, "image/jpeg", kind)
	else:
		with pytest.raises(FileRejected, match="layers"):
			check(content, "image/jpeg", kind)


PARTS = {
	"JPEG": ("image/jpeg", b"\xff\xd8" + b"\xff\xfe\x00\x02" * 20_000),
	"GIF": ("image/gif", gif_of(1, 1, before=b"\x21\xfe" + b"\x01a" * 20_000 + b"\x00")),
}


@pytest.mark.parametrize(("mime_type", "content"), PARTS.values(), ids=PARTS.keys())
def test_more_parts_than_a_picture_has(mime_type: str, content: bytes):
	with pytest.raises(FileRejected, match="parts"):
		check(content, mime_type, "image")


def test_broken_pictures_are_somebody_elses_matter():
	for mime_type, whole in (("image/jpeg", jpeg(9, 9)), ("image/gif", GIF), ("image/png", png_of(9, 9))):
		for end in range(len(whole)):
			check(whole[:end], mime_type, "image")
	for kind in (b"VP8 ", b"VP8L", b"VP8X"):
		for end in range(30):
			check(webp_of(kind, 9, 9)[:end], "image/webp", "image")
	for end in range(60):
		check(bmp_of(9, 9)[:end], "image/bmp", "image")


REPEATED = [
	b"\xff",
	b"\xff\x00",
	b"\xff\xd0",
	b"\xff\xff\x00",
	b"\x00",
	b"\xff\xfe\xff\xff",
	b"\x01a",
	b"ispe",
	b"ihdr",
]


@pytest.mark.parametrize("piece", REPEATED, ids=repr)
@pytest.mark.parametrize("mime_type", sorted(dimensions._READERS))
def test_time_grows_with_the_size_alone(piece: bytes, mime_type: str):
	heads = {"image/gif": gif_of(1, 1)[:19] + b"\x21\xfe", "image/jpeg": b"\xff\xd8"}
	spent = []
	for size in (1_000_000, 4_000_000):
		content = heads.get(mime_type, b"") + piece * (size // len(piece))
		began = time.process_time()
		try:
			check(content, mime_type, "image")
		except FileRejected:
			pass
		spent.append(time.process_time() - began)
	assert spent[1] < 8 * max(spent[0], 0.005)
