"""Checks uploaded pictures by their content: the icon of a channel (Z33) and the profile picture (Z28)."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from whatsapp_channel.rules.files.file_names import extension_of
from whatsapp_channel.rules.invalid_input import InvalidInput
from whatsapp_channel.sentences import _

ICON_BYTES = 1024 * 1024
"""1 MB as Frappe and every file manager count it: 1,048,576 bytes are allowed."""
PICTURE_BYTES = 5 * 1024 * 1024
PICTURE_PIXELS = 192
"""Meta's least width and height of a profile picture; it recommends 640."""
EXTENSIONS = ("jpg", "jpeg", "png")

_ICON = _("Icon")
_PICTURE = _("Picture")

_EMPTY = _("The file is empty.")
_TOO_LARGE = _("The file has {size} bytes, more than the {limit} that are allowed.")
_WRONG_NAME = _("The file is called {name}, and only .jpg, .png and .jpeg are allowed.")
_WRONG_CONTENT = _("The content of the file is neither JPEG nor PNG, whatever its name says.")
_DAMAGED = _("The file is damaged or was not copied to its end.")
_TOO_SMALL = _(
	"The picture has {width} x {height} pixels, and WhatsApp wants at least {least} in each direction."
)

_CHOOSE_SMALLER = _("Save it smaller, for example with 512 x 512 pixels, and choose it again.")
_CHOOSE_IMAGE = _("Save the picture as JPEG or PNG in an image program and choose that file.")
_COPY_AGAIN = _("Open it in an image program, save it again and choose it again.")
_CHOOSE_LARGER = _("Choose a larger one, best a square of 640 x 640 pixels.")

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_END_OF_JPEG = b"\xff\xd9"
_SCAN = 0xDA
# Start-of-frame markers, which carry the size; DHT, JPG and DAC stand among their numbers.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True, slots=True)
class Image:
	"""A picture's type; width and height in pixels."""

	mime_type: str
	width: int
	height: int


def check_icon(content: bytes, name: str) -> Image:
	"""The icon of a channel: at most 1 MB, called .jpg, .png or .jpeg, and JPEG or PNG by its content (Z33).

	Raises InvalidInput.
	"""
	return _check(_ICON, content, name, ICON_BYTES)


def check_picture(content: bytes, name: str) -> Image:
	"""The picture of the business profile: at most 5 MB and at least 192 pixels each way, JPEG or PNG (Meta's page on
	business profiles). Raises InvalidInput."""
	found = _check(_PICTURE, content, name, PICTURE_BYTES)
	if min(found.width, found.height) < PICTURE_PIXELS:
		size = {"width": found.width, "height": found.height, "least": PICTURE_PIXELS}
		raise InvalidInput(_PICTURE, _TOO_SMALL, _CHOOSE_LARGER, **size)
	return found


def _check(field: str, content: bytes, name: str, limit: int) -> Image:
	if not content:
		raise InvalidInput(field, _EMPTY, _CHOOSE_IMAGE)
	if len(content) > limit:
		raise InvalidInput(field, _TOO_LARGE, _CHOOSE_SMALLER, size=f"{len(content):,}", limit=f"{limit:,}")
	if extension_of(name) not in EXTENSIONS:
		raise InvalidInput(field, _WRONG_NAME, _CHOOSE_IMAGE, name=name)
	read = _png if content.startswith(_PNG) else _jpeg if content.startswith(_JPEG) else None
	if read is None:
		raise InvalidInput(field, _WRONG_CONTENT, _CHOOSE_IMAGE)
	found = read(content)
	if found is None or not (found.width and found.height):
		raise InvalidInput(field, _DAMAGED, _COPY_AGAIN)
	return found


def _png(content: bytes) -> Image | None:
	"""None unless every chunk is whole, from the header to the end."""
	size: tuple[int, int] | None = None
	at = len(_PNG)
	while at + 12 <= len(content):
		length, kind = struct.unpack_from(">I4s", content, at)
		end = at + 12 + length
		if end > len(content) or zlib.crc32(content[at + 4 : end - 4]) != int.from_bytes(
			content[end - 4 : end], "big"
		):
			return None
		if size is None:
			if kind != b"IHDR" or length != 13:
				return None
			size = struct.unpack_from(">II", content, at + 8)
		if kind == b"IEND":
			return Image("image/png", *size)
		at = end
	return None


def _jpeg(content: bytes) -> Image | None:
	"""None unless a frame, a scan and, after it, the end are there. What pictures carry behind their end is left alone."""
	size: tuple[int, int] | None = None
	at = 2
	while at + 4 <= len(content) and content[at] == 0xFF:
		marker = content[at + 1]
		if marker == 0xFF or marker in _WITHOUT_LENGTH:
			at += 1 if marker == 0xFF else 2
			continue
		length = int.from_bytes(content[at + 2 : at + 4], "big")
		if marker == _SCAN:
			ended = content.find(_END_OF_JPEG, at + 2 + length) > 0
			return Image("image/jpeg", *size) if size and ended else None
		if marker in _FRAMES and at + 9 <= len(content):
			height, width = struct.unpack_from(">HH", content, at + 5)
			size = (width, height)
		at += 2 + max(length, 2)
	return None
