"""What the loss benchmark sends: messages repeated, shuffled and put into deliveries."""

import argparse
import json
import random
import time
from dataclasses import dataclass
from typing import Any

ACCOUNT = "900000000000011"
# One channel makes tickets, the other none, which is a third of the work; Helpdesk's share of it is Helpdesk's.
WITH_TICKETS, WITHOUT = "900000000000012", "900000000000013"
# A reaction is no message to answer: it has no Communication and is not counted in a session.
REACTIONS = 0.1


@dataclass
class Plan:
	"""What is sent, by each of several senders in its order, and what must be there afterwards."""

	bodies: list[list[bytes]]
	texts: set[str]
	reactions: set[str]
	with_tickets: set[str]
	customers: int
	tickets: int


def make_plan(arguments: argparse.Namespace) -> Plan:
	"""Messages, repeated, shuffled and put into bodies."""
	dice = random.Random(arguments.seed)
	tickets = round(arguments.customers * arguments.ticketed)
	begin, spread = int(time.time()) - 20 * 3600, 18 * 3600
	messages = [
		_message(index, begin + index * spread // arguments.count, arguments.customers, dice)
		for index in range(arguments.count)
	]
	senders = [messages[place :: arguments.senders] for place in range(arguments.senders)]
	bodies = [
		_bodies(_copied(sent, arguments.ordered, dice), arguments.batch, tickets, dice) for sent in senders
	]
	reactions = {message["id"] for message in messages if message["type"] == "reaction"}
	texts = {message["id"] for message in messages} - reactions
	ticketed = {message["id"] for message in messages if int(message["from"][4:]) < tickets} & texts
	return Plan(bodies, texts, reactions, ticketed, arguments.customers, tickets)


def _copied(messages: list[dict[str, Any]], ordered: bool, dice: random.Random) -> list[dict[str, Any]]:
	"""Each up to three times, shuffled; or else in order, with the repetitions anywhere behind."""
	copies = [
		(place, message) for place, message in enumerate(messages) for _ in range(dice.choice((1, 2, 3)))
	]
	if not ordered:
		dice.shuffle(copies)
		return [message for _place, message in copies]
	seen: set[int] = set()
	placed: list[tuple[float, dict[str, Any]]] = []
	for place, message in copies:
		placed.append((place + (dice.uniform(0.5, 300) if place in seen else 0), message))
		seen.add(place)
	return [message for _place, message in sorted(placed, key=lambda each: each[0])]


def _bodies(copies: list[dict[str, Any]], batch: int, tickets: int, dice: random.Random) -> list[bytes]:
	bodies: list[bytes] = []
	while copies:
		size = dice.randint(1, batch)
		bodies.append(_body(copies[:size], dice.getrandbits(48), tickets))
		copies = copies[size:]
	return bodies


def _message(index: int, at: int, customers: int, dice: random.Random) -> dict[str, Any]:
	# The first of each customer is a text, so that every customer gets a ticket.
	sender = index % customers
	message = {"from": f"1555{sender:07d}", "id": f"wamid.loss.{index}", "timestamp": str(at)}
	if index >= customers and dice.random() < REACTIONS:
		target = f"wamid.loss.{index - customers}"
		return message | {"type": "reaction", "reaction": {"message_id": target, "emoji": "👍"}}
	return message | {"type": "text", "text": {"body": f"Message {index}"}}


def _body(messages: list[dict[str, Any]], serial: int, tickets: int) -> bytes:
	numbers: dict[str, list[dict[str, Any]]] = {}
	for message in messages:
		number = WITH_TICKETS if int(message["from"][4:]) < tickets else WITHOUT
		numbers.setdefault(number, []).append(message)
	changes = [_change(number, listed, serial) for number, listed in numbers.items()]
	body = {"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "changes": changes}]}
	return json.dumps(body).encode()


def _change(number: str, messages: list[dict[str, Any]], serial: int) -> dict[str, Any]:
	senders = {message["from"] for message in messages}
	value = {
		"messaging_product": "whatsapp",
		# Two batches with the same messages are two bodies, as with Meta.
		"metadata": {"display_phone_number": str(serial), "phone_number_id": number},
		"contacts": [{"profile": {"name": "Customer"}, "wa_id": sender} for sender in senders],
		"messages": messages,
	}
	return {"field": "messages", "value": value}
