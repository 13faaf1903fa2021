"""A shared contact is shown whole: every part of a card, and cards of any part alone."""

from typing import Any

import pytest

from tests.markup import outline
from whatsapp_channel.cloud_api.content import Contacts, read_content
from whatsapp_channel.rules.text.message_html import View, to_html
from whatsapp_channel.rules.text.message_labels import summary

ANN = {
	"name": {"first_name": "Ann", "last_name": "Example"},
	"phones": [{"phone": "+44 20 7946 0000", "type": "Work"}],
	"urls": [{"url": "https://ann.example"}],
	"addresses": [{"street": "1 High St", "city": "York"}],
	"birthday": "1990-01-02",
}
LINK = "[https://ann.example]https://ann.example"
VCARD = (
	"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Example;Ann;;;\r\nFN:Ann\r\n  Example\r\nORG:Acme;Sales\r\n"
	"item1.TEL;waid=442079460000:+44 20 7946 0000\r\nADR;type=HOME:;;1 High St;York;;YO1;UK\r\n"
	"EMAIL:ann@example.com\r\nURL:https://ann.example\r\nBDAY:1990-01-02\r\nNOTE:Back\\, on Monday\r\nEND:VCARD"
)
# A card as Meta passes it on, its lines in the ticket, and its words.
CARDS: dict[str, tuple[dict[str, Any], list[str], str]] = {
	"all of it": (
		ANN,
		["Ann Example", "+44 20 7946 0000 (Work)", LINK, "1 High St, York", "Birthday: 1990-01-02"],
		"Ann Example, +44 20 7946 0000 (Work), https://ann.example, 1 High St, York, 1990-01-02",
	),
	"address alone": (
		{"addresses": [{"street": "5 Only Street", "city": "Leeds"}]},
		["5 Only Street, Leeds"],
		"5 Only Street, Leeds",
	),
	"whole address": (
		{
			"addresses": [
				{
					"street": "1 High St",
					"city": "York",
					"state": "N",
					"zip": "YO1",
					"country": "UK",
					"country_code": "gb",
					"type": "HOME",
				}
			]
		},
		["1 High St, York, N, YO1, UK (Home)"],
		"1 High St, York, N, YO1, UK (Home)",
	),
	"address of a country code": (
		{"addresses": [{"city": "York", "country_code": "gb"}]},
		["York, gb"],
		"York, gb",
	),
	"web page alone": (
		{"urls": [{"url": "https://ann.example", "type": "WORK"}]},
		[LINK],
		"https://ann.example",
	),
	"web page that is none": ({"urls": [{"url": "javascript:x"}]}, ["javascript:x"], "javascript:x"),
	"birthday alone": ({"birthday": "1990-01-02"}, ["Birthday: 1990-01-02"], "1990-01-02"),
	"email alone": ({"emails": [{"email": "a@b.c", "type": "HOME"}]}, ["a@b.c (Home)"], "a@b.c (Home)"),
	"organisation alone": (
		{"org": {"company": "Acme", "department": "Sales", "title": "Head"}},
		["Acme, Sales, Head"],
		"Acme, Sales, Head",
	),
	"all parts of a name": (
		{"name": {"prefix": "Dr", "first_name": "Ann", "middle_name": "B", "last_name": "C", "suffix": "Jr"}},
		["Dr Ann B C Jr"],
		"Dr Ann B C Jr",
	),
	"name as it is written": (
		{"name": {"formatted_name": "Ann E.", "first_name": "Ann", "last_name": "Example"}},
		["Ann E."],
		"Ann E.",
	),
	"last name alone": ({"name": {"last_name": "Example"}}, ["Example"], "Example"),
	"types of numbers": (
		{"phones": [{"phone": "1", "type": "CELL"}, {"phone": "2"}, {"phone": "3", "type": "iPhone"}]},
		["1 (Cell)", "2", "3 (iPhone)"],
		"1 (Cell), 2, 3 (iPhone)",
	),
	"number without its country": (
		{"phones": [{"phone": "020 7946 0000", "wa_id": "442079460000", "type": "HOME"}]},
		["020 7946 0000 (Home, WhatsApp 442079460000)"],
		"020 7946 0000 (Home, WhatsApp 442079460000)",
	),
	"number in WhatsApp alone": ({"phones": [{"wa_id": "442079460000"}]}, ["442079460000"], "442079460000"),
	"what has no name here": (
		{"note": "back on Monday", "ims": [{"service": "AIM", "user_id": "ann"}]},
		["note: back on Monday", "ims: AIM, ann"],
		"note: back on Monday, ims: AIM, ann",
	),
	"card of a phone alone": (
		{"vcard": VCARD},
		[
			"Ann Example",
			"Acme, Sales",
			"+44 20 7946 0000",
			"ann@example.com",
			LINK,
			"1 High St, York, YO1, UK",
			"Birthday: 1990-01-02",
			"Back, on Monday",
		],
		"Ann Example, +44 20 7946 0000, ann@example.com, Acme, Sales, https://ann.example, 1 High St, York, YO1, UK, "
		"1990-01-02, Back, on Monday",
	),
	"markup": ({"addresses": [{"city": "<b>York</b>"}]}, ["<b>York</b>"], "<b>York</b>"),
}


@pytest.mark.parametrize(("card", "lines", "words"), CARDS.values(), ids=CARDS)
def test_card(card: dict[str, Any], lines: list[str], words: str) -> None:
	content = read_content({"contacts": [card]}, "contacts")
	assert content.words == words
	assert outline(to_html([View(content)], str)) == lines


def test_each_card_has_its_line() -> None:
	both = [ANN, CARDS["address alone"][0]]
	content = read_content({"contacts": both}, "contacts")
	assert isinstance(content, Contacts)
	assert content.words == f"{CARDS['all of it'][2]}\n5 Only Street, Leeds"
	assert summary(content, str) == "Contact: Ann Example, 5 Only Street, Leeds"


@pytest.mark.parametrize("value", [None, 5, True, "x", [], {}, [None, 5, [], "x"], {"a": {"b": []}}, [{}]])
@pytest.mark.parametrize(
	"part", ["name", "phones", "emails", "org", "urls", "addresses", "birthday", "vcard", "x"]
)
def test_odd_parts_cost_nothing_else(part: str, value: Any) -> None:
	content = read_content({"contacts": [{part: value}, {"name": {"first_name": "Ann"}}]}, "contacts")
	assert isinstance(content, Contacts)
	assert content.people[-1].name == "Ann"
