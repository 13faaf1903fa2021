"""Scripts are found wherever a PDF may keep them, and nowhere else."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.files import PDF, SCRIPTED_PDF, pdf
from whatsapp_channel.rules import pdf as rules
from whatsapp_channel.rules.pdf import has_scripts


def stream(data: bytes, dictionary: bytes = b"/Filter /FlateDecode") -> bytes:
	return pdf() + b"\n9 0 obj\n<< %s /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
		dictionary,
		len(data),
		data,
	)


ACTION = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
OBJECTS = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"
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
	"objects that cannot be unpacked": (stream(b"\x00\x01\x02", OBJECTS), False),
	"empty": (b"", False),
}


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES.keys())
def test_has_scripts(content: bytes, expected: bool):
	assert has_scripts(content) is expected


def test_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch):
	monkeypatch.setattr(rules, "UNPACKED_BYTES", 1000)
	parts = list(rules._readable(stream(zlib.compress(bytes(1_000_000)), OBJECTS) * 5))
	assert max(len(part) for part in parts) <= 1000


@given(st.binary(max_size=500))
def test_any_bytes_are_read(content: bytes):
	assert has_scripts(content + ACTION + b" ") or b"stream" in content
