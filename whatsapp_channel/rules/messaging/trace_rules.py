"""What happened to a message afterwards: reactions, edits, and its deletion by who wrote it.

Such events arrive in any order, repeated, and sometimes before the message itself. So none of them changes anything by
itself: the state follows from all that are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
	"""One reaction, edit or revoke; `text` is the emoji (None: taken back) or the new words; `by`: which side's it is."""

	kind: str
	at: datetime
	text: str | None
	by: str = ""


@dataclass(frozen=True, slots=True)
class Traces:
	"""What a message shows of its events. `text` is None when it was never edited."""

	reaction: str | None = None
	text: str | None = None
	edited_at: datetime | None = None
	revoked_at: datetime | None = None


def fold(events: Sequence[Event]) -> Traces:
	"""The state that `events` lead to. Of equal times the later in the sequence counts.

	Each side has one reaction. An edit to no words (a picture that lost its caption) is an edit to an empty text.
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
