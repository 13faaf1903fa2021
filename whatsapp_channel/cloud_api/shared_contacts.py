"""Contact cards that a customer shares.

Source: Meta's webhook reference, messages of type `contacts`: any part of a card may be missing. What this version has no
name for is shown as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .content_types import Contacts, Person
from .payload import (
	MAX_ENTRIES,
	MAX_LINE,
	MAX_NAME,
	clean_text,
	line_of,
	object_of,
	objects_of,
	optional_digits,
	text_of,
)

Raw = Mapping[str, Any]

_NAME = ("prefix", "first_name", "middle_name", "last_name", "suffix")
_ORGANISATION = ("company", "department", "title")
_ADDRESS = ("street", "city", "state", "zip", "country")
_KNOWN = frozenset({"name", "phones", "emails", "org", "urls", "addresses", "birthday", "vcard", "origin"})
_MAX_MORE = 20


def read_contacts(raw: Raw, kind: str) -> Contacts:
	"""The cards of a message; one that says nothing is left out."""
	people = (_person(entry) for entry in objects_of(raw, kind))
	return Contacts(tuple(person for person in people if person != Person()))


def _person(entry: Raw) -> Person:
	found = Person(
		name=_name(object_of(entry, "name")),
		phones=_each(entry, "phones", _phone),
		emails=_each(entry, "emails", lambda email: _labelled(line_of(email, "email"), email)),
		organisation=_joined(object_of(entry, "org"), _ORGANISATION),
		urls=_each(entry, "urls", lambda url: line_of(url, "url", limit=MAX_LINE)),
		addresses=_each(entry, "addresses", _address),
		birthday=line_of(entry, "birthday", limit=MAX_NAME),
		more=tuple(_more(entry)),
	)
	return found if found != Person() else _from_vcard(text_of(entry, "vcard") or "")


def _name(name: Raw) -> str | None:
	return line_of(name, "formatted_name") or _joined(name, _NAME, " ")


def _joined(holder: object, names: tuple[str, ...], between: str = ", ") -> str | None:
	parts = (line_of(holder, name) for name in names)
	return between.join(part for part in parts if part) or None


def _each(entry: Raw, name: str, read: Any) -> tuple[str, ...]:
	return tuple(filter(None, (read(one) for one in objects_of(entry, name))))


def _phone(phone: Raw) -> str | None:
	"""The number as it was written, its type, and the number in WhatsApp where that is another."""
	written, wa_id = line_of(phone, "phone", limit=MAX_NAME), optional_digits(phone, "wa_id")
	if not written:
		return _labelled(line_of(phone, "wa_id", limit=MAX_NAME), phone)
	differs = wa_id and re.sub(r"[^0-9]", "", written) != wa_id
	return _labelled(written, phone, f"WhatsApp {wa_id}" if differs else None)


def _labelled(text: str | None, holder: Raw, more: str | None = None) -> str | None:
	label = line_of(holder, "type", limit=MAX_NAME)
	labels = [label.capitalize() if label and label.isupper() else label, more]
	said = ", ".join(filter(None, labels))
	return f"{text} ({said})" if text and said else text


def _address(address: Raw) -> str | None:
	text = _joined(address, _ADDRESS)
	if not line_of(address, "country"):
		text = ", ".join(filter(None, (text, line_of(address, "country_code", limit=MAX_NAME)))) or None
	return _labelled(text, address)


def _more(entry: Raw) -> Iterator[str]:
	"""What else a card says: "note: back on Monday"."""
	for name, value in list(entry.items())[: _MAX_MORE + len(_KNOWN)]:
		if name not in _KNOWN and (text := _flat(value)):
			yield f"{' '.join(name[:MAX_NAME].split())}: {text}"


def _flat(value: Any, levels: int = 3) -> str:
	if isinstance(value, (str, int, float)) and not isinstance(value, bool):
		return " ".join(clean_text(str(value)[: 4 * MAX_LINE]).split())[:MAX_LINE]
	if not isinstance(value, (Mapping, list)) or not levels:
		return ""
	inner = list(value.values() if isinstance(value, Mapping) else value)[:MAX_ENTRIES]
	return ", ".join(filter(None, (_flat(one, levels - 1) for one in inner)))[:MAX_LINE]


# A line of a vCard (RFC 6350): a name with its parameters, and a value whose parts are set apart by semicolons.
_VCARD_LINE = re.compile(r"(?:item\d+\.)?([A-Z-]+)((?:;[^:\r\n]*)?):(.+)", re.IGNORECASE)


def _from_vcard(text: str) -> Person:
	"""The card as a phone wrote it, where Meta passes on nothing else."""
	found: dict[str, list[str]] = {}
	for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
		if match := _VCARD_LINE.fullmatch(line.strip()):
			value = re.sub(r"\\([,;\\])", r"\1", match[3])
			found.setdefault(match[1].upper(), []).append(" ".join(value.split())[:MAX_LINE])
	names = [*found.get("FN", ()), *map(_parts, found.get("N", ()))]
	return Person(
		name=next(filter(None, names), None),
		phones=tuple(found.get("TEL", ())),
		emails=tuple(found.get("EMAIL", ())),
		organisation=", ".join(map(_parts, (*found.get("ORG", ()), *found.get("TITLE", ())))) or None,
		urls=tuple(found.get("URL", ())),
		addresses=tuple(filter(None, map(_parts, found.get("ADR", ())))),
		birthday=next(iter(found.get("BDAY", ())), None),
		more=tuple(found.get("NOTE", ())),
	)


def _parts(value: str) -> str:
	return ", ".join(part.strip() for part in value.split(";") if part.strip())
