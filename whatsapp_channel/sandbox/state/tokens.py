"""Tokens, and the codes that are exchanged for tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Grant:
	"""What a token may do. `waba_ids` None: every account; newest first otherwise."""

	token: str
	app_id: str
	scopes: tuple[str, ...]
	waba_ids: tuple[str, ...] | None
	issued_at: datetime
	expires_at: datetime | None  # None: never


@dataclass(slots=True)
class Code:
	"""A code of Embedded Signup, valid once for 30 seconds from `issued_at` (None: the dialog has not handed it out yet)."""

	waba_ids: tuple[str, ...]
	issued_at: datetime | None
	used: bool = False
