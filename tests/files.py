"""Files as customers send them, small and made here."""

import struct
import zipfile
import zlib
from io import BytesIO


def png(width: int = 2, height: int = 2, colour: tuple[int, int, int] = (37, 211, 102)) -> bytes:
	"""A picture of one colour that every browser draws."""

	def chunk(kind: bytes, data: bytes) -> bytes:
		return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

	header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
	rows = (b"\x00" + bytes(colour) * width) * height
	return (
		b"\x89PNG\r\n\x1a\n"
		+ chunk(b"IHDR", header)
		+ chunk(b"IDAT", zlib.compress(rows))
		+ chunk(b"IEND", b"")
	)


def pdf(catalog: bytes = b"") -> bytes:
	"""A page without anything on it; `catalog` is added to the document's own entries."""
	objects = [
		b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
		b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>",
	]
	body, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
	for number, content in enumerate(objects, 1):
		places.append(len(body))
		body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
	table = b"".join(b"%010d 00000 n \n" % place for place in places)
	start = len(body)
	body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
	return body + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def wav(seconds: float = 0.1) -> bytes:
	"""Silence."""
	data = bytes(int(8000 * seconds))
	form = struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
	return (
		b"RIFF"
		+ struct.pack("<I", 36 + len(data))
		+ b"WAVEfmt "
		+ form
		+ b"data"
		+ struct.pack("<I", len(data))
		+ data
	)


def zip_bomb(megabytes: int = 100) -> bytes:
	"""An archive of some KB with so many megabytes of zeros."""
	file = BytesIO()
	with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
		archive.writestr("zeros", bytes(megabytes * 1024 * 1024))
	return file.getvalue()


PNG = png()
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(24)
OGG = b"OggS\x00\x02" + bytes(22) + b"OpusHead" + bytes(40)
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(40)
PDF = pdf()
SCRIPTED_PDF = pdf(b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")
HTML = b"<!DOCTYPE html><script>alert(document.cookie)</script>"
