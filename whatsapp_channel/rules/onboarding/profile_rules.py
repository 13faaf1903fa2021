"""Checks a business profile against Meta's rules (Z28), as far as possible before the call.

Source: Meta's pages on business profiles and display names. Whether a name belongs to the business is left to Meta's review.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from whatsapp_channel.rules.invalid_input import InvalidInput
from whatsapp_channel.sentences import _

CATEGORIES: Mapping[str, str] = MappingProxyType(
	{
		"AUTO": _("Automotive"),
		"BEAUTY": _("Beauty, Spa and Salon"),
		"APPAREL": _("Clothing and Apparel"),
		"EDU": _("Education"),
		"ENTERTAIN": _("Entertainment"),
		"EVENT_PLAN": _("Event Planning and Service"),
		"FINANCE": _("Finance and Banking"),
		"GROCERY": _("Food and Grocery"),
		"ALCOHOL": _("Alcoholic Beverages"),
		"GOVT": _("Public Service"),
		"HOTEL": _("Hotel and Lodging"),
		"HEALTH": _("Medical and Health"),
		"OTC_DRUGS": _("Over-the-Counter Drugs"),
		"NONPROFIT": _("Non-profit"),
		"ONLINE_GAMBLING": _("Online Gambling and Gaming"),
		"PHYSICAL_GAMBLING": _("Gambling and Gaming on Site"),
		"PROF_SERVICES": _("Professional Services"),
		"RESTAURANT": _("Restaurant"),
		"RETAIL": _("Shopping and Retail"),
		"TRAVEL": _("Travel and Transportation"),
		"OTHER": _("Other"),
	}
)
"""Meta's verticals with the labels that customers see, as Meta lists them."""

DISPLAY_NAME = (2, 75)
ABOUT = 139
ADDRESS = 256
DESCRIPTION = 512
EMAIL = 128
WEBSITES = 2
WEBSITE = 256

_LABELS: Mapping[str, str] = MappingProxyType(
	{
		"display_name": _("Display Name"),
		"category": _("Category"),
		"description": _("Description"),
		"about": _("About"),
		"address": _("Address"),
		"email": _("E-mail"),
		"websites": _("Websites"),
	}
)

_MISSING = _("It is empty.")
_TOO_LONG = _("It has {count} characters, and WhatsApp allows {limit}.")
_TOO_SHORT = _("It has {count} characters, and WhatsApp wants at least {limit}.")
_NO_LETTER = _("It has neither a letter nor a digit.")
_SYMBOL = _("It has a character that names may not have: {character}")
_TRADEMARK = _("It contains {word}, which belongs to Meta.")
_ADDRESS_AS_NAME = _("It is an address on the internet and no name.")
_NO_CATEGORY = _("{value} is none of WhatsApp's categories.")
_NO_EMAIL = _("{value} is no e-mail address.")
_NO_WEBSITE = _("{value} is no address of a website.")
_TOO_MANY_SITES = _("There are {count} websites, and WhatsApp allows {limit}.")

_ENTER_NAME = _("Enter the name under which customers know the business.")
_ENTER_DESCRIPTION = _("Say in a sentence what the business offers; customers read it in the profile.")
_CHOOSE_CATEGORY = _("Choose one from the list.")
_SHORTEN = _("Shorten it.")
_LEAVE_OUT = _("Leave it out.")
_ENTER_EMAIL = _("Enter it like info@example.com, or leave it empty.")
_ENTER_WEBSITE = _("Enter it like https://www.example.com, or leave it empty.")
_KEEP_TWO = _("Keep the two that matter most to customers.")

_TRADEMARKS = ("whatsapp", "facebook", "instagram")
_NOT_IN_NAMES = ("So", "Cs", "Co", "Cn", "Cc")
_URL = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_EMAIL = re.compile(
	r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,}"
)
_HOST = re.compile(r"[^\s.]+(?:\.[^\s.]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
	"""A business profile. `about`, `address`, `email` and `websites` may be empty."""

	display_name: str
	category: str
	description: str
	about: str = ""
	address: str = ""
	email: str = ""
	websites: tuple[str, ...] = ()

	def as_dict(self) -> dict[str, Any]:
		"""For JSON; the reverse of `from_dict`."""
		return {**asdict(self), "websites": list(self.websites)}

	@classmethod
	def from_dict(cls, stored: Mapping[str, Any]) -> Profile:
		"""What `as_dict` gave; unknown keys are left out, missing ones are empty."""
		texts = {
			field.name: str(stored.get(field.name) or "") for field in fields(cls) if field.name != "websites"
		}
		return cls(**texts, websites=tuple(stored.get("websites") or ()))


def check(entered: Profile) -> Profile:
	"""The profile as it is sent to Meta: with normalised blanks, and https:// for websites without a scheme.

	Raises InvalidInput for the first field that Meta would refuse.
	"""
	return Profile(
		display_name=display_name(entered.display_name),
		category=_category(entered.category),
		description=_text("description", _lines(entered.description), DESCRIPTION, _ENTER_DESCRIPTION),
		about=_text("about", _line(entered.about), ABOUT),
		address=_text("address", _lines(entered.address), ADDRESS),
		email=_email(entered.email),
		websites=_websites(entered.websites),
	)


def display_name(entered: str) -> str:
	"""The display name for Meta's review, on one line. Raises InvalidInput for a name that the guidelines forbid."""
	field, name = _LABELS["display_name"], _line(entered)
	least, most = DISPLAY_NAME
	if not name:
		raise InvalidInput(field, _MISSING, _ENTER_NAME)
	if len(name) < least:
		raise InvalidInput(field, _TOO_SHORT, _ENTER_NAME, count=len(name), limit=least)
	if len(name) > most:
		raise InvalidInput(field, _TOO_LONG, _SHORTEN, count=len(name), limit=most)
	if not any(char.isalnum() for char in name):
		raise InvalidInput(field, _NO_LETTER, _ENTER_NAME)
	if _URL.search(name):
		raise InvalidInput(field, _ADDRESS_AS_NAME, _ENTER_NAME)
	if symbol := next((char for char in name if unicodedata.category(char) in _NOT_IN_NAMES), None):
		raise InvalidInput(field, _SYMBOL, _LEAVE_OUT, character=symbol)
	together = re.sub(r"[\W_]", "", name.casefold())
	if word := next((word for word in _TRADEMARKS if word in together), None):
		raise InvalidInput(field, _TRADEMARK, _ENTER_NAME, word=word.capitalize().replace("app", "App"))
	return name


def _category(entered: str) -> str:
	field = _LABELS["category"]
	if not entered:
		raise InvalidInput(field, _MISSING, _CHOOSE_CATEGORY)
	if entered not in CATEGORIES:
		raise InvalidInput(field, _NO_CATEGORY, _CHOOSE_CATEGORY, value=entered)
	return entered


def _text(field: str, text: str, limit: int, required: str | None = None) -> str:
	"""`required`: what to do when it is empty; None: it may be."""
	if not text and required:
		raise InvalidInput(_LABELS[field], _MISSING, required)
	if len(text) > limit:
		raise InvalidInput(_LABELS[field], _TOO_LONG, _SHORTEN, count=len(text), limit=limit)
	return text


def _email(entered: str) -> str:
	address = _text("email", entered.strip(), EMAIL)
	if address and not _EMAIL.fullmatch(address):
		raise InvalidInput(_LABELS["email"], _NO_EMAIL, _ENTER_EMAIL, value=address)
	return address


def _websites(entered: Iterable[str]) -> tuple[str, ...]:
	sites = tuple(dict.fromkeys(_website(site.strip()) for site in entered if site.strip()))
	if len(sites) > WEBSITES:
		raise InvalidInput(_LABELS["websites"], _TOO_MANY_SITES, _KEEP_TWO, count=len(sites), limit=WEBSITES)
	return sites


def _website(entered: str) -> str:
	address = entered if "://" in entered else f"https://{entered}"
	try:
		parts = urlsplit(address)
		host, _port = parts.hostname or "", parts.port
	except ValueError:
		parts, host = urlsplit(""), ""
	if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or re.search(r"\s", address):
		raise InvalidInput(_LABELS["websites"], _NO_WEBSITE, _ENTER_WEBSITE, value=entered)
	return _text("websites", address, WEBSITE)


def _line(text: str) -> str:
	return re.sub(r"\s+", " ", text).strip()


def _lines(text: str) -> str:
	return re.sub(r"[^\S\n]+", " ", text.replace("\r\n", "\n")).strip()
