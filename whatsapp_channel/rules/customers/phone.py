"""Phone numbers: parses input to E.164, and lists other spellings of WhatsApp ids (Z29)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from whatsapp_channel.rules.customers import number_plans
from whatsapp_channel.rules.invalid_input import InvalidInput
from whatsapp_channel.sentences import _


class InvalidNumber(InvalidInput):
	"""The input is not a phone number."""

	def __init__(self, number: str, problem: str, way_out: str) -> None:
		super().__init__(_("Phone Number"), problem, way_out, number=number)


_EMPTY = _("No phone number was given.")
_NOT_A_NUMBER = _("{number} is not a phone number.")
_NO_COUNTRY = _("{number} has no country code.")
_UNKNOWN_COUNTRY = _("{number} begins with a country code that does not exist.")
_TOO_SHORT = _("{number} has too few digits for its country.")
_TOO_LONG = _("{number} has too many digits for its country.")
_EXTENSION = _("{number} has an extension, and WhatsApp knows only whole numbers.")

_ENTER_E164 = _("Enter it with + and the country code, for example +16505551234.")
_COMPLETE = _("Compare it with the original and enter it with + and the country code.")
_NO_EXTENSION = _("Enter the number without its extension.")

_PROBLEM_OF_LENGTH = {
	ValidationResult.INVALID_COUNTRY_CODE: _UNKNOWN_COUNTRY,
	ValidationResult.TOO_SHORT: _TOO_SHORT,
	ValidationResult.IS_POSSIBLE_LOCAL_ONLY: _TOO_SHORT,
	ValidationResult.TOO_LONG: _TOO_LONG,
	ValidationResult.INVALID_LENGTH: _TOO_LONG,
}

# Digits in groups. Letters are refused, although the library would map them like a keypad (FLOWERS).
_WRITTEN = re.compile(r"\+?[\d\s().\-/]*\d[\d\s().\-/]*")
_EXTENSION_MARK = re.compile(r"\d\s*(?:,|;|#|x|ext)", re.IGNORECASE)


def to_e164(text: str, region: str | None = None) -> str:
	"""Parses a number in any usual spelling to +<digits>; `region` ("DE") is for numbers without a country code.

	It checks that the country exists and that the length is right for it. Whether the range is assigned is left to Meta: the
	library's tables get old on an installed site, and Meta's own test numbers (+1 555) are in no numbering plan. A number in a
	country's former plan (Brazil, Mexico) is converted to the current one.

	Raises InvalidNumber.
	"""
	written = _plain(text)
	_check_spelling(written)
	if region is None and written.startswith("00"):
		written = "+" + written[2:]
	number = _parse(written, region)
	present = of_wa_id(phonenumbers.format_number(number, PhoneNumberFormat.E164))
	if _is_valid(present) or number_plans.present(present.removeprefix("+"), _is_valid):
		return present
	result = phonenumbers.is_possible_number_with_reason(number)
	if result != ValidationResult.IS_POSSIBLE:
		raise InvalidNumber(written, _PROBLEM_OF_LENGTH.get(result, _NOT_A_NUMBER), _COMPLETE)
	return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def parts(number: str) -> tuple[str, str]:
	"""The country code and the national number of an E.164 number, digits only, as Meta wants them when a number is added.

	Raises InvalidNumber for what `to_e164` would not give.
	"""
	parsed = _parse(number, None)
	return str(parsed.country_code), phonenumbers.national_significant_number(parsed)


def digits(text: str) -> str:
	"""The decimal digits of a text, in ASCII; "" if it has none. For comparing spellings, it checks nothing."""
	return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


def variants(wa_id: str) -> tuple[str, ...]:
	"""All spellings under which the owner of a WhatsApp id may be stored (digits only), the id itself first.

	Countries changed their mobile numbers and WhatsApp kept some of the old ones (see `number_plans`). For look-ups only:
	messages go to the id that Meta gave. "" has no spellings.
	"""
	own = digits(wa_id)
	if not own:
		return ()
	other = number_plans.other_spelling(own, _is_valid)
	return (own, other) if other else (own,)


def of_wa_id(wa_id: str) -> str:
	"""The number behind a WhatsApp id as +<digits>, in its country's present plan, to show and to dial.

	The id itself may be the old spelling (see `variants`), and messages go to that. An id that fits no plan, such as
	Meta's test numbers, is shown as it is. "" for an id without digits.
	"""
	known = variants(wa_id)
	if new := known and number_plans.present(known[0], _is_valid):
		return f"+{new}"
	dialable = next((each for each in known if _is_valid(each)), known[0] if known else "")
	return f"+{dialable}" if dialable else ""


def _is_valid(number: str) -> bool:
	parsed = _parsed(number.removeprefix("+"))
	return parsed is not None and phonenumbers.is_valid_number(parsed)


def _parsed(number: str) -> PhoneNumber | None:
	try:
		return phonenumbers.parse(f"+{number}")
	except NumberParseException:
		return None


def spellings(wa_id: str) -> tuple[str, ...]:
	"""The ways in which people, forms and importers write the number of a WhatsApp id, E.164 first.

	For look-ups by equality, which can use an index and never find a longer number that contains this one.
	"""
	found: dict[str, None] = {}
	for variant in variants(wa_id):
		found.update(dict.fromkeys((f"+{variant}", variant, f"00{variant}")))
	for variant in variants(wa_id):
		found.update(dict.fromkeys(_formatted(variant)))
	return tuple(found)


def _formatted(number: str) -> list[str]:
	parsed = _parsed(number)
	if parsed is None:
		return []
	country, national = parsed.country_code, phonenumbers.national_significant_number(parsed)
	international = phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
	found = [
		international,
		international.replace("-", " "),
		international.removeprefix("+"),
		f"+{country}-{national}",  # Frappe's Phone field
		f"+{country} {national}",
		*_old_fashioned(number),
	]
	# The library leaves out a zero after the country code, and that may be another person's number.
	return [each for each in found if digits(each) == number]


def _old_fashioned(number: str) -> list[str]:
	"""As the old spellings of Brazil and Mexico were grouped, which the library has forgotten."""
	if brazil := re.fullmatch(r"55(\d\d)(\d{4})(\d{4})", number):
		area, first, last = brazil.groups()
		return [f"+55 {area} {first}-{last}", f"+55 ({area}) {first}-{last}"]
	if brazil := re.fullmatch(r"55(\d\d)(\d{5})(\d{4})", number):
		area, first, last = brazil.groups()
		return [f"+55 ({area}) {first}-{last}"]
	if mexico := re.fullmatch(r"521(\d\d)(\d{4})(\d{4})", number):
		return ["+52 1 " + " ".join(mexico.groups())]
	return [f"+{in_pairs}" for in_pairs in _in_pairs(number)]


def _in_pairs(number: str) -> Iterator[str]:
	"""A number of a changed plan as it is written where the library knows the other form alone: "+229 97 12 34 56"."""
	if len(variants(number)) < 2:
		return
	for length in (2, 3):
		country, national = number[:length], number[length:]
		if number_plans.is_changed(country):
			start = len(national) % 2
			pairs = [national[:start]] if start else []
			pairs += [national[at : at + 2] for at in range(start, len(national), 2)]
			yield f"{country} {' '.join(pairs)}"
			yield f"{country} {national[:-4]} {national[-4:]}"


def _plain(text: str) -> str:
	# Contact cards wrap numbers in invisible direction marks.
	return "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc")).strip()


def _check_spelling(written: str) -> None:
	if not written:
		raise InvalidNumber("", _EMPTY, _ENTER_E164)
	if _EXTENSION_MARK.search(written):
		raise InvalidNumber(written, _EXTENSION, _NO_EXTENSION)
	if not _WRITTEN.fullmatch(written):
		raise InvalidNumber(written, _NOT_A_NUMBER, _ENTER_E164)


def _parse(written: str, region: str | None) -> PhoneNumber:
	try:
		return phonenumbers.parse(written, region)
	except NumberParseException as error:
		raise InvalidNumber(written, _problem_of(error, written), _ENTER_E164) from error


def _problem_of(error: NumberParseException, written: str) -> str:
	if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
		return _UNKNOWN_COUNTRY if written.startswith("+") else _NO_COUNTRY
	if error.error_type == NumberParseException.TOO_LONG:
		return _TOO_LONG
	return _TOO_SHORT
