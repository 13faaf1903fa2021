"""Converts text between WhatsApp and Helpdesk: escapes incoming text, splits outgoing text at Meta's limit.

Inbound text is hostile (ADR 0013): Helpdesk shows it in an iframe without sandbox and in innerHTML, and Frappe stores
what parses as JSON without sanitising it. So everything is escaped here, and the result never parses as JSON.
"""

from __future__ import annotations

import re
from html import escape

from whatsapp_channel.cloud_api.payload import without_markup
from whatsapp_channel.rules.text.characters import cut_before, on_one_line, printable
from whatsapp_channel.rules.text.reply_html import from_html, has_media, is_blank

__all__ = [
	"MAX_SUBJECT",
	"MAX_TEXT",
	"clean_name",
	"from_html",
	"has_media",
	"is_blank",
	"literal_to_html",
	"split",
	"subject",
	"to_html",
]

# Meta: Messages API, text object, `body`, "4096 characters". It does not say what a character is; here it is a code
# point, as Python counts.
MAX_TEXT = 4096

# HD Ticket's subject is a Data field: Frappe refuses more than 140 characters.
MAX_SUBJECT = 140

# As Frappe's sanitiser writes it, which then has nothing to change. The direction follows the customer's script.
_WRAPPER = '<div dir="auto" style="white-space:pre-wrap;">{}</div>'
_LINK = '<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>'

# WhatsApp formats only where the mark stands at the edge of a word and touches what it encloses; the content holds
# no mark of its own kind, so nesting is at most three deep. Invisible characters end a link: they could disguise it.
_TOKEN = re.compile(
	r"```(?P<block>(?=\s*[^\s`])[^`]+)```"
	r"|(?<!`)`(?P<code>(?=[^\S\n]*[^\s`])[^`\n]+)`(?!`)"
	r"|(?<!\w)(?P<url>https?://(?=[^\W_])[^\s<>\"'`\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+)"
	r"|(?<![\w*])\*(?P<strong>(?=[^\s*])[^*\n]*[^\s*])\*(?![\w*])"
	r"|(?<!\w)_(?P<em>(?=[^\s_])[^_\n]*[^\s_])_(?!\w)"
	r"|(?<![\w~])~(?P<del>(?=[^\s~])[^~\n]*[^\s~])~(?![\w~])",
	re.IGNORECASE,
)
_AFTER_URL = ".,;:!?*_~"
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def to_html(text: str) -> str:
	"""A customer's text as HTML: escaped, line breaks kept, WhatsApp's formatting shown, http(s) addresses as links.

	The only tags are div, a, strong, em, del and code with fixed attributes, so it is safe in any page.
	"""
	return _WRAPPER.format(_formatted(printable(text)))


def literal_to_html(text: str) -> str:
	"""Plain text (a name, a placeholder, an error) as HTML: escaped, with line breaks, without formatting."""
	return _WRAPPER.format(escape(printable(text)))


def subject(text: str, fallback: str) -> str:
	"""One line of at most 140 characters for a ticket, cut at a word; `fallback` if the text shows nothing.

	Angle brackets become ‹ ›, because Helpdesk's search shows subjects as HTML and its lists show them as text: escaping
	would be right in one and ugly in the other. Straight quotes become ”: Frappe's lists write names into attributes.
	"""
	line = _one_line(text) or _one_line(fallback)
	if len(line) <= MAX_SUBJECT:
		return line
	kept = line[: cut_before(line, MAX_SUBJECT - 1)]
	at_word = kept.rfind(" ")
	return kept[: at_word if at_word > MAX_SUBJECT // 2 else None].rstrip() + "…"


def clean_name(text: str, fallback: str) -> str:
	"""A customer's profile name for rows and pages, cleaned like `subject`, because the same places show both."""
	return subject(text, fallback)


def split(text: str, limit: int = MAX_TEXT) -> list[str]:
	"""The text in parts of at most `limit` characters, none blank; only white space at the cuts is lost.

	Cuts between paragraphs, else lines, else words, else inside a word, but not inside a visible character. A blank text
	has no parts. Raises ValueError for a limit below 1.
	"""
	if limit < 1:
		raise ValueError(f"A message of at most {limit} characters holds nothing: use a limit of 1 or more.")
	parts = []
	rest = printable(text).rstrip()
	while len(rest) > limit:
		cut = _cut(rest, limit)
		parts.append(rest[:cut].rstrip())
		rest = _without_blank_lines(rest[cut:])
	return [part for part in (*parts, rest) if part.strip()]


def _formatted(text: str) -> str:
	done, position = [], 0
	for token in _TOKEN.finditer(text):
		done.append(escape(text[position : token.start()]))
		done.append(_token_to_html(token))
		position = token.end()
	return "".join(done) + escape(text[position:])


def _token_to_html(token: re.Match[str]) -> str:
	kind = token.lastgroup or ""
	content = token[kind]
	if kind == "url":
		url = _without_punctuation(content)
		return _LINK.format(escape(url)) + _formatted(content[len(url) :])
	if kind == "block":
		return f'<code class="block">{escape(content)}</code>'
	return f"<{kind}>{escape(content) if kind == 'code' else _formatted(content)}</{kind}>"


def _without_punctuation(url: str) -> str:
	"""Without what closes a sentence or a bracket around the address rather than belongs to it."""
	surplus = {close: url.count(close) - url.count(opening) for close, opening in _BRACKETS.items()}
	end = len(url)
	while url[end - 1] in _AFTER_URL or surplus.get(url[end - 1], 0) > 0:
		end -= 1
		if url[end] in surplus:
			surplus[url[end]] -= 1
	return url[:end]


def _one_line(text: str) -> str:
	return without_markup(on_one_line(text))


def _cut(text: str, limit: int) -> int:
	# Paragraph and line ends count only in the second half, so that a greeting does not become a part of its own.
	for separator in ("\n\n", "\n"):
		place = text.rfind(separator, limit // 2, limit + 1)
		if place > 0:
			return place
	words = max(text.rfind(" ", 1, limit + 1), text.rfind("\n", 1, limit + 1), text.rfind("\t", 1, limit + 1))
	if words > 0 and text[:words].strip():
		return words
	return cut_before(text, limit)


def _without_blank_lines(text: str) -> str:
	"""Without blank lines and, in the middle of a line, spaces at the start; an indented first line keeps its indent."""
	lines = re.match(r"\s*\n", text)
	return text[lines.end() :] if lines else text.lstrip()
