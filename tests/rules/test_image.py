"""Icons and pictures by their bytes (Z28, Z33)."""

import pytest

from tests.pictures import GIF, SVG, jpeg, png
from whatsapp_channel.rules.files.image import ICON_BYTES, PICTURE_BYTES, Image, check_icon, check_picture
from whatsapp_channel.rules.invalid_input import InvalidInput

ACCEPTED = {
	"png": (png(), "logo.png", Image("image/png", 1, 1)),
	"jpg": (jpeg(3, 2), "logo.jpg", Image("image/jpeg", 3, 2)),
	"jpeg": (jpeg(), "logo.jpeg", Image("image/jpeg", 1, 1)),
	"capital_letters": (png(), "LOGO.PNG", Image("image/png", 1, 1)),
	"jpeg_called_png": (jpeg(), "logo.png", Image("image/jpeg", 1, 1)),
	"jpeg_with_a_thumbnail": (jpeg(9, 9, thumbnail=True), "logo.jpg", Image("image/jpeg", 9, 9)),
	"jpeg_with_a_trailer": (jpeg() + b"trailer of a camera", "logo.jpg", Image("image/jpeg", 1, 1)),
	"exactly_1048576_bytes": (png(1_048_576), "logo.png", Image("image/png", 1, 1)),
}
EMPTY = "The file is empty."
WRONG_CONTENT = "The content of the file is neither JPEG nor PNG, whatever its name says."
DAMAGED = "The file is damaged or was not copied to its end."
REFUSED = {
	"empty": (b"", "logo.png", EMPTY),
	"1048577_bytes": (
		png(1_048_577),
		"logo.png",
		"The file has 1,048,577 bytes, more than the 1,048,576 that are allowed.",
	),
	"gif": (GIF, "logo.gif", "The file is called logo.gif, and only .jpg, .png and .jpeg are allowed."),
	"gif_called_png": (GIF, "logo.png", WRONG_CONTENT),
	"gif_called_jpg": (GIF, "logo.jpg", WRONG_CONTENT),
	"svg_called_png": (SVG, "logo.png", WRONG_CONTENT),
	"png_called_svg": (
		png(),
		"logo.svg",
		"The file is called logo.svg, and only .jpg, .png and .jpeg are allowed.",
	),
	"png_without_extension": (
		png(),
		"logo",
		"The file is called logo, and only .jpg, .png and .jpeg are allowed.",
	),
	"png_hidden_behind_html": (
		png(),
		"logo.png.html",
		"The file is called logo.png.html, and only .jpg, .png and .jpeg are allowed.",
	),
	"text_called_jpg": (b"hello", "logo.jpg", WRONG_CONTENT),
	"signature_alone": (b"\x89PNG\r\n\x1a\n", "logo.png", DAMAGED),
	"png_without_its_last_byte": (png()[:-1], "logo.png", DAMAGED),
	"png_without_its_end": (png()[:-12], "logo.png", DAMAGED),
	"png_cut_in_the_middle": (png(5000)[:2500], "logo.png", DAMAGED),
	"png_with_a_changed_byte": (png().replace(b"IDAT", b"IDAX"), "logo.png", DAMAGED),
	"png_without_width": (png(width=0), "logo.png", DAMAGED),
	"jpeg_signature_alone": (b"\xff\xd8\xff", "logo.jpg", DAMAGED),
	"jpeg_without_its_end": (jpeg()[:-2], "logo.jpg", DAMAGED),
	"jpeg_cut_before_its_scan": (jpeg()[:30], "logo.jpg", DAMAGED),
	"jpeg_whose_thumbnail_alone_ends": (jpeg(thumbnail=True)[:-2], "logo.jpg", DAMAGED),
}


@pytest.mark.parametrize(("content", "name", "image"), ACCEPTED.values(), ids=ACCEPTED)
def test_an_icon_that_is_one(content: bytes, name: str, image: Image) -> None:
	assert check_icon(content, name) == image


@pytest.mark.parametrize(("content", "name", "problem"), REFUSED.values(), ids=REFUSED)
def test_an_icon_that_is_none(content: bytes, name: str, problem: str) -> None:
	with pytest.raises(InvalidInput) as caught:
		check_icon(content, name)
	assert str(caught.value.field) == "Icon"
	assert str(caught.value.problem) == problem
	assert str(caught.value.way_out)


def test_the_sizes_are_what_they_say() -> None:
	assert (len(png(1_048_576)), len(png(1_048_577)), ICON_BYTES) == (1_048_576, 1_048_577, 1_048_576)


@pytest.mark.parametrize("cut", range(0, len(png()), 3))
def test_a_png_cut_anywhere_is_refused(cut: int) -> None:
	with pytest.raises(InvalidInput):
		check_icon(png()[:cut], "logo.png")


PICTURES = {
	"smallest": (png(width=192, height=192), None),
	"largest": (png(PICTURE_BYTES, 192, 192), None),
	"too_many_bytes": (png(PICTURE_BYTES + 1, 192, 192), "The file has 5,242,881 bytes"),
	"too_narrow": (png(width=191, height=640), "The picture has 191 x 640 pixels"),
	"too_low": (jpeg(640, 191), "The picture has 640 x 191 pixels"),
}


@pytest.mark.parametrize(("content", "problem"), PICTURES.values(), ids=PICTURES)
def test_a_picture_of_the_profile(content: bytes, problem: str | None) -> None:
	if problem is None:
		assert check_picture(content, "picture.png").width == 192
		return
	with pytest.raises(InvalidInput, match=problem):
		check_picture(content, "picture.png")
