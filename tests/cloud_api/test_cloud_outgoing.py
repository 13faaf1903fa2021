"""What goes out, as data: Meta's limits, the request, and the way through a row."""

import pytest

from whatsapp_channel.cloud_api import outgoing
from whatsapp_channel.cloud_api.outgoing import MAX_TEXT, Text, Unsendable, from_json, text, to_json

REQUESTS = {
	"a text": (text("Hi"), {"type": "text", "text": {"body": "Hi"}}),
	"with a preview": (
		text("https://a.example", preview_url=True),
		{"type": "text", "text": {"preview_url": True, "body": "https://a.example"}},
	),
	"as long as Meta allows": (
		text("ä" * MAX_TEXT),
		{"type": "text", "text": {"body": "ä" * MAX_TEXT}},
	),
	"without what no encoding carries": (
		text("a\ud83d\x00b"),
		{"type": "text", "text": {"body": "a\ufffd\ufffdb"}},
	),
}


@pytest.mark.parametrize(("content", "request_"), REQUESTS.values(), ids=REQUESTS)
def test_the_object_that_meta_documents(content: Text, request_: dict) -> None:
	assert content.as_request() == request_


@pytest.mark.parametrize("content", [content for content, _request in REQUESTS.values()], ids=REQUESTS)
def test_a_row_gives_back_what_it_was_given(content: Text) -> None:
	assert from_json(to_json(content)) == content


def test_every_kind_is_tried() -> None:
	kinds = getattr(outgoing.Outgoing, "__args__", (outgoing.Outgoing,))
	assert {type(content) for content, _request in REQUESTS.values()} == set(kinds)


@pytest.mark.parametrize("body", ["", "x" * (MAX_TEXT + 1)], ids=["empty", "too long"])
def test_a_text_beyond_metas_limits_is_refused_with_its_field(body: str) -> None:
	with pytest.raises(Unsendable, match=r"^body of the message cannot be sent: .*Change it"):
		text(body)


ROWS = {
	"no JSON": "Hello",
	"no object": '"Hello"',
	"no type that there is": '{"type": "hologram", "body": "Hi"}',
	"without its text": '{"type": "text"}',
	"with more than there is": '{"type": "text", "body": "Hi", "to": "+15550100100"}',
	"empty": "",
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_that_nobody_wrote_is_refused(row: str) -> None:
	with pytest.raises(Unsendable) as refusal:
		from_json(row)
	assert "cannot be sent" in refusal.value.sentence.text
