from itertools import product

import pytest

from whatsapp_channel.rules.messaging.message_status import MessageStatus, advance, from_meta, replaceable_by

# One row per current status, one column per new one, both in the order of the letters below: + replaces, . stays.
LETTERS = {
	"V": MessageStatus.RECEIVED,
	"Q": MessageStatus.QUEUED,
	"H": MessageStatus.HELD,
	"G": MessageStatus.SENDING,
	"U": MessageStatus.UNCONFIRMED,
	"A": MessageStatus.ACCEPTED,
	"S": MessageStatus.SENT,
	"D": MessageStatus.DELIVERED,
	"R": MessageStatus.READ,
	"P": MessageStatus.PLAYED,
	"F": MessageStatus.FAILED,
	"X": MessageStatus.DISCARDED,
}
MATRIX = """
  V Q H G U A S D R P F X
V . . . . . . . . . . . .
Q . . + + . + + + + + + .
H . + . . . + + + + + + +
G . + . . + + + + + + + .
U . + . . . + + + + + + .
A . . . . . . + + + + + .
S . . . . . . . + + + + .
D . . . . . . . . + + . .
R . . . . . . . . . + . .
P . . . . . . . . . . . .
F . + . . . . . + + + . .
X . . . . . . . + + + . .
"""


def cells():
	head, *rows = [line.split() for line in MATRIX.strip().splitlines()]
	for current, *marks in rows:
		for new, mark in zip(head, marks, strict=True):
			yield LETTERS[current], LETTERS[new], mark == "+"


CELLS = list(cells())


@pytest.mark.parametrize(
	("current", "new", "expected"),
	[
		pytest.param(*cell, id=f"{cell[0].value} {'to' if cell[2] else 'stays at'} {cell[1].value}")
		for cell in CELLS
	],
)
def test_transition(current, new, expected):
	assert (current in replaceable_by(new)) is expected
	assert advance(current, new) is (new if expected else current)


def test_every_pair_of_statuses_has_a_cell():
	assert sorted(cell[:2] for cell in CELLS) == sorted(product(MessageStatus, MessageStatus))


REPORTS = [MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.PLAYED]


@pytest.mark.parametrize("start", [MessageStatus.SENDING, MessageStatus.UNCONFIRMED, MessageStatus.ACCEPTED])
@pytest.mark.parametrize("order", list(product(REPORTS, repeat=3)))
def test_reports_in_any_order_end_at_the_highest(start, order):
	status = start
	for report in order:
		status = advance(status, report)
	assert status is max(order, key=REPORTS.index)


def test_status_as_stored_text_is_understood():
	assert replaceable_by("Sending") == {MessageStatus.QUEUED}


@pytest.mark.parametrize(
	("text", "expected"),
	[
		pytest.param("sent", MessageStatus.SENT, id="sent"),
		pytest.param("delivered", MessageStatus.DELIVERED, id="delivered"),
		pytest.param("read", MessageStatus.READ, id="read"),
		pytest.param("played", MessageStatus.PLAYED, id="played, voice messages"),
		pytest.param("failed", MessageStatus.FAILED, id="failed"),
		pytest.param("READ", MessageStatus.READ, id="upper case"),
		pytest.param("deleted", None, id="deleted, of the old API"),
		pytest.param("received", None, id="a status of ours is none of Meta's"),
		pytest.param("", None, id="empty"),
	],
)
def test_from_meta(text, expected):
	assert from_meta(text) is expected
