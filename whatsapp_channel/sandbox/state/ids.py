"""Identifiers in the same format as Meta's."""

from __future__ import annotations

import base64
import hashlib
import secrets

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


def wamid(peer_digits: str, *, outgoing: bool) -> str:
	"""A new message id: the customer's number, the direction and a random key, encoded as in recorded ids."""
	peer = peer_digits.encode()
	direction = b"\x11" if outgoing else b"\x12"
	key = secrets.token_hex(9 if outgoing else 10).upper().encode()
	packed = b"\x1c\x18" + bytes([len(peer)]) + peer + b"\x15\x02\x00" + direction
	packed += b"\x18" + bytes([len(key)]) + key + b"\x00"
	return "wamid." + base64.b64encode(packed).decode()


def trace_id() -> str:
	"""A value for `fbtrace_id`."""
	return "A" + "".join(secrets.choice(_LETTERS) for _ in range(22))


def object_id() -> str:
	"""A new numeric Graph object id (media, templates)."""
	return str(secrets.randbelow(9 * 10**15) + 10**15)


def user_id(digits: str, country: str) -> str:
	"""Business-scoped user id, always the same for one number."""
	return f"{country}.{int(hashlib.sha256(digits.encode()).hexdigest()[:16], 16):020d}"


def cursor(position: int) -> str:
	"""An opaque paging cursor."""
	return base64.urlsafe_b64encode(f"after:{position}".encode()).decode().rstrip("=")


def position_of(after: str) -> int:
	"""The position encoded in a cursor, 0 for a cursor that the sandbox did not make."""
	try:
		text = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode()
	except ValueError:
		return 0
	return int(text[6:]) if text.startswith("after:") and text[6:].isdigit() else 0
