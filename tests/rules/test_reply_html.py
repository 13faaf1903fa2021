import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_channel.rules.text.message_text import from_html, has_media, is_blank

MARK = '<p class="reply-to-content"></p>'
MARK_UP_TO_1_23 = '<p class="reply-to-content"><p>'


@pytest.mark.parametrize(
	("html", "expected"),
	[
		pytest.param("", "", id="empty"),
		pytest.param("<p></p>", "", id="empty paragraph"),
		pytest.param("plain", "plain", id="no markup"),
		pytest.param("https://a.example/x", "https://a.example/x", id="an address alone"),
		pytest.param("<p>a</p><p>b</p>", "a\nb", id="paragraphs are lines"),
		pytest.param("<p>a</p><p></p><p>b</p>", "a\n\nb", id="empty paragraph is a blank line"),
		pytest.param("<p>a</p><p><br></p><p>&nbsp;</p><p></p><p>b</p>", "a\n\nb", id="blank lines collapse"),
		pytest.param("<p>a<br>b<br></p><p>c</p>", "a\nb\nc", id="br"),
		pytest.param("<div>a</div><br><div>b</div>", "a\n\nb", id="br between blocks"),
		pytest.param(
			"<div><div>a</div></div>\n\n<div>b</div>\n", "a\nb", id="nested divs, white space between"
		),
		pytest.param("<p>a\n   b\t c </p>", "a b c", id="white space is one space"),
		pytest.param("<p>a&nbsp;&nbsp;b</p>", "a  b", id="nbsp are spaces"),
		pytest.param("<p>\u200ba\ufeff\u00adb</p>", "ab", id="zero-width characters"),
		pytest.param(
			"<p>👩\u200d👩\u200d👧 می\u200cخواهم</p>", "👩\u200d👩\u200d👧 می\u200cخواهم", id="joiners stay"
		),
		pytest.param("<p>a &amp; b &lt;c&gt; &#1;&#x41;</p>", "a & b <c> A", id="entities"),
		pytest.param('<div style="white-space: pre-wrap">a\n  b</div>', "a\n  b", id="pre-wrap"),
		pytest.param("<p><strong>a</strong> <em>b</em> <s>c</s> <b>d</b></p>", "*a* _b_ ~c~ *d*", id="marks"),
		pytest.param("<p><strong><em>a</em></strong></p>", "*_a_*", id="nested marks"),
		pytest.param("<p><strong>a <b>b</b></strong></p>", "*a b*", id="the same mark twice"),
		pytest.param("<p>x<strong> a </strong>y</p>", "x *a* y", id="spaces move out of marks"),
		pytest.param("<p>un<strong>believ</strong>able</p>", "unbelievable", id="no marks inside words"),
		pytest.param("<p><strong>Note</strong>: x</p>", "*Note*: x", id="marks beside punctuation"),
		pytest.param("<p><strong>a<br>b</strong></p>", "*a*\n*b*", id="marks line by line"),
		pytest.param("<strong><p>a</p><p>b</p></strong>", "*a*\n*b*", id="marks around blocks"),
		pytest.param("<p><strong>5*3</strong></p>", "5*3", id="no mark around its own character"),
		pytest.param("<p><strong> </strong>a</p>", "a", id="empty mark"),
		pytest.param('<b style="font-weight:normal"><p>a</p></b>', "a", id="bold that is not"),
		pytest.param("<p><u>a</u> <mark>b</mark> <span>c</span></p>", "a b c", id="what WhatsApp has not"),
		pytest.param("<h2>Title</h2><p>a</p>", "*Title*\na", id="heading"),
		pytest.param("<p>run <code>a  b</code></p>", "run `a b`", id="code"),
		pytest.param(
			"<pre><code>def f():\n\tpass\n</code></pre>", "```def f():\n    pass```", id="code block"
		),
		pytest.param("<pre>a ``` b</pre>", "a ``` b", id="code block with its own mark"),
		pytest.param("<ul><li><p>a</p></li><li>b</li></ul>", "- a\n- b", id="list"),
		pytest.param('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b", id="numbered list"),
		pytest.param("<ol><li><p>a</p><p>b</p></li></ol>", "1. a\n   b", id="two paragraphs in an item"),
		pytest.param(
			"<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li><li>d</li></ul>",
			"- a\n  - b\n    1. c\n- d",
			id="nested lists",
		),
		pytest.param("<ul><li>a</li><ul><li>b</li></ul></ul>", "- a\n  - b", id="list beside items"),
		pytest.param("<p>a</p><ul><li>b</li></ul><p>c</p>", "a\n- b\nc", id="list between paragraphs"),
		pytest.param("<blockquote><p>a</p><p>b</p></blockquote><p>c</p>", "> a\n> b\nc", id="quote"),
		pytest.param(
			"<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n> > b", id="quote in a quote"
		),
		pytest.param(
			'<p><a href="https://a.example/x">here</a></p>', "here (https://a.example/x)", id="link"
		),
		pytest.param(
			'<p><a href="https://a.example/">https://a.example</a></p>',
			"https://a.example",
			id="link that is its text",
		),
		pytest.param(
			'<p><a href="https://a.example">a.example</a></p>', "https://a.example", id="link without scheme"
		),
		pytest.param('<p><a href="https://a.example"></a></p>', "https://a.example", id="link without text"),
		pytest.param('<a href="mailto:x@y.example">x@y.example</a>', "x@y.example", id="mail link"),
		pytest.param('<a href="mailto:x@y.example">us</a>', "us (x@y.example)", id="mail link with a name"),
		pytest.param('<a href="tel:+491701">+491701</a>', "+491701", id="telephone link"),
		pytest.param('<a href="java\nscript:alert(1)">x</a>', "x", id="script link"),
		pytest.param('<a href="/app/hd-ticket/1">x</a>', "x", id="link into the desk"),
		pytest.param("<a>x</a>", "x", id="no link at all"),
		pytest.param('<span class="mention" data-label="Jane">@Jane</span>', "@Jane", id="mention"),
		pytest.param('<span class="mention" data-label="Jane"></span>', "@Jane", id="mention without text"),
		pytest.param('<p>hi <img alt="😀" src="x.png"></p>', "hi 😀", id="emoji picture"),
		pytest.param('<p>a<img src="/files/a.png" alt="a.png">b</p>', "ab", id="picture with a file name"),
		pytest.param('<p><img src="/files/a.png" alt="Our shop"></p>', "Our shop", id="picture with words"),
		pytest.param(
			"<table><tbody><tr><th>A</th><th><p>B</p></th></tr><tr><td>1<br>2</td><td></td></tr></tbody></table>",
			"A | B\n1 2 |",
			id="table",
		),
		pytest.param(
			"<table><tr><td>a<table><tr><td>b</td></tr></table></td></tr></table>",
			"a b",
			id="table in a table",
		),
		pytest.param("<p>a</p><hr><p>b</p>", "a\n---\nb", id="rule"),
		pytest.param(
			"<style>p{}</style><script>x</script><title>y</title><p>a</p>", "a", id="style and script"
		),
		pytest.param("<!-- x --><!DOCTYPE html><?php y ?><p>a</p>", "a", id="comments and declarations"),
		pytest.param("<p>a<p>b", "a\nb", id="unclosed paragraphs"),
		pytest.param("</p></div>a</b>", "a", id="only closing tags"),
		pytest.param("<div>" * 3000 + "deep" + "</div>" * 3000, "deep", id="3000 blocks deep"),
		pytest.param("<ul><li>" * 500 + "deep", "- " * 60 + "deep", id="500 lists deep"),
	],
)
def test_from_html(html, expected):
	assert from_html(html) == expected


QUOTED = "<blockquote><p>When does it <b>arrive</b>?</p></blockquote>"
CUSTOMER = '<div style="white-space:pre-wrap">When does it arrive?</div>'


@pytest.mark.parametrize(
	("html", "earlier", "expected"),
	[
		pytest.param(f"<p>Soon</p>{MARK}{QUOTED}", [], "Soon", id="marked quote is cut"),
		pytest.param(
			f"<p>Soon</p>{MARK_UP_TO_1_23}{QUOTED}", [], "Soon", id="marked quote up to 1.23 is cut"
		),
		pytest.param(f"<p>Soon{MARK}{QUOTED}", [], "Soon", id="mark within an unclosed paragraph"),
		pytest.param(
			f"<div><p>Soon</p>{MARK}</div>{QUOTED}<p>x</p>", [], "Soon", id="all after the mark at any level"
		),
		pytest.param(f"{MARK}{QUOTED}{MARK}{QUOTED}", [], "", id="only quotes"),
		pytest.param(f"null{MARK}{QUOTED}", [], "", id="untouched editor is JavaScript's null"),
		pytest.param(f"<p>null</p>{MARK}{QUOTED}", [], "null", id="an agent's own null stays"),
		pytest.param("null", [], "null", id="null without a quote stays"),
		pytest.param("<i>" * 3000 + f"a{MARK}{QUOTED}", [], "_a_", id="mark 3000 elements deep"),
		pytest.param(
			f"{QUOTED}<p>Soon</p>{MARK}{QUOTED}",
			[CUSTOMER],
			"> When does it *arrive*?\nSoon",
			id="before the mark the agent's own quote stays",
		),
		pytest.param(
			f"<p>Terms:</p>{QUOTED}", [], "Terms:\n> When does it *arrive*?", id="own quote at the end stays"
		),
		pytest.param(
			f"<p>Terms:</p>{QUOTED}",
			["Something else"],
			"Terms:\n> When does it *arrive*?",
			id="nobody's words stay",
		),
		pytest.param(
			f"<p>Soon</p>{QUOTED}", ["x", CUSTOMER], "Soon", id="unmarked quote of an earlier message is cut"
		),
		pytest.param(
			f"<p>Soon</p>{QUOTED}<p></p>", [CUSTOMER], "Soon", id="unmarked quote before an empty paragraph"
		),
		pytest.param(
			f"{QUOTED}<p>Soon</p>",
			[CUSTOMER],
			"> When does it *arrive*?\nSoon",
			id="quote answered below stays",
		),
		pytest.param(
			f"<p>Soon</p>{QUOTED}",
			[f"<p>When does it arrive?</p>{MARK}<blockquote>older</blockquote>"],
			"Soon",
			id="earlier message had a quote itself",
		),
		pytest.param(
			"<p>a</p><blockquote></blockquote>", [""], "a", id="empty quote matches no empty message"
		),
	],
)
def test_the_quoted_message_is_cut_and_the_agents_own_quote_is_kept(html, earlier, expected):
	assert from_html(html, earlier=earlier) == expected


SIGNATURE = '<p>--</p><p><strong>Anna</strong>, Support</p><p></p><img src="/files/logo.png" alt="logo.png">'


@pytest.mark.parametrize(
	("html", "signature", "expected"),
	[
		pytest.param(f"<p>Soon</p><br>{SIGNATURE}", SIGNATURE, "Soon", id="at the end"),
		pytest.param(f"<p>Soon</p>{SIGNATURE}{MARK}{QUOTED}", SIGNATURE, "Soon", id="before the quote"),
		pytest.param(SIGNATURE, SIGNATURE, "", id="alone"),
		pytest.param("<p>Soon</p><p>--</p>", SIGNATURE, "Soon\n--", id="a part of it is not it"),
		pytest.param(
			f"{SIGNATURE}<p>PS</p>", SIGNATURE, "--\n*Anna*, Support\n\nPS", id="in the middle it stays"
		),
		pytest.param(f"<p>Soon</p>{SIGNATURE}", None, "Soon\n--\n*Anna*, Support", id="unknown it stays"),
		pytest.param("<p>Soon</p>", "<p></p>", "Soon", id="empty signature"),
	],
)
def test_a_known_signature_is_cut_at_the_end(html, signature, expected):
	assert from_html(html, signature=signature) == expected


@pytest.mark.parametrize(
	("html", "media", "blank"),
	[
		pytest.param("", False, True, id="empty"),
		pytest.param("<p><br></p><p>&nbsp;</p>", False, True, id="white space"),
		pytest.param("<p>a</p>", False, False, id="words"),
		pytest.param('<p><img src="/private/files/a.png"></p>', True, False, id="picture alone"),
		pytest.param('<p>a <img src="a.png" alt="a b"></p>', True, False, id="picture and words"),
		pytest.param('<img alt="😀" src="emoji.png">', False, False, id="emoji"),
		pytest.param('<img alt="x">', False, False, id="picture without a source"),
		pytest.param("<video><source src='a.mp4'></video>", True, False, id="film"),
		pytest.param('<iframe src="https://a.example"></iframe>', True, False, id="frame"),
		pytest.param(
			f'<p>a</p>{MARK}<blockquote><img src="a.png"></blockquote>', False, False, id="in the quote"
		),
		pytest.param(
			f'{MARK}<blockquote>b<img src="a.png"></blockquote>', False, True, id="only in the quote"
		),
		pytest.param(f"<p>a</p>{SIGNATURE}", False, False, id="in the signature"),
		pytest.param(SIGNATURE, False, True, id="signature alone"),
		pytest.param(f'{SIGNATURE}<img src="b.png">', True, False, id="beside the signature"),
	],
)
def test_media_and_blank_replies(html, media, blank):
	assert has_media(html, signature=SIGNATURE) is media
	assert is_blank(html, signature=SIGNATURE) is blank


def test_a_picture_below_an_old_quote_keeps_the_quote_inside_the_answer():
	html = f'<p>Soon</p>{QUOTED}<p><img src="a.png"></p>'
	assert from_html(html, earlier=[CUSTOMER]) == "Soon\n> When does it *arrive*?"
	assert has_media(html, earlier=[CUSTOMER])


markup = st.lists(
	st.sampled_from(
		[
			"<p>",
			"</p>",
			"<b>",
			"</b>",
			"<ul>",
			"<li>",
			"</ul>",
			"<pre>",
			"</pre>",
			"<table>",
			"<tr>",
			"<td>",
			"<br>",
			"<blockquote>",
			"</blockquote>",
			"<a href='https://a.b'>",
			"</a>",
			"<![foo[",
			"<!",
			"<?",
			"&#0;",
			"&bogus;",
			MARK,
			MARK_UP_TO_1_23,
			"<img alt='x'>",
			"<code>",
			"</code>",
			" ",
			"\n",
			"word",
			"*",
			"\x01",
			"\x02",
			"<",
			"\xa0",
		]
	),
	max_size=40,
).map("".join)


@given(markup | st.text())
def test_no_markup_raises_or_leaves_traces(html):
	with warnings.catch_warnings():
		warnings.simplefilter("error")
		text = from_html(html, earlier=[html], signature="<p>word</p>")
	assert text == text.strip("\n").rstrip()
	assert "\n\n\n" not in text
	assert not set(text) & set("\x00\x01\x02\r\t\ufeff")


@given(st.lists(st.text(alphabet="abc é😀", min_size=1).filter(str.strip), min_size=1, max_size=6))
def test_words_in_paragraphs_all_arrive(paragraphs):
	html = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
	assert from_html(html).split() == " ".join(paragraphs).split()
