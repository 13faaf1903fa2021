"""Whom the items of a webhook are about, and which of its contact cards is theirs."""

from __future__ import annotations

from typing import Any

from .payload import optional_id
from .webhook_objects import ContactCard


def by_person(cards: tuple[ContactCard, ...]) -> dict[str, ContactCard]:
	"""The cards by each id that they carry, of equal ones the first."""
	return {found: card for card in reversed(cards) for found in (card.wa_id, card.user_id) if found}


def lone_card(cards: tuple[ContactCard, ...], entries: list[Any]) -> ContactCard | None:
	"""The only card, where it can only be that of the only person: Meta spells some numbers in two ways."""
	if len(cards) != 1:
		return None
	people = {frozenset(people_of(raw)) for raw in entries if isinstance(raw, dict)}
	return cards[0] if len(people) == 1 else None


_SENDER = ("from_user_id", "from", "recipient_user_id", "recipient_id", "user_id", "wa_id")
_RECIPIENT = ("to_user_id", "to")


def people_of(raw: dict[str, Any]) -> list[str]:
	"""The ids of the other end of a message, status or preference, the more lasting one first."""
	written_to = [found for name in _RECIPIENT if (found := optional_id(raw, name))]
	return written_to or [found for name in _SENDER if (found := optional_id(raw, name))]
