"""Renders parsed HTML as WhatsApp text. Inline content is collected first and its white space settled afterwards, as a
browser does; what must survive the settling (line breaks, spaces of preformatted text) is held by characters that the
text itself cannot contain, because `characters.visible` removes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bs4.element import CData, NavigableString, PageElement, Tag

from whatsapp_channel.rules.text.characters import visible

_BREAK = "\x01"
_SPACE = "\x02"

# Nobody writes deeper markup: its text is kept, its structure is not.
_MAX_DEPTH = 60

_DROPPED = frozenset(
	[
		"script",
		"style",
		"head",
		"title",
		"template",
		"noscript",
		"iframe",
		"object",
		"embed",
		"svg",
		"math",
		"select",
		"button",
		"textarea",
		"input",
		"audio",
		"video",
		"canvas",
		"map",
		"meta",
		"link",
		"datalist",
	]
)
_BLOCKS = frozenset(
	[
		"address",
		"article",
		"aside",
		"blockquote",
		"body",
		"caption",
		"center",
		"dd",
		"details",
		"dialog",
		"div",
		"dl",
		"dt",
		"fieldset",
		"figcaption",
		"figure",
		"footer",
		"form",
		"h1",
		"h2",
		"h3",
		"h4",
		"h5",
		"h6",
		"header",
		"hr",
		"html",
		"li",
		"main",
		"nav",
		"ol",
		"p",
		"pre",
		"section",
		"summary",
		"table",
		"tbody",
		"td",
		"tfoot",
		"th",
		"thead",
		"tr",
		"ul",
	]
)
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_MARKS = {
	"b": "*",
	"strong": "*",
	"i": "_",
	"em": "_",
	"s": "~",
	"del": "~",
	"strike": "~",
}
_CODE = frozenset(["code", "kbd", "samp", "tt"])
# An empty one of these is a blank line: the author pressed Enter twice.
_BLANK_LINES = _HEADINGS | {"p"}

_COLLAPSIBLE = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAK = re.compile(f" ?{_BREAK} ?")
_BLANK_RUN = re.compile(r"\n{3,}")
_KEEPS_SPACE = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_NOT_BOLD = re.compile(r"font-weight\s*:\s*(?:normal|[1-4]00)", re.IGNORECASE)
_FILE_NAME = re.compile(r"\.\w{2,5}$")
_LINKABLE = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_SCHEME = re.compile(r"^(?:https?://(?:www\.)?|mailto:|tel:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Place:
	"""The position of a node in the document."""

	depth: int = 0
	keeps_space: bool = False
	marks: str = ""

	def inside(self, tag: Tag, mark: str = "") -> _Place:
		keeps = (
			self.keeps_space or tag.name == "pre" or bool(_KEEPS_SPACE.search(str(tag.get("style") or "")))
		)
		return _Place(self.depth + 1, keeps, self.marks + mark)


@dataclass(frozen=True, slots=True)
class _Run:
	"""A piece of inline text; `plain` is the same without its marks, for where the marks would touch a letter."""

	text: str
	plain: str | None = None


def text_of(root: Tag) -> str:
	"""The text of a parsed document: no blank lines at the ends, at most one between two lines."""
	return _BLANK_RUN.sub("\n\n", _flow(root.contents, _Place())).strip("\n").rstrip()


def is_picture_of_text(tag: Tag) -> bool:
	"""True for an emoji drawn as a picture: its alternative text is the character itself."""
	alt = str(tag.get("alt") or "").strip()
	return (
		tag.name == "img" and 0 < len(alt) <= 16 and not any(char.isalnum() or char in "._-" for char in alt)
	)


def _flow(nodes: Iterable[PageElement], place: _Place) -> str:
	"""Blocks below each other, runs of inline content as blocks of their own."""
	lines: list[str] = []
	inline: list[PageElement] = []
	for node in nodes:
		if isinstance(node, Tag) and _is_block(node, place):
			lines += _settled(inline, place)
			lines += _block(node, place)
			inline = []
		else:
			inline.append(node)
	lines += _settled(inline, place)
	return "\n".join(lines)


def _is_block(tag: Tag, place: _Place) -> bool:
	if tag.name in _DROPPED or place.depth >= _MAX_DEPTH:
		return False
	return tag.name in _BLOCKS or tag.find(_BLOCKS) is not None


def _settled(nodes: list[PageElement], place: _Place) -> list[str]:
	"""The inline nodes as one block of text; empty if they show nothing."""
	text = _AROUND_BREAK.sub(_BREAK, _COLLAPSIBLE.sub(" ", _inline(nodes, place))).strip(" ")
	if not text:
		return []
	# The last line break of a block only ends its line.
	text = text.removesuffix(_BREAK).replace(_BREAK, "\n").replace(_SPACE, " ")
	return ["\n".join(line.rstrip() for line in text.split("\n"))]


def _block(tag: Tag, place: _Place) -> list[str]:
	text = _render(tag, place)
	if text.strip():
		return [text]
	return [""] if tag.name in _BLANK_LINES or tag.find("br") else []


def _render(tag: Tag, place: _Place) -> str:
	special = _SPECIAL.get(tag.name)
	if special:
		return special(tag, place)
	mark = "*" if tag.name in _HEADINGS else _mark_of(tag)
	if not mark or mark in place.marks:
		return _flow(tag.contents, place.inside(tag))
	return _marked(_flow(tag.contents, place.inside(tag, mark)), mark, "\n")


def _list(tag: Tag, place: _Place) -> str:
	inner = place.inside(tag)
	number = _start(tag)
	lines = []
	for child in tag.contents:
		is_item = isinstance(child, Tag) and child.name == "li"
		text = _flow(child.contents if isinstance(child, Tag) and is_item else [child], inner).strip("\n")
		if not text.strip():
			continue
		# What stands between items, mostly a list that belongs to the one before, gets no bullet of its own.
		bullet = "  " if not is_item else f"{number}. " if tag.name == "ol" else "- "
		number += is_item
		lines.append(_prefixed(text, bullet, " " * len(bullet)))
	return "\n".join(lines)


def _start(tag: Tag) -> int:
	start = str(tag.get("start") or "")
	return int(start) if re.fullmatch(r"-?[0-9]{1,6}", start) else 1


def _quote(tag: Tag, place: _Place) -> str:
	text = _flow(tag.contents, place.inside(tag)).strip("\n")
	return _prefixed(text, "> ", "> ") if text.strip() else ""


def _prefixed(text: str, first: str, others: str) -> str:
	lines = _BLANK_RUN.sub("\n\n", text).split("\n")
	return "\n".join((others if index else first) + line for index, line in enumerate(lines))


def _preformatted(tag: Tag, place: _Place) -> str:
	# Marks inside would be shown as they are; `code` within `pre` is how editors write it.
	lines = [line.rstrip() for line in visible(tag.get_text()).expandtabs(4).split("\n")]
	return _code_block("\n".join(lines).strip("\n"))


def _code_block(text: str) -> str:
	return f"```{text}```" if text.strip() and "```" not in text else text


def _table(tag: Tag, place: _Place) -> str:
	# Rows of this table alone: a table within a cell is text of that cell.
	rows = [row for row in tag.find_all("tr") if row.find_parent("table") is tag]
	inner = place.inside(tag)
	captions = [_flow(caption.contents, inner) for caption in tag.find_all("caption", recursive=False)]
	lines = [" | ".join(_cells(row, inner)).strip() for row in rows]
	return "\n".join(line for line in (*captions, *lines) if line.strip(" |"))


def _cells(row: Tag, place: _Place) -> Iterator[str]:
	for cell in row.find_all(("td", "th"), recursive=False):
		yield " ".join(_flow(cell.contents, place.inside(cell)).split())


def _rule(tag: Tag, place: _Place) -> str:
	return "---"


_SPECIAL: dict[str, Callable[[Tag, _Place], str]] = {
	"ul": _list,
	"ol": _list,
	"blockquote": _quote,
	"pre": _preformatted,
	"table": _table,
	"hr": _rule,
}


def _inline(nodes: Iterable[PageElement], place: _Place) -> str:
	runs = [run for run in (_run(node, place) for node in nodes) if run.text]
	texts = [run.text for run in runs]
	for index, run in enumerate(runs):
		before = texts[index - 1][-1:] if index else ""
		after = texts[index + 1][:1] if index + 1 < len(texts) else ""
		# WhatsApp shows marks inside a word as they are: "un*believ*able".
		if run.plain is not None and (_touches(before, run.text[0]) or _touches(after, run.text[-1])):
			texts[index] = run.plain
	return "".join(texts)


def _touches(neighbour: str, edge: str) -> bool:
	return neighbour.isalnum() and edge in _MARKS.values()


def _run(node: PageElement, place: _Place) -> _Run:
	if isinstance(node, Tag):
		return _inline_tag(node, place)
	# Comments, declarations and the like are strings of other classes.
	if type(node) in (NavigableString, CData):
		return _Run(_string(str(node), place.keeps_space))
	return _Run("")


def _string(text: str, keeps_space: bool) -> str:
	# Character references (&#1;) come out of the parser as what they stand for.
	text = visible(text)
	if keeps_space:
		text = text.expandtabs(4).replace("\n", _BREAK).replace(" ", _SPACE)
	return text.replace("\xa0", _SPACE)


def _inline_tag(tag: Tag, place: _Place) -> _Run:
	if tag.name in _DROPPED:
		return _Run("")
	if place.depth >= _MAX_DEPTH:
		return _Run(_string(tag.get_text(), place.keeps_space))
	if tag.name == "br":
		return _Run(_BREAK)
	if tag.name == "img":
		return _Run(_alternative(tag))
	if tag.name in _CODE:
		return _Run(_code(tag, place))
	return _marked_run(tag, place)


def _marked_run(tag: Tag, place: _Place) -> _Run:
	mark = _mark_of(tag)
	if mark in place.marks:
		mark = ""
	text = _inline(tag.contents, place.inside(tag, mark))
	if tag.name == "a":
		return _Run(_link(text, str(tag.get("href") or "")))
	if tag.name == "span" and not text.strip() and tag.get("data-label"):
		return _Run("@" + _string(str(tag["data-label"]), False))
	return _Run(_marked(text, mark, _BREAK), text) if mark else _Run(text)


def _mark_of(tag: Tag) -> str:
	mark = _MARKS.get(tag.name, "")
	# Google Docs wraps all it copies in <b style="font-weight:normal">.
	return "" if mark == "*" and _NOT_BOLD.search(str(tag.get("style") or "")) else mark


def _marked(text: str, mark: str, line_end: str) -> str:
	"""Each line in marks: WhatsApp's do not reach over line ends, nor hold white space at their inner edges."""
	return line_end.join(_marked_line(line, mark) for line in text.split(line_end))


def _marked_line(line: str, mark: str) -> str:
	words = line.strip(f" \t\r\n\f{_SPACE}{_BREAK}")
	if not words or mark in words:
		return line
	return line.replace(words, mark + words + mark, 1)


def _code(tag: Tag, place: _Place) -> str:
	text = tag.get_text()
	if ("\n" in text.strip() and place.inside(tag).keeps_space) or "block" in (tag.get("class") or ()):
		return _string(_code_block(text), True)
	text = text if place.keeps_space else _COLLAPSIBLE.sub(" ", text)
	return _string(f"`{text}`" if text.strip() and "`" not in text else text, True)


def _link(text: str, href: str) -> str:
	href = "".join(visible(href).split())
	if not _LINKABLE.match(href):
		return text
	# WhatsApp makes links of web addresses with their scheme and of bare mail addresses and numbers.
	address = href if href.lower().startswith("http") else _SCHEME.sub("", href)
	words = text.strip(f" \t\r\n\f{_SPACE}{_BREAK}")
	if not words:
		return address
	if _essence(words) != _essence(address):
		return text.replace(words, f"{words} ({address})", 1)
	return text if _LINKABLE.match(words) else text.replace(words, address, 1)


def _essence(address: str) -> str:
	return re.sub(r"[\s\x02]", "", _SCHEME.sub("", address)).rstrip("/").casefold()


def _alternative(tag: Tag) -> str:
	"""The alternative text of a picture, unless that is only its file name."""
	alt = str(tag.get("alt") or "").strip()
	return "" if _FILE_NAME.search(alt) else _string(alt, False)
