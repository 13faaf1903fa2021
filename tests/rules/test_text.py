import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from whatsapp_channel.rules.text.message_text import from_html, literal_to_html, split, subject, to_html

OPENING = '<div dir="auto" style="white-space:pre-wrap;">'
LINK = {"rel": "noopener noreferrer nofollow", "target": "_blank"}


def inner(html):
	assert html.startswith(OPENING)
	assert html.endswith("</div>")
	return html[len(OPENING) : -len("</div>")]


def link(url):
	return f'<a href="{url}" rel="noopener noreferrer nofollow" target="_blank">{url}</a>'


@pytest.mark.parametrize(
	("text", "expected"),
	[
		pytest.param("", "", id="empty"),
		pytest.param("a\nb\r\nc\rd", "a\nb\nc\nd", id="line ends"),
		pytest.param("a\x00b\x07c\ud800d\u2028e", "abcd\ne", id="characters no database takes"),
		pytest.param("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;", id="tags"),
		pytest.param(
			"a & b &amp; \"c\" 'd'", "a &amp; b &amp;amp; &quot;c&quot; &#x27;d&#x27;", id="entities"
		),
		pytest.param("*b* _i_ ~s~", "<strong>b</strong> <em>i</em> <del>s</del>", id="bold, italic, strike"),
		pytest.param("*_~x~_*", "<strong><em><del>x</del></em></strong>", id="nested"),
		pytest.param("*a _b* c_", "<strong>a _b</strong> c_", id="crossing marks: the first wins"),
		pytest.param("5*3*2 snake_case_name a~b~c", "5*3*2 snake_case_name a~b~c", id="marks inside words"),
		pytest.param("* a* *b * ** __ ~~", "* a* *b * ** __ ~~", id="marks beside white space or alone"),
		pytest.param("*a\nb*", "*a\nb*", id="marks do not reach over lines"),
		pytest.param(
			"(*b*), *c*!", "(<strong>b</strong>), <strong>c</strong>!", id="marks beside punctuation"
		),
		pytest.param("`a *b*` ``", "<code>a *b*</code> ``", id="code"),
		pytest.param("```a\n*b*```", '<code class="block">a\n*b*</code>', id="code of several lines"),
		pytest.param("*<b>*", "<strong>&lt;b&gt;</strong>", id="tags in bold"),
		pytest.param(
			"see https://a.example/x.", f"see {link('https://a.example/x')}.", id="link ends a sentence"
		),
		pytest.param("HTTPS://A.EXAMPLE", link("HTTPS://A.EXAMPLE"), id="upper case link"),
		pytest.param(
			"(https://a.example/b_(c))",
			f"({link('https://a.example/b_(c)')})",
			id="brackets in and around a link",
		),
		pytest.param(
			"*https://a.example*", f"<strong>{link('https://a.example')}</strong>", id="link in bold"
		),
		pytest.param("https://a.example/_b_c_d", link("https://a.example/_b_c_d"), id="marks in a link"),
		pytest.param(
			"https://a.example/?b=1&c=2", link("https://a.example/?b=1&amp;c=2"), id="ampersand in a link"
		),
		pytest.param(
			'https://a.example/"onclick="x',
			link("https://a.example/") + "&quot;onclick=&quot;x",
			id="quote in a link",
		),
		pytest.param("https://a.example/<b>", link("https://a.example/") + "&lt;b&gt;", id="tag in a link"),
		pytest.param(
			"https://a.example/\u202egpj.exe",
			link("https://a.example/") + "\u202egpj.exe",
			id="reversing mark ends a link",
		),
		pytest.param(
			"javascript:alert(1) data:text/html,x", "javascript:alert(1) data:text/html,x", id="other schemes"
		),
		pytest.param("https:// http://* https://_", "https:// http://* https://_", id="no address"),
	],
)
def test_to_html(text, expected):
	assert inner(to_html(text)) == expected


@pytest.mark.parametrize(
	"text",
	['{"a":"<img onerror=x>"}', '"<img src=x onerror=x>"', "123", "null", "true", "[]", "", '["<b>"]'],
	ids=["object", "string", "number", "null", "true", "list", "empty", "list of markup"],
)
@pytest.mark.parametrize("convert", [to_html, literal_to_html], ids=["message", "literal"])
def test_html_never_parses_as_json_which_frappe_would_store_unsanitised(convert, text):
	with pytest.raises(json.JSONDecodeError):
		json.loads(convert(text))


def test_literal_is_escaped_without_formatting_or_links():
	assert inner(literal_to_html("*a* <b>\nhttps://a.example")) == "*a* &lt;b&gt;\nhttps://a.example"


class Reader(HTMLParser):
	"""Collects the tags of a document and checks that they are closed in order."""

	def __init__(self, html):
		super().__init__()
		self.open, self.tags = [], []
		self.feed(html)
		self.close()
		assert self.open == []

	def handle_starttag(self, tag, attrs):
		self.open.append(tag)
		self.tags.append((tag, dict(attrs)))

	def handle_endtag(self, tag):
		assert self.open.pop() == tag

	def handle_comment(self, data):
		raise AssertionError(f"comment {data}")

	handle_decl = handle_pi = unknown_decl = handle_comment


def is_allowed(tag, attributes):
	if tag == "a":
		href = attributes.pop("href")
		return attributes == LINK and re.match(r"https?://[^\s<>\"']+\Z", href, re.IGNORECASE) is not None
	allowed = {
		"div": [{"dir": "auto", "style": "white-space:pre-wrap;"}],
		"strong": [{}],
		"em": [{}],
		"del": [{}],
		"code": [{}, {"class": "block"}],
	}
	return attributes in allowed.get(tag, [])


pieces = st.sampled_from(
	[
		"*",
		"_",
		"~",
		"`",
		"```",
		" ",
		"\n",
		"a",
		"1",
		"<",
		">",
		"&",
		'"',
		"'",
		"/",
		"(",
		")",
		"https://",
		"http://a.b/",
		"<img src=x onerror=alert(1)>",
		"</div>",
		"<!--",
		"-->",
		"<![CDATA[",
		"javascript:",
		"\x00",
		"\u202e",
		"😀",
		"é",
	]
)
hostile_text = st.lists(pieces, max_size=30).map("".join) | st.text(max_size=80)


@given(hostile_text)
@example("*<img src=x onerror=alert(1)>*")
@example('https://a.b/"><script>alert(1)</script>')
def test_html_of_any_text_holds_only_the_known_tags(text):
	assert all(is_allowed(tag, attributes) for tag, attributes in Reader(to_html(text)).tags)


def without_invisible(text):
	kept = (
		char for char in text if char not in "\xad\u200b\u2060\ufeff" and not "\ud800" <= char <= "\udfff"
	)
	return "".join(char for char in kept if char.isspace() or not re.match(r"[\x00-\x1f\x7f-\x9f]", char))


@given(hostile_text)
@example("*n*  *m*\n\n*o*")
@example("```a\n  b``` `c`")
@example("null")
def test_text_survives_the_way_to_html_and_back(text):
	came_back = from_html(to_html(text))
	assert "".join(came_back.split()) == "".join(without_invisible(text).split())


@given(st.lists(st.sampled_from(["word", "*b*", " x", "", "  indented", "https://a.b/c"]), max_size=12))
def test_lines_survive_the_way_to_html_and_back(lines):
	text = "\n".join(lines).strip("\n")
	assert from_html(to_html(text)) == re.sub(r"\n{3,}", "\n\n", text)


@pytest.mark.parametrize(
	("text", "fallback", "expected"),
	[
		pytest.param("Hello", "F", "Hello", id="short"),
		pytest.param(" Hi\n\nmy\torder\u00a0is late ", "F", "Hi my order is late", id="one line"),
		pytest.param("", "WhatsApp message", "WhatsApp message", id="empty"),
		pytest.param(" \n\u200b\ufeff", "F", "F", id="invisible"),
		pytest.param("x" * 140, "F", "x" * 140, id="140 characters"),
		pytest.param("x" * 141, "F", "x" * 139 + "…", id="141 characters in one word"),
		pytest.param("word " * 40, "F", "word " * 26 + "word wor…", id="cut at a word"),
		pytest.param(
			"<img src=x onerror=alert(1)>", "F", "‹img src=x onerror=alert(1)›", id="angle brackets"
		),
		pytest.param("", "x" * 200, "x" * 139 + "…", id="long fallback"),
		pytest.param("é" * 138 + "e\u0301" * 5, "F", "é" * 138 + "…", id="an accent is not cut off"),
	],
)
def test_subject(text, fallback, expected):
	expected = expected.replace("word wor…", "word…")
	assert subject(text, fallback) == expected


@given(st.text(), st.text(min_size=1))
def test_subject_is_one_short_line_without_markup(text, fallback):
	line = subject(text, fallback)
	assert len(line) <= 140
	assert not re.search(r"[\n\r<>]", line)


FAMILY = "👩‍👩‍👧"
FLAG = "🇩🇪"
THUMB = "👍🏽"


@pytest.mark.parametrize(
	("text", "limit", "expected"),
	[
		pytest.param("", 10, [], id="empty"),
		pytest.param(" \n ", 10, [], id="blank"),
		pytest.param("x" * 10, 10, ["x" * 10], id="exactly the limit"),
		pytest.param("x" * 11, 10, ["x" * 10, "x"], id="one more, no place to cut"),
		pytest.param("aaa bbb\n\nccc ddd", 10, ["aaa bbb", "ccc ddd"], id="at a paragraph"),
		pytest.param("aaa\nbbb\nccc ddd", 10, ["aaa\nbbb", "ccc ddd"], id="at a line"),
		pytest.param("aaa bbb ccc", 10, ["aaa bbb", "ccc"], id="at a word"),
		pytest.param(
			"Hi\n\naaaa bbbb cccc", 12, ["Hi\n\naaaa", "bbbb cccc"], id="a greeting is no part of its own"
		),
		pytest.param("aaaaaaa\n  - b", 8, ["aaaaaaa", "  - b"], id="indent of the next line stays"),
		pytest.param("aaaaa     bbbbb", 7, ["aaaaa", "bbbbb"], id="spaces at the cut go"),
		pytest.param("aaaaaaaa" + FAMILY, 10, ["aaaaaaaa", FAMILY], id="joined emoji stay whole"),
		pytest.param("aaaaaaaaa" + FLAG, 10, ["aaaaaaaaa", FLAG], id="flags stay whole"),
		pytest.param("aaaaaaa" + FLAG + FLAG, 10, ["aaaaaaa" + FLAG, FLAG], id="between two flags"),
		pytest.param("aaaaaaaaa" + THUMB, 10, ["aaaaaaaaa", THUMB], id="skin tones stay"),
		pytest.param("aaaaaaaaae\u0301", 10, ["aaaaaaaaa", "e\u0301"], id="accents stay"),
		pytest.param(
			"e" + "\u0301" * 200, 100, ["e" + "\u0301" * 99, "\u0301" * 100, "\u0301"], id="piled accents"
		),
		pytest.param("abc", 1, ["a", "b", "c"], id="limit 1"),
	],
)
def test_split(text, limit, expected):
	assert split(text, limit) == expected


def test_default_limit_is_metas():
	assert [len(part) for part in split("x" * 4097)] == [4096, 1]


@given(hostile_text, st.integers(min_value=1, max_value=20))
def test_split_loses_nothing_but_white_space(text, limit):
	parts = split(text, limit)
	assert all(0 < len(part) <= limit and part.strip() for part in parts)
	printable = re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "", text.replace("\x85", "\n"))
	assert "".join("".join(parts).split()) == "".join(printable.split())


@pytest.mark.parametrize("limit", [0, -1])
def test_split_into_nothing_is_refused(limit):
	with pytest.raises(ValueError, match="limit of 1 or more"):
		split("x", limit)
