"""Combines the traces of a message: reactions, edits, and deletion by its author.

Such events arrive in any order, repeatedly, and sometimes before the message. So the state is always computed from all
known events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from whatsapp_channel.sentences import _


@dataclass(frozen=True, slots=True)
class Event:
	"""A reaction, edit or deletion; `text`: the emoji (None: removed) or the new text; `by`: which side did it."""

	kind: str
	at: datetime
	text: str | None
	by: str = ""


@dataclass(frozen=True, slots=True)
class Traces:
	"""The combined state. `text` is None if the message was never edited."""

	reaction: str | None = None
	text: str | None = None
	edited_at: datetime | None = None
	revoked_at: datetime | None = None


def fold(events: Sequence[Event]) -> Traces:
	"""The state after `events`. Of events with equal times the later in the sequence counts.

	Each side has one reaction. An edit without text (a removed caption) is an edit to an empty text.
	"""
	in_order = sorted(events, key=lambda event: event.at)
	last = {event.kind: event for event in in_order}
	edit, revoke = last.get("edit"), last.get("revoke")
	reactions = {event.by: event.text for event in in_order if event.kind == "reaction"}
	return Traces(
		reaction=" ".join(emoji for _by, emoji in sorted(reactions.items()) if emoji) or None,
		text=(edit.text or "") if edit else None,
		edited_at=edit.at if edit else None,
		revoked_at=revoke.at if revoke else None,
	)


@dataclass(frozen=True, slots=True)
class UnseenChange:
	"""What agents are told of a change whose content Meta does not pass on; `named` has a place for the beginning of the
	message."""

	named: str
	unnamed: str


_UNSEEN = {
	("edit", False): UnseenChange(
		_(
			'The customer edited the message "{0}" in WhatsApp, which does not pass on the new text. Ask them if it matters.'
		),
		_(
			"The customer edited an earlier message in WhatsApp, which does not pass on the new text. Ask them if it matters."
		),
	),
	("revoke", False): UnseenChange(
		_('The customer deleted the message "{0}" in WhatsApp.'),
		_("The customer deleted an earlier message in WhatsApp, which does not say which."),
	),
	("edit", True): UnseenChange(
		_(
			'A colleague edited the message "{0}" in the WhatsApp Business app. The new text is on the phone of your business.'
		),
		_(
			"A colleague edited an earlier message in the WhatsApp Business app. The new text is on the phone of your business."
		),
	),
	("revoke", True): UnseenChange(
		_('A colleague deleted the message "{0}" in the WhatsApp Business app.'),
		_("A colleague deleted an earlier message in the WhatsApp Business app."),
	),
}


def unseen(kind: str, *, outgoing: bool) -> UnseenChange | None:
	"""What Meta's `unsupported.type` tells of an earlier message; None where that changes nothing that agents answer."""
	return _UNSEEN.get((kind, outgoing))
