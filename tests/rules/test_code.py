"""Six digits, and what people paste instead of them (Z31)."""

import pytest

from whatsapp_channel.rules.invalid_input import InvalidInput
from whatsapp_channel.rules.onboarding.six_digit_code import new_pin, read_code, read_pin

ACCEPTED = {
	"six_digits": ("123830", "123830"),
	"leading_zeros": ("000007", "000007"),
	"as_meta_writes_it": ("123-830", "123830"),
	"with_a_blank": ("123 830", "123830"),
	"with_a_long_dash": ("123\u2013830", "123830"),
	"with_a_hard_blank": ("123\u00a0830", "123830"),
	"with_blanks_and_a_line_end": ("  123830\n", "123830"),
	"with_direction_marks": ("\u200e123830\u200f", "123830"),
	"digit_by_digit": ("1 2 3 8 3 0", "123830"),
}
NOT_DIGITS = "It has something else than digits."
OTHER_DIGITS = "It has digits of another script or width."
REFUSED = {
	"nothing": ("", "It is empty."),
	"blanks": (" - ", "It is empty."),
	"one": ("1", "It has 1 digits, and six are needed."),
	"five": ("12383", "It has 5 digits, and six are needed."),
	"seven": ("1238301", "It has 7 digits, and six are needed."),
	"two_codes": ("123-830 123-830", "It has 12 digits, and six are needed."),
	"letters": ("12a830", NOT_DIGITS),
	"letter_o_for_zero": ("12383O", NOT_DIGITS),
	"the_whole_message": ("WhatsApp code 123-830", NOT_DIGITS),
	"full_width": ("\uff11\uff12\uff13\uff18\uff13\uff10", OTHER_DIGITS),
	"full_width_mixed": ("12383\uff10", OTHER_DIGITS),
	"arabic_indic": ("\u0661\u0662\u0663\u0668\u0663\u0660", OTHER_DIGITS),
	"superscript": ("12383\u00b2", OTHER_DIGITS),
	"sign": ("+123830", NOT_DIGITS),
	"decimal": ("123.830", NOT_DIGITS),
	"underscore_that_int_would_take": ("123_830", NOT_DIGITS),
}


@pytest.mark.parametrize("read", [read_code, read_pin], ids=["code", "pin"])
@pytest.mark.parametrize(("text", "digits"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(read: object, text: str, digits: str) -> None:
	assert read(text) == digits  # type: ignore[operator]


@pytest.mark.parametrize(("read", "field"), [(read_code, "Code"), (read_pin, "PIN")], ids=["code", "pin"])
@pytest.mark.parametrize(("text", "problem"), REFUSED.values(), ids=REFUSED)
def test_refused(read: object, field: str, text: str, problem: str) -> None:
	with pytest.raises(InvalidInput) as caught:
		read(text)  # type: ignore[operator]
	assert str(caught.value.field) == field
	assert str(caught.value.problem) == problem
	assert str(caught.value.way_out)
	assert str(caught.value).startswith(f"{field}: {problem} ")


@pytest.mark.parametrize(("number", "pin"), [(0, "000000"), (42, "000042"), (999_999, "999999")])
def test_a_new_pin_keeps_its_zeros(number: int, pin: str) -> None:
	asked = []

	def below(limit: int) -> int:
		asked.append(limit)
		return number

	assert new_pin(below) == pin
	assert asked == [1_000_000]
	assert read_pin(pin) == pin
