"""What Meta would refuse of a business profile, found before the call (Z28)."""

from dataclasses import replace
from typing import Any

import pytest

from whatsapp_channel.rules.invalid_input import InvalidInput
from whatsapp_channel.rules.onboarding.profile_rules import CATEGORIES, Profile, check, display_name

GOOD = Profile(display_name="Lucky Shrub", category="RETAIL", description="Plants for shade.")

NAMES = {
	"plain": ("Lucky Shrub", "Lucky Shrub"),
	"blanks_put_right": ("  Lucky \t Shrub\n", "Lucky Shrub"),
	"two_characters": ("HP", "HP"),
	"75_characters": ("x" * 75, "x" * 75),
	"other_scripts": ("日本の植物", "日本の植物"),
	"accents_and_punctuation": ("L'Été & Søns, Inc.", "L'Été & Søns, Inc."),
	"digits_alone": ("99", "99"),
	"with_a_domain_as_name": ("Booking.com", "Booking.com"),
}


@pytest.mark.parametrize(("entered", "name"), NAMES.values(), ids=NAMES)
def test_names_that_may_be_asked_for(entered: str, name: str) -> None:
	assert display_name(entered) == name


BAD_NAMES = {
	"empty": ("", "It is empty."),
	"blanks": ("   ", "It is empty."),
	"one_character": ("x", "It has 1 characters, and WhatsApp wants at least 2."),
	"76_characters": ("x" * 76, "It has 76 characters, and WhatsApp allows 75."),
	"punctuation_alone": ("...", "It has neither a letter nor a digit."),
	"emoji": ("Lucky Shrub 🌱", "It has a character that names may not have: 🌱"),
	"symbol": ("Lucky Shrub ★", "It has a character that names may not have: ★"),
	"metas_name": ("WhatsApp Support", "It contains WhatsApp, which belongs to Meta."),
	"metas_name_disguised": ("whats-app shop", "It contains WhatsApp, which belongs to Meta."),
	"instagram": ("My Instagram", "It contains Instagram, which belongs to Meta."),
	"address": ("https://luckyshrub.com", "It is an address on the internet and no name."),
	"www": ("www.luckyshrub.com", "It is an address on the internet and no name."),
}


@pytest.mark.parametrize(("entered", "problem"), BAD_NAMES.values(), ids=BAD_NAMES)
def test_names_that_meta_would_refuse(entered: str, problem: str) -> None:
	assert refusal(display_name=entered) == ("Display Name", problem)


def refusal(**changes: Any) -> tuple[str, str]:
	with pytest.raises(InvalidInput) as caught:
		check(replace(GOOD, **changes))
	assert str(caught.value.way_out)
	return str(caught.value.field), str(caught.value.problem)


ACCEPTED = {
	"all_limits": (
		{"description": "d" * 512, "about": "a" * 139, "address": "s" * 256},
		{"description": "d" * 512, "about": "a" * 139, "address": "s" * 256},
	),
	"email_of_128": (
		{"email": "a" * 64 + "@" + "b" * 59 + ".com"},
		{"email": "a" * 64 + "@" + "b" * 59 + ".com"},
	),
	"email_with_blanks": ({"email": " info@example.com "}, {"email": "info@example.com"}),
	"website_without_scheme": ({"websites": ("example.com",)}, {"websites": ("https://example.com",)}),
	"plain_http": ({"websites": ("http://example.com/a?b=c",)}, {"websites": ("http://example.com/a?b=c",)}),
	"two_websites_and_an_empty_one": (
		{"websites": ("https://a.com", " ", "https://b.com")},
		{"websites": ("https://a.com", "https://b.com")},
	),
	"one_website_twice": ({"websites": ("a.com", "https://a.com")}, {"websites": ("https://a.com",)}),
	"website_of_256": (
		{"websites": ("https://a.com/".ljust(256, "x"),)},
		{"websites": ("https://a.com/".ljust(256, "x"),)},
	),
	"lines_of_an_address": (
		{"address": " 1 Main Street \r\n Springfield "},
		{"address": "1 Main Street \n Springfield"},
	),
	"about_on_one_line": ({"about": "We\nare open"}, {"about": "We are open"}),
}


@pytest.mark.parametrize(("changes", "expected"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(changes: dict[str, Any], expected: dict[str, Any]) -> None:
	assert check(replace(GOOD, **changes)) == replace(GOOD, **expected)


REFUSED = {
	"no_category": ({"category": ""}, "Category", "It is empty."),
	"unknown_category": ({"category": "PLANTS"}, "Category", "PLANTS is none of WhatsApp's categories."),
	"small_letters": ({"category": "retail"}, "Category", "retail is none of WhatsApp's categories."),
	"no_description": ({"description": " \n"}, "Description", "It is empty."),
	"long_description": (
		{"description": "d" * 513},
		"Description",
		"It has 513 characters, and WhatsApp allows 512.",
	),
	"long_about": ({"about": "a" * 140}, "About", "It has 140 characters, and WhatsApp allows 139."),
	"long_address": ({"address": "s" * 257}, "Address", "It has 257 characters, and WhatsApp allows 256."),
	"long_email": (
		{"email": "a" * 64 + "@" + "b" * 60 + ".com"},
		"E-mail",
		"It has 129 characters, and WhatsApp allows 128.",
	),
	"email_without_at": ({"email": "info.example.com"}, "E-mail", "info.example.com is no e-mail address."),
	"email_without_domain": ({"email": "info@localhost"}, "E-mail", "info@localhost is no e-mail address."),
	"two_emails": ({"email": "a@b.com, c@d.com"}, "E-mail", "a@b.com, c@d.com is no e-mail address."),
	"email_line_end": ({"email": "a@b.com\nx: y"}, "E-mail", "a@b.com\nx: y is no e-mail address."),
	"three_websites": (
		{"websites": ("a.com", "b.com", "c.com")},
		"Websites",
		"There are 3 websites, and WhatsApp allows 2.",
	),
	"ftp": ({"websites": ("ftp://a.com",)}, "Websites", "ftp://a.com is no address of a website."),
	"javascript": (
		{"websites": ("javascript:alert(1)",)},
		"Websites",
		"javascript:alert(1) is no address of a website.",
	),
	"website_without_dot": ({"websites": ("intranet",)}, "Websites", "intranet is no address of a website."),
	"website_with_blank": ({"websites": ("a.com/b c",)}, "Websites", "a.com/b c is no address of a website."),
	"website_with_odd_port": (
		{"websites": ("https://a.com:port/",)},
		"Websites",
		"https://a.com:port/ is no address of a website.",
	),
	"website_of_257": (
		{"websites": ("https://a.com/".ljust(257, "x"),)},
		"Websites",
		"It has 257 characters, and WhatsApp allows 256.",
	),
}


@pytest.mark.parametrize(("changes", "field", "problem"), REFUSED.values(), ids=REFUSED)
def test_refused(changes: dict[str, Any], field: str, problem: str) -> None:
	assert refusal(**changes) == (field, problem)


def test_categories_are_metas() -> None:
	documented = """ALCOHOL APPAREL AUTO BEAUTY EDU ENTERTAIN EVENT_PLAN FINANCE GOVT GROCERY HEALTH HOTEL NONPROFIT
		ONLINE_GAMBLING OTC_DRUGS OTHER PHYSICAL_GAMBLING PROF_SERVICES RESTAURANT RETAIL TRAVEL"""
	assert set(CATEGORIES) == set(documented.split())
	assert len(set(CATEGORIES.values())) == len(CATEGORIES)


def test_a_profile_survives_its_json() -> None:
	whole = replace(GOOD, about="a", address="b", email="c@d.com", websites=("https://e.com",))
	assert Profile.from_dict(whole.as_dict()) == whole
	assert Profile.from_dict({"display_name": "x"}) == Profile(display_name="x", category="", description="")
