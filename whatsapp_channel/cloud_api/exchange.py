"""The base of all API clients: makes calls, parses responses and raises errors. The client provides the connection."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from .errors import CloudAPIError, NotSent, OutcomeUnknown
from .payload import object_of, optional_id, text_of
from .transport import Call

# Far more than any account needs: Meta allows a business tens of numbers, at 25 per page.
_MAX_PAGES = 100
_UNKNOWN_FIELD = re.compile(r"nonexisting field \((\w+)\)")
# Fields that some versions of the API lack. If another field is refused, the id belongs to another kind of object.
_VOLATILE_FIELDS = frozenset(
	(
		"currency",
		"primary_funding_id",
		"health_status",
		"platform_type",
		"messaging_limit_tier",
		"whatsapp_business_manager_messaging_limit",
		"is_on_biz_app",
		"throughput",
		"status",
	)
)


class Exchange(ABC):
	"""Calls to one base URL and version of the API.

	`_exchange` returns errors, and its caller raises them. So neither the exception chain nor a dump of local variables
	contains the HTTP library's request with its authorisation header.
	"""

	base_url: str
	version: str

	@abstractmethod
	def _exchange(self, call: Call) -> Mapping[str, Any] | CloudAPIError:
		"""Make the call; return its response or the error."""

	def _call(self, method: str, path: str, **parts: Any) -> Call:
		return Call(method, f"{self.base_url}/{self.version}/{path}", **parts)

	def _post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
		return self._json(self._call("POST", path, body=body))

	def _do(self, path: str, body: Mapping[str, Any]) -> None:
		self._post(path, body)

	def _json(self, call: Call) -> Mapping[str, Any]:
		outcome = self._exchange(call)
		if isinstance(outcome, CloudAPIError):
			raise outcome
		return outcome

	def _node(self, path: str, fields: Iterable[str]) -> Mapping[str, Any]:
		"""An object with its `asked_fields`: a requested field that is missing is unset at Meta."""
		answer, asked = self._read_fields(self._call("GET", path), fields, {})
		if optional_id(answer, "id") is None:
			raise NotSent("Meta's answer names no id", http_status=200)
		return {**answer, "asked_fields": asked}

	def _with_fields(self, call: Call, fields: Iterable[str], params: Mapping[str, str]) -> Mapping[str, Any]:
		return self._read_fields(call, fields, params)[0]

	def _read_fields(
		self, call: Call, fields: Iterable[str], params: Mapping[str, str]
	) -> tuple[Mapping[str, Any], frozenset[str]]:
		"""Read `fields`; returns the response and which of them were requested in the end.

		A version of the API that has dropped a field refuses the whole request, so it is repeated without that field.
		"""
		wanted = list(fields)
		while True:
			query = {**({"fields": ",".join(wanted)} if wanted else {}), **params}
			outcome = self._exchange(Call(call.method, call.url, params=query or None))
			if not isinstance(outcome, CloudAPIError):
				return outcome, frozenset(wanted)
			refused = _UNKNOWN_FIELD.search(outcome.title)
			if outcome.code != 100 or refused is None or refused.group(1) not in {*wanted} & _VOLATILE_FIELDS:
				raise outcome
			wanted.remove(refused.group(1))

	def _pages(self, path: str, fields: Iterable[str]) -> list[Mapping[str, Any]]:
		"""All rows of a list. The next page is requested by its cursor: Meta's `next` link may contain the token."""
		rows: list[Mapping[str, Any]] = []
		params: dict[str, str] = {}
		for _page in range(_MAX_PAGES):
			answer = self._with_fields(self._call("GET", path), fields, params)
			if not isinstance(answer.get("data"), list):
				raise NotSent("Meta's answer holds no list", http_status=200)
			rows += [row for row in answer["data"] if isinstance(row, Mapping)]
			paging = object_of(answer, "paging")
			after = text_of(object_of(paging, "cursors"), "after")
			if not paging.get("next") or not after or params.get("after") == after:
				break
			params = {"after": after}
		return rows


def segment(identifier: str) -> str:
	"""An id as one segment of a path. Raises ValueError when it is empty: the path would name another object."""
	if not identifier or identifier in (".", ".."):
		raise ValueError("The id of a WhatsApp account, number or file is empty.")
	return quote(identifier, safe="")


def id_of(answer: Mapping[str, Any]) -> str:
	"""The id of an answer. Raises OutcomeUnknown when there is none."""
	found = optional_id(answer, "id")
	if found is None:
		raise OutcomeUnknown("Meta's answer names no id", http_status=200)
	return found
