import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_channel.rules.customers.phone import (
	InvalidNumber,
	digits,
	of_wa_id,
	parts,
	spellings,
	to_e164,
	variants,
)


@pytest.mark.parametrize(
	("text", "region", "expected"),
	[
		pytest.param("+16505551234", None, "+16505551234", id="E.164 already"),
		pytest.param("+1 (650) 555-1234", None, "+16505551234", id="with punctuation"),
		pytest.param("0049 30 1234567", None, "+49301234567", id="00 for +"),
		pytest.param("030 1234567", "DE", "+49301234567", id="national, region known"),
		pytest.param("+44 20 7946 0958", "DE", "+442079460958", id="country code beats region"),
		pytest.param(
			"\u202a+49\u00a030\u00a01234567\u202c", None, "+49301234567", id="direction marks of a card"
		),
		pytest.param("٠٣٠١٢٣٤٥٦٧", "DE", "+49301234567", id="Arabic digits"),
		pytest.param("+1 555-078-3881", None, "+15550783881", id="Meta's test numbers are in no plan"),
		pytest.param("+55 11 98765-4321", None, "+5511987654321", id="Brazil"),
		pytest.param("+55 11 8765-4321", None, "+5511987654321", id="Brazil, as before the ninth digit"),
		pytest.param("(11) 8765-4321", "BR", "+5511987654321", id="Brazil, the same without country"),
		pytest.param("+52 1 55 1234 5678", None, "+525512345678", id="Mexico, as before 2019"),
		pytest.param("+54 11 2345-6789", None, "+541123456789", id="Argentina, may be a landline"),
	],
)
def test_to_e164(text, region, expected):
	assert to_e164(text, region) == expected


@pytest.mark.parametrize(
	("text", "region", "problem", "way_out"),
	[
		pytest.param("", None, "No phone number", "with +", id="empty"),
		pytest.param(" \u200e ", None, "No phone number", "with +", id="only invisible characters"),
		pytest.param("Anna", None, "not a phone number", "with +", id="a name"),
		pytest.param("1-800-FLOWERS", "US", "not a phone number", "with +", id="letters of a keypad"),
		pytest.param("()", None, "not a phone number", "with +", id="no digits"),
		pytest.param("16505551234", None, "no country code", "with +", id="no plus"),
		pytest.param("030 1234567", None, "no country code", "with +", id="national, region unknown"),
		pytest.param("+999 12345678", None, "does not exist", "with +", id="unknown country"),
		pytest.param("+1 650", None, "too few digits", "Compare", id="too short"),
		pytest.param("555 1234", "US", "too few digits", "Compare", id="without area code"),
		pytest.param("+1 650 555 12345 67", None, "too many digits", "Compare", id="too long"),
		pytest.param("+1 650 555 1234 5678 9012 3456 7890", None, "too many", "with +", id="absurdly long"),
		pytest.param("+1 650 555 1234 ext. 5", None, "extension", "without its extension", id="extension"),
		pytest.param("+1 650 555 1234;5", None, "extension", "without its extension", id="dialled extension"),
	],
)
def test_what_is_no_number_is_refused_with_a_way_out(text, region, problem, way_out):
	with pytest.raises(InvalidNumber) as refused:
		to_e164(text, region)
	assert problem in str(refused.value.problem)
	assert way_out in str(refused.value.way_out)
	assert "{" not in str(refused.value)


@pytest.mark.parametrize(
	("text", "expected"),
	[
		pytest.param("+1 (650) 555-1234", "16505551234", id="punctuation"),
		pytest.param("٠٣٠", "030", id="Arabic digits"),
		pytest.param("no", "", id="none"),
		pytest.param("5²", "5", id="a superscript is no digit"),
	],
)
def test_digits(text, expected):
	assert digits(text) == expected


@pytest.mark.parametrize(
	("wa_id", "others"),
	[
		pytest.param("16505551234", [], id="USA, one spelling"),
		pytest.param("5511987654321", ["551187654321"], id="Brazil with the ninth digit"),
		pytest.param("551187654321", ["5511987654321"], id="Brazil without the ninth digit"),
		pytest.param("551133334444", [], id="Brazil, landline"),
		pytest.param("5511933334444", [], id="Brazil, without its 9 it would be a landline"),
		pytest.param("5491123456789", ["541123456789"], id="Argentina with 9"),
		pytest.param("541123456789", ["5491123456789"], id="Argentina without 9"),
		pytest.param("5215512345678", ["525512345678"], id="Mexico with 1"),
		pytest.param("525512345678", ["5215512345678"], id="Mexico without 1"),
		pytest.param("52551234567", [], id="Mexico, too short"),
		pytest.param("5491", [], id="too short for any country"),
	],
)
def test_variants_begin_with_the_id_itself(wa_id, others):
	assert variants(wa_id) == (wa_id, *others)


@pytest.mark.parametrize("wa_id", ["5511987654321", "5491123456789", "5215512345678"])
def test_variants_lead_back_to_the_id(wa_id):
	other = variants(wa_id)[1]
	assert variants(other) == (other, wa_id)


@pytest.mark.parametrize(
	("text", "expected"),
	[
		pytest.param(
			"+55 11 98765-4321", ("5511987654321", "551187654321"), id="a number as people write it"
		),
		pytest.param("", (), id="nothing"),
	],
)
def test_variants_of_other_texts(text, expected):
	assert variants(text) == expected


@pytest.mark.parametrize(
	("wa_id", "expected"),
	[
		pytest.param("16505551234", "+16505551234", id="in its plan"),
		pytest.param("551187654321", "+5511987654321", id="Brazil without the ninth digit"),
		pytest.param("5511987654321", "+5511987654321", id="Brazil with it"),
		pytest.param("551133334444", "+551133334444", id="Brazil, landline"),
		pytest.param("5215512345678", "+525512345678", id="Mexico with 1"),
		pytest.param("5491123456789", "+5491123456789", id="Argentina with 9"),
		pytest.param("541123456789", "+541123456789", id="Argentina without 9 is a number as well"),
		pytest.param("15550783881", "+15550783881", id="Meta's test numbers are in no plan"),
		pytest.param("12", "+12", id="too short for anything"),
		pytest.param("00000000", "+00000000", id="no country"),
		pytest.param("", "", id="nothing"),
	],
)
def test_the_number_of_a_wa_id(wa_id, expected):
	assert of_wa_id(wa_id) == expected


@pytest.mark.parametrize(
	("wa_id", "spelling"),
	[
		pytest.param("16505551234", "+1 650-555-1234", id="international"),
		pytest.param("16505551234", "1 650-555-1234", id="without plus"),
		pytest.param("16505551234", "0016505551234", id="00 for plus"),
		pytest.param("16505551234", "+1-6505551234", id="Frappe's Phone field"),
		pytest.param("16505551234", "+1 6505551234", id="country apart"),
		pytest.param("491711234567", "+49 171 1234567", id="Germany"),
		pytest.param("551187654321", "+55 11 98765-4321", id="Brazil, new from old"),
		pytest.param("5511987654321", "+55 11 8765-4321", id="Brazil, old from new"),
		pytest.param("5511987654321", "+55 (11) 98765-4321", id="Brazil, area in brackets"),
		pytest.param("525512345678", "+52 1 55 1234 5678", id="Mexico, old from new"),
		pytest.param("5215512345678", "+52 55 1234 5678", id="Mexico, new from old"),
		pytest.param("541123456789", "+54 9 11 2345-6789", id="Argentina, 9 added"),
	],
)
def test_spellings_of_a_number(wa_id, spelling):
	assert spelling in spellings(wa_id)


def test_spellings_begin_with_e164_and_are_of_this_number_alone():
	assert spellings("16505551234")[0] == "+16505551234"
	assert {digits(each).removeprefix("00") for each in spellings("16505551234")} == {"16505551234"}
	assert spellings("") == ()


wa_ids = st.text("0123456789", min_size=1, max_size=20)
changed = st.builds(
	"{}{}".format, st.sampled_from(["55", "54", "52", "549", "521"]), st.text("0123456789", max_size=12)
)


@given(st.one_of(wa_ids, changed))
def test_variants_are_symmetrical(wa_id):
	for other in variants(wa_id):
		assert set(variants(other)) == set(variants(wa_id))
		assert variants(other)[0] == other


@given(st.one_of(wa_ids, changed))
def test_the_number_of_any_id_is_one_of_its_spellings_and_stays_what_it_is(wa_id):
	number = of_wa_id(wa_id)
	assert number in spellings(wa_id)
	assert digits(number) in variants(wa_id)
	assert of_wa_id(digits(number)) == number


@given(st.one_of(wa_ids, changed))
def test_every_spelling_is_of_one_of_the_variants(wa_id):
	known = {digit for each in variants(wa_id) for digit in (each, f"00{each}")}
	assert {digits(each) for each in spellings(wa_id)} <= known


MOBILE = phonenumbers.PhoneNumberType.MOBILE
WITH_MOBILES = sorted(
	region
	for region in phonenumbers.SUPPORTED_REGIONS
	if phonenumbers.example_number_for_type(region, MOBILE)
)


@pytest.mark.parametrize("region", WITH_MOBILES)
def test_an_example_of_every_country_is_read_in_each_of_its_spellings(region):
	example = phonenumbers.example_number_for_type(region, MOBILE)
	number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
	written = [each for each in spellings(digits(number)) if each.startswith("+")]
	assert written
	assert {to_e164(each) for each in written} <= {f"+{each}" for each in variants(digits(number))}


@given(st.text(max_size=40), st.sampled_from([None, "DE", "BR", "US"]))
def test_any_text_is_a_number_or_refused(text, region):
	try:
		number = to_e164(text, region)
	except InvalidNumber:
		return
	assert number == f"+{digits(number)}"
	assert number.isascii()
	assert to_e164(number) == number


PARTS = {
	"america": ("+16505551234", ("1", "6505551234")),
	"brazil": ("+5511912345678", ("55", "11912345678")),
	"germany": ("+4915112345678", ("49", "15112345678")),
	"italy_keeps_its_zero": ("+390612345678", ("39", "0612345678")),
	"three_digits": ("+35312345678", ("353", "12345678")),
	"metas_test_number": ("+15550100200", ("1", "5550100200")),
}


@pytest.mark.parametrize(("number", "expected"), PARTS.values(), ids=PARTS)
def test_parts_for_adding_a_number(number: str, expected: tuple[str, str]) -> None:
	assert parts(number) == expected
