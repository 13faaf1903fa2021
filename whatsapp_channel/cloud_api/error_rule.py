"""What one error code of Meta means for this app: the types of the table in `error_table/`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from whatsapp_channel.sentences import Sentence, _


class Retry(Enum):
	"""Whether and how the same request may be retried after the error."""

	NEVER = "never"
	"""The same request fails again until somebody changes something."""
	FEW = "few"
	"""Worth two or three attempts: the cause is often gone by then."""
	BACKOFF = "backoff"
	"""Try again with growing pauses, the first one `delay_seconds` long."""
	WAIT = "wait"
	"""Meta lifts the obstacle by itself, not before `delay_seconds`."""


class Scope(Enum):
	"""What else fails for the same reason."""

	MESSAGE = "message"
	NUMBER = "number"
	ACCOUNT = "account"
	PLATFORM = "platform"


class Cause(Enum):
	"""Categories of errors; the app decides by category, never by a single code."""

	AUTHORISATION = "authorisation"
	THROTTLING = "throttling"
	WINDOW = "window"
	RECIPIENT = "recipient"
	TEMPLATE = "template"
	PAYMENT = "payment"
	POLICY = "policy"
	REGISTRATION = "registration"
	VERIFICATION = "verification"
	MEDIA = "media"
	TEMPORARY = "temporary"
	REQUEST = "request"
	FEATURE = "feature"
	NETWORK = "network"
	UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ErrorRule:
	"""One row of Meta's error table and what follows from it.

	`code` to `last` are the codes the row is for; with `subcode` it is for that subcode of `code` alone.
	`delay_seconds` is the pause before the next attempt, 0 where there is none.
	`agent_text` and `admin_text` are English, marked for translation: what happened and what to do.
	"""

	code: int
	title: str
	cause: Cause
	retry: Retry
	delay_seconds: int
	scope: Scope
	agent_text: str
	admin_text: str
	last: int | None = None
	subcode: int | None = None

	@property
	def codes(self) -> range:
		"""Every code of the row."""
		return range(self.code, (self.last or self.code) + 1)

	@property
	def for_agent(self) -> Sentence:
		"""What happened and what to do, for an agent."""
		return Sentence(self.agent_text or ASK_ADMIN)

	@property
	def for_admin(self) -> Sentence:
		"""What happened and what to do, for an administrator."""
		return Sentence(self.admin_text)


ASK_ADMIN = _(
	"WhatsApp did not accept this because of a problem with the business account or number. "
	"Please tell your administrator; nothing you wrote is lost."
)
SENT_LATER = _("WhatsApp is busy at the moment. Nothing to do: the message is sent again automatically.")
OUR_FAULT = _(
	"WhatsApp could not read what was sent to it. Please try again with plain text; "
	"if that fails too, tell your administrator."
)
REPORT = _(
	"Update the app to its newest version; if the error stays, report it with the details of Meta's answer."
)
