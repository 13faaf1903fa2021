"""The signature of a webhook: HMAC-SHA256 of the raw body with the app secret.

Source: Meta's "Webhooks: getting started", validating payloads. Hash the bytes as received: Meta escapes non-ASCII text,
so parsing and dumping the body again gives another digest.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

HEADER = "X-Hub-Signature-256"
_SHAPE = re.compile(r"sha256=[0-9a-f]{64}")


def sign(secret: str, body: bytes) -> str:
	"""The value of `X-Hub-Signature-256` for `body`: "sha256=" and 64 lower-case hexadecimal digits.

	Raises ValueError for an empty secret, because anybody could sign with it.
	"""
	if not secret:
		raise ValueError("The app secret is empty: enter the secret of the Meta app.")
	return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify(body: bytes, header: str | None, secrets: Iterable[str]) -> bool:
	"""Whether `header` signs `body` with one of `secrets`; empty secrets never match.

	Every secret is tried and each comparison takes constant time, so that the response time reveals nothing.
	Anything but "sha256=" and 64 lower-case hexadecimal digits is refused.
	"""
	if not isinstance(header, str) or not _SHAPE.fullmatch(header):
		return False
	matches = [hmac.compare_digest(sign(secret, body), header) for secret in secrets if secret]
	return any(matches)
