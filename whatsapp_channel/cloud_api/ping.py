"""Whether Meta's server answers, how fast, and its time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import httpx
from pydantic import SecretStr

from .client import http_client
from .errors import CloudAPIError
from .transport import Call, build, failure_of


@dataclass(frozen=True, slots=True)
class ServerAnswer:
	"""Any response of Meta's server. `at`: its Date header, in UTC with whole seconds; None without one."""

	at: datetime | None
	seconds: float


def ping(base_url: str, seconds: float | None = None) -> ServerAnswer:
	"""Sends a request without a token: any response shows that Meta can be reached, and its time.

	`seconds` is the time limit, that of other requests unless given. Source: RFC 9110, Date. Raises NotSent when there is
	no response.
	"""
	outcome = _exchange(base_url, seconds)
	if isinstance(outcome, CloudAPIError):
		raise outcome
	return outcome


def _exchange(base_url: str, seconds: float | None) -> ServerAnswer | CloudAPIError:
	call, http = Call("GET", f"{base_url}/"), http_client(base_url, None)
	begin = time.perf_counter()
	try:
		request = build(http, call, None)
		if seconds:
			request.extensions["timeout"] = httpx.Timeout(seconds).as_dict()
		# The headers tell it all: nobody waits for a body.
		response = http.send(request, stream=True)
		response.close()
	except (httpx.HTTPError, httpx.InvalidURL) as error:
		return failure_of(error, call, SecretStr(""))
	return ServerAnswer(_date_of(response), time.perf_counter() - begin)


def _date_of(response: httpx.Response) -> datetime | None:
	try:
		found = parsedate_to_datetime(response.headers.get("date", ""))
	except ValueError:
		return None
	return found.replace(tzinfo=timezone.utc) if found.tzinfo is None else found.astimezone(timezone.utc)
