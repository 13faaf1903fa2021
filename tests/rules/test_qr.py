"""The QR code of a channel's chat (Z35), read back from its picture."""

import re
from xml.etree import ElementTree

import pytest
import segno

from whatsapp_channel.rules.onboarding import qr

LINK = "https://wa.me/15550100200"


def test_the_link_has_digits_alone() -> None:
	assert qr.chat_link("+15550100200") == LINK


@pytest.mark.parametrize("text", [LINK, "https://wa.me/551191234567", "https://wa.me/4915112345678"])
def test_the_picture_shows_the_code(text: str) -> None:
	assert dark_modules(qr.svg(text)) == expected_modules(text)


def expected_modules(text: str) -> set[tuple[int, int]]:
	matrix = segno.make(text, error="m", micro=False).matrix
	return {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}


def dark_modules(svg: str) -> set[tuple[int, int]]:
	"""Every dark module, from the horizontal strokes of which the picture consists."""
	path = next(each for each in ElementTree.fromstring(svg).iter() if each.get("stroke"))
	found: set[tuple[int, int]] = set()
	x = y = 0.0
	for command, values in re.findall(r"([Mmh])([^Mmh]*)", path.get("d") or ""):
		numbers = [float(each) for each in re.findall(r"-?[\d.]+", values)]
		if command == "M":
			x, y = numbers
		elif command == "m":
			x, y = x + numbers[0], y + numbers[1]
		else:
			row = int(y) - qr.BORDER
			found |= {(int(x) - qr.BORDER + step, row) for step in range(int(numbers[0]))}
			x += numbers[0]
	return found


@pytest.mark.parametrize("text", [LINK, "</svg><script>alert(1)</script>"], ids=["link", "hostile"])
def test_it_can_stand_in_a_page(text: str) -> None:
	svg = qr.svg(text)
	assert svg.startswith("<svg")
	tags = {each.tag.rpartition("}")[2] for each in ElementTree.fromstring(svg).iter()}
	assert tags <= {"svg", "path", "g"}
	assert not re.search(r"script|onload|href|javascript", svg)


def test_it_has_a_size_and_a_quiet_zone() -> None:
	side = (len(segno.make(LINK, error="m", micro=False).matrix) + 2 * qr.BORDER) * qr.SCALE
	svg = ElementTree.fromstring(qr.svg(LINK))
	assert (svg.get("width"), svg.get("height")) == (str(side), str(side))
