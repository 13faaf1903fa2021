"""What has to hold for any bytes that arrive: the parser reads them, and what agents see of it is safe."""

import json

from tests.markup import outline
from whatsapp_channel.cloud_api.webhook_parser import InboundMessage, Item, read_delivery
from whatsapp_channel.rules.text.message_html import (
	FileView,
	Quote,
	View,
	plain,
	to_html,
	trace_html,
	without_trace,
)


def check(body: bytes | str) -> tuple[Item, ...]:
	"""Reads a body as a webhook and shows every message of it; returns the items. Raises when a promise is broken."""
	delivery = read_delivery(body)
	assert delivery.problem is None or not delivery.items
	places = [item.position for item in delivery.items]
	assert len(places) == len(set(places))
	for item in delivery.items:
		check_item(item)
	return delivery.items


def check_item(item: Item) -> None:
	"""An item explains itself, survives storage, and is safe to show."""
	assert len(item.position.split("/")) == 4
	stored = item.to_json()
	again = Item.from_json(stored)
	assert again == item
	assert again.to_json() == stored
	if item.problem:
		assert str(item.problem) == item.problem.text.format(**item.problem.args)
		assert len(str(item.problem)) < 600
	for number in (item.peer, item.contact and item.contact.wa_id):
		assert number is None or (number.isascii() and number.isdigit())
	if item.message:
		check_message(item.message)


def check_message(message: InboundMessage) -> None:
	"""What agents see of a message holds nothing but the app's own markup."""
	for number in (message.sender_wa_id, message.recipient_wa_id):
		assert number is None or (number.isascii() and number.isdigit())
	assert len(message.text or "") < 25_000_000
	words = plain(message.content, str)
	assert 0 < len(words) <= 140
	view = View(
		content=message.content,
		files=(FileView(words, words, message.type, words, words),),
		quote=Quote(words, message.text or ""),
		referral=message.referral,
		product=message.product,
		forwarded=message.forwarded,
		edited=words,
		original=message.text,
		reaction=words,
		errors=message.errors,
	)
	html = to_html([view, view], str)
	outline(html)
	assert not html.startswith(("{", "["))
	assert without_trace("<p>x</p>" + trace_html(view, str)) == "<p>x</p>"
	json.dumps(html).encode()
