"""The app's own words in another language, with the customer's words left as they are."""

import pytest

from tests.markup import outline
from whatsapp_channel.cloud_api.content import Location, Media, Unknown, Unsupported
from whatsapp_channel.rules.text.message_html import View, to_html

MAP = "https://www.google.com/maps/search/?api=1&query="
GERMAN = {
	"Location": "Standort",
	"Open the map": "Karte öffnen",
	"Voice message": "Sprachnachricht",
	"Forwarded": "Weitergeleitet",
	"WhatsApp did not pass on this message ({what}). Ask the customer to send it in another way.": (
		"WhatsApp hat diese Nachricht nicht weitergegeben: {what}."
	),
	"Poll": "Umfrage",
	"Reaction: {emoji}": "{emoji} als Reaktion",
	"A message of the type {type}, which this version cannot show.": "Eine Nachricht der Art {type}.",
}
TRANSLATED: dict[str, tuple[View, list[str]]] = {
	"labels": (View(Location(1.0, 2.0), forwarded=True), ["Weitergeleitet", "Standort", "Karte öffnen 1, 2"]),
	"words within words": (
		View(Unsupported("poll_creation")),
		["WhatsApp hat diese Nachricht nicht weitergegeben: Umfrage."],
	),
	"order of the words": (
		View(Media("audio", voice=True), reaction="👍"),
		["Sprachnachricht", "👍 als Reaktion"],
	),
	"hostile value in a translation": (View(Unknown("<b>{type}")), ["Eine Nachricht der Art <b>{type}."]),
}


@pytest.mark.parametrize(("view", "lines"), TRANSLATED.values(), ids=TRANSLATED)
def test_translated(view: View, lines: list[str]) -> None:
	def german(text: str) -> str:
		return GERMAN[text]

	found = outline(to_html([view], german))
	assert [line.replace(f"[{MAP}1,2]", "") for line in found] == lines
