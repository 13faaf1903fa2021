"""Parses the six digits of a code that Meta sent (Z31), or of a PIN."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from whatsapp_channel.rules.invalid_input import InvalidInput
from whatsapp_channel.sentences import _

DIGITS = 6

_CODE = _("Code")
_PIN = _("PIN")
_EMPTY = _("It is empty.")
_OTHER_DIGITS = _("It has digits of another script or width.")
_NOT_DIGITS = _("It has something else than digits.")
_WRONG_COUNT = _("It has {count} digits, and six are needed.")

_ENTER_CODE = _("Enter the six digits of the newest message or call, without other words.")
_ENTER_PIN = _("Enter exactly six digits.")
_TYPE_PLAINLY = _("Type it with the ordinary digits 0 to 9.")

# Meta writes a code as 123-830; phones and mail programs replace the dash by other dashes and blanks.
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]")


def read_code(text: str) -> str:
	"""The code as six ASCII digits. Blanks and dashes are ignored, as in "123-830"; digits of other scripts are refused, because
	a copied code never has them. Raises InvalidInput."""
	return _six(text, _CODE, _ENTER_CODE)


def read_pin(text: str) -> str:
	"""The PIN of a number's two-step verification, by the same rule. Raises InvalidInput."""
	return _six(text, _PIN, _ENTER_PIN)


def new_pin(below: Callable[[int], int]) -> str:
	"""A random PIN; `below(n)` returns a random number from 0 to n - 1, such as `secrets.randbelow`."""
	return f"{below(10**DIGITS):0{DIGITS}d}"


def _six(text: str, field: str, way_out: str) -> str:
	# Direction marks come along when a code is copied from a chat.
	visible = "".join(char for char in text if unicodedata.category(char) != "Cf")
	digits = _SEPARATORS.sub("", visible)
	if not digits:
		raise InvalidInput(field, _EMPTY, way_out)
	if not digits.isascii() and all(unicodedata.category(char) in ("Nd", "No") for char in digits):
		raise InvalidInput(field, _OTHER_DIGITS, _TYPE_PLAINLY)
	if not re.fullmatch(r"[0-9]+", digits):
		raise InvalidInput(field, _NOT_DIGITS, way_out)
	if len(digits) != DIGITS:
		raise InvalidInput(field, _WRONG_COUNT, way_out, count=len(digits))
	return digits
