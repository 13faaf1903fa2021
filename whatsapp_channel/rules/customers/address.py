"""Synthetic e-mail addresses of WhatsApp customers, and the route of a reply (ADR 0008).

Helpdesk knows people by e-mail address, so a WhatsApp customer gets one that no mail can ever reach: RFC 2606 reserves
the top-level domain `.invalid` for that.
"""

from __future__ import annotations

import re
from enum import Enum

DOMAIN = "whatsapp.invalid"

# Phone digits, or a business-scoped user id such as US.13491208655302741918. No "+": Frappe reads what follows a plus
# sign in an address as the document that a mail belongs to.
_LOCAL = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_MAX_LOCAL = 64

# Commas within quotes or angle brackets belong to the name or the address.
_PIECE = re.compile(r'(?:"(?:\\.|[^"\\])*"|<[^<>]*>|[^,;\n"<]|["<])+')
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*$")


class Route(str, Enum):
	"""How a reply is sent: by WhatsApp, by e-mail, not at all because it mixes both, or only recorded without recipients."""

	WHATSAPP = "WhatsApp"
	EMAIL = "Email"
	MIXED = "Mixed"
	SYSTEM = "System"


def synthetic(local: str) -> str:
	"""The address of a customer, from the digits of the phone number or the business-scoped user id.

	It is lower case, because Frappe compares addresses so. It identifies nobody by itself: the destination of a message
	is always the customer's row. Raises ValueError for a part that is empty, too long or not made of letters, digits,
	dots, underscores and hyphens.
	"""
	part = local.lower()
	if len(part) > _MAX_LOCAL or not _LOCAL.fullmatch(part):
		raise ValueError(
			f"{local!r} cannot stand before @{DOMAIN}: pass the digits of the number or the user id."
		)
	return f"{part}@{DOMAIN}"


def is_synthetic(address: str) -> bool:
	"""True for an address of this app, with or without a name ("Anna <49...@whatsapp.invalid>"), in any case."""
	local, at, domain = _bare(address).lower().rpartition("@")
	return bool(local and at) and domain == DOMAIN


def recipients(to: str | None, cc: str | None, bcc: str | None) -> tuple[str, ...]:
	"""The bare addresses of the three fields in order, without duplicates (ignoring case).

	Parses "Name <a@b>, c@d", separated by commas, semicolons or line ends. A piece that is not an address is kept, so that it
	counts as not WhatsApp instead of being dropped silently.
	"""
	found: dict[str, str] = {}
	for field in (to, cc, bcc):
		for piece in _PIECE.findall(field or ""):
			address = _bare(piece)
			if address:
				found.setdefault(address.lower(), address)
	return tuple(found.values())


def route(to: str | None, cc: str | None, bcc: str | None) -> Route:
	"""Decides how a reply with these recipients is sent.

	`to` None without copies is a notice of Helpdesk itself (merging and splitting tickets): only recorded. An empty `to` counts
	as e-mail, so that Helpdesk reports the error. Addresses of both sorts are MIXED, which the caller refuses, because half of
	such a reply would silently not arrive.
	"""
	everyone = recipients(to, cc, bcc)
	if to is None and not everyone:
		return Route.SYSTEM
	sorts = {is_synthetic(address) for address in everyone}
	if sorts == {True}:
		return Route.WHATSAPP
	return Route.MIXED if len(sorts) > 1 else Route.EMAIL


def _bare(piece: str) -> str:
	bracketed = _IN_BRACKETS.search(piece)
	if bracketed and bracketed[1].strip():
		return bracketed[1].strip()
	return _QUOTED.sub("", piece).strip() or piece.strip()
