"""One call to Meta as data, and the meaning of its failure. No connection is opened here."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
from pydantic import SecretStr

from .errors import CloudAPIError, NotSent, OutcomeUnknown
from .payload import InvalidPayload, clean, load
from .secret_masking import mask

# When one of these is raised, no byte of the request can have been sent.
_BEFORE_WRITING = (
	httpx.ConnectError,
	httpx.ConnectTimeout,
	httpx.PoolTimeout,
	httpx.ProxyError,
	httpx.UnsupportedProtocol,
	httpx.InvalidURL,
)
_CONNECTION = "The connection to Meta failed"


class _WithoutQuery(logging.Filter):
	"""Removes queries from logged URLs: the HTTP library logs each URL, and two calls of Meta's API have a secret there."""

	def filter(self, record: logging.LogRecord) -> bool:
		if isinstance(record.args, tuple):
			record.args = tuple(_without_query(value) for value in record.args)
		return True


def _without_query(value: object) -> object:
	return value.copy_with(query=None) if isinstance(value, httpx.URL) else value


logging.getLogger("httpx").addFilter(_WithoutQuery())


@cache
def tls_context() -> ssl.SSLContext:
	"""The TLS context of every client of this process: httpx's default, created once.

	Reading the certificate authorities takes 20 ms or more, which httpx would spend for each client. It may be shared by
	threads and forks.
	"""
	return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Call:
	"""One request. Secrets in `params` and `body` are SecretStr and revealed only in the bytes that are sent."""

	method: str
	url: str
	params: Mapping[str, str | SecretStr] | None = None
	body: Mapping[str, Any] | None = None
	form: Mapping[str, str] | None = None
	file: tuple[str, bytes, str] | None = field(default=None, repr=False)
	raw: bytes | None = field(default=None, repr=False)
	headers: Mapping[str, str] | None = None
	scheme: str = "Bearer"
	hidden: tuple[SecretStr, ...] = ()
	"""Further secrets that no text may show."""

	@property
	def secrets(self) -> tuple[str, ...]:
		"""The secrets of the request, to be masked in Meta's response."""
		values = (*(self.params or {}).values(), *(self.body or {}).values(), *self.hidden)
		return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))

	@property
	def only_reads(self) -> bool:
		"""Whether repeating it can do no harm."""
		return self.method == "GET"


def build(client: httpx.Client, call: Call, token: SecretStr | None) -> httpx.Request:
	"""The HTTP request of `call`, with the token, if any, in its header only."""
	headers = dict(call.headers or {})
	if token:
		headers["Authorization"] = f"{call.scheme} {token.get_secret_value()}"
	if call.body:
		headers["Content-Type"] = "application/json"
	return client.build_request(
		call.method,
		call.url,
		params={name: _plain(value) for name, value in call.params.items()} if call.params else None,
		content=_json(call.body) if call.body else call.raw,
		data=dict(call.form) if call.form else None,
		files={"file": call.file} if call.file else None,
		headers=headers,
	)


def _json(body: Mapping[str, Any]) -> bytes:
	"""ASCII, as Meta itself writes; characters that cannot be encoded were replaced before."""
	return json.dumps(clean(dict(body)), default=_reveal).encode()


def _plain(value: str | SecretStr) -> str:
	return value.get_secret_value() if isinstance(value, SecretStr) else value


def _reveal(value: object) -> str:
	if isinstance(value, SecretStr):
		return value.get_secret_value()
	raise TypeError(f"{type(value).__name__} is no JSON value")


def answer_of(response: httpx.Response, call: Call, token: SecretStr) -> Mapping[str, Any] | CloudAPIError:
	"""The response as an object, or the error."""
	found = _object(response, token) if response.is_success else None
	if found is None or "error" in found:
		return error_of(response, call, token)
	if found.get("success") is False:
		return CloudAPIError("Meta answered that it did nothing", http_status=response.status_code)
	return found


def _object(response: httpx.Response, token: SecretStr) -> dict[str, Any] | None:
	# Links to the next page may repeat the token.
	text = mask(response.content.decode("utf-8", "replace"), (token.get_secret_value(),))
	try:
		found = load(text)
	except InvalidPayload:
		return None
	return found if isinstance(found, dict) else None


def error_of(response: httpx.Response, call: Call, token: SecretStr) -> CloudAPIError:
	"""The error of a response; without Meta's error object, a call that only reads is safe to repeat."""
	error = CloudAPIError.from_response(response, (token.get_secret_value(), *call.secrets))
	return _softened(error, call)


def failure_of(error: httpx.HTTPError | httpx.InvalidURL, call: Call, token: SecretStr) -> CloudAPIError:
	"""The error of a failed exchange: certainly not sent, or outcome unknown."""
	words = mask(f"{type(error).__name__} {error}".strip(), (token.get_secret_value(), *call.secrets))
	# The pool is ours: who waits for a connection of it has not asked Meta.
	silent = isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.PoolTimeout)
	if isinstance(error, _BEFORE_WRITING):
		return NotSent(_CONNECTION, details=words, timed_out=silent)
	return _softened(OutcomeUnknown(_CONNECTION, details=words, timed_out=silent), call)


def unusable(why: str, status: int, call: Call) -> CloudAPIError:
	"""An answer whose body nobody read, so that nobody knows what it says."""
	return _softened(OutcomeUnknown(why, http_status=status), call)


def _softened(error: CloudAPIError, call: Call) -> CloudAPIError:
	if isinstance(error, OutcomeUnknown) and call.only_reads:
		return NotSent(
			error.title, http_status=error.http_status, details=error.details, timed_out=error.timed_out
		)
	return error
