"""What may stand in the HTML that the app makes of a customer's message, checked by parsing it."""

import re
from html.parser import HTMLParser

_STYLE = re.compile(r"(?:[a-z-]+:[a-zA-Z0-9#%.,() -]+;)*")
_URL = re.compile(r"https?://[^\s/]|/(?![/\\])", re.IGNORECASE)
_ATTRIBUTES: dict[str, frozenset[str]] = {
	"a": frozenset({"href", "rel", "target"}),
	"img": frozenset({"src", "alt", "style"}),
	"audio": frozenset({"controls", "preload", "src", "style"}),
	"video": frozenset({"controls", "preload", "src", "style"}),
	"div": frozenset({"dir", "style", "class"}),
	"span": frozenset({"dir", "style"}),
	"table": frozenset({"style"}),
	"th": frozenset({"style"}),
	"td": frozenset({"style"}),
	"code": frozenset({"class"}),
	**dict.fromkeys(("strong", "em", "del", "br", "thead", "tbody", "tr"), frozenset()),
}
_VOID = frozenset({"img", "br"})
_VALUES = {
	"rel": {"noopener noreferrer nofollow"},
	"target": {"_blank"},
	"dir": {"auto"},
	"class": {"whatsapp-trace", "block"},
	"preload": {"none", "metadata"},
	"controls": {None},
}


class StrictParser(HTMLParser):
	"""Fails at anything but the tags, attributes and addresses that the app itself writes."""

	def __init__(self) -> None:
		super().__init__(convert_charrefs=True)
		self.open: list[str] = []
		self.outline: list[str] = []
		self.line = ""

	def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
		assert tag in _ATTRIBUTES, f"<{tag}>"
		for name, value in attrs:
			self._check(tag, name, value)
		found = dict(attrs)
		if tag in ("div", "tr", "br", "table"):
			self._end_line()
		elif tag in ("img", "audio", "video"):
			self.line += f"[{tag} {found['src']}]"
		elif tag in ("td", "th") and self.line:
			self.line += " | "
		elif tag == "a":
			self.line += f"[{found['href']}]"
		if tag not in _VOID:
			self.open.append(tag)

	def handle_endtag(self, tag: str) -> None:
		assert self.open, f"</{tag}> closes nothing"
		assert self.open.pop() == tag
		if tag in ("div", "tr"):
			self._end_line()

	def handle_data(self, data: str) -> None:
		self.line += data

	def handle_comment(self, data: str) -> None:
		raise AssertionError(f"<!--{data}-->")

	def handle_decl(self, decl: str) -> None:
		raise AssertionError(f"<!{decl}>")

	def unknown_decl(self, data: str) -> None:
		raise AssertionError(f"<![{data}]>")

	def handle_pi(self, data: str) -> None:
		raise AssertionError(f"<?{data}>")

	def _check(self, tag: str, name: str, value: str | None) -> None:
		assert name in _ATTRIBUTES[tag], f"<{tag} {name}>"
		if name in ("href", "src"):
			assert _URL.match(value or ""), f"{name}={value}"
		elif name == "style":
			assert _STYLE.fullmatch(value or ""), f"style={value}"
		elif name != "alt":
			assert value in _VALUES[name], f"{name}={value}"

	def _end_line(self) -> None:
		if self.line:
			self.outline.append(self.line)
		self.line = ""


def outline(html: str) -> list[str]:
	"""The blocks of HTML as lines: text, [address] before the text of a link, [img address]; fails if it is unsafe."""
	parser = StrictParser()
	parser.feed(html)
	parser.close()
	assert not parser.open, f"not closed: {parser.open}"
	parser._end_line()
	return parser.outline
