"""Countries that changed the mobile numbers of their plan, while WhatsApp and address books kept some of the old ones.

What may be told from phonenumbers is asked there: that the new number is in the plan, and that the old one is nobody else's;
of a change that the installed version may not know yet, that one of the two is. What an old number became it does not
know; that stands here, from the announcements of the regulators:
Ivory Coast 2021 (ARTCI), Benin 2024 (ARCEP), Gabon 2019 (ARCEP), Cameroon 2014 (ART), Gambia 2025 (PURA), Mauritius 2013
(ICTA), Djibouti 2012, Eswatini 2010, Seychelles 2011, Timor-Leste 2012, Georgia 2011, Qatar 2010 (ictQATAR), Vietnam 2018
(MIC). A country is left out where an old number may have become one of several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Whether a number (digits with country code) is in its country's present plan.
IsValid = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Change:
	"""National numbers before and after, as patterns and as templates of each other.

	`recent`: the old numbers may still work, or phonenumbers may know them alone, or both; nobody else has them.
	"""

	country: str
	old: str
	becomes: str
	new: str
	was: str
	recent: bool = False


def _prefixed(country: str, rest: str, prefix: str, recent: bool = False) -> Change:
	return Change(country, f"({rest})", rf"{prefix}\1", f"{prefix}({rest})", r"\1", recent)


def _replaced(country: str, rest: str, prefixes: dict[str, str]) -> Iterator[Change]:
	for old, new in prefixes.items():
		yield Change(country, f"{old}({rest})", rf"{new}\1", f"{new}({rest})", rf"{old}\1")


_VIETNAM = {
	**{"120": "70", "121": "79", "122": "77", "126": "76", "128": "78"},
	**{"123": "83", "124": "84", "125": "85", "127": "81", "129": "82"},
	**{
		"162": "32",
		"163": "33",
		"164": "34",
		"165": "35",
		"166": "36",
		"167": "37",
		"168": "38",
		"169": "39",
	},
	**{"186": "56", "188": "58", "199": "59"},
}
_ALL = (
	# By operator, which the second digit of the old number tells.
	_prefixed("225", r"[04-9][0-3]\d{6}", "01"),
	_prefixed("225", r"[04-9][4-6]\d{6}", "05"),
	_prefixed("225", r"[04-9][7-9]\d{6}", "07"),
	_prefixed("229", r"[24-9]\d{7}", "01", recent=True),
	_prefixed("241", r"[256]\d{6}", "6", recent=True),
	_prefixed("241", r"[47]\d{6}", "7", recent=True),
	_prefixed("237", r"[5-9]\d{7}", "6"),
	_prefixed("220", r"[35]\d{6}", "83", recent=True),
	_prefixed("220", r"6\d{6}", "86", recent=True),
	_prefixed("220", r"[27]\d{6}", "87", recent=True),
	_prefixed("220", r"4[015]\d{5}", "87", recent=True),
	_prefixed("220", r"9\d{6}", "89", recent=True),
	_prefixed("230", r"[24789]\d{6}", "5"),
	_prefixed("253", r"[68]\d{5}", "77"),
	_prefixed("268", r"6\d{6}", "7"),
	_prefixed("248", r"[57]\d{5}", "2"),
	_prefixed("670", r"7\d{6}", "7"),
	_prefixed("995", r"[579]\d{7}", "5"),
	Change("974", r"([3567])(\d{6})", r"\1\1\2", r"([3567])\1(\d{6})", r"\1\2"),
	*_replaced("84", r"\d{7}", _VIETNAM),
)
# Brazil added a 9 before eight digits; only numbers that begin with 6 to 9 were mobile before, the rest are landlines of
# somebody else. Argentina writes a 9 and Mexico once wrote a 1 after the country code. WhatsApp uses either spelling, and
# test numbers in no plan have both.
_WHATSAPPS_OWN = (
	Change("55", r"([1-9]\d)([6-9]\d{7})", r"\g<1>9\2", r"([1-9]\d)9([6-9]\d{7})", r"\1\2"),
	Change("54", r"(\d{10})", r"9\1", r"9(\d{10})", r"\1"),
	Change("52", r"1(\d{10})", r"\1", r"(\d{10})", r"1\1"),
)
_CHANGES: dict[str, tuple[Change, ...]] = {
	country: tuple(change for change in _ALL if change.country == country)
	for country in {change.country for change in _ALL}
}
_KEPT = {change.country: change for change in _WHATSAPPS_OWN}


def is_changed(country: str) -> bool:
	"""Whether the plan of a country code (digits) is among those that changed, but for the three of WhatsApp's own."""
	return country in _CHANGES


def other_spelling(number: str, is_valid: IsValid) -> str | None:
	"""The same person's number before or after the change of the plan; None where there is none. Digits only."""
	if kept := _KEPT.get(number[:2]):
		return _other(kept, number)
	pair = _pair(number, is_valid)
	return pair[pair[0] == number] if pair else None


def present(number: str, is_valid: IsValid) -> str | None:
	"""The number in its country's present plan, for one of before or after its change; None for any other."""
	pair = _pair(number, is_valid)
	return pair[1] if pair else None


def _pair(number: str, is_valid: IsValid) -> tuple[str, str] | None:
	"""The old and the new number of one person."""
	for change in _CHANGES.get(number[:3], ()) or _CHANGES.get(number[:2], ()):
		new, old = _rewritten(change, number, True), _rewritten(change, number, False)
		if new and _is_one_person(change, number, new, is_valid):
			return number, new
		if old and _is_one_person(change, old, number, is_valid):
			return old, number
	return None


def _is_one_person(change: Change, old: str, new: str, is_valid: IsValid) -> bool:
	"""By what is known of the plan: the new number is in it, and the old one is not another person's."""
	if change.recent:
		return is_valid(new) or is_valid(old)
	return is_valid(new) and not is_valid(old)


def _other(change: Change, number: str) -> str | None:
	return _rewritten(change, number, True) or _rewritten(change, number, False)


def _rewritten(change: Change, number: str, to_new: bool) -> str | None:
	pattern, template = (change.old, change.becomes) if to_new else (change.new, change.was)
	match = re.fullmatch(pattern, number[len(change.country) :])
	return change.country + match.expand(template) if match else None
