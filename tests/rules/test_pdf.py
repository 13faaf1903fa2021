"""Scripts are found wherever a PDF may keep them, and nowhere else."""

import mmap
import time
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bombs import pdf_of
from tests.files import PDF, SCRIPTED_PDF, pdf
from whatsapp_channel.rules.files import pdf as rules
from whatsapp_channel.rules.files.pdf import has_scripts


def stream(data: bytes, dictionary: bytes = b"/Filter /FlateDecode") -> bytes:
	return pdf() + b"\n9 0 obj\n<< %s /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
		dictionary,
		len(data),
		data,
	)


ACTION = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
OBJECTS = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"
PACKED = zlib.compress(b"1 0 " + ACTION)
CLEAN = zlib.compress(b"1 0 << /A 1 >>")
CASES = {
	"none": (PDF, False),
	"at opening": (SCRIPTED_PDF, True),
	"named in another way": (pdf(b"/OpenAction << /S /J#61vaScript >>"), True),
	"name all in digits": (pdf(b"/OpenAction << /#4a#53 (x) >>"), True),
	"name with capital digits": (pdf(b"/OpenAction << /#4A#53 (x) >>"), True),
	"a longer name": (pdf(b"/JSON true /JavaScriptish 1"), False),
	"in packed objects": (stream(zlib.compress(b"1 0 " + ACTION), OBJECTS), True),
	"in objects that are not packed": (stream(b"1 0 " + ACTION, b"/Type /ObjStm"), True),
	"packed objects without": (stream(zlib.compress(b"1 0 << /A 1 >>"), OBJECTS), False),
	"in data, where it means nothing": (stream(b"\x01/JS \x02"), False),
	"behind data": (stream(b"\x01") + ACTION, True),
	"behind data without an end": (pdf() + b"<< >>\nstream\n\x01 " + ACTION, True),
	"before NUL": (pdf(b"/OpenAction << /S /JavaScript\x00/JS\x00(x) >>"), True),
	"when a page is left": (pdf(b"/AA << /WC << /S/JavaScript/JS(x) >> >>"), True),
	"of a rendition": (pdf(b"/AA << /O << /S/R#65ndition/JS(x) >> >>"), True),
	"program that is started": (pdf(b"/OpenAction << /S /Launch /F (calc.exe) >>"), True),
	"page that is opened": (pdf(b"/OpenAction [3 0 R /Fit]"), False),
	"attached file": (pdf(b"/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec >>] >> >>"), False),
	"in data, where the table of objects may point": (stream(b"\x01 7 0 obj " + ACTION), True),
	"behind a comment": (stream(PACKED, OBJECTS).replace(b">>\nstream", b">>%x\nstream"), True),
	"behind a comment that names a stream": (
		stream(PACKED, OBJECTS).replace(b">>\nstream", b">>% stream\nstream"), True,
	),
	"behind 3,000 spaces": (stream(PACKED, OBJECTS + b" " * 3000), True),
	"behind 300,000 spaces": (stream(PACKED, OBJECTS + b" " * 300_000), True),
	"behind a stream that has no end": (stream(b"x").replace(b"endstream", b"") + stream(PACKED, OBJECTS), True),
	"packed without a type": (stream(PACKED, OBJECTS.replace(b"/Type /ObjStm", b"")), True),
	"packed under a type in digits": (stream(PACKED, OBJECTS.replace(b"ObjStm", b"Obj#53tm")), True),
	"packed twice": (stream(b"789c", OBJECTS.replace(b"/FlateDecode", b"[/ASCIIHexDecode/FlateDecode]")), True),
	"packed in an array of one": (stream(CLEAN, OBJECTS.replace(b"/FlateDecode", b"[ /FlateDecode ]")), False),
	"packed behind a predictor": (stream(CLEAN, OBJECTS + b"/DecodeParms << /Predictor 12 >>"), True),
	"packed by a reference": (stream(CLEAN, OBJECTS.replace(b"/FlateDecode", b"8 0 R")), True),
	"type hidden before a false end": (stream(PACKED, OBJECTS + b"/X (endobj)"), True),
	"filter hidden before a false end": (
		stream(b"789c", b"/Filter [/AHx /Fl] /X (endobj) /Type /ObjStm /First 4"), True,
	),
	"packed before damage": (stream(PACKED[:-8] + b"\xff" * 8, OBJECTS) + b"/Encrypt 5 0 R", True),
	"outline": (pdf(b"/Outlines << /First 5 0 R /Last 5 0 R >>"), False),
	"objects that cannot be unpacked": (stream(b"\x00\x01\x02", OBJECTS), True),
	"objects that are encrypted": (stream(b"\x00\x01\x02", OBJECTS) + b"/Encrypt 5 0 R", False),
	"empty": (b"", False),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES.keys())
def test_has_scripts(content: bytes, expected: bool):
	assert has_scripts(content) is expected


BOMBS = {
	"one that unpacks to gigabytes": stream(zlib.compress(bytes(50_000_000)), OBJECTS),
	"many small ones": stream(zlib.compress(bytes(300_000)), OBJECTS) * 5,
	"streams without end": b"stream\n" * 3000,
	"dictionaries without end": b"/First 1 0 R " * 20_000 + b" stream\n" * 50,
	"nothing, at length": stream(b"x\x9c" + b"\x00\x00\x00\xff\xff" * 300_000, OBJECTS),
}


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS.keys())
def test_bomb_is_not_unpacked(content: bytes, monkeypatch: pytest.MonkeyPatch):
	read: list[int] = []
	inflated = rules._inflated

	def counting(*arguments: object) -> Iterator[bytes]:
		for piece in inflated(*arguments):
			read.append(len(piece))
			yield piece

	monkeypatch.setattr(rules, "_inflated", counting)
	monkeypatch.setattr(rules, "UNPACKED_BYTES", 1_000_000)
	assert has_scripts(content)
	assert sum(read) <= 1_000_000


HEAD = b"<< " + OBJECTS + b" >>\nstream\n"
REPEATED = [
	b"endstream stream ", b"stream ", b"stream\n", b"stream\r", b">stream x endstream ", b"%d 0 obj (\n", b"obj (", b"endobj ",
	b"/First ", b"/First 1 0 R ", b"/ObjStm ", b"/Filter ", b"/Filter %x\n", b"/DP ", b"/", b"/#4a", b"/JavaScrip", b"/Type ",
	b"%", b"%\n", b"% stream\n", b"<< ", b"((", b"[[", b" ", b"\x00", b"\n", b">> endobj << /First 1 0 R >> stream\n",
	HEAD + b"\xff\xff\n", HEAD + zlib.compress(b"") + b"\nendstream ", HEAD + zlib.compress(b"<< /A 1 >>" * 50)[:-9] + b"\xff" * 50,
	HEAD + zlib.compress(bytes(3000)) + b"\nendstream ",
]  # fmt: skip


@pytest.mark.parametrize(
	"behind", [b"", b" /Encrypt 5 0 R", b" /First 1 "], ids=["alone", "encrypted", "odd"]
)
@pytest.mark.parametrize("size", [15_000, 150_000], ids=["below what is looked back", "above"])
@pytest.mark.parametrize("piece", REPEATED, ids=repr)
def test_time_grows_with_the_size_alone(piece: bytes, size: int, behind: bytes):
	"""In a map of memory, as files come: it is searched in other ways than bytes."""
	small, large = time_for(pdf_of(piece, size) + behind), time_for(pdf_of(piece, 4 * size) + behind)
	assert large < 8 * max(small, 0.005)


def time_for(content: bytes) -> float:
	with mmap.mmap(-1, len(content)) as mapped:
		mapped.write(content)
		began = time.process_time()
		has_scripts(mapped)
		return time.process_time() - began


@given(st.binary(max_size=500))
def test_any_bytes_are_read(content: bytes):
	assert has_scripts(content + ACTION + b" ") or b"stream" in content
