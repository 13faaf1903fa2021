"""Meta's restrictions as texts, and which of them stop replies (Z20).

Source: Meta's webhook reference, account_update: ACCOUNT_RESTRICTION (restriction_info) and DISABLED_UPDATE (ban_info).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from whatsapp_channel.sentences import Sentence, _

RESTRICTION = "restriction"
BAN = "ban"
VIOLATION = "violation"

_REPLIES = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"
_TEMPLATES = "RESTRICTED_BIZ_INITIATED_MESSAGING"
_DISABLED = "DISABLE"
_SCHEDULED = "SCHEDULE_FOR_DISABLE"
_TEXTS = MappingProxyType(
	{
		_REPLIES: _("Meta does not let this account answer customers."),
		_TEMPLATES: _(
			"Meta does not let this account begin conversations. Replies to customers still go out."
		),
		"RESTRICTED_ADD_PHONE_NUMBER_ACTION": _("Meta does not let this account add phone numbers."),
		"RESTRICTED_UTILITY_TEMPLATES": _("Meta does not let this account send utility templates."),
		"RESTRICTED_BIZ_INITIATED_CALLING": _("Meta does not let this account call customers."),
		"RESTRICTED_USER_INITIATED_CALLING": _("Meta does not let customers call this account."),
		_DISABLED: _("Meta has disabled this account."),
		_SCHEDULED: _("Meta is going to disable this account."),
		"ACCOUNT_VIOLATION": _("Meta says that this account violates its policy."),
	}
)
_OTHER = _("Meta restricts this account ({kind}).")
_UNTIL = _("{what} Until {until}.")
_MORE = _("{what} ({detail})")
# Channels keep working under these, but an administrator should look.
_HARMLESS = frozenset(_TEXTS) - {_REPLIES, _TEMPLATES, _DISABLED}
_STOPS_REPLIES = frozenset({_REPLIES, _DISABLED})


@dataclass(frozen=True, slots=True)
class Restriction:
	"""One restriction in force. `kind` is Meta's name; `until` (aware UTC): when it ends; `detail`: more in Meta's words, such
	as a day or the kind of violation.

	`topic` is RESTRICTION, BAN or VIOLATION: an event replaces only restrictions of its own topic.
	"""

	kind: str
	topic: str = RESTRICTION
	until: datetime | None = None
	detail: str | None = None

	def is_over(self, now: datetime) -> bool:
		"""Whether it expired before `now` (aware UTC)."""
		return self.until is not None and now >= self.until

	@property
	def stops_replies(self) -> bool:
		"""Whether Meta refuses replies to customers as well."""
		return self.kind in _STOPS_REPLIES

	@property
	def is_harmless(self) -> bool:
		"""Whether it does not affect this app."""
		return self.kind in _HARMLESS

	@property
	def sentence(self) -> Sentence:
		"""What is restricted, and until when."""
		known = _TEXTS.get(self.kind)
		what = Sentence(known) if known else Sentence(_OTHER, MappingProxyType({"kind": self.kind}))
		if self.until:
			return Sentence(_UNTIL, MappingProxyType({"what": what, "until": self.until}))
		if self.detail:
			return Sentence(_MORE, MappingProxyType({"what": what, "detail": self.detail}))
		return what


def standing(restrictions: Iterable[Restriction], now: datetime) -> tuple[Restriction, ...]:
	"""Those in force at `now`, most severe first."""
	present = [each for each in restrictions if not each.is_over(now)]
	return tuple(sorted(present, key=lambda each: (not each.stops_replies, each.is_harmless)))
