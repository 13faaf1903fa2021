"""Renders a WhatsApp message of any type as HTML for the ticket.

All content of customers is untrusted (ADR 0013) and escaped; only http and https become links. The markup is such that
Frappe's sanitiser does not change it, and all styles are inline, because Helpdesk shows it in an iframe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from urllib.parse import quote as percent_encoded

from whatsapp_channel.cloud_api.content import (
	Choice,
	Contacts,
	Content,
	Edit,
	ErrorObject,
	Form,
	Location,
	Media,
	Offer,
	Order,
	Payment,
	Person,
	Product,
	Referral,
	ReferredProduct,
	Template,
	Text,
	Unknown,
	Unsupported,
	number_text,
)
from whatsapp_channel.cloud_api.payload import is_web_address
from whatsapp_channel.rules.text.message_labels import (
	Translate,
	answers_of,
	choice_label,
	error_line,
	line,
	media_label,
	not_passed_on,
	offer_label,
	origin_of,
	summary,
	unknown,
)
from whatsapp_channel.rules.text.message_text import literal_to_html, subject
from whatsapp_channel.rules.text.message_text import to_html as text_to_html
from whatsapp_channel.sentences import _

TRACE = "whatsapp-trace"

# Paler than the rest on a light page and on a dark one.
_MUTED = "font-size:12px;opacity:.65;"
_CARD = "border:1px solid rgba(127,127,127,.35);border-radius:8px;margin:0 0 6px 0;max-width:420px;padding:8px 10px;"
_QUOTE = "border-left:3px solid #25d366;margin:0 0 6px 0;padding:0 0 0 8px;"
_CELL = "min-width:{least}px;border-bottom:1px solid rgba(127,127,127,.35);padding:4px 12px 4px 0;text-align:{align};vertical-align:top;white-space:{wrap};"
_PICTURE = (
	"border-radius:8px;display:block;height:auto;margin:0;max-height:{height}px;max-width:100%;width:auto;"
)
# Two beside each other on the narrowest page.
_SEVERAL = "display:inline-block;margin:0 8px 8px 0;max-width:46%;vertical-align:top;"
_LINK = '<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>'
_MAP = "https://www.google.com/maps/search/?api=1&query="
_QUOTED = 160
# Types that browsers display and that cannot contain scripts.
_DRAWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
_TRACE = re.compile(rf'<div class="{TRACE}">.*?</div>', re.DOTALL)
_LOCAL = re.compile(r"/(?![/\\])[^\s\"'<>\\]*")


@dataclass(frozen=True, slots=True)
class FileView:
	"""A file of a message. `url`: None if it is not stored, then `note` says why; `size` in bytes."""

	name: str
	url: str | None
	kind: str
	mime_type: str | None = None
	note: str | None = None
	size: int | None = None
	voice: bool = False
	animated: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
	"""A quoted message."""

	who: str
	text: str


@dataclass(frozen=True, slots=True)
class View:
	"""One message with everything to show. `edited` and `revoked` are times as text."""

	content: Content
	files: tuple[FileView, ...] = ()
	quote: Quote | None = None
	referral: Referral | None = None
	product: ReferredProduct | None = None
	forwarded: bool = False
	edited: str | None = None
	original: str | None = None
	revoked: str | None = None
	reaction: str | None = None
	errors: tuple[ErrorObject, ...] = ()


def to_html(views: Sequence[View], translate: Translate) -> str:
	"""The messages of one Communication: one, or several photos that were sent together."""
	if len(views) == 1:
		return f"<div>{_message(views[0], translate, 320)}</div>"
	several = (f'<div style="{_SEVERAL}">{_message(view, translate, 160)}</div>' for view in views)
	return f"<div>{''.join(several)}</div>"


def trace_html(view: View, translate: Translate) -> str:
	"""The traces of one of our own messages, to be shown below its text; "" without any."""
	lines = list(_trace_lines(view, translate))
	return f'<div class="{TRACE}">{"<br>".join(lines)}</div>' if lines else ""


def without_trace(html: str) -> str:
	"""The content of a Communication without what `trace_html` added."""
	return _TRACE.sub("", html)


def plain(content: Content, translate: Translate) -> str:
	"""One line of at most 140 characters for subjects, quotes and lists, never empty."""
	return subject(summary(content, translate), "WhatsApp")


def _message(view: View, translate: Translate, height: int) -> str:
	body = "".join(_body(view.content, view.files, translate, height))
	if view.revoked:
		body = f'<div style="opacity:.6;">{body}</div>'
	return "".join((*_head(view, translate), body, *_errors(view, translate), trace_html(view, translate)))


def _head(view: View, translate: Translate) -> Iterator[str]:
	"""The lines above a message: its origin and the quoted message."""
	if view.forwarded:
		yield _note(translate(_("Forwarded")))
	if view.referral:
		yield _referral(view.referral, translate)
	if view.product:
		words = translate(_("Question about the product {product}"))
		yield _note(words.format(product=line(view.product.product or view.product.catalog)))
	if view.quote:
		who = f"<strong>{escape(line(view.quote.who, 80))}</strong>"
		yield f'<div style="{_QUOTE}">{_muted(who)}{_plain_block(line(view.quote.text, _QUOTED))}</div>'


def _referral(referral: Referral, translate: Translate) -> str:
	parts = [_note(origin_of(referral, translate))]
	if referral.headline:
		parts.append(f'<div dir="auto"><strong>{escape(line(referral.headline))}</strong></div>')
	if referral.body:
		parts.append(literal_to_html(referral.body[:1000]))
	if referral.source_url:
		parts.append(f"<div>{_web_link(referral.source_url)}</div>")
	if referral.welcome:
		words = translate(_("The customer was greeted with: {text}"))
		parts.append(_note(words.format(text=line(referral.welcome))))
	return f'<div style="{_CARD}">{"".join(parts)}</div>'


def _body(content: Content, files: tuple[FileView, ...], translate: Translate, height: int) -> Iterator[str]:
	if isinstance(content, Edit):
		yield from _body(content.content, files, translate, height)
		return
	yield from (_file(file, translate, height) for file in files)
	if isinstance(content, Media):
		yield from _media(content, files, translate)
	elif isinstance(content, Text) and line(content.body):
		yield text_to_html(content.body)
	elif isinstance(content, Location):
		yield from _location(content, translate)
	elif isinstance(content, Contacts) and content.people:
		yield from (_person(person, translate) for person in content.people)
	elif isinstance(content, Choice):
		yield from _choice(content, translate)
	elif isinstance(content, Form):
		yield from _form(content, translate)
	elif isinstance(content, Order):
		yield from _order(content, translate)
	elif isinstance(content, (Payment, Offer, Template)):
		yield from _of_business(content, translate)
	elif isinstance(content, Unsupported):
		what = not_passed_on(content, translate)
		yield _note(what) if what else ""
	elif isinstance(content, Unknown):
		yield _note(unknown(content, translate))
		yield text_to_html(content.text) if content.text else ""
	else:
		yield _note(summary(content, translate))


def _media(content: Media, files: tuple[FileView, ...], translate: Translate) -> Iterator[str]:
	if not files:
		label = media_label(content.kind, translate, voice=content.voice, animated=content.animated)
		yield _note(f"{label}: {line(content.filename)}" if content.filename else label)
	if content.caption:
		yield text_to_html(content.caption)


def _file(file: FileView, translate: Translate, height: int) -> str:
	label = media_label(file.kind, translate, voice=file.voice, animated=file.animated)
	name = line(file.name, 120) or label
	url = _file_url(file.url)
	if not url:
		what = label if name == label else f"{label} ({name})"
		return _note(f"{what}: {line(file.note, 400)}" if file.note else what)
	if file.kind in ("image", "sticker") and file.mime_type in (None, *_DRAWN):
		style = _PICTURE.format(height=128 if file.kind == "sticker" else height)
		picture = f'<img src="{url}" alt="{escape(name)}" style="{style}">'
		return f'<div style="margin:0 0 4px 0;">{_LINK.format(url, picture)}</div>'
	return f'<div style="margin:0 0 4px 0;">{_player(file, url)}{_file_link(file, url, name, label)}</div>'


def _player(file: FileView, url: str) -> str:
	if file.kind == "audio":
		style = "display:block;max-width:100%;width:320px;"
		return f'<audio controls preload="none" src="{url}" style="{style}"></audio>'
	if file.kind == "video":
		style = "border-radius:8px;display:block;margin:0;max-height:320px;max-width:100%;"
		return f'<video controls preload="metadata" src="{url}" style="{style}"></video>'
	return ""


def _file_link(file: FileView, url: str, name: str, label: str) -> str:
	size = f" ({file_size(file.size)})" if file.size is not None else ""
	shown = label if file.voice else name
	return f'<div dir="auto">{_LINK.format(url, escape(shown))}{escape(size)}</div>'


def file_size(size: int) -> str:
	"""Bytes as people write them: "1.2 MB"."""
	amount, unit = float(max(size, 0)), "B"
	for larger in ("KB", "MB", "GB"):
		if amount < 1000:
			break
		amount, unit = amount / 1024, larger
	return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"


def _location(content: Location, translate: Translate) -> Iterator[str]:
	name, address = line(content.name), line(content.address, 400)
	yield _note(translate(_("Location")))
	yield f'<div dir="auto"><strong>{escape(name)}</strong></div>' if name else ""
	yield _plain_block(address) if address else ""
	if content.coordinates:
		place = percent_encoded(content.coordinates.replace(" ", ""), safe=",-.")
		link = _LINK.format(escape(_MAP + place), escape(translate(_("Open the map"))))
		yield f"<div>{link} {escape(content.coordinates)}</div>"
	yield f"<div>{_web_link(content.url)}</div>" if content.url else ""


def _person(person: Person, translate: Translate) -> str:
	name = line(person.name or person.organisation)
	other = person.organisation if person.name else None
	lines = [line(part) for part in (other, *person.phones, *person.emails) if part]
	head = f'<div dir="auto"><strong>{escape(name)}</strong></div>' if name else ""
	links = [f"<div>{_web_link(url)}</div>" for url in person.urls]
	rest = [line(part, 1024) for part in person.addresses]
	if person.birthday:
		rest.append(translate(_("Birthday: {date}")).format(date=line(person.birthday)))
	rest += [line(part, 1024) for part in person.more]
	inside = [head, *map(_plain_block, lines), *links, *map(_plain_block, rest)]
	return f'<div style="{_CARD}">{"".join(inside)}</div>'


def _choice(content: Choice, translate: Translate) -> Iterator[str]:
	yield _note(choice_label(content.kind, translate))
	yield literal_to_html(line(content.words, 1000)) if content.words else ""
	yield _note(line(content.description, 1000)) if content.description else ""


def _form(content: Form, translate: Translate) -> Iterator[str]:
	yield _note(translate(_("Form filled in")))
	yield literal_to_html(content.body) if content.body else ""
	for name, answer in answers_of(content, translate):
		label = f"<strong>{escape(line(name))}</strong>: " if name else ""
		yield f'<div dir="auto" style="white-space:pre-wrap;">{label}{_literal(answer)}</div>'


def _literal(text: str) -> str:
	"""Escaped text with its line breaks, to stand inside a block that keeps them."""
	html = literal_to_html(text)
	return html[html.index(">") + 1 : -len("</div>")]


def _of_business(content: Payment | Offer | Template, translate: Translate) -> Iterator[str]:
	if isinstance(content, Offer):
		yield _note(offer_label(content, translate))
		yield text_to_html(content.text) if content.text else ""
		yield from (_note(line(option)) for option in content.options)
	else:
		yield _plain_block(summary(content, translate))


def _order(content: Order, translate: Translate) -> Iterator[str]:
	yield _note(translate(_("Product order")))
	if content.products:
		heads = (translate(_("Product")), translate(_("Quantity")), translate(_("Price")))
		rows = "".join(_row(product) for product in content.products) + _total(content.products, translate)
		head = "".join(_cell("th", text, right=place > 0) for place, text in enumerate(heads))
		table = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
		style = "border-collapse:collapse;margin:0 0 6px 0;width:auto;"
		yield f'<div style="overflow-x:auto;"><table style="{style}">{table}</table></div>'
	yield text_to_html(content.text) if content.text else ""


def _row(product: Product) -> str:
	quantity = number_text(product.quantity) if product.quantity is not None else ""
	return f"<tr>{_cell('td', product.name)}{_cell('td', quantity, right=True)}{_cell('td', product.cost or '', right=True)}</tr>"


def _total(products: Sequence[Product], translate: Translate) -> str:
	"""The sum, if every line has a price in the same currency."""
	currencies = {product.currency for product in products}
	costs = [p.price * p.quantity for p in products if p.price is not None and p.quantity is not None]
	if len(products) < 2 or len(costs) < len(products) or len(currencies) > 1:
		return ""
	amount = f"{number_text(sum(costs, Decimal(0)))} {products[0].currency or ''}".strip()
	head = _cell("td", translate(_("Total"))) + _cell("td", "")
	return f"<tr>{head}{_cell('td', amount, right=True)}</tr>"


def _cell(tag: str, text: str, *, right: bool = False) -> str:
	style = (
		_CELL.format(align="right", wrap="nowrap", least=0)
		if right
		else _CELL.format(align="left", wrap="normal", least=90)
	)
	return f'<{tag} style="{style}">{escape(line(text, 120))}</{tag}>'


def _errors(view: View, translate: Translate) -> Iterator[str]:
	errors = view.errors or (view.content.errors if isinstance(view.content, Unsupported) else ())
	lines = (error_line(error, translate) for error in errors[:5])
	yield from (_note(text) for text in dict.fromkeys(lines) if text)


def _trace_lines(view: View, translate: Translate) -> Iterator[str]:
	"""The lines as spans, because `without_trace` cuts the surrounding block at its first closing tag."""
	if view.reaction:
		yield _span(translate(_("Reaction: {emoji}")).format(emoji=line(view.reaction, 64)))
	if view.edited:
		yield _span(translate(_("Edited: {time}")).format(time=line(view.edited)))
	if view.edited and view.original:
		yield _span(translate(_("Before: {text}")).format(text=line(view.original, 2000)))
	if view.revoked:
		yield _span(translate(_("Deleted in WhatsApp: {time}")).format(time=line(view.revoked)))


def _span(text: str) -> str:
	return f'<span dir="auto" style="{_MUTED}">{escape(text)}</span>'


def _note(text: str) -> str:
	return _muted(escape(text))


def _muted(html: str) -> str:
	return f'<div dir="auto" style="{_MUTED}">{html}</div>'


def _plain_block(text: str) -> str:
	return f'<div dir="auto">{escape(text)}</div>'


def _web_link(url: str) -> str:
	"""A URL as a link that shows its target; as text if it must not become a link."""
	if not is_web_address(url):
		return escape(line(url, 80))
	return _LINK.format(escape(url), escape(line(url, 80)))


def _file_url(url: str | None) -> str | None:
	"""The escaped address of a stored file: a path on this site, or http(s)."""
	text = percent_encoded(url or "", safe="/:?#[]@!$&()*+,;=%~", errors="replace")
	if _LOCAL.fullmatch(text) or re.match(r"https?://[^/]", text):
		return escape(text)
	return None
