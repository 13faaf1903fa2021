"""Messages were known by their id alone; they are known by the number that they came by, and their id there.

The new key is made of the old one, because that is all that is left of an erased message. Keys of the two kinds begin
with different letters, so what is done is never done twice, by however many tries it takes.
"""

import frappe

from whatsapp_channel.database import save_now
from whatsapp_channel.doctypes import CHANNEL, MESSAGE, SIGN
from whatsapp_channel.keys import OF_A_NUMBER

_OF_CHANNEL = f"(select number from `tab{CHANNEL}` channel where channel.name = `tab{MESSAGE}`.channel)"
# Table, column, and where the number stands.
KEYS = (
	(MESSAGE, "wamid_key", _OF_CHANNEL),
	(MESSAGE, "quoted_key", _OF_CHANNEL),
	(SIGN, "wamid_key", "number"),
)
HEX = "0123456789abcdef"
# The hashes are spread evenly: of a million rows each part has about four thousand, which is a short transaction.
PARTS = [first + second for first in HEX for second in HEX]


def execute() -> None:
	"""Commits part by part; broken off, the next time does the rest."""
	for doctype, column, number in KEYS:
		for part, following in zip(PARTS, [*PARTS[1:], "g"], strict=True):
			_convert(doctype, column, number, part, following)
			save_now()


def _convert(doctype: str, column: str, number: str, first: str, end: str) -> None:
	"""The rows whose old key is between two beginnings: by the column's index, into keys that stand behind them all."""
	frappe.db.sql(
		f"""update `tab{doctype}` set {column} = concat(%s, sha2(concat(coalesce({number}, ''), ':', {column}), 256))
		where {column} >= %s and {column} < %s""",
		(OF_A_NUMBER, first, end),
	)
