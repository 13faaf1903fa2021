"""The errors of calls to Meta, and what to do about each.

The app decides by `.rule` (cause, retry, scope) and shows `.sentence` to administrators or `.for_agent` to agents;
`.meta_text` is Meta's own wording. None of them contains a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import httpx

from whatsapp_channel.sentences import Explained, Sentence, _

from .error_rule import ASK_ADMIN, OUR_FAULT, Cause, ErrorRule, Retry, Scope
from .error_table import TABLE
from .payload import InvalidPayload, load, whole_number
from .secret_masking import mask

__all__ = [
	"DEAD_TOKEN",
	"RULES",
	"SUBCODE_RULES",
	"Cause",
	"CloudAPIError",
	"ErrorRule",
	"MediaGone",
	"MediaRefused",
	"MediaTooLarge",
	"MediaTooSlow",
	"NotSent",
	"OutcomeUnknown",
	"Retry",
	"Scope",
	"is_listed",
	"rule_for",
	"rule_for_received",
]

RULES: Mapping[int, ErrorRule] = MappingProxyType(
	{code: rule for rule in TABLE if rule.subcode is None for code in rule.codes}
)
SUBCODE_RULES: Mapping[tuple[int, int], ErrorRule] = MappingProxyType(
	{(rule.code, rule.subcode): rule for rule in TABLE if rule.subcode is not None}
)
DEAD_TOKEN = frozenset({0, 102, 104, 190})
"""Meta's codes that say that the token itself is dead; the others say that it may not do one thing."""
# Management errors name their cause by a seven-digit subcode of a general code (recorded: 100/2593002,
# 136024/2388091); smaller subcodes mean something else under every code.
_SMALLEST_GLOBAL_SUBCODE = 1_000_000
_TRANSIENT_DELAY = 30

_UNKNOWN = ErrorRule(
	-1,
	"Unknown error",
	Cause.UNKNOWN,
	Retry.NEVER,
	0,
	Scope.MESSAGE,
	_(
		"WhatsApp did not accept this message. Please send it again; if it fails again, tell your administrator."
	),
	_("Meta answered with an error that this app does not know; read Meta's words and look it up at Meta."),
)
_NOT_SENT = ErrorRule(
	-1,
	"Meta could not be reached",
	Cause.NETWORK,
	Retry.BACKOFF,
	10,
	Scope.PLATFORM,
	_("WhatsApp cannot be reached at the moment. Nothing to do: the message is sent automatically later."),
	_(
		"The server could not connect to Meta. Check its internet access, DNS, proxy and firewall, and the API base "
		"URL in WhatsApp Channel Settings."
	),
)
_OUTCOME_UNKNOWN = ErrorRule(
	-1,
	"No clear answer from Meta",
	Cause.NETWORK,
	Retry.NEVER,
	0,
	Scope.MESSAGE,
	_(
		"The connection broke before WhatsApp answered, so the message may have arrived or not. Check before you "
		"send it again: the customer could receive it twice."
	),
	_(
		"The request was sent, but no readable answer came back, so it may or may not have taken effect. Look at "
		"the result before you repeat it. If it happens often, check proxy and firewall, and metastatus.com."
	),
)
_MEDIA_REFUSED = ErrorRule(
	-1,
	"File not fetched",
	Cause.MEDIA,
	Retry.NEVER,
	0,
	Scope.MESSAGE,
	_("The customer's file could not be fetched. Please ask for it again, smaller or by e-mail."),
	_("A file was not fetched: its link expired, its address is not Meta's, or it is larger than allowed."),
)


def rule_for(code: int | None, subcode: int | None = None, is_transient: bool = False) -> ErrorRule:
	"""The rule for an error of Meta: that of the subcode, else of the code, else a general one.

	With `is_transient`, Meta's flag for a temporary error, a rule that forbids retries becomes a back-off.
	"""
	rule = _known_rule(code, subcode) or _UNKNOWN
	if is_transient and rule.retry is Retry.NEVER:
		return replace(rule, retry=Retry.BACKOFF, delay_seconds=_TRANSIENT_DELAY)
	return rule


def rule_for_received(code: int | None) -> ErrorRule | None:
	"""The rule for an error that came with a customer's message. None for an unlisted one, and where the words for agents
	are about sending: then Meta's own say more."""
	rule = _known_rule(code, None)
	speaks = rule and rule.retry is Retry.NEVER and rule.agent_text not in ("", ASK_ADMIN, OUR_FAULT)
	return rule if speaks else None


def is_listed(code: int | None) -> bool:
	"""Whether the table has a row for a code."""
	return _known_rule(code, None) is not None


def _known_rule(code: int | None, subcode: int | None) -> ErrorRule | None:
	if code is not None and subcode is not None and (code, subcode) in SUBCODE_RULES:
		return SUBCODE_RULES[code, subcode]
	if subcode is not None and subcode >= _SMALLEST_GLOBAL_SUBCODE and subcode in RULES:
		return RULES[subcode]
	return RULES.get(code) if code is not None else None


class CloudAPIError(Explained):
	"""Meta refused a request, so it had no effect (the subclasses say otherwise where there was no clear response).

	`code`, `subcode`, `fbtrace_id` and `is_transient` are Meta's; `title` and `details` are Meta's words without
	secrets; `http_status` is None when there was no answer, and `timed_out` says that Meta let the time pass.
	"""

	def __init__(
		self,
		title: str,
		*,
		code: int | None = None,
		subcode: int | None = None,
		http_status: int | None = None,
		details: str | None = None,
		fbtrace_id: str | None = None,
		is_transient: bool = False,
		timed_out: bool = False,
	) -> None:
		self.title = title
		self.code = code
		self.subcode = subcode
		self.http_status = http_status
		self.details = details
		self.fbtrace_id = fbtrace_id
		self.is_transient = is_transient
		self.timed_out = timed_out
		super().__init__(self.rule.for_admin)

	@property
	def rule(self) -> ErrorRule:
		"""The rule for the error. An unlisted code is temporary if Meta flags it so or the status is 429 or 5xx."""
		passing = self.http_status is not None and (self.http_status == 429 or self.http_status >= 500)
		unlisted = _known_rule(self.code, self.subcode) is None
		return rule_for(self.code, self.subcode, self.is_transient or (unlisted and passing))

	@property
	def retry(self) -> Retry:
		"""Whether the same request may be tried again."""
		return self.rule.retry

	@property
	def for_agent(self) -> Sentence:
		"""The text for agents; `sentence` is for administrators."""
		return self.rule.for_agent

	@property
	def meta_text(self) -> str:
		"""Meta's own text and codes, for logs and support requests; not translated."""
		numbers = [
			f"{name} {value}"
			for name, value in (
				("code", self.code),
				("subcode", self.subcode),
				("HTTP", self.http_status),
				("trace", self.fbtrace_id),
			)
			if value is not None
		]
		text = f"{self.title}: {self.details}" if self.details and self.details != self.title else self.title
		return f"{text} ({', '.join(numbers)})" if numbers else text

	def __str__(self) -> str:
		return f"{self.rule.title}. {self.meta_text}"

	def __repr__(self) -> str:
		return f"{type(self).__name__}({self.meta_text!r})"

	@staticmethod
	def from_response(response: httpx.Response, secrets: Iterable[str] = ()) -> CloudAPIError:
		"""The error in a response of Meta, with `secrets` masked wherever Meta repeats them.

		A response without a Graph error object gives OutcomeUnknown: the request may have had an effect.
		"""
		error = _graph_error(response)
		if error is None:
			return OutcomeUnknown(
				f"Answer without an error object, {_kind_of(response)}", http_status=response.status_code
			)
		known = tuple(secrets)
		return CloudAPIError(
			mask(_text(error.get("message")) or "Meta gave no reason", known),
			code=whole_number(error.get("code")),
			subcode=whole_number(error.get("error_subcode")),
			http_status=response.status_code,
			details=mask(_details(error), known) or None,
			fbtrace_id=mask(_text(error.get("fbtrace_id")), known) or None,
			is_transient=error.get("is_transient") is True,
		)


class NotSent(CloudAPIError):
	"""The request certainly had no effect: safe to retry.

	The request never reached it (no connection, DNS, connect or pool time-out), or it only reads and its answer was
	lost.
	"""

	@property
	def rule(self) -> ErrorRule:
		"""Retry with growing pauses."""
		return _NOT_SENT


class OutcomeUnknown(CloudAPIError):
	"""Meta may have accepted the request (time-out or lost connection after writing, an unreadable answer).

	A message is never sent again by itself after this: the customer could get it twice.
	"""

	@property
	def rule(self) -> ErrorRule:
		"""Never retry by itself."""
		return _OUTCOME_UNKNOWN


class MediaRefused(CloudAPIError):
	"""A file cannot be downloaded: the app refused it (foreign host, too large), or Meta no longer has it.

	Meta's links expire after five minutes: get a new one from `CloudAPI.media` before giving up.
	"""

	@property
	def rule(self) -> ErrorRule:
		"""Never retry: the file will not change."""
		return _MEDIA_REFUSED


class MediaTooLarge(MediaRefused):
	"""The file is larger than the caller allows; the part that was read is useless."""


class MediaGone(MediaRefused):
	"""There is no file behind the link (HTTP 404 or 410): Meta's links expire after five minutes."""


class MediaTooSlow(NotSent):
	"""The download did not finish in the caller's time limit; `received` bytes arrived."""

	def __init__(self, title: str, *, received: int) -> None:
		super().__init__(title)
		self.received = received


def _graph_error(response: httpx.Response) -> Mapping[str, Any] | None:
	try:
		body = load(response.content)
	except InvalidPayload:
		return None
	error = body.get("error") if isinstance(body, dict) else None
	return error if isinstance(error, dict) else None


def _details(error: Mapping[str, Any]) -> str:
	"""Meta's most specific text: error_data.details, else the localised title and message."""
	data = error.get("error_data")
	details = _text(data.get("details")) if isinstance(data, dict) else _text(data)
	spoken = [_text(error.get("error_user_title")), _text(error.get("error_user_msg"))]
	return details or ": ".join(part for part in spoken if part)


def _kind_of(response: httpx.Response) -> str:
	kind: str = response.headers.get("content-type", "no content type")
	return kind.split(";")[0][:60]


def _text(value: object) -> str:
	return value if isinstance(value, str) else ""
