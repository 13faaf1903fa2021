"""Finds the contact card that belongs to an item of a webhook."""

from __future__ import annotations

from typing import Any

from .payload import optional_id
from .webhook_objects import ContactCard


def by_person(cards: tuple[ContactCard, ...]) -> dict[str, ContactCard]:
	"""The cards by each of their ids; the first card wins where ids repeat."""
	return {found: card for card in reversed(cards) for found in (card.wa_id, card.user_id) if found}


def lone_card(cards: tuple[ContactCard, ...], entries: list[Any]) -> ContactCard | None:
	"""The only card, if the entries are all about one person: it is theirs even if Meta spells the number differently."""
	if len(cards) != 1:
		return None
	people = {frozenset(people_of(raw)) for raw in entries if isinstance(raw, dict)}
	return cards[0] if len(people) == 1 else None


_SENDER = ("from_user_id", "from", "recipient_user_id", "recipient_id", "user_id", "wa_id")
_RECIPIENT = ("to_user_id", "to")


def people_of(raw: dict[str, Any]) -> list[str]:
	"""The customer's ids in a message, status or preference, the more permanent one first."""
	written_to = [found for name in _RECIPIENT if (found := optional_id(raw, name))]
	return written_to or [found for name in _SENDER if (found := optional_id(raw, name))]
