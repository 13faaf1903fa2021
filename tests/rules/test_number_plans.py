"""Mobile numbers of plans that changed: the old and the new number are of one person, and no third."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_channel.rules.customers import number_plans
from whatsapp_channel.rules.customers.phone import of_wa_id, spellings, to_e164, variants

# Old and new number of one person.
CHANGED: dict[str, tuple[str, str]] = {
	"Benin": ("22997123456", "2290197123456"),
	"Benin, another operator": ("22961234567", "2290161234567"),
	"Ivory Coast, Orange": ("22507123456", "2250707123456"),
	"Ivory Coast, Orange, later range": ("22588123456", "2250788123456"),
	"Ivory Coast, MTN": ("22505123456", "2250505123456"),
	"Ivory Coast, MTN, later range": ("22564123456", "2250564123456"),
	"Ivory Coast, Moov": ("22501123456", "2250101123456"),
	"Ivory Coast, Moov, later range": ("22540123456", "2250140123456"),
	"Gabon, Libertis": ("2416234567", "24166234567"),
	"Gabon, Airtel": ("2417412345", "24177412345"),
	"Cameroon": ("23777123456", "237677123456"),
	"Gambia, 3": ("2203012345", "220833012345"),
	"Gambia, 7": ("2207712345", "220877712345"),
	"Gambia, 9": ("2209912345", "220899912345"),
	"Mauritius": ("2307712345", "23057712345"),
	"Djibouti": ("253812345", "25377812345"),
	"Eswatini": ("2686123456", "26876123456"),
	"Seychelles": ("248512345", "2482512345"),
	"Timor-Leste": ("6707231234", "67077231234"),
	"Georgia": ("99577123456", "995577123456"),
	"Qatar": ("9745512345", "97455512345"),
	"Vietnam, Mobifone": ("841201234567", "84701234567"),
	"Vietnam, Vinaphone": ("841231234567", "84831234567"),
	"Vietnam, Viettel": ("841691234567", "84391234567"),
	"Vietnam, Gmobile": ("841991234567", "84591234567"),
}


@pytest.mark.parametrize(("old", "new"), CHANGED.values(), ids=CHANGED)
def test_both_numbers_are_known_by_each_other(old: str, new: str) -> None:
	assert variants(old) == (old, new)
	assert variants(new) == (new, old)
	assert {f"+{new}", new, f"+{old}", old} <= set(spellings(old)) & set(spellings(new))


@pytest.mark.parametrize(("old", "new"), CHANGED.values(), ids=CHANGED)
def test_the_present_plan_is_shown_and_dialled(old: str, new: str) -> None:
	assert of_wa_id(old) == of_wa_id(new) == f"+{new}"
	assert to_e164(f"+{old}") == to_e164(f"+{new}") == f"+{new}"


# Changes that an older phonenumbers does not know: it takes the old number for the present one, or both.
RECENT = ("Benin", "Gabon, Airtel", "Gambia, 7")
KNOWN = {"only the old": (True, False), "both": (True, True), "only the new": (False, True)}


@pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)
@pytest.mark.parametrize("name", RECENT)
def test_whatever_phonenumbers_knows_of_a_recent_change(name: str, known: tuple[bool, bool]) -> None:
	pair = CHANGED[name]
	is_valid = dict(zip(pair, known, strict=True)).__getitem__
	assert [number_plans.other_spelling(each, is_valid) for each in pair] == [*reversed(pair)]
	assert {number_plans.present(each, is_valid) for each in pair} == {pair[1]}


@pytest.mark.parametrize("valid", [(True, True), (True, False), (False, False)])
def test_an_old_number_that_is_somebody_elses_by_now(valid: tuple[bool, bool]) -> None:
	pair = CHANGED["Mauritius"]
	is_valid = dict(zip(pair, valid, strict=True)).__getitem__
	assert [number_plans.other_spelling(each, is_valid) for each in pair] == [None, None]


WRITTEN = {
	"Benin, as before, in pairs": ("2290197123456", "+229 97 12 34 56"),
	"Benin, as now": ("22997123456", "+229 01 97 12 34 56"),
	"Ivory Coast, as before, in pairs": ("2250707123456", "+225 07 12 34 56"),
	"Ivory Coast, as now": ("22507123456", "+225 07 07 12 34 56"),
	"Qatar, as before": ("97455512345", "+974 551 2345"),
}


@pytest.mark.parametrize(("wa_id", "spelling"), WRITTEN.values(), ids=WRITTEN)
def test_how_people_wrote_it(wa_id: str, spelling: str) -> None:
	assert spelling in spellings(wa_id)


# Numbers of these countries that are nobody's mobile of before or after.
ALONE = {
	"Benin, too short": "2299712345",
	"Benin, nine digits": "229197123456",
	"Ivory Coast, landline": "2252720123456",
	"Ivory Coast, old landline": "22520123456",
	"Ivory Coast, new number of no old one": "2250701123456",
	"Cameroon, landline": "237222123456",
	"Mauritius, landline of seven digits": "2302012345",
	"Qatar, digits that differ": "97433456789"[:3] + "35123456",
	"Vietnam, landline": "842412345678",
	"Georgia, landline": "995322123456",
	"Senegal": "221771234567",
	"Togo": "22890123456",
}


@pytest.mark.parametrize("wa_id", ALONE.values(), ids=ALONE)
def test_others_have_one_number_alone(wa_id: str) -> None:
	assert variants(wa_id) == (wa_id,)


codes = ["220", "225", "229", "230", "237", "241", "248", "253", "268", "670", "84", "974", "995"]
changed = st.builds("{}{}".format, st.sampled_from(codes), st.text("0123456789", min_size=5, max_size=11))


@given(changed)
def test_variants_are_symmetrical(wa_id: str) -> None:
	for other in variants(wa_id):
		assert set(variants(other)) == set(variants(wa_id))
		assert of_wa_id(other) == of_wa_id(wa_id)


@given(changed)
def test_what_is_shown_is_a_spelling_and_stays(wa_id: str) -> None:
	number = of_wa_id(wa_id)
	assert number in spellings(wa_id)
	assert of_wa_id(number.removeprefix("+")) == number
