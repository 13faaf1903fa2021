"""Frappe's HTML sanitiser, including its one gap: text that parses as JSON is not sanitised."""

import json
from collections.abc import Container
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from bs4 import BeautifulSoup

_TAGS = (
	"a abbr address article aside audio b big blockquote body br button caption center cite code col colgroup dd del"
	" details dfn dir div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html"
	" i img input ins kbd label legend li link m map mark menu meta meter nav ol optgroup option output p pre progress"
	" q s samp section select small source span strike strong style sub summary sup svg table tbody td textarea tfoot"
	" th thead time tr tt u ul var video"
)
_ATTRIBUTES = (
	"accept action align alt autocomplete autoplay bgcolor border cellpadding cellspacing checked cite class color"
	" cols colspan controls coords datetime dir disabled download embed enctype face for frame headers height href"
	" hreflang id kind label lang loop max maxlength media method min multiple name nohref noshade nowrap open pattern"
	" placeholder poster preload readonly rel required rows rowspan rules scope selected shape size span src srcset"
	" start style summary tabindex target title type usemap valign value width wrap"
)
_PROTOCOLS = frozenset({"cid", "http", "https", "mailto"})


class _EveryProperty(Container):
	"""Allows every name. Frappe allows all real CSS properties, and browsers ignore unknown ones."""

	def __contains__(self, name: object) -> bool:
		return True


def sanitize_html(
	html: Any, linkify: bool = False, always_sanitize: bool = False, disallowed_tags: Any = None
) -> Any:
	"""HTML without scripts and handlers. Text without any tag, and text that is JSON, is returned as it is."""
	if not isinstance(html, str):
		return html
	if not always_sanitize and (is_json(html) or not BeautifulSoup(html, "html.parser").find()):
		return html
	return bleach.clean(
		html,
		tags=frozenset(_TAGS.split()),
		attributes=lambda _tag, name, _value: name.startswith("data-") or name in _ATTRIBUTES.split(),
		css_sanitizer=CSSSanitizer(allowed_css_properties=_EveryProperty()),
		strip_comments=False,
		protocols=_PROTOCOLS,
	)


def is_json(text: str) -> bool:
	"""Whether the text parses as JSON."""
	try:
		json.loads(text)
	except ValueError:
		return False
	return True
