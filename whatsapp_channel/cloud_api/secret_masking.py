"""Keeps secrets out of exceptions, log lines and dumps of local variables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Union
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

MASK = "***"
# What callers may pass as a token, PIN or code; a SecretStr stays hidden in the caller's own frames as well.
Secret = Union[str, SecretStr]  # noqa: UP007 (an alias is evaluated, and mypy reads it the same)


def hide(secret: Secret) -> SecretStr:
	"""`secret` in a wrapper that prints as asterisks."""
	return secret if isinstance(secret, SecretStr) else SecretStr(secret)


def mask(text: str, secrets: Iterable[str]) -> str:
	"""`text` with every secret, also in its URL-encoded forms, replaced by asterisks."""
	for secret in secrets:
		for form in {secret, quote(secret, safe=""), quote_plus(secret)} - {""}:
			text = text.replace(form, MASK)
	return text
