"""Converts an agent's reply, from Helpdesk's editor (TipTap), to WhatsApp text.

What is not the agent's own words is cut first: the quoted message, and the signature if the caller knows it.
Helpdesk marks the quote since 1.21: `<p class="reply-to-content"></p><blockquote>...` stands at the end, so all from
that mark on goes, wherever the sloppy markup (`<p class=...><p>` up to 1.23) makes a parser nest it.
Until 1.20 the quote is an ordinary blockquote at the end of the editor's content, and nothing tells it from one that
the agent made. Cutting every blockquote at the end would lose what an agent quotes on purpose (a delivery note, the
terms), keeping every one would send the customer the whole history. What tells them apart is their words: so a
blockquote at the end goes only if it repeats an earlier message of the ticket, which the caller passes.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from bs4 import BeautifulSoup
from bs4.builder import ParserRejectedMarkup
from bs4.element import NavigableString, PageElement, Tag

from whatsapp_channel.rules.text.characters import visible
from whatsapp_channel.rules.text.html_text import is_picture_of_text, text_of

_QUOTE_MARK = "reply-to-content"
# Beautiful Soup shortens white space between tags everywhere else; whether it counts is decided by their style.
_KEEP_SPACE_IN = {"blockquote", "div", "li", "p", "pre", "span", "td", "textarea", "th"}
_MEDIA = ("img", "video", "audio", "iframe", "object", "embed")


def from_html(html: str, *, earlier: Iterable[str] = (), signature: str | None = None) -> str:
	"""The agent's own words as WhatsApp text; "" if there are none.

	Bold, italic, strike and code become WhatsApp's marks, links "text (address)", lists "- " and "1. ", quotes "> ".
	`earlier`: contents (HTML or text) of the ticket's messages, needed for Helpdesk before 1.21 only. `signature`: the
	user's e-mail signature (HTML), cut where it stands at the end. Never raises on odd markup.
	"""
	return _without_signature(text_of(_own_part(html, earlier)), signature)


def has_media(html: str, *, earlier: Iterable[str] = (), signature: str | None = None) -> bool:
	"""True if the agent's own part has pictures, sound or frames, which `from_html` cannot keep.

	Emoji drawn as pictures are text, and pictures of the signature are not part of the answer.
	"""
	signature_sources = {_source(tag) for tag in _media(_soup(signature or ""))}
	return any(_source(tag) not in signature_sources for tag in _media(_own_part(html, earlier)))


def is_blank(html: str, *, earlier: Iterable[str] = (), signature: str | None = None) -> bool:
	"""True if the reply says nothing: no words of the agent's own and no media."""
	past = tuple(earlier)
	return not from_html(html, earlier=past, signature=signature) and not has_media(
		html, earlier=past, signature=signature
	)


def _soup(html: str) -> BeautifulSoup:
	markup = visible(html)
	try:
		return _parsed(markup)
	except ParserRejectedMarkup:
		# Unknown declarations (<![foo[), which browsers do not know either, are shown as text.
		return _parsed(markup.replace("<!", "&lt;!"))


def _parsed(markup: str) -> BeautifulSoup:
	# The comment keeps Beautiful Soup from warning about texts that look like a file name or an address.
	return BeautifulSoup(f"<!---->{markup}", "html.parser", preserve_whitespace_tags=_KEEP_SPACE_IN)


def _own_part(html: str, earlier: Iterable[str]) -> BeautifulSoup:
	soup = _soup(html)
	if _cut_from_mark(soup):
		_drop_null(soup)
	else:
		_cut_repeated_quote(soup, earlier)
	return soup


def _cut_from_mark(soup: BeautifulSoup) -> bool:
	mark = soup.find(class_=_QUOTE_MARK)
	if not isinstance(mark, Tag):
		return False
	for element in [*mark.find_all_next(), *mark.find_all_next(string=True)]:
		element.extract()
	mark.extract()
	return True


def _drop_null(soup: BeautifulSoup) -> None:
	# The reply box adds the quote to an untouched editor's value, in JavaScript null: the text "null" outside any
	# paragraph. An agent's own "null" is in one.
	only = [element for element in soup.contents if not _is_empty(element)]
	if len(only) == 1 and isinstance(only[0], NavigableString) and only[0].strip() == "null":
		only[0].extract()


def _cut_repeated_quote(soup: BeautifulSoup, earlier: Iterable[str]) -> None:
	last = next((element for element in reversed(soup.contents) if not _is_empty(element)), None)
	if not isinstance(last, Tag) or last.name != "blockquote":
		return
	words = _letters(last)
	if words and any(words == _letters(_quotable(message)) for message in earlier):
		last.extract()


def _quotable(message: str) -> BeautifulSoup:
	soup = _soup(message)
	_cut_from_mark(soup)
	return soup


def _is_empty(element: PageElement) -> bool:
	"""Nothing to see: Helpdesk's editor ends its content with an empty paragraph."""
	return not element.get_text().strip() and not (isinstance(element, Tag) and _media(element))


def _letters(element: Tag) -> str:
	# The editor rewrites the markup and the white space of what it quotes; the letters stay.
	return "".join(char for char in element.get_text().casefold() if not char.isspace())


def _media(element: Tag) -> list[Tag]:
	found = chain([element], element.find_all(_MEDIA))
	return [tag for tag in found if tag.name in _MEDIA and _source(tag) and not is_picture_of_text(tag)]


def _source(tag: Tag) -> str:
	"""What the element shows; "" for a picture without a source, which shows nothing."""
	own = str(tag.get("src") or tag.get("data") or "")
	# Players may have their sources in child elements.
	return own or " ".join(str(source.get("src")) for source in tag.find_all("source"))


def _without_signature(text: str, signature: str | None) -> str:
	if not signature:
		return text
	closing = _lines(text_of(_soup(signature)))
	lines = text.split("\n")
	while lines and closing:
		line = lines.pop().strip()
		if line and line != closing.pop():
			return text
	return text if closing else "\n".join(lines).rstrip()


def _lines(text: str) -> list[str]:
	return [line.strip() for line in text.split("\n") if line.strip()]
