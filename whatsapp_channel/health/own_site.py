"""Requests of the site to itself, by the address that Meta uses. Meta is never asked here."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import httpx

from whatsapp_channel import settings
from whatsapp_channel.cloud_api.transport import tls_context
from whatsapp_channel.health.deadline import Deadline
from whatsapp_channel.sentences import Explained, verbatim

# Of each step; the whole is bounded by the check's own limit.
STEP_SECONDS = 10.0


class Unreachable(Explained):
	"""The address does not answer; the words are the network's own."""


@dataclass(frozen=True, slots=True)
class Question:
	"""A request to the webhook's address."""

	method: str
	params: dict[str, str] = field(default_factory=dict)
	content: bytes | None = field(default=None, repr=False)
	headers: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
	"""What came back. `seconds` from the request to the whole body."""

	status: int
	text: str
	location: str
	seconds: float


def ask(deadline: Deadline, question: Question, times: int = 1) -> list[Answer]:
	"""The answers of the site's own webhook address, one after the other over one connection.

	Redirects are not followed: Meta takes any answer but 200 as a failure. Raises Unreachable, and deadline.TooSlow when the time of
	the check is over.
	"""
	url = settings.callback_url()

	def exchange() -> list[Answer]:
		with httpx.Client(verify=tls_context(), timeout=STEP_SECONDS, follow_redirects=False) as client:
			return [_answer(client, url, question) for _time in range(times)]

	try:
		return deadline.wait_for(exchange)
	except (httpx.HTTPError, httpx.InvalidURL) as error:
		raise Unreachable(verbatim(f"{type(error).__name__} {error}".strip())) from None


def _answer(client: httpx.Client, url: str, question: Question) -> Answer:
	begin = time.perf_counter()
	response = client.request(
		question.method, url, params=question.params, content=question.content, headers=question.headers
	)
	seconds = time.perf_counter() - begin
	return Answer(response.status_code, response.text, response.headers.get("location", ""), seconds)
