"""What a file is, by its content, and under which name it may be stored."""

import gzip
import mimetypes
import re
import zipfile
from io import BytesIO

import filetype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_channel.rules.files import file_types
from whatsapp_channel.rules.files.file_check import LIMITS, FileRejected, judge, limit_of
from whatsapp_channel.rules.files.file_names import MAX_BYTES, MAX_CHARACTERS, extension_of, safe_name


def zipped(*names: str) -> bytes:
	file = BytesIO()
	with zipfile.ZipFile(file, "w") as archive:
		for name in names:
			archive.writestr(name, "x")
	return file.getvalue()


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 "
GIF = b"GIF89a\x01\x00\x01\x00\x00"
OGG = b"OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00OpusHead"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
M4A = b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A isom"
TOMORROW = b"\x00\x00\x00\x18ftypxyz9\x00\x00\x00\x00xyz9\x00\x00\x00\x00"
THREE_GP = b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x00\x003gp4isom"
AMR = b"#!AMR\n\x3c\x91\x17\x16\xbe\x66"
MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x00"
RAW_AAC = b"\x12\x34\x00\x56"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
EXE = b"MZ\x90\x00\x03\x00\x00\x00"
ELF = b"\x7fELF\x02\x01\x01\x00" + bytes(50)
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
NOISE = bytes(range(200, 250)) + b"\x00\x01\x02"

ACCEPTED = {
	"photo": ("image", JPEG, "image/jpeg", None, "jpg"),
	"photo declared as another picture": ("image", PNG, "image/jpeg", None, "png"),
	"animated picture": ("image", GIF, "image/gif", None, "gif"),
	"sticker": ("sticker", WEBP, "image/webp", None, "webp"),
	"video": ("video", MP4, "video/mp4", None, "mp4"),
	"video of an old phone": ("video", THREE_GP, "video/3gpp", None, "3gp"),
	"video with a brand of tomorrow": ("video", TOMORROW, "video/mp4", None, "mp4"),
	"voice note": ("audio", OGG, "audio/ogg; codecs=opus", None, "ogg"),
	"recording in a video's container": ("audio", MP4, "audio/mp4", None, "m4a"),
	"recording in its own container": ("audio", M4A, "audio/mp4", None, "m4a"),
	"recording of an old phone": ("audio", AMR, "audio/amr", None, "amr"),
	"music": ("audio", MP3, "audio/mpeg", "song.mp3", "mp3"),
	"recording without a signature": ("audio", RAW_AAC, "audio/aac", None, "aac"),
	"PDF": ("document", PDF, "application/pdf", "receipt.pdf", "pdf"),
	"PDF after some junk": ("document", b"\x00junk\n" + PDF, "application/pdf", "receipt.pdf", "pdf"),
	"PDF of plain characters": ("document", b"%PDF-1.1\n1 0 obj", "application/pdf", "a.pdf", "pdf"),
	"PDF named as a photo": ("document", PDF, "image/jpeg", "photo.jpg", "pdf"),
	"PDF named as an Illustrator file": ("document", PDF, None, "logo.ai", "pdf"),
	"PDF whose name ends in an address": ("document", PDF, None, "invoice of example.com", "pdf"),
	"Word": ("document", zipped("[Content_Types].xml", "word/document.xml"), None, "a.docx", "docx"),
	"Excel with macros": ("document", zipped("[Content_Types].xml", "xl/workbook.xml"), None, "a.xlsm", "xlsm"),
	"old Word": ("document", OLE, "application/msword", "letter.doc", "doc"),
	"old Outlook mail": ("document", OLE, None, "mail.msg", "msg"),
	"archive": ("document", zipped("a.txt"), "application/zip", "files.zip", "zip"),
	"archive named as a PDF": ("document", zipped("a.txt"), "application/pdf", "files.pdf", "zip"),
	"packed": ("document", gzip.compress(b"x"), None, "backup.tar.gz", "gz"),
	"text": ("document", b"Hello", "text/plain", "a.txt", "txt"),
	"table": ("document", b"a;b\n1;2", "text/csv", "table.csv", "csv"),
	"table in Latin-1": ("document", "preço;ação".encode("latin-1"), "text/csv", "table.csv", "csv"),
	"text in UTF-16": ("document", "Olá".encode("utf-16"), "text/plain", "a.txt", "txt"),
	"text that begins as a bitmap": ("document", b"BMW price list", "text/plain", "a.txt", "txt"),
	"text that begins as a program": ("document", b"MZ: Mainz", "text/plain", "a.txt", "txt"),
	"text named as a photo": ("document", b"Hello", "image/jpeg", "a.jpg", "txt"),
	"text named as a page": ("document", b"Hello", "text/html", "a.xhtml", "txt"),
	"photo as a document": ("document", JPEG, "image/jpeg", "IMG.JPEG", "jpeg"),
	"page": ("document", HTML, "text/html", "page.htm", "txt"),
	"page named as a photo": ("document", HTML, "image/jpeg", "photo.jpg", "txt"),
	"page named as text that browsers run": ("document", HTML, None, "page.xhtml", "txt"),
	"page behind white space and a mark": ("document", b"\xef\xbb\xbf \n" + HTML, None, "a.txt", "txt"),
	"drawing": ("document", SVG, "image/svg+xml", "logo.svg", "txt"),
	"drawing named as a photo": ("document", SVG, "image/png", "logo.png", "txt"),
	"invoice in XML": ("document", b'<?xml version="1.0"?><NFe/>', "text/xml", "nota.xml", "txt"),
	"track in XML": ("document", b'<?xml version="1.0"?><gpx/>', None, "way.gpx", "txt"),
	"rich text": ("document", b"{\\rtf1 Hello}", None, "a.rtf", "rtf"),
	"drawing of a house": ("document", NOISE, None, "house.skp", "skp"),
	"noise named as a PDF": ("document", NOISE, "application/pdf", "a.pdf", "bin"),
	"noise that browsers would run": ("document", NOISE, None, "a.mht", "bin"),
	"noise without a name": ("document", NOISE, "application/x-hello", None, "bin"),
	"a kind of tomorrow": ("hologram", PDF, None, None, "pdf"),
}  # fmt: skip


@pytest.mark.parametrize(
	("kind", "head", "declared", "name", "extension"), ACCEPTED.values(), ids=ACCEPTED.keys()
)
def test_extension_follows_content(kind, head, declared, name, extension):
	assert judge(kind, head, declared, name).extension == extension


REFUSED = {
	"page as a photo": ("image", HTML, "image/jpeg", None, "text/html"),
	"drawing as a photo": ("image", SVG, "image/svg+xml", None, "image/svg+xml"),
	"text as a photo": ("image", b"Hello", "image/jpeg", None, "text/plain"),
	"PDF as a photo": ("image", PDF, "image/jpeg", None, "application/pdf"),
	"noise as a photo": ("image", NOISE, "image/jpeg", None, "unknown"),
	"video as a photo": ("image", MP4, "image/jpeg", None, "video/mp4"),
	"page as a sticker": ("sticker", HTML, "image/webp", None, "text/html"),
	"photo as a recording": ("audio", JPEG, "audio/ogg", None, "image/jpeg"),
	"noise as a recording of no type": ("audio", NOISE, "application/x-thing", None, "unknown"),
	"page as a video": ("video", HTML, "video/mp4", None, "text/html"),
	"music as a video": ("video", MP3, "video/mp4", None, "audio/mpeg"),
	"program": ("document", EXE, "application/pdf", "invoice.pdf", ".exe"),
	"program for Linux": ("document", ELF, None, "tool", ".elf"),
	"program by its name": ("document", NOISE, None, "a.scr", ".scr"),
	"script by its name": ("document", b"WScript.Echo 1", "text/plain", "a.vbs", ".vbs"),
	"program of a phone": ("document", zipped("classes.dex"), None, "app.apk", ".apk"),
	"installer": ("document", OLE, None, "setup.msi", ".msi"),
	"program behind a mark of direction": ("document", NOISE, None, "cod.\u202e\u202cexe", ".exe"),
	"empty": ("image", b"", "image/jpeg", None, "empty"),
}


@pytest.mark.parametrize(("kind", "head", "declared", "name", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_a_reason(kind, head, declared, name, says):
	with pytest.raises(FileRejected) as caught:
		judge(kind, head, declared, name)
	assert says in str(caught.value)
	assert str(caught.value.sentence) == str(caught.value)


@given(
	st.sampled_from([*LIMITS, "hologram"]),
	st.binary(max_size=400),
	st.one_of(st.none(), st.text(max_size=30)),
	st.one_of(st.none(), st.text(max_size=60)),
)
def test_nothing_that_a_browser_runs_is_ever_shown(kind, head, declared, name):
	try:
		judged = judge(kind, head, declared, name)
	except FileRejected:
		return
	assert judged.extension not in file_types.ACTIVE | file_types.PROGRAMS
	assert (
		kind == "document"
		or kind == "hologram"
		or judged.extension not in ("html", "htm", "svg", "xml", "txt")
	)


def test_every_type_of_the_library_is_in_our_tables():
	"""A type that the library recognises and our table does not know could be kept under a lying name."""
	known = file_types.RECOGNISED | file_types.PROGRAMS | file_types.ACTIVE
	rare = {"ar", "Z", "lzo", "otf"}
	assert {kind.extension for kind in filetype.types if kind.extension not in known} <= rare


@pytest.mark.parametrize("kind", ["image", "sticker", "audio", "video", "document", "hologram"])
def test_every_kind_has_a_limit(kind):
	assert 0 < limit_of(kind) <= 100 * 1024 * 1024


PAGE = b'<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>'
CONTENTS = {
	"text": b"Hello",
	"page": HTML,
	"drawing": SVG,
	"XML with a declaration": b'<?xml version="1.0"?>' + PAGE,
	"XML without": b"<rss>" + PAGE + b"</rss>",
	"XML in UTF-16 without a mark": PAGE.decode().encode("utf-16-le"),
	"noise": NOISE,
	"Flash": b"FWS\x09\x00\x00\x00\x00",
	"zip": zipped("a.txt"),
	"OLE": OLE,
	"packed page": b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03" + PAGE,
	"packed in the old way": b"\x1f\xa0\x82" + NOISE,
	"RTF": b"{\\rtf1}",
	"film": MP4,
}
EXTENSIONS = sorted(
	{*mimetypes.types_map, *mimetypes.common_types, *mimetypes.encodings_map, *mimetypes.suffix_map}
	| {f".{one}" for one in file_types.ACTIVE | file_types.INERT_TEXT}
)
RUN_BY_BROWSERS = re.compile(
	r"html|\bxml\b|\+xml|svg|ecmascript|javascript|xsl|xul|flash|component|cache-manifest|wap\.wml"
)


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
@pytest.mark.parametrize("pattern", ["a{0}", "a{0}.gz", "a{0} .gz", "a{0}_.bz2", "a.txt{0}", "A{0}"])
def test_no_name_makes_a_browser_run_a_file(pattern: str, content: bytes):
	"""Frappe sends a private file under the type that Python's table has for its name, and nothing else protects."""
	run = {}
	for extension in EXTENSIONS:
		given_name = pattern.format(extension.upper() if pattern[0] == "A" else extension)
		try:
			kept = judge("document", content, mimetypes.guess_type(given_name)[0], given_name)
		except FileRejected:
			continue
		name = safe_name(given_name, kept.extension, "file")
		for shown_as in (
			mimetypes.guess_type(name)[0],
			mimetypes.guess_type(name, strict=False)[0],
			kept.mime_type,
		):
			if (
				shown_as
				and RUN_BY_BROWSERS.search(shown_as)
				and not re.search(r"\.xml\.|officedocument", shown_as)
			):
				run[name] = shown_as
	assert run == {}


def test_text_that_is_kept_under_its_name_is_inert():
	assert [one for one in sorted(file_types.INERT_TEXT) if not file_types.is_inert(one)] == []


NAMES = {
	"page as text": ("page.html", "txt", "page_html.txt"),
	"drawing as text": ("logo.v2.SVG", "txt", "logo.v2_svg.txt"),
	"unknown": ("a.mht", "bin", "a_mht.bin"),
	"packed page": ("page.html.gz", "gz", "page_html.gz"),
	"packed page behind a space": ("page.html .gz", "gz", "page_html.gz"),
	"as it is": ("receipt.pdf", "pdf", "receipt.pdf"),
	"other scripts": ("Договор № 5.pdf", "pdf", "Договор № 5.pdf"),
	"emoji": ("👨‍👩‍👧 family.jpg", "jpg", "👨‍👩‍👧 family.jpg"),
	"extension in capitals": ("SCAN.PDF", "pdf", "SCAN.pdf"),
	"wrong extension": ("photo.jpg", "pdf", "photo.pdf"),
	"no extension": ("receipt", "pdf", "receipt.pdf"),
	"a version": ("offer 1.2", "pdf", "offer 1.2.pdf"),
	"a version is no extension": ("offer v1.2 final", "pdf", "offer v1.2 final.pdf"),
	"double extension": ("invoice.pdf.html", "html", "invoice_pdf.html"),
	"triple extension": ("a.exe.pdf.jpg", "jpg", "a_exe_pdf.jpg"),
	"packed tape archive": ("backup.tar.gz", "gz", "backup.tar.gz"),
	"path": ("../../etc/passwd", "txt", "etc_passwd.txt"),
	"path of Windows": ("C:\\Users\\x\\a.pdf", "pdf", "C__Users_x_a.pdf"),
	"hidden file": (".htaccess", "txt", "htaccess.txt"),
	"address": ("a%2Fb?c#d&e.pdf", "pdf", "a_2Fb_c_d_e.pdf"),
	"markup": ('"><img src=x>.pdf', "pdf", "img src=x.pdf"),
	"control characters": ("a\x00b\r\nc\x7f.pdf", "pdf", "ab c.pdf"),
	"right to left": ("cod\u202egpj.exe", "bin", "codgpj_exe.bin"),
	"zero width": ("a\u200bb\ufeff.pdf", "pdf", "ab.pdf"),
	"lone surrogate": ("a\ud800.pdf", "pdf", "a.pdf"),
	"a device of Windows": ("CON.txt", "txt", "_CON.txt"),
	"only dots": ("...", "pdf", "fallback.pdf"),
	"only forbidden": ("///", "pdf", "fallback.pdf"),
	"nothing": (None, "pdf", "fallback.pdf"),
	"accents in two characters": ("cafe\u0301.pdf", "pdf", "café.pdf"),
}


@pytest.mark.parametrize(("given_name", "extension", "expected"), NAMES.values(), ids=NAMES.keys())
def test_safe_name(given_name, extension, expected):
	assert safe_name(given_name, extension, "fallback") == expected


@pytest.mark.parametrize(
	("character", "count"), [("a", 300), ("ж", 300), ("界", 300), ("🎉", 300)], ids=["1", "2", "3", "4"]
)
def test_long_name_is_cut_between_characters(character, count):
	name = safe_name(character * count + ".pdf", "pdf", "fallback")
	assert len(name) <= MAX_CHARACTERS
	assert MAX_BYTES - 4 <= len(name.encode()) <= MAX_BYTES or len(name) == MAX_CHARACTERS
	assert set(name.removesuffix(".pdf")) == {character}


@given(st.text(max_size=400), st.sampled_from(["pdf", "jpg", "bin", "txt", "gz"]))
def test_every_name_is_safe(name, extension):
	found = safe_name(name, extension, "fallback")
	assert len(found) <= MAX_CHARACTERS
	assert len(found.encode()) <= MAX_BYTES
	assert not set(found) & set('/\\:*?"<>|%#\u202e\n\r\t\x00')
	assert not found.startswith((".", " "))
	assert extension_of(found) == extension
	assert safe_name(found, extension, "fallback") == found
