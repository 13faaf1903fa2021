"""JSON bytes as Graph writes them, their signature, and the TLS context for outgoing requests."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
from functools import cache
from typing import Any

import httpx


@cache
def tls_context() -> ssl.SSLContext:
	"""A TLS context with httpx's certificate authorities, loaded once per process because sandboxes create many clients."""
	return httpx.create_ssl_context(trust_env=False)


def dumps(value: Any) -> bytes:
	"""Compact JSON with `/`, `@` and everything outside ASCII escaped, as recorded answers show."""
	text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
	return text.replace("/", "\\/").replace("@", "\\u0040").encode()


def sign(secret: str, body: bytes) -> str:
	"""Value of `X-Hub-Signature-256`: HMAC-SHA256 of the raw bytes with the app secret."""
	return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
