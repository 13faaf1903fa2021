"""Tables about types of files. Extensions are lower-case, without a dot."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from types import MappingProxyType


def _words(text: str) -> frozenset[str]:
	return frozenset(text.split())


# What an operating system runs when somebody opens it. Source: the types that Gmail's help page lists as blocked, and
# packages of programs.
PROGRAMS = _words(
	"""
	ade adp apk app appx appxbundle bat cab chm cmd com cpl crx deb diagcab dll dmg elf ex exe hta ins ipa isp jar jnlp js
	jse lib lnk mde mjs msc msi msix msixbundle msp mst nsh osx pif pkg ps1 ps1xml ps2 psc1 psm1 reg rpm run scf scr sct
	sh shb sys vb vbe vbs vhd vxd wasm wsc wsf wsh xll
	"""
)

# What a browser runs, or reads as XML, when it is shown. Behind a web server Frappe hands every private file out under the
# type that its extension has, to be shown and not to be saved, so none of these may be kept. More are told by their type.
ACTIVE = _words(
	"""
	asp aspx atom cjs dtd ecma ehtml es gpx htc htm html kml mhtm mht mhtml mjs mml nfe php phtml rdf rss shtm shtml svg svgz
	swf webapp wml wsdl xap xbl xht xhtm xhtml xml xpdl xpi xsd xsf xsl xslt xspf xul
	"""
)

# Under these a browser shows text as text, or saves it, whatever is written in it. Any other text becomes .txt.
INERT_TEXT = _words(
	"""
	cfg conf csv dxf edi eml gcode geojson ics iges igs ini json jsonl log markdown md ndjson ofx qif rem ret rst sql srt step
	stl stp text toml tsv txt vcard vcf vcs vtt yaml yml
	"""
)

# Under these a browser is told the type of the name without them: a page packed as page.html.gz is sent as a page.
PACKED = _words("br bz2 gz lz lzma xz z zst")

# These say nothing about the content, so the name has to keep what it was called.
NEUTRAL = _words("txt bin")

# Types whose content has a signature: under one of these names other content is a lie.
RECOGNISED = _words(
	"""
	3gp 7z aac aif aiff amr apng avi avif bmp br bz2 cr2 dcm doc docx dwg eot epub flac flv gif gz heic html htm ico jpe jpeg
	jpg jpx jxr lz lz4 m4a m4v mid midi mkv mov mp3 mp4 mpg nes odp ods odt ogg otf pdf png ppt pptx ps psd rar rtf sqlite svg
	swf tar tif tiff ttf wav webm webp wmv woff woff2 xcf xls xlsx xz zip zst
	"""
)

# Containers that hold many types, told apart by the name alone when the content says no more.
_FAMILIES = tuple(
	_words(words)
	for words in (
		"zip docx docm dotx xlsx xlsm xltx xlsb pptx pptm ppsx potx odt ods odp odg epub kmz vsdx 3mf sketch pages numbers key",
		"doc dot xls xlt ppt pps msg mpp vsd pub bin",
		"jpg jpeg jpe jfif",
		"tif tiff dng nef",
		"mp4 m4v m4a m4b mov 3gp 3g2 heic heif",
		"ogg oga ogv opus",
		"gz tgz",
		"mid midi",
		"aif aiff",
		"mpg mpeg",
		"bz2 tbz",
	)
)

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# Source: WHATWG MIME Sniffing, "binary data byte" and the patterns for text/html.
BINARY_BYTES = frozenset([*range(0x00, 0x09), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)])
HTML_STARTS = tuple(
	f"<{tag}".encode()
	for tag in (
		"!doctype html", "html", "head", "script", "iframe", "h1", "div", "font", "table", "a ", "style", "title", "b>", "body",
		"br", "p>", "!--", "meta", "link", "img", "form", "object", "embed", "video",
	)
)  # fmt: skip

DISPLAYED: Mapping[str, frozenset[str]] = MappingProxyType(
	{
		"image": _words(
			"image/jpeg image/png image/apng image/webp image/gif image/bmp image/tiff image/heic image/avif image/jpx"
		),
		"sticker": _words("image/webp image/png image/apng image/gif image/jpeg"),
		"audio": frozenset(),
		"video": frozenset(),
	}
)

# A recording may come in a container that is mostly used for video.
AUDIO_IN_VIDEO: Mapping[str, tuple[str, str]] = MappingProxyType(
	{
		"video/mp4": ("audio/mp4", "m4a"),
		"video/x-m4v": ("audio/mp4", "m4a"),
		"video/quicktime": ("audio/mp4", "m4a"),
		"video/3gpp": ("audio/3gpp", "3gp"),
		"video/webm": ("audio/webm", "webm"),
		"video/x-matroska": ("audio/webm", "webm"),
	}
)

# Source: Meta's page on media, supported types.
DECLARED: Mapping[str, str] = MappingProxyType(
	{
		"audio/aac": "aac",
		"audio/amr": "amr",
		"audio/mpeg": "mp3",
		"audio/mp4": "m4a",
		"audio/ogg": "ogg",
		"video/mp4": "mp4",
		"video/3gpp": "3gp",
	}
)


# "text" and "image" hold active types too; of text, these are inert.
_INERT_KINDS = ("image/", "audio/", "video/", "font/", "model/", "application/", "chemical/")
_INERT_TEXT_TYPES = _words(
	"""
	text/plain text/csv text/markdown text/tab-separated-values text/calendar text/vcard text/x-vcard text/x-vcalendar text/vtt
	text/prs.fallenstein.rst text/x-rst message/rfc822
	"""
)
_ACTIVE_WORDS = (
	"xml",
	"html",
	"script",
	"svg",
	"xsl",
	"xul",
	"flash",
	"silverlight",
	"java",
	"httpd",
	"x-web-app",
)
_HARMLESS = _words("application/postscript")


def is_inert(extension: str) -> bool:
	"""Whether a browser runs nothing in a file of this name, whatever the file contains."""
	if extension in ACTIVE | PROGRAMS:
		return False
	name = f"x.{extension}"
	found = {mimetypes.guess_type(name, strict=strict)[0] for strict in (True, False)}
	return all(_is_inert_type(one.lower()) for one in found if one)


def _is_inert_type(mime_type: str) -> bool:
	if mime_type in _INERT_TEXT_TYPES | _HARMLESS or "officedocument" in mime_type:
		return True
	return mime_type.startswith(_INERT_KINDS) and not any(word in mime_type for word in _ACTIVE_WORDS)


def family_of(extension: str) -> frozenset[str]:
	"""The extensions under which the same kind of content may come."""
	return next((family for family in _FAMILIES if extension in family), frozenset([extension]))
