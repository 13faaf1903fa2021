"""Requests of the site to itself, at the URL that Meta uses. Nothing here calls Meta."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import httpx

from whatsapp_channel import settings
from whatsapp_channel.cloud_api.transport import tls_context
from whatsapp_channel.health.deadline import Deadline
from whatsapp_channel.sentences import Explained, verbatim

# For each step; the check's deadline limits the whole exchange.
STEP_SECONDS = 10.0


class Unreachable(Explained):
	"""The URL does not respond; the text is the network error."""


@dataclass(frozen=True, slots=True)
class Question:
	"""A request to the webhook's address."""

	method: str
	params: dict[str, str] = field(default_factory=dict)
	content: bytes | None = field(default=None, repr=False)
	headers: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
	"""A response. `seconds`: from sending the request to receiving the whole body."""

	status: int
	text: str
	location: str
	seconds: float


def ask(deadline: Deadline, question: Question, times: int = 1) -> list[Answer]:
	"""Sends the request `times` times to the site's own webhook URL, over one connection; returns the responses.

	Redirects are not followed, because Meta treats any status but 200 as a failure. Raises Unreachable, and deadline.TooSlow
	when the check's time is over.
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
