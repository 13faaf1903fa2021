"""The client of Meta's WhatsApp Cloud API: the only code that opens a connection to Meta.

Source: Meta's Cloud API and Business Management API references; requests and answers as recorded in
tests/payloads/ruby_whatsapp_sdk. Every method raises CloudAPIError, or its subclasses NotSent and OutcomeUnknown.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import httpx
from pydantic import SecretStr

from whatsapp_channel import __version__

from .answers import (
	BusinessAccount,
	BusinessProfile,
	Downloaded,
	Health,
	MediaInfo,
	PhoneNumber,
	SentMessage,
	SubscribedApp,
	sent_message,
)
from .download import moved_to, receive
from .errors import CloudAPIError, MediaRefused, OutcomeUnknown
from .exchange import id_of, segment
from .management import ACCOUNT_FIELDS, NUMBER_FIELDS, PROFILE_FIELDS, Management
from .outgoing import Sendable
from .payload import optional_id
from .response_body import Deadline, Unusable, whole
from .secret_masking import Secret, hide
from .transport import Call, answer_of, build, failure_of, tls_context, unusable

__all__ = [
	"ACCOUNT_FIELDS",
	"DEFAULT_BASE_URL",
	"DEFAULT_VERSION",
	"NUMBER_FIELDS",
	"PROFILE_FIELDS",
	"BusinessAccount",
	"BusinessProfile",
	"CloudAPI",
	"Downloaded",
	"Health",
	"MediaInfo",
	"PhoneNumber",
	"Recipient",
	"SentMessage",
	"SubscribedApp",
]

DEFAULT_BASE_URL = "https://graph.facebook.com"
DEFAULT_VERSION = "v25.0"
TIMEOUT = httpx.Timeout(30.0, connect=5.0, pool=5.0)
"""Seconds: to connect, to wait for a free connection, and for each read or write."""

MAX_REFERENCE = 512
MEDIA_SECONDS = 60.0
MEDIA_READ_SECONDS = 10.0
MAX_REDIRECTS = 3
# Meta's hosts for media, as recorded (lookaside.fbsbx.com) and its content delivery networks.
_HOST = re.compile(r"[a-z0-9.-]+")
_MEDIA_HOSTS = (".fbsbx.com", ".fbcdn.net", ".whatsapp.net", ".facebook.com")


@dataclass(frozen=True, slots=True)
class Recipient:
	"""The recipient of a message: `wa_id` (digits of the number), else `user_id` (business-scoped user id).

	Raises ValueError when both are empty or `wa_id` has no digits.
	"""

	wa_id: str | None
	user_id: str | None = None

	def __post_init__(self) -> None:
		if not (self.wa_id or self.user_id):
			raise ValueError("A recipient needs a phone number or a business-scoped user id.")
		if self.wa_id and not re.fullmatch(r"\+?[0-9]+", self.wa_id):
			raise ValueError(f"{self.wa_id!r} is no WhatsApp id: it consists of the digits of the number.")

	def as_fields(self) -> dict[str, str]:
		"""The fields of the request. The plus matters: Meta prepends the sender's country code to a number without one."""
		if self.wa_id:
			return {"to": "+" + self.wa_id.removeprefix("+")}
		return {"recipient": self.user_id or ""}


class CloudAPI(Management):
	"""Calls to Meta with one access token. Safe to use from several threads.

	Without `transport`, connections are reused by all clients of the same `base_url` in the process. Raises ValueError
	for a token or version that cannot be part of a request. The token appears in no repr, error or log. `watch` is called
	with each error before it is raised.
	"""

	def __init__(
		self,
		token: Secret,
		*,
		base_url: str = DEFAULT_BASE_URL,
		version: str = DEFAULT_VERSION,
		transport: httpx.BaseTransport | None = None,
		watch: Callable[[CloudAPIError], None] | None = None,
	) -> None:
		self._watch = watch
		self._token = hide(hide(token).get_secret_value().strip())
		if not re.fullmatch(r"[\x21-\x7e]+", self._token.get_secret_value()):
			raise ValueError("The access token is empty or has spaces or special characters: copy it again.")
		self.base_url, self.version = base_url.rstrip("/"), checked_version(version)
		self._http = http_client(self.base_url, transport)

	def __repr__(self) -> str:
		return f"CloudAPI({self.base_url!r}, version={self.version!r}, token=***)"

	@property
	def token(self) -> SecretStr:
		"""The access token, hidden."""
		return self._token

	# Messages

	def send(
		self,
		phone_number_id: str,
		to: Recipient,
		content: Sendable,
		*,
		reference: str,
		quoted: str | None = None,
	) -> SentMessage:
		"""Send a message with any kind of content.

		`reference` (at most 512 characters, else ValueError) is returned in each status; `quoted` is the wamid replied to.
		Accepted does not mean delivered: webhooks report that. Raises OutcomeUnknown when the response names no message.
		"""
		if len(reference) > MAX_REFERENCE:
			raise ValueError(f"The reference has {len(reference)} characters, more than {MAX_REFERENCE}.")
		body = {
			"messaging_product": "whatsapp",
			"recipient_type": "individual",
			**to.as_fields(),
			**content.as_request(),
			"biz_opaque_callback_data": reference,
			**({"context": {"message_id": quoted}} if quoted else {}),
		}
		sent = sent_message(self._post(f"{segment(phone_number_id)}/messages", body))
		if sent is None:
			raise OutcomeUnknown("The answer to a sent message names no message", http_status=200)
		return sent

	def mark_read(self, phone_number_id: str, wamid: str, *, typing: bool = False) -> None:
		"""Mark the customer's message (and earlier ones) as read; with `typing`, show the typing indicator for 25 s."""
		body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
		if typing:
			body["typing_indicator"] = {"type": "text"}
		self._do(f"{segment(phone_number_id)}/messages", body)

	# Media

	def upload_media(self, phone_number_id: str, content: bytes, mime_type: str, filename: str) -> str:
		"""Store a file at Meta for 30 days and return its media id."""
		form = {"messaging_product": "whatsapp", "type": mime_type}
		file = (filename, content, mime_type)
		call = self._call("POST", f"{segment(phone_number_id)}/media", form=form, file=file)
		return id_of(self._json(call))

	def media(self, media_id: str) -> MediaInfo:
		"""The link of a file, valid for five minutes."""
		answer = self._json(self._call("GET", segment(media_id)))
		return MediaInfo.model_validate({**answer, "id": optional_id(answer, "id") or media_id})

	def delete_media(self, media_id: str) -> None:
		"""Delete a file at Meta."""
		self._json(self._call("DELETE", segment(media_id)))

	def download_media(
		self,
		url: str,
		into: BinaryIO,
		*,
		max_bytes: int,
		seconds: float = MEDIA_SECONDS,
		stopwatch: Callable[[], float] = time.monotonic,
	) -> Downloaded:
		"""Stream the file behind a link of `media`, or of a webhook, into an open file.

		Redirects are followed to Meta's hosts only, and only the first host gets the token. Raises MediaRefused for a host that is
		not Meta's, MediaTooLarge beyond `max_bytes`, MediaGone for an expired link, MediaTooSlow after `seconds`, NotSent for
		temporary failures, and OSError when `into` cannot be written.
		"""
		deadline = Deadline(seconds, stopwatch)
		token: SecretStr | None = self._token
		for _hop in range(1 + MAX_REDIRECTS):
			if not self._is_metas(url):
				raise MediaRefused("The file's address is not at Meta")
			outcome = self._download(url, token, into, max_bytes, deadline)
			if isinstance(outcome, CloudAPIError):
				raise outcome
			if isinstance(outcome, Downloaded):
				return outcome
			token = token if outcome.host == httpx.URL(url).host else None
			url = str(outcome)
		raise MediaRefused("The file's address leads from one place to the next without end")

	# The connection

	def _exchange(self, call: Call) -> Mapping[str, Any] | CloudAPIError:
		outcome = exchange(self._http, call, self._token)
		if self._watch and isinstance(outcome, CloudAPIError):
			self._watch(outcome)
		return outcome

	def _download(
		self, url: str, token: SecretStr | None, into: BinaryIO, max_bytes: int, deadline: Deadline
	) -> Downloaded | httpx.URL | CloudAPIError:
		"""The file, the URL of a redirect, or the error."""
		# The size of a compressed response is unknown before it is decompressed, so none is requested.
		call = Call("GET", url, headers={"Accept-Encoding": "identity"})
		try:
			request = build(self._http, call, token)
			wait = min(MEDIA_READ_SECONDS, deadline.left())
			request.extensions["timeout"] = httpx.Timeout(wait, connect=min(5.0, wait)).as_dict()
			response = self._http.send(request, stream=True)
			try:
				return moved_to(response) or receive(response, into, max_bytes, deadline, call, self._token)
			finally:
				response.close()
		except (httpx.HTTPError, httpx.InvalidURL) as error:
			return failure_of(error, call, self._token)

	def _is_metas(self, url: str) -> bool:
		try:
			asked, own = httpx.URL(url), httpx.URL(self.base_url)
		except httpx.InvalidURL:
			return False
		if (asked.scheme, asked.host, asked.port) == (own.scheme, own.host, own.port):
			return True
		if not _HOST.fullmatch(asked.host):
			return False
		return asked.scheme == "https" and asked.port is None and asked.host.endswith(_MEDIA_HOSTS)


def checked_version(version: str) -> str:
	"""`version` if it looks like one of the Graph API; raises ValueError otherwise."""
	if not re.fullmatch(r"v\d{1,3}\.\d{1,2}", version):
		raise ValueError(f"{version!r} is no version of the Graph API; it looks like {DEFAULT_VERSION}.")
	return version


def exchange(
	http: httpx.Client, call: Call, token: SecretStr, *, signed: bool = True
) -> Mapping[str, Any] | CloudAPIError:
	"""Make a call; return its response or the error. Without `signed` the token is not sent."""
	try:
		response = http.send(build(http, call, token if signed else None), stream=True)
		try:
			answer = whole(response)
		finally:
			response.close()
	except (httpx.HTTPError, httpx.InvalidURL) as error:
		return failure_of(error, call, token)
	except Unusable as error:
		return unusable(str(error), response.status_code, call)
	return answer_of(answer, call, token)


def http_client(base_url: str, transport: httpx.BaseTransport | None) -> httpx.Client:
	"""The client of this process for `base_url`; a new one when `transport` is given."""
	return _new_client(transport) if transport else _shared_client(base_url)


_clients: dict[tuple[str, int], httpx.Client] = {}


def _shared_client(base_url: str) -> httpx.Client:
	# The process id is part of the key: a forked worker must not use its parent's connections.
	key = (base_url, os.getpid())
	client = _clients.get(key)
	if client is None:
		# If two threads get here at once, both use the client that was stored first.
		client = _clients.setdefault(key, _new_client(None))
	return client


def _new_client(transport: httpx.BaseTransport | None) -> httpx.Client:
	# What is asked for is what can be unpacked piece by piece.
	headers = {"User-Agent": f"whatsapp_channel/{__version__}", "Accept-Encoding": "gzip, deflate"}
	return httpx.Client(
		verify=tls_context(), transport=transport, timeout=TIMEOUT, headers=headers, follow_redirects=False
	)
