"""Names and titles that turn the direction of writing, or show nothing at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_channel.cloud_api.content import Contacts, Person, Text
from whatsapp_channel.rules.files.file_names import safe_name
from whatsapp_channel.rules.text.characters import is_blank, on_one_line
from whatsapp_channel.rules.text.message_html import plain
from whatsapp_channel.rules.text.message_labels import summary
from whatsapp_channel.rules.text.message_text import clean_name, subject

TURNING = {
	"arabic letter mark": "\u061c",
	"left-to-right mark": "\u200e",
	"right-to-left mark": "\u200f",
	"left-to-right embedding": "\u202a",
	"right-to-left embedding": "\u202b",
	"end of an embedding": "\u202c",
	"left-to-right override": "\u202d",
	"right-to-left override": "\u202e",
	"left-to-right isolate": "\u2066",
	"right-to-left isolate": "\u2067",
	"first strong isolate": "\u2068",
	"end of an isolate": "\u2069",
	"deprecated mark": "\u206a",
}
UNSEEN = {
	"hangul filler": "\u3164",
	"halfwidth hangul filler": "\uffa0",
	"hangul choseong filler": "\u115f",
	"hangul jungseong filler": "\u1160",
	"empty braille cell": "\u2800",
	"mongolian vowel separator": "\u180e",
	"mongolian variation selector": "\u180b",
	"invisible plus": "\u2064",
	"invisible times": "\u2062",
	"joiner": "\u200d",
	"non-joiner": "\u200c",
	"language tag": "\U000e0001",
	"tag letter": "\U000e0041",
	"combining grapheme joiner": "\u034f",
	"khmer inherent vowel": "\u17b4",
	"variation selector": "\ufe0f",
	"variation selector of the supplement": "\U000e0100",
	"note without head": "\U0001d159",
	"musical control": "\U0001d173",
	"interlinear anchor": "\ufff9",
	"soft hyphen": "\xad",
	"zero-width space": "\u200b",
	"word joiner": "\u2060",
	"byte order mark": "\ufeff",
	"no-break space": "\xa0",
	"ideographic space": "\u3000",
	"ogham space": "\u1680",
	"line separator": "\u2028",
	"control character": "\x01",
}


@pytest.mark.parametrize("mark", TURNING.values(), ids=TURNING)
@pytest.mark.parametrize("written", ["{}Maria", "Ma{}ria", "Maria{}", "{0}{0}Maria{0}"])
def test_a_name_keeps_its_direction(mark: str, written: str) -> None:
	name = written.format(mark)
	assert clean_name(name, "+5511912345678") == "Maria"
	assert subject(name, "WhatsApp") == "Maria"
	assert safe_name(f"{name}.jpg", "jpg", "photo") == "Maria.jpg"


@pytest.mark.parametrize("char", {**UNSEEN, **TURNING}.values(), ids={**UNSEEN, **TURNING})
@pytest.mark.parametrize("written", ["{}", "{0}{0}{0}", " {0} \u3164{0}\n"])
def test_a_blank_name_is_none_and_a_blank_title_says_so(char: str, written: str) -> None:
	text = written.format(char)
	assert is_blank(text)
	assert clean_name(text, "+5511912345678") == "+5511912345678"
	assert summary(Text(text), str) == "Empty message"
	assert plain(Text(text), str) == "Empty message"
	assert summary(Contacts((Person(text),)), str) == "Contact"
	assert safe_name(text, "jpg", "photo") == "photo.jpg"


KEPT = {
	"fillers around": ("\u3164\u2800Maria\uffa0", "Maria"),
	"fillers between": ("Maria\u3164\u3164Silva", "Maria Silva"),
	"hidden between": ("Ma\u2064ria\U000e0001", "Maria"),
	"emoji of several": ("\U0001f469\u200d\U0001f467", "\U0001f469\u200d\U0001f467"),
	"emoji with its selector": ("\u2764\ufe0f", "\u2764\ufe0f"),
	"flag of a region": (
		"\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
		"\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
	),
	"persian with a non-joiner": ("می\u200cخواهم", "می\u200cخواهم"),
	"arabic": ("مريم", "مريم"),
	"old korean with its fillers": ("ᄀ\u1160ᆨ", "ᄀ\u1160ᆨ"),
	"an accent": ("Jose\u0301", "Jose\u0301"),
	"one dot": (".", "."),
}


@pytest.mark.parametrize(("text", "expected"), KEPT.values(), ids=KEPT)
def test_what_belongs_to_a_script_stays(text: str, expected: str) -> None:
	assert on_one_line(text) == expected


unusual = st.text(
	st.sampled_from([*TURNING.values(), *UNSEEN.values(), "a", " ", "\u0301", "م", "\U0001f467"])
)


@given(st.one_of(unusual, st.text()))
def test_one_line_is_seen_or_empty_and_stays_as_it_is(text: str) -> None:
	line = on_one_line(text)
	assert (line == "") == is_blank(line)
	assert on_one_line(line) == line
	assert not set(line) & set(TURNING.values())
