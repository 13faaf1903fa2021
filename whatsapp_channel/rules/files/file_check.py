"""Detects the type of a customer's file from its first bytes, and decides whether it may be stored.

Its name and declared type only decide between types that look equal: browsers trust the extension, so the extension must
follow from the content.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

import filetype  # type: ignore[import-untyped]

from whatsapp_channel.rules.files import file_types as types
from whatsapp_channel.rules.files.file_names import extension_of
from whatsapp_channel.sentences import Argument, Explained, Sentence, _, sentence

MB = 1024 * 1024
LIMITS: Mapping[str, int] = MappingProxyType(
	{"image": 16 * MB, "sticker": MB, "audio": 100 * MB, "video": 100 * MB, "document": 100 * MB}
)
"""Bytes by kind. Meta's page on media: customers' files have at most 100 MB (above: error 131052); its limits by type (5 MB
for images, 500 KB for stickers) bind what a business sends. A page shows images and stickers without being asked, so these
stay near what WhatsApp makes of them."""

KEPT_BY_META = timedelta(days=7)
"""How long the id of a customer's file can be used (Meta's changelog of 9 October 2025; 30 days before)."""

HEAD_BYTES = 8192
"""How much of a file's beginning `judge` needs."""

_NOT_THIS_KIND: Mapping[str, str] = MappingProxyType(
	{
		"image": _("The file was sent as a photo, but its content is {0}. It was not stored."),
		"sticker": _("The file was sent as a sticker, but its content is {0}. It was not stored."),
		"audio": _("The file was sent as audio, but its content is {0}. It was not stored."),
		"video": _("The file was sent as a video, but its content is {0}. It was not stored."),
	}
)
_PROGRAM = _(
	"The file is a program ({0}) and was not stored. If it is needed, ask the customer for another way to get it."
)
CHANGED = _(
	"The file is not the one that WhatsApp announced: its checksum differs. It was not stored. Ask the customer to send it "
	"again."
)
SCRIPTED = _(
	"The PDF contains scripts and was not stored. Ask the customer for it as a plain PDF or as a photo."
)
COSTLY = _(
	"The PDF takes too much time or memory to be checked for scripts and was not stored. Ask the customer for it as a plain PDF or as a photo."
)
_EMPTY = _("The file is empty. Ask the customer to send it again.")


class FileRejected(Explained, ValueError):
	"""A file that must not be stored; the sentence is for agents."""

	def __init__(self, text: str, *places: Argument) -> None:
		super().__init__(sentence(text, *places))


@dataclass(frozen=True, slots=True)
class DetectedType:
	"""The type of a file, and the extension, without a dot, with which browsers treat it as that type."""

	mime_type: str
	extension: str


_TEXTS = frozenset({"txt", "html", "svg", "xml"})
_TEXT = DetectedType("text/plain", "txt")
_BINARY = DetectedType("application/octet-stream", "bin")


def limit_of(kind: str) -> int:
	"""The maximum size in bytes of a file of this kind; an unknown kind is treated as a document."""
	return LIMITS.get(kind, LIMITS["document"])


def judge(kind: str, head: bytes, declared: str | None, filename: str | None) -> DetectedType:
	"""Detects a file's type from its first HEAD_BYTES bytes, its declared type and its name.

	Raises FileRejected for an empty file, a program, and a photo, sticker, recording or video that is something else.
	"""
	if not head:
		raise FileRejected(_EMPTY)
	given = extension_of(filename or "")
	found = recognise(head)
	if program := _program(found, given):
		raise FileRejected(_PROGRAM, f".{program}")
	if kind in _NOT_THIS_KIND:
		return _for_display(kind, found, (declared or "").split(";")[0].strip().lower())
	return _document(found, given, declared)


def _program(found: DetectedType | None, given: str) -> str | None:
	"""The extension that makes it a program, if any; a document whose name happens to end in .com is not one."""
	if found and found.extension in types.PROGRAMS:
		return found.extension
	shown = found and (found.extension == "pdf" or found.mime_type.startswith(("image/", "audio/", "video/")))
	return given if given in types.PROGRAMS and not shown else None


def recognise(head: bytes) -> DetectedType | None:
	"""The type by the first bytes; None for a binary file of unknown type."""
	if head.startswith(b"%PDF-"):
		return DetectedType("application/pdf", "pdf")
	if is_text(head):
		return _text_type(head)
	if head[4:11] == b"ftyp3gp":  # the library takes it for MP4, which it names among its relatives
		return DetectedType("video/3gpp", "3gp")
	guess = filetype.guess(bytes(head))
	if guess is not None:
		return DetectedType(guess.mime, guess.extension)
	if head[4:8] == b"ftyp":  # an unknown brand in the MP4 container
		return DetectedType("video/mp4", "mp4")
	if head.startswith(types.OLE_SIGNATURE):
		return DetectedType("application/x-ole-storage", "bin")
	return DetectedType("application/pdf", "pdf") if b"%PDF-" in head[:1024] else None


def is_text(head: bytes) -> bool:
	"""Whether nothing in it speaks against text: short signatures such as BM or MZ are also how words begin.

	Source: the bytes that the WHATWG's MIME Sniffing standard calls binary data.
	"""
	if head.startswith((b"\xff\xfe", b"\xfe\xff")):
		return True
	return not head.startswith(b"#!AMR") and not types.BINARY_BYTES & set(head)


def _text_type(head: bytes) -> DetectedType:
	start = head[:2048].replace(b"\x00", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n\x0c").lower()
	if start.startswith((b"<svg", b"<!doctype svg")) or (start.startswith(b"<?xml") and b"<svg" in start):
		return DetectedType("image/svg+xml", "svg")
	if start.startswith(types.HTML_STARTS) or (start.startswith(b"<?xml") and b"<html" in start):
		return DetectedType("text/html", "html")
	if start.startswith(b"<?xml"):
		return DetectedType("application/xml", "xml")
	if start.startswith(b"{\\rtf"):
		return DetectedType("application/rtf", "rtf")
	return DetectedType("text/plain", "txt")


def _for_display(kind: str, found: DetectedType | None, declared: str) -> DetectedType:
	if found is None:
		# Raw sound and video have no signature that one could rely on; a picture always has one.
		extension = types.DECLARED.get(declared)
		if kind in ("audio", "video") and extension and declared.startswith(f"{kind}/"):
			return DetectedType(declared, extension)
		raise FileRejected(_NOT_THIS_KIND[kind], Sentence(_("unknown")))
	if kind == "audio" and found.mime_type in types.AUDIO_IN_VIDEO:
		return DetectedType(*types.AUDIO_IN_VIDEO[found.mime_type])
	if found.mime_type in types.DISPLAYED[kind] or (
		kind in ("audio", "video") and found.mime_type.startswith(f"{kind}/")
	):
		return found
	raise FileRejected(_NOT_THIS_KIND[kind], found.mime_type)


def _document(found: DetectedType | None, given: str, declared: str | None) -> DetectedType:
	"""A document keeps its extension if its content can be of that type and browsers execute neither."""
	if found is None:
		return _unknown(given, declared)
	if found.extension in _TEXTS:
		return DetectedType(_type_of(given) or _TEXT.mime_type, given) if given in types.INERT_TEXT else _TEXT
	extension = found.extension.lower()
	if given != extension and given in types.family_of(extension) and types.is_inert(given):
		return DetectedType(_type_of(given) or found.mime_type, given)
	return DetectedType(found.mime_type, extension) if types.is_inert(extension) else _BINARY


def _unknown(given: str, declared: str | None) -> DetectedType:
	"""The type of unrecognised content: not one that browsers execute, nor one that would have been recognised."""
	guessed = mimetypes.guess_extension((declared or "").split(";")[0].strip()) or ""
	extension = given or guessed.lstrip(".").lower()
	kept = extension in types.INERT_TEXT or types.is_inert(extension)
	if not extension or extension in types.RECOGNISED or not kept:
		return _BINARY
	return DetectedType(_type_of(extension) or _BINARY.mime_type, extension)


def _type_of(extension: str) -> str | None:
	return mimetypes.guess_type(f"x.{extension}")[0]
