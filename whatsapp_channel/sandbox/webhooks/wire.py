"""JSON bytes as Graph writes them, and the signature over them."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any


def dumps(value: Any) -> bytes:
	"""Compact JSON with `/`, `@` and everything outside ASCII escaped, as recorded answers show."""
	text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
	return text.replace("/", "\\/").replace("@", "\\u0040").encode()


def sign(secret: str, body: bytes) -> str:
	"""Value of `X-Hub-Signature-256`: HMAC-SHA256 of the raw bytes with the app secret."""
	return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
