"""No content, however hostile, becomes anything but the app's own markup."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.markup import outline
from whatsapp_channel.cloud_api.content import (
	Choice,
	Contacts,
	Content,
	Edit,
	ErrorObject,
	Form,
	Location,
	Media,
	Order,
	Person,
	Product,
	Reaction,
	Referral,
	ReferredProduct,
	Revoke,
	System,
	Text,
	Unknown,
	Unsupported,
)
from whatsapp_channel.rules.text.message_html import (
	FileView,
	Quote,
	View,
	plain,
	to_html,
	trace_html,
	without_trace,
)


def english(text: str) -> str:
	return text


HOSTILE = st.text(max_size=60) | st.sampled_from(
	[
		"<script>alert(1)</script>",
		'"><img src=x onerror=alert(1)>',
		"javascript:alert(1)",
		"https://a.example/\"onmouseover='x'",
		"https://[bad",
		"http://",
		'{"a": 1}',
		"</div></div>",
		'<div class="whatsapp-trace">',
		"{what} {0} {text.__class__}",
		"\u202egpj.exe\x00\ud83d",
		"مرحبا",
		"a" * 10_000,
		"&lt;b&gt; &amp; %s {}",
		"```*_~`",
	]
)
MAYBE = st.none() | HOSTILE
NUMBERS = st.none() | st.decimals(
	allow_nan=False, allow_infinity=False, places=2, min_value=-(10**14), max_value=10**14
)


def built(kind: Callable[..., Any], *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
	return st.builds(kind, *parts)


ERRORS = st.lists(built(ErrorObject, st.none() | st.integers(), MAYBE, MAYBE, MAYBE), max_size=3).map(tuple)
MANY_TEXTS = st.lists(HOSTILE, max_size=3).map(tuple)
SIMPLE: st.SearchStrategy[Content] = st.one_of(
	built(Text, HOSTILE),
	built(Media, HOSTILE, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, st.booleans(), st.booleans(), MAYBE),
	built(Location, st.floats(-90, 90), st.floats(-180, 180), MAYBE, MAYBE, MAYBE),
	st.lists(built(Person, MAYBE, MANY_TEXTS, MANY_TEXTS, MAYBE), max_size=3).map(tuple).map(Contacts),
	built(Choice, HOSTILE, MAYBE, MAYBE, MAYBE),
	built(Form, MAYBE, MAYBE, st.lists(st.tuples(HOSTILE, HOSTILE), max_size=3).map(tuple)),
	built(Reaction, MAYBE, MAYBE),
	built(
		Order, MAYBE, MAYBE, st.lists(built(Product, HOSTILE, NUMBERS, NUMBERS, MAYBE), max_size=3).map(tuple)
	),
	built(System, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE),
	built(Revoke, MAYBE),
	built(Unsupported, MAYBE, ERRORS),
	built(Unknown, HOSTILE, MAYBE),
)
CONTENT = SIMPLE | st.builds(Edit, MAYBE, SIMPLE)
FILE = st.builds(
	FileView, HOSTILE, MAYBE, HOSTILE, MAYBE, MAYBE, st.none() | st.integers(), st.booleans(), st.booleans()
)
VIEW = st.builds(
	View,
	CONTENT,
	st.lists(FILE, max_size=2).map(tuple),
	st.none() | st.builds(Quote, HOSTILE, HOSTILE),
	st.none() | st.builds(Referral, *[MAYBE] * 8),
	st.none() | st.builds(ReferredProduct, MAYBE, MAYBE),
	st.booleans(),
	MAYBE,
	MAYBE,
	MAYBE,
	MAYBE,
	ERRORS,
)


@settings(max_examples=300)
@given(st.lists(VIEW, min_size=1, max_size=3))
def test_no_content_makes_unsafe_markup(views: list[View]) -> None:
	html = to_html(views, english)
	outline(html)
	outline(trace_html(views[0], english))
	assert without_trace("<p>x</p>" + trace_html(views[0], english)) == "<p>x</p>"
	with pytest.raises(json.JSONDecodeError):
		json.loads(html)
	assert "\x00" not in html
	html.encode()


@settings(max_examples=300)
@given(CONTENT)
def test_words_of_any_content_are_one_short_line(content: Content) -> None:
	words = plain(content, english)
	assert 0 < len(words) <= 140
	assert words.splitlines() == [words]
	assert "<" not in words
