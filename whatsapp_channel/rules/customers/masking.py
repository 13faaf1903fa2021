"""Masks numbers, ids and secrets for people without the permission to see them, and for logs."""

from __future__ import annotations

import base64
import re

import phonenumbers

from whatsapp_channel.rules.customers.phone import digits

HIDDEN = "•••••"
SHOWN_DIGITS = 4
# In a shorter national number the last four digits would be most of it.
SHORT_NATIONAL = 6
# Fewer digits, or letters, occur in times, sizes and names of rows by chance.
TELLING_LENGTH = 7

_USER_ID = re.compile(r"(?:([A-Za-z]{2})\.)?(.+)", re.DOTALL)
# A wamid contains the customer's number in base64.
_WAMID = re.compile(r"wamid\.[\w+/=-]+")
_INPUT = re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL)  # pydantic repeats what it refused
_LONG_WORD = re.compile(r"(?<![\w./])[A-Za-z0-9+_=-]{24,}")
_ONLY_A_NUMBER = re.compile(r"\+?[\d ().-]+")
# Neither a date nor the seconds of a time.
_NUMBER = re.compile(r"(?<![\w.])(?!\d{4}-\d\d-\d\d|\d\d\.\d{6}\b)\+?\d(?:[ ().-]{0,2}\d){6,}")
_USER_IDS = re.compile(r"\b[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{8,}")


def mask(identity: str | None) -> str:
	"""A phone number as +55 ••••• 5678, a user id as US.•••••1918: enough to tell two people apart, not to write to one.

	"" for nothing. Accepts any spelling of a number with its country code.
	"""
	if not identity:
		return ""
	if re.search(r"[A-Za-z]", identity):
		return _mask_user_id(identity)
	number = digits(identity)
	country, national = _split(number)
	if not national:
		return HIDDEN
	shown = SHOWN_DIGITS if len(national) > SHORT_NATIONAL else 1
	return f"{country} {HIDDEN} {national[-shown:]}".strip()


def _mask_user_id(identity: str) -> str:
	match = _USER_ID.fullmatch(identity)
	country, rest = match.groups() if match else (None, identity)
	shown = rest[-SHOWN_DIGITS:] if len(rest) > 2 * SHOWN_DIGITS else ""
	return f"{country}.{HIDDEN}{shown}" if country else f"{HIDDEN}{shown}"


def _split(number: str) -> tuple[str, str]:
	"""Country code with its plus, and the rest; no country when none begins so."""
	try:
		parsed = phonenumbers.parse(f"+{number}")
	except phonenumbers.NumberParseException:
		return "", number
	code = str(parsed.country_code)
	return f"+{code}", number[len(code) :]


def mask_text(text: str) -> str:
	"""Masks phone numbers (7 digits or more), user ids, wamids, tokens and rejected input in a log line.

	Long ids that are not secret are shortened as well, to their last four characters.
	"""
	text = _INPUT.sub(f"input_value={HIDDEN}", _WAMID.sub(f"wamid.{HIDDEN}", text))
	text = _USER_IDS.sub(lambda found: mask(found[0]), text)
	text = _LONG_WORD.sub(_mask_word, text)
	return _NUMBER.sub(lambda found: HIDDEN + digits(found[0])[-SHOWN_DIGITS:], text)


def for_everybody(name: str, user_id: str | None = None) -> str:
	"""What a customer is called where everybody may read it: an id in the place of a name is masked, and so is a number that
	somebody wrote into the name."""
	is_number = _ONLY_A_NUMBER.fullmatch(name) and len(digits(name)) >= TELLING_LENGTH
	return mask(name) if is_number or name == user_id else mask_text(name)


def _mask_word(found: re.Match[str]) -> str:
	word = found[0]
	looks_random = any(char.isdigit() for char in word) and any(char.isalpha() for char in word)
	return HIDDEN + word[-SHOWN_DIGITS:] if looks_random else word


def gives_away(text: str) -> bool:
	"""Whether a text identifies one person wherever it occurs, so that whatever contains it may be deleted with them."""
	return len(text) >= TELLING_LENGTH and (
		any(char.isalpha() for char in text) or len(digits(text)) >= TELLING_LENGTH
	)


def in_message_ids(number: str) -> str:
	"""The common part of all wamids to or from a number (digits), for searching texts.

	An id is base64 of three bytes, the number and the byte 15 (hexadecimal), seen in all recorded ids; only the
	characters that those bytes determine wholly are returned.
	"""
	packed = number.encode() + b"\x15"
	return base64.b64encode(packed).decode()[: len(packed) * 8 // 6]
