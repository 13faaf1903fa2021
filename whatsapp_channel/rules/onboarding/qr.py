"""The link to a channel's chat, and its QR code as SVG (Z35)."""

from __future__ import annotations

import segno

# Pixels per module, and the quiet zone that ISO/IEC 18004 asks for, in modules.
SCALE = 4
BORDER = 4


def svg(text: str) -> str:
	"""The QR code as an <svg> element: black on white, so that it can be scanned in a dark theme too."""
	code = segno.make(text, error="m", micro=False)
	drawn: str = code.svg_inline(scale=SCALE, border=BORDER, dark="#000", light="#fff", omitsize=False)
	return drawn


def chat_link(number: str) -> str:
	"""The link that opens a chat with a number (E.164); Meta's format has digits only."""
	return f"https://wa.me/{number.removeprefix('+')}"
